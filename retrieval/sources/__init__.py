"""Catalogue sources: one module a format, all giving the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from retrieval.errors import CatalogError
from retrieval.fieldmap import FieldMap
from retrieval.sources.detection import FORMATS, detect_format
from retrieval.sources.google import read_google
from retrieval.sources.magento import read_magento
from retrieval.sources.mapped import read_mapped_csv, read_mapped_jsonl
from retrieval.sources.native import read_csv, read_jsonl
from retrieval.sources.normalize import RowError, product_from
from retrieval.sources.opening import opened
from retrieval.sources.rows import BadRow, GoodRow, Row, bad_row
from retrieval.sources.schema_org import read_schema_org
from retrieval.sources.shopify import read_shopify

__all__ = ["FORMATS", "BadRow", "GoodRow", "Row", "open_source"]

_READERS = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "shopify": read_shopify,
    "google": read_google,
    "magento": read_magento,
    "schema-org": read_schema_org,
}


def open_source(
    path: Path, format: str = "auto", field_map: FieldMap | None = None
) -> Iterator[Row]:
    """The rows of a catalogue file (`.gz` too, `-` for standard input), good and bad.

    With a field map that names fields, `csv` and `jsonl` are read through it; for any format
    its `[defaults]` fill what a row leaves open.

    Raises:
        CatalogError: where the file as a whole cannot be read.
    """
    if format not in {"auto", *FORMATS}:
        raise CatalogError(f"format '{format}': there are auto, {', '.join(FORMATS)}")
    with opened(path) as source:
        mapped = field_map is not None and bool(field_map.fields)
        chosen = detect_format(source, mapped=mapped) if format == "auto" else format
        if field_map is None:
            yield from _READERS[chosen](source)
        elif not mapped:
            yield from _with_defaults(_READERS[chosen](source), field_map.defaults)
        elif chosen == "jsonl":
            yield from read_mapped_jsonl(source, field_map)
        elif chosen == "csv":
            yield from read_mapped_csv(source, field_map)
        else:
            raise CatalogError(
                f"{source.name}: a field map with [fields] is for csv and jsonl; "
                f"for {chosen} it may hold [defaults] only"
            )


def _with_defaults(rows: Iterator[Row], defaults: Mapping[str, Any]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        said = row.product.model_dump(exclude_none=True, exclude_unset=True)
        said = {name: value for name, value in said.items() if value not in ("", (), {})}
        try:
            yield GoodRow(row.line, product_from({**defaults, **said}))
        except RowError as error:
            yield bad_row(row.line, str(error), said)
