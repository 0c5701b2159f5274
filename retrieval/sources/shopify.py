"""Shopify's product CSV: rows of one handle are one product's variants and further images.

Both header styles are read (`Handle`, `Variant Price` … and `URL handle`, `Price` …). The file
has no currency: say it with a field map's `[defaults]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from retrieval.cleaning import one_line
from retrieval.errors import CatalogError
from retrieval.money import exact_amount, parse_price
from retrieval.product import Availability
from retrieval.sources.normalize import RowError, category_levels, flag_or_text
from retrieval.sources.opening import SourceFile
from retrieval.sources.rows import BadRow, Row, bad_row, row_from
from retrieval.sources.tabular import Cells, header_of, read_table

# Column names, lower case, of the newer template by those of the older one.
_NEWER_NAMES = {
    "url handle": "handle",
    "description": "body (html)",
    "sku": "variant sku",
    "price": "variant price",
    "compare-at price": "variant compare at price",
    "inventory quantity": "variant inventory qty",
    "inventory tracker": "variant inventory tracker",
    "continue selling when out of stock": "variant inventory policy",
    "product image url": "image src",
    "image position": "image position",
    "variant image url": "variant image",
    "published on online store": "published",
    "barcode": "variant barcode",
}
_METAFIELD = re.compile(r"^(.*?)\s*\(product\.metafields\.[^)]*\)$")
_GOOGLE_COLUMNS = ("color", "size", "gender", "age group", "material", "pattern", "condition")


@dataclass(slots=True)
class _Listing:
    """All rows of one handle: the first says what the product is."""

    first: Cells
    variants: list[Cells] = field(default_factory=list[Cells])
    images: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])


def looks_like_shopify(names: set[str]) -> bool:
    """Whether lower-case column names are those of a Shopify export."""
    return bool({"handle", "url handle"} & names) and bool(
        {"variant price", "variant sku", "option1 value", "body (html)"} & names
    )


def read_shopify(source: SourceFile) -> Iterator[Row]:
    """One product a variant, in the order of the file; drafts and archived ones are rejected.

    A product with one variant has its SKU as id (its handle where it has none); variants have
    their SKU where it is theirs alone, else the handle with their options, and the handle as
    `group_id`.

    Raises:
        CatalogError: where the file has no column for the handle.
    """
    names, _ = header_of(source)
    if not {"handle", "url handle"} & {name.lower() for name in names}:
        raise CatalogError(f"{source.name}: no column 'Handle': not a Shopify product export")
    listings: dict[str, _Listing] = {}
    for row in read_table(source):
        if isinstance(row, BadRow):
            yield row
            continue
        cells = Cells(row.line, _older_names(row.values))
        handle = cells.values.get("handle", "").strip()
        if not handle:
            yield bad_row(row.line, "Handle: missing", row.values)
            continue
        listing = listings.setdefault(handle, _Listing(cells))
        _add_row(listing, cells)
    skus = _counted_skus(listings)
    for handle, listing in listings.items():
        yield from _products(handle, listing, skus)


def _older_names(values: Mapping[str, str]) -> dict[str, str]:
    lower = {name.lower(): cell for name, cell in values.items()}
    return {_NEWER_NAMES.get(name, name): cell for name, cell in lower.items()}


def _add_row(listing: _Listing, cells: Cells) -> None:
    values = cells.values
    if image := values.get("image src", "").strip():
        try:
            position = float(values.get("image position", ""))
        except ValueError:
            position = float(len(listing.images) + 1)
        listing.images.append((position, image))
    if cells is listing.first or "variant price" in values or "option1 value" in values:
        listing.variants.append(cells)


def _counted_skus(listings: Mapping[str, _Listing]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for listing in listings.values():
        for variant in listing.variants:
            sku = variant.values.get("variant sku", "").strip()
            counts[sku] = counts.get(sku, 0) + 1
    return counts


def _products(handle: str, listing: _Listing, skus: Mapping[str, int]) -> Iterator[Row]:
    first = listing.first.values
    status = first.get("status", "active").strip().lower()
    unpublished = first.get("published", "true").strip().lower() == "false"
    for variant in listing.variants:
        cells = variant.values
        if status != "active" or unpublished:
            reason = f"Status: {status}" if status != "active" else "Published: false"
            yield bad_row(variant.line, f"{reason}, so not for sale", cells)
            continue
        try:
            values = _shared(first, listing) | _of_variant(cells, first, handle, listing, skus)
        except ValueError as error:
            sku = cells.get("variant sku", "").strip() or None
            yield bad_row(variant.line, str(error), cells, product_id=sku)
            continue
        values["attributes"] = _shared_attributes(first) | _options(cells, first)
        yield row_from(variant.line, values, cells)


def _shared(first: Mapping[str, str], listing: _Listing) -> dict[str, Any]:
    category = category_levels(first.get("product category", ""))
    kind = one_line(first.get("type", ""))
    if kind and kind.lower() not in {level.lower() for level in category}:
        category = (*category, kind)
    return {
        "title": first.get("title"),
        "description": first.get("body (html)"),
        "brand": first.get("vendor"),
        "category": category,
        "image_urls": [url for _, url in sorted(listing.images)],
    }


def _of_variant(
    cells: Mapping[str, str],
    first: Mapping[str, str],
    handle: str,
    listing: _Listing,
    skus: Mapping[str, int],
) -> dict[str, Any]:
    sku = cells.get("variant sku", "").strip().lstrip("'")
    alone = skus.get(cells.get("variant sku", "").strip()) == 1
    several = len(listing.variants) > 1
    options = "/".join(str(value) for value in _options(cells, first).values())
    values: dict[str, Any] = {
        "id": sku if sku and alone else f"{handle}:{options}" if several else handle,
        "group_id": handle if several else None,
        "availability": _availability(cells),
    }
    price = _amount(cells, "variant price")
    before = _amount(cells, "variant compare at price")
    if price is not None and before is not None and before > price:
        values |= {"price": before, "sale_price": price}
    else:
        values["price"] = price
    if image := cells.get("variant image", "").strip():
        values["image_urls"] = [image, *(url for _, url in sorted(listing.images) if url != image)]
    return values


def _amount(cells: Mapping[str, str], column: str):
    text = cells.get(column)
    try:
        price = parse_price(text)
        return None if price is None else exact_amount(price.amount)
    except ValueError as error:
        raise RowError(f"{column}: {error}") from error


def _availability(cells: Mapping[str, str]) -> Availability:
    quantity = cells.get("variant inventory qty", "").strip()
    tracked = cells.get("variant inventory tracker", "").strip()
    goes_on = cells.get("variant inventory policy", "").strip().lower() in {"continue", "true"}
    if not re.fullmatch(r"-?\d+", quantity) or int(quantity) > 0 or not tracked:
        return Availability.IN_STOCK
    return Availability.BACKORDER if goes_on else Availability.OUT_OF_STOCK


def _options(cells: Mapping[str, str], first: Mapping[str, str]) -> dict[str, str]:
    """{option name: value}; the names stand in the product's first row only."""
    options: dict[str, str] = {}
    for number in (1, 2, 3):
        value = one_line(cells.get(f"option{number} value", ""))
        name = one_line(cells.get(f"option{number} name") or first.get(f"option{number} name", ""))
        if value and not (value == "Default Title" and name in {"Title", ""}):
            options[_attribute_name(name or f"option {number}")] = value
    return options


def _shared_attributes(first: Mapping[str, str]) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for column, cell in first.items():
        metafield = _METAFIELD.match(column)
        if metafield:
            attributes[_attribute_name(metafield[1])] = flag_or_text(cell.replace("; ", ", "))
        elif column.removeprefix("google shopping / ") in _GOOGLE_COLUMNS and "/" in column:
            attributes[_attribute_name(column.removeprefix("google shopping / "))] = cell
    if tags := one_line(first.get("tags", "")):
        attributes["tags"] = tags
    return attributes


def _attribute_name(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip().lower())
