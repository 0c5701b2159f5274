"""Magento 2's product export CSV, and the shorter CSV of its sample-data modules.

A configurable product and its simple variants share the parent's SKU as group; a variant
takes over what only its parent says. The file has no currency: say it with `[defaults]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from retrieval.cleaning import one_line
from retrieval.errors import CatalogError
from retrieval.money import PriceText, parse_price
from retrieval.product import Availability
from retrieval.sources.normalize import flag_or_text
from retrieval.sources.opening import SourceFile
from retrieval.sources.rows import BadRow, Row, bad_row, row_from
from retrieval.sources.tabular import Cells, header_of, read_table

_SHORT_FORM = {"category", "name", "sku", "price"}
_TECHNICAL = re.compile(
    r"^(has_options|required_options|options_container|msrp.*|gift_.*|tax_.*|custom_.*|page_.*"
    r"|url_.*|links_.*|samples_.*|shipment_type|price_type|price_view|sku_type|weight_type"
    r"|visibility|attribute_set|status|ts_.*|short_description|meta_.*|special_.*|cost|qty)$"
)
_ATTRIBUTE_CODE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_DATE_FORMS = (
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%m/%d/%y, %I:%M %p"),
    *("%m/%d/%Y, %I:%M %p", "%m/%d/%y", "%m/%d/%Y", "%m/%d/%Y %H:%M"),
)
_FLAGS = {"eco_collection", "performance_fabric", "erin_recommends", "new", "sale"}


def looks_like_magento(names: set[str]) -> bool:
    """Whether lower-case column names are those of a Magento export."""
    return {"sku", "product_type"} <= names or (_SHORT_FORM | {"attribute_set"}) <= names


def read_magento(source: SourceFile) -> Iterator[Row]:
    """Products of an export; of store views only the default one is read.

    Multiple values of one attribute are joined by ", ". Of several category paths the deepest
    is kept (the first of equals); the names of the others go to the attribute `also_in`.

    Raises:
        CatalogError: where the columns of neither form are there.
    """
    names = {name.lower() for name in header_of(source)[0]}
    if {"sku", "product_type"} <= names:
        yield from _read_export(source)
    elif names >= _SHORT_FORM:
        for row in read_table(source):
            yield row if isinstance(row, BadRow) else _short_row(row)
    else:
        raise CatalogError(
            f"{source.name}: no columns 'sku' and 'product_type': not a Magento product export"
        )


def _read_export(source: SourceFile) -> Iterator[Row]:
    parents, prices = _families(source)
    for row in read_table(source):
        if isinstance(row, BadRow):
            yield row
            continue
        cells = row.values
        if store := cells.get("store_view_code", "").strip():
            yield bad_row(row.line, f"store_view_code: '{store}', only the default is read", cells)
        elif cells.get("product_online", "1").strip() not in {"1", "Yes"}:
            yield bad_row(row.line, "product_online: disabled, so not for sale", cells)
        else:
            sku = cells.get("sku", "").strip()
            yield _export_row(row, parents.get(sku), prices.get(sku, []))


def _families(
    source: SourceFile,
) -> tuple[dict[str, Mapping[str, str]], dict[str, list[Decimal]]]:
    """{variant's SKU: cells of its parent}, {parent's SKU: prices of its variants}.

    In an export the variants stand before their parent, so the file is read twice.
    """
    parents: dict[str, Mapping[str, str]] = {}
    own: dict[str, Decimal] = {}
    for row in read_table(source):
        if isinstance(row, BadRow) or row.values.get("store_view_code"):
            continue
        with suppress(ValueError):  # the second reading names it
            if price := _price(row.values, "price"):
                own[row.values.get("sku", "").strip()] = price.amount
        for variation in row.values.get("configurable_variations", "").split("|"):
            if sku := dict(split_pairs(variation)).get("sku", "").strip():
                parents[sku] = row.values
    prices: dict[str, list[Decimal]] = {}
    for sku, parent in parents.items():
        if sku in own:
            prices.setdefault(parent.get("sku", "").strip(), []).append(own[sku])
    return parents, prices


def _export_row(row: Cells, parent: Mapping[str, str] | None, variant_prices: list[Decimal]) -> Row:
    cells = row.values
    general = parent or {}

    def said(column: str) -> str | None:
        return cells.get(column) or general.get(column)

    try:
        attributes = {**_attributes(general), **_attributes(cells)}
        category, others = _categories(said("categories") or "")
        if others:
            attributes["also_in"] = "; ".join(others)
        values: dict[str, Any] = {
            "id": cells.get("sku"),
            "title": cells.get("name") or general.get("name"),
            "description": said("description") or said("short_description"),
            "brand": attributes.pop("brand", None) or attributes.pop("manufacturer", None),
            "category": category,
            "availability": _availability(cells),
            "image_urls": _images(cells) or _images(general),
            "group_id": general.get("sku") or _own_group(cells),
            "updated_at": _moment(cells.get("updated_at")),
            "attributes": attributes,
            **_prices(cells, general),
        }
    except ValueError as error:
        return bad_row(row.line, str(error), cells, product_id=cells.get("sku"))
    if values["price"] is None and variant_prices:
        low, high = min(variant_prices), max(variant_prices)
        values |= {"price": low, "price_upper": high if high > low else None}
    return row_from(row.line, values, cells)


def _own_group(cells: Mapping[str, str]) -> str | None:
    return cells.get("sku") if cells.get("configurable_variations") else None


def _short_row(row: Cells) -> Row:
    """A row of the sample-data form: several values of a cell stand on lines of their own."""
    cells = row.values
    known = {"category", "name", "sku", "price", "special_price", "description", "qty", "image"}
    levels = _lines(cells.get("category", ""))
    main = levels[: levels.index("Collections")] if "Collections" in levels else levels
    attributes: dict[str, object] = {}
    for name, cell in cells.items():
        if name in known or _TECHNICAL.match(name):
            continue
        text = ", ".join(_lines(cell))
        attributes[name] = text == "1" if name in _FLAGS else flag_or_text(text)
    if others := [level for level in levels[len(main) :] if level != "Collections"]:
        attributes["also_in"] = "; ".join(others)
    quantity = cells.get("qty", "").strip()
    try:
        values: dict[str, Any] = {
            "id": cells.get("sku"),
            "title": cells.get("name"),
            "description": cells.get("description"),
            "category": main,
            "availability": _availability({"qty": quantity, "manage_stock": "1"})
            if quantity
            else None,
            "image_urls": _lines(cells.get("image", "")),
            "attributes": attributes,
            **_prices(cells, {}),
        }
    except ValueError as error:
        return bad_row(row.line, str(error), cells, product_id=cells.get("sku"))
    return row_from(row.line, values, cells)


def split_pairs(text: str) -> Iterator[tuple[str, str]]:
    """`a=1,b="x, y",c=p|q` as pairs; commas inside quotes or before no `name=` are text."""
    name, value, quoted, parts = "", "", False, list[str]()
    for character in text:
        if character == '"':
            quoted = not quoted
        if character == "," and not quoted:
            parts.append(value)
            value = ""
        else:
            value += character
    parts.append(value)
    pending = ""
    for part in parts:
        part = part.strip()
        if len(part) > 1 and part.startswith('"') and part.endswith('"'):
            part = part[1:-1].replace('""', '"')
        code, equals, rest = part.partition("=")
        if equals and _ATTRIBUTE_CODE.match(code.strip()):
            if name:
                yield name, pending
            name, pending = code.strip(), _unquoted(rest)
        elif name:
            pending += f",{' ' if part else ''}{part}"
    if name:
        yield name, pending


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return text[1:-1].replace('""', '"')
    return text


def _attributes(cells: Mapping[str, str]) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for name, value in split_pairs(cells.get("additional_attributes", "")):
        if value and not _TECHNICAL.match(name):
            joined = ", ".join(part.strip() for part in value.split("|") if part.strip())
            attributes[name] = flag_or_text(joined)
    if country := cells.get("country_of_manufacture"):
        attributes["country_of_manufacture"] = country
    if weight := cells.get("weight"):
        attributes["weight"] = weight
    return attributes


def _categories(text: str) -> tuple[tuple[str, ...], list[str]]:
    """The deepest category path without its root, and the names of the other ones."""
    root = text.split("/", 1)[0]
    paths: list[tuple[str, ...]] = []
    for path in re.split(rf",(?={re.escape(root)}(?:/|,|$))", text) if root else []:
        levels = tuple(one_line(level) for level in re.split(r"(?<!\\)/", path)[1:])
        if levels and levels not in paths:
            paths.append(tuple(level.replace("\\/", "/") for level in levels))
    if not paths:
        return (), []
    main = max(paths, key=len)
    above = {main[:depth] for depth in range(1, len(main) + 1)}
    return main, list(dict.fromkeys(path[-1] for path in paths if path not in above))


def _prices(cells: Mapping[str, str], parent: Mapping[str, str]) -> dict[str, Decimal | None]:
    price = _price(cells, "price") or _price(parent, "price")
    special = _price(cells, "special_price")
    amounts = {"price": price.amount if price else None}
    if special and price and special.amount < price.amount and _is_on(cells):
        amounts["sale_price"] = special.amount
    return amounts


def _price(cells: Mapping[str, str], column: str) -> PriceText | None:
    try:
        return parse_price(cells.get(column))
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from error


def _is_on(cells: Mapping[str, str]) -> bool:
    """Whether the special price holds today."""
    now = datetime.now(UTC).replace(tzinfo=None)
    start = _moment(cells.get("special_price_from_date"), "special_price_from_date")
    end = _moment(cells.get("special_price_to_date"), "special_price_to_date")
    return (start is None or start <= now) and (end is None or now.date() <= end.date())


def _moment(text: str | None, column: str = "updated_at") -> datetime | None:
    if not text:
        return None
    text = " ".join(text.replace("\u202f", " ").split())
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise ValueError(f"{column}: '{text[:40]}' is not a date")


def _availability(cells: Mapping[str, str]) -> Availability:
    if cells.get("is_in_stock", "1").strip() in {"0", "No"}:
        return Availability.OUT_OF_STOCK
    simple = cells.get("product_type", "simple").strip() in {"simple", "virtual"}
    if simple and cells.get("manage_stock", "").strip() == "1" and _quantity(cells) <= 0:
        waits = cells.get("allow_backorders", "0").strip() not in {"", "0", "No"}
        return Availability.BACKORDER if waits else Availability.OUT_OF_STOCK
    return Availability.IN_STOCK


def _quantity(cells: Mapping[str, str]) -> float:
    text = cells.get("qty", "1").strip()
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"qty: '{text[:40]}' is not a number") from error


def _images(cells: Mapping[str, str]) -> list[str]:
    images = [cells.get("base_image", ""), *cells.get("additional_images", "").split(",")]
    return [image.strip() for image in images if image.strip() not in {"", "no_selection"}]


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.splitlines() if line.strip()]
