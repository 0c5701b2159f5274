"""Text in the cells of a CSV file that people open in a spreadsheet."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # fmt: skip


def plain_cell(value: object) -> object:
    """The value so that no spreadsheet takes a text for a formula (OWASP, "CSV injection").

    A text that begins like a formula gets an apostrophe in front; numbers are left.
    """
    is_risky = isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA)
    return f"'{value}" if is_risky else value
