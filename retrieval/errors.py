"""Errors that a person who runs the shop can act on."""


class ShopGuideError(Exception):
    """A failure with a message written for its reader; the command line prints it and exits 1."""


class CatalogError(ShopGuideError):
    """A catalogue file or row that cannot be read; the message names file, line and field."""


class SettingsError(ShopGuideError):
    """A setting that is missing, misspelt or out of range."""


class DatabaseAwayError(ShopGuideError):
    """The database server cannot be reached, or has just closed the connection."""


class MissingWeightsError(ShopGuideError):
    """Model weights that should be on this machine are not."""


class UnstorableTextError(ShopGuideError):
    """A text has a character that no database keeps: NUL, or half of a surrogate pair."""


def cause(error: Exception) -> str:
    """Why something failed, in words: a file's error without its number and path."""
    return str(getattr(error, "strerror", None) or error)
