"""HTML from templates that escape everything, and the few things templates need."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDERS = [Path(__file__).parent / part / "templates" for part in ("chat", "staff", "widget")]


@cache
def environment() -> Environment:
    """The templates' environment: autoescape always on, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """One template filled in."""
    return environment().get_template(template).render(**values)


def safe_link(address: str | None) -> str | None:
    """The address if a page may link to it or show it: http(s), or a path on this site."""
    if not address or any(character.isspace() or ord(character) < 32 for character in address):
        return None
    if address.startswith("/"):
        # Browsers read "//host" and "/\host" as another site.
        return None if address[1:2] in ("/", "\\") else address
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme.lower() in ("http", "https") and parts.hostname else None


def product_address(product_id: str) -> str:
    """Our own page of a product, for shops that have none."""
    return f"/product/{quote(product_id, safe='')}"
