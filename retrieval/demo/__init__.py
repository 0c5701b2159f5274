"""The demo shop: a catalogue, pictures and shop documents of our own, ready to be served."""

from __future__ import annotations

from pathlib import Path

DEMO_SHOP_NAME = "Larkfell & Co."

_HERE = Path(__file__).resolve().parent


def demo_catalog_path() -> Path:
    """The demo catalogue: native JSONL, gzipped, one variant a line."""
    return _HERE / "catalog.jsonl.gz"


def demo_documents() -> list[Path]:
    """The demo shop's own documents (Markdown, `name.language.md`), in a fixed order."""
    return sorted((_HERE / "documents").glob("*.md"))


def demo_images_dir() -> Path:
    """The folder of the pictures that the catalogue's `/images/…` addresses name."""
    return _HERE / "images"
