"""Foreign CSV and JSONL, read through a field map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from retrieval.errors import CatalogError
from retrieval.fieldmap import FieldMap
from retrieval.money import parse_price
from retrieval.sources.native import JsonRecord, json_records, table_records
from retrieval.sources.normalize import category_levels, flag_or_text
from retrieval.sources.opening import SourceFile
from retrieval.sources.rows import BadRow, Row, bad_row, row_from
from retrieval.sources.tabular import header_of

_CENTS = Decimal("0.01")


def read_mapped_jsonl(source: SourceFile, field_map: FieldMap) -> Iterator[Row]:
    """Products from foreign JSON objects, one a line (or one array)."""
    return _mapped(json_records(source), field_map, typed=True)


def read_mapped_csv(source: SourceFile, field_map: FieldMap) -> Iterator[Row]:
    """Products from a foreign table.

    Raises:
        CatalogError: where the map names columns that the table does not have.
    """
    names, _ = header_of(source)
    wanted = {foreign: f"[attributes] {own}" for own, foreign in field_map.attributes.items()}
    for own in field_map.fields:
        wanted |= dict.fromkeys(field_map.foreign_names(own), f"[fields] {own}")
    missing = [f"'{foreign}' ({own})" for foreign, own in wanted.items() if foreign not in names]
    if missing:
        raise CatalogError(
            f"{source.name}: the field map names {', '.join(missing)}, but the columns are "
            f"{', '.join(names)[:400]}"
        )
    return _mapped(table_records(source), field_map, typed=False)


def _mapped(
    records: Iterable[JsonRecord | BadRow], field_map: FieldMap, *, typed: bool
) -> Iterator[Row]:
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        line, foreign, raw = record
        try:
            values = _values(foreign, field_map, typed=typed)
        except ValueError as error:
            given = [foreign.get(name) for name in field_map.foreign_names("id")]
            named = str(given[0]).strip() if len(given) == 1 and given[0] is not None else None
            yield bad_row(line, str(error), raw, product_id=named)
            continue
        yield row_from(line, values, raw)


def _values(foreign: Mapping[str, Any], field_map: FieldMap, *, typed: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for own in field_map.fields:
        found = [
            value
            for name in field_map.foreign_names(own)
            if (value := foreign.get(name)) is not None and value != ""
        ]
        if not found:
            continue
        if own == "category":
            values[own] = _category(found, field_map.category_separator)
        elif own in {"price", "sale_price"}:
            try:
                _set_price(values, own, found[0], field_map)
            except ValueError as error:
                raise ValueError(f"{own}: {error}") from error
        elif own == "image_urls":
            values[own] = found[0] if len(found) == 1 else found
        elif own == "attributes":
            values[own] = {
                k: v for part in found if isinstance(part, dict) for k, v in part.items()
            }
        else:
            values[own] = _joined(own, found)
    attributes = _attributes(foreign, field_map, typed=typed)
    if attributes:
        values["attributes"] = {**values.get("attributes", {}), **attributes}
    for own, default in field_map.defaults.items():
        if values.get(own) in (None, ""):
            values[own] = default
    return values


def _category(found: list[Any], separator: str | None) -> list[str]:
    """One foreign field may be a list or a separated text; several are levels in turn."""
    levels: list[str] = []
    for part in found:
        separated = isinstance(part, str) and separator is None
        levels.extend([part] if separated else category_levels(part, separator))
    return levels


def _set_price(values: dict[str, Any], own: str, text: object, field_map: FieldMap) -> None:
    price = parse_price(text, field_map.currency)
    if price is None:
        return
    unit = _CENTS if field_map.price_unit == "cents" else Decimal(1)
    values[own] = price.amount * unit
    if price.upper is not None and own == "price":
        values["price_upper"] = price.upper * unit
    if price.currency is not None:
        values.setdefault("currency", price.currency)


def _joined(own: str, found: list[Any]) -> Any:
    if len(found) == 1 and not isinstance(found[0], list):
        return found[0]
    parts = [part for item in found for part in (item if isinstance(item, list) else [item])]
    return ("\n" if own == "description" else " ").join(str(part) for part in parts)


def _attributes(
    foreign: Mapping[str, Any], field_map: FieldMap, *, typed: bool
) -> dict[str, object]:
    found: dict[str, object] = {}

    def add(name: str, value: Any) -> None:
        if value is None or value == "":
            return
        kept = value if typed or not isinstance(value, str) else flag_or_text(value)
        # Two prefixes may leave one name, such as attr_t_height and attr_n_height.
        free, number = name, 2
        while free in found:
            free, number = f"{name}_{number}", number + 1
        found[free] = kept

    for own, name in field_map.attributes.items():
        add(own, foreign.get(name))
    for name, value in foreign.items():
        for prefix in field_map.attribute_prefixes:
            if name.startswith(prefix) and len(name) > len(prefix):
                add(name.removeprefix(prefix), value)
                break
    return found
