"""Telling a catalogue's format from what is in the file."""

from __future__ import annotations

import json
import re

from retrieval.errors import CatalogError
from retrieval.sources.magento import looks_like_magento
from retrieval.sources.opening import SourceFile
from retrieval.sources.schema_org import looks_like_html
from retrieval.sources.shopify import looks_like_shopify
from retrieval.sources.tabular import header_of

FORMATS = ("jsonl", "csv", "shopify", "google", "magento", "schema-org")

_LINKED_DATA = re.compile(r'"@(?:context|graph|type)"\s*:')
_FEED_COLUMNS = {"link", "image_link", "image link", "availability", "google_product_category"}


def detect_format(source: SourceFile, *, mapped: bool) -> str:
    """One of `FORMATS`, by the start of the file; with a field map only `jsonl` or `csv`.

    Raises:
        CatalogError: where the file is of no known kind.
    """
    head = source.head_text.lstrip()
    if head.startswith("<"):
        if re.search(r"<(?:rss|feed|channel|item|entry)\b", head):
            return "google"
        if looks_like_html(head):
            return "schema-org"
        raise CatalogError(f"{source.name}: XML, but neither an RSS or Atom feed nor a web page")
    if head.startswith(("{", "[")):
        return "schema-org" if not mapped and _is_linked_data(head) else "jsonl"
    if head[:1] in {"%", "\x00"} or head.startswith("PK\x03\x04") or "\x00" in head[:1000]:
        raise CatalogError(f"{source.name}: is a binary file, not a catalogue")
    names, delimiter = header_of(source)
    if mapped:
        return "csv"
    lower = {name.lower().removeprefix("g:") for name in names}
    if looks_like_shopify(lower):
        return "shopify"
    if looks_like_magento(lower):
        return "magento"
    if "id" in lower and len(_FEED_COLUMNS & lower) >= 2 and "image_urls" not in lower:
        return "google"
    if len(names) < 2 and delimiter == ",":
        raise CatalogError(f"{source.name}: neither JSON, XML nor a table with several columns")
    return "csv"


def _is_linked_data(head: str) -> bool:
    """Whether the first object is JSON-LD: by its own keys where its line is whole."""
    try:
        first = json.loads(head.split("\n", 1)[0])
    except ValueError:
        return bool(_LINKED_DATA.search(head))
    first = first[0] if isinstance(first, list) and first else first
    return isinstance(first, dict) and bool({"@context", "@graph", "@type"} & set(first))
