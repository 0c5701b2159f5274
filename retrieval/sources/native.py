"""The project's own formats: JSONL under the product's field names, and flat CSV likewise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from retrieval.errors import CatalogError
from retrieval.product import Product
from retrieval.sources.normalize import flag_or_text
from retrieval.sources.opening import SourceFile, is_valid_text
from retrieval.sources.rows import BadRow, Row, bad_row, row_from
from retrieval.sources.tabular import Cells, header_of, read_table

_LINE_LIMIT = 16 << 20
_NESTED = {"attributes", "reviews", "translations"}
ATTRIBUTE_COLUMNS = ("attributes.", "attribute.", "attributes:", "attribute:")

JsonRecord = tuple[int, dict[str, Any], str]


def read_jsonl(source: SourceFile) -> Iterator[Row]:
    """Products, one JSON object a line; fields that no product has are errors."""
    for record in json_records(source):
        yield record if isinstance(record, BadRow) else row_from(*record)


def read_csv(source: SourceFile) -> Iterator[Row]:
    """Products, one a row, columns named as the product's fields.

    `category` is written with ">" between its levels, `image_urls` with "|". A column named
    `attributes.NAME`, and any column that is no field, becomes an attribute.

    Raises:
        CatalogError: where the columns `id` or `title` are missing.
    """
    names, _ = header_of(source)
    missing = [name for name in ("id", "title") if name not in names]
    if missing:
        raise CatalogError(
            f"{source.name}: no column '{missing[0]}'; the columns are {', '.join(names)[:400]}. "
            "Say with a field map (--map) which column is which"
        )
    fields = frozenset(Product.model_fields) - _NESTED
    for row in read_table(source):
        if isinstance(row, BadRow):
            yield row
            continue
        values: dict[str, Any] = {}
        attributes: dict[str, object] = {}
        for name, cell in row.values.items():
            if name in fields:
                values[name] = cell
            else:
                attributes[_attribute_name(name)] = flag_or_text(cell)
        yield row_from(row.line, {**values, "attributes": attributes}, row.values)


def json_records(source: SourceFile) -> Iterator[JsonRecord | BadRow]:
    """(line, object, its text) for each line; numbers with a point arrive as Decimal.

    A file that is one JSON array gives its elements, numbered from 1.
    """
    if source.head_text.lstrip().startswith("["):
        yield from _array_records(source)
        return
    lines = source.text()
    line = 0
    while text := lines.readline(_LINE_LIMIT):
        line += 1
        if len(text) >= _LINE_LIMIT and not text.endswith("\n"):
            while (rest := lines.readline(_LINE_LIMIT)) and not rest.endswith("\n"):
                pass
            yield bad_row(line, f"longer than {_LINE_LIMIT:,} characters", text)
        elif text.strip():
            yield _record(line, text)


def table_records(source: SourceFile) -> Iterator[JsonRecord | BadRow]:
    """The rows of a table in the shape of `json_records`."""
    for row in read_table(source):
        yield _as_record(row) if isinstance(row, Cells) else row


def parse_json(text: str) -> Any:
    """JSON with exact decimals.

    Raises:
        ValueError: for text that is no JSON, or that has NaN or Infinity in it.
    """
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number)


def _record(line: int, text: str) -> JsonRecord | BadRow:
    raw = text.strip()
    if not is_valid_text(raw):
        return bad_row(line, "not valid UTF-8", raw.encode("utf-8", "replace").decode())
    try:
        record = parse_json(raw)
    except (ValueError, RecursionError) as error:
        return bad_row(line, f"not valid JSON: {error}", raw)
    if not isinstance(record, dict):
        return bad_row(line, "not a JSON object", raw)
    return line, record, raw


def _array_records(source: SourceFile) -> Iterator[JsonRecord | BadRow]:
    try:
        records = parse_json(source.text().read())
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{source.name}: not valid JSON: {error}") from error
    for number, record in enumerate(records, start=1):
        raw = json.dumps(record, ensure_ascii=False, default=str)
        if isinstance(record, dict):
            yield number, record, raw
        else:
            yield bad_row(number, "not a JSON object", raw)


def _as_record(row: Cells) -> JsonRecord:
    return row.line, dict(row.values), json.dumps(row.values, ensure_ascii=False)


def _attribute_name(column: str) -> str:
    for prefix in ATTRIBUTE_COLUMNS:
        if column.startswith(prefix) and len(column) > len(prefix):
            return column.removeprefix(prefix)
    return column


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")
