"""The name that lies with a data directory, so that the demo shop is called by its own."""

from __future__ import annotations

from retrieval.settings import RetrievalSettings

NAME_FILE = "shop-name"


def shop_name(settings: RetrievalSettings) -> str | None:
    """The demo shop's name where the data directory holds it; None for any other shop."""
    try:
        return (settings.data_dir / NAME_FILE).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
