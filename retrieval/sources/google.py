"""Google Merchant Center feeds: TSV (or CSV), RSS 2.0 and Atom with the g: namespace.

XML is streamed with lxml. Document types with entities and anything on the network are off:
a row that uses an entity of the file's own is rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from retrieval.cleaning import one_line
from retrieval.errors import CatalogError
from retrieval.money import PriceText, parse_price
from retrieval.sources.normalize import category_levels, flag_or_text
from retrieval.sources.opening import SourceFile
from retrieval.sources.rows import BadRow, Row, bad_row, row_from
from retrieval.sources.tabular import header_of, read_table

_ATTRIBUTES = (
    *("color", "size", "material", "pattern", "gender", "age_group", "condition", "size_type"),
    *("size_system", "energy_efficiency_class", "unit_pricing_measure", "multipack", "is_bundle"),
    *("product_length", "product_width", "product_height", "product_weight", "gtin", "mpn"),
)
_DETAIL = re.compile(r"(?:^|,)\s*([^:,]*):([^:,]+):((?:[^,]|,(?![^:,]*:[^:,]+:))+)")

Values = Mapping[str, list[str]]


def read_google(source: SourceFile) -> Iterator[Row]:
    """Products of a feed, written as XML or as a table.

    Raises:
        CatalogError: where the file is neither, or has no column `id`.
    """
    if source.head_text.lstrip().startswith("<"):
        yield from _read_xml(source)
        return
    names, _ = header_of(source)
    if "id" not in {_plain_name(name) for name in names}:
        raise CatalogError(f"{source.name}: no column 'id': not a Merchant Center feed")
    for row in read_table(source):
        if isinstance(row, BadRow):
            yield row
        else:
            values = {_plain_name(name): _cell_values(name, c) for name, c in row.values.items()}
            yield _row(row.line, values, dict(row.values))


def _plain_name(column: str) -> str:
    return column.strip().lower().removeprefix("g:").replace(" ", "_")


def _cell_values(name: str, cell: str) -> list[str]:
    if _plain_name(name) in {"additional_image_link", "product_highlight"}:
        return re.split(r"\s*,\s*(?=https?://)", cell) if "link" in name else [cell]
    return [cell]


def _read_xml(source: SourceFile) -> Iterator[Row]:
    found = 0
    last = 1
    items = etree.iterparse(
        source.binary(),
        events=("end",),
        tag=("{*}item", "{*}entry"),
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
    )
    try:
        for _, item in items:
            found += 1
            last = item.sourceline or last
            values = _xml_values(item)
            if isinstance(values, str):
                yield bad_row(last, values, etree.tostring(item, encoding="unicode"))
            else:
                yield _row(last, values, {name: "; ".join(v) for name, v in values.items()})
            # Free what has been read: a feed may be larger than memory.
            item.clear()
            while item.getprevious() is not None:
                del item.getparent()[0]
    except etree.XMLSyntaxError as error:
        if not found:
            raise CatalogError(f"{source.name}: not well-formed XML: {error}") from error
        line = error.lineno or last
        yield bad_row(line, f"not well-formed XML from here on: {error}", "", cut_short=True)
        return
    if not found:
        raise CatalogError(f"{source.name}: XML without <item> or <entry>: no product feed")


def _xml_values(item: etree._Element) -> dict[str, list[str]] | str:
    """{name without namespace: texts}, or why the item cannot be trusted."""
    values: dict[str, list[str]] = {}
    for child in item.iter():
        if isinstance(child, etree._Entity):
            return f"the entity {child.text} is not allowed"
    for child in item:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname.lower()
        if len(child):
            parts = {etree.QName(part).localname: _all_text(part) for part in child}
            if name == "product_detail":
                detail = f"{parts.get('attribute_name', '')}:{parts.get('attribute_value', '')}"
                values.setdefault("product_detail_pair", []).append(detail)
                continue
            if name in {"shipping", "tax", "installment", "shipping_weight"}:
                continue
        text = child.get("href") if name == "link" and child.get("href") else _all_text(child)
        if text and text.strip():
            values.setdefault(name, []).append(text.strip())
    return values


def _all_text(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())


def _row(line: int, values: Values, raw: dict[str, str]) -> Row:
    try:
        return row_from(line, _product_values(values), raw)
    except ValueError as error:
        return bad_row(line, str(error), raw, product_id=next(iter(values.get("id", [])), None))


def _product_values(values: Values) -> dict[str, Any]:
    def first(*names: str) -> str | None:
        return next((values[name][0] for name in names if values.get(name)), None)

    price, sale = _price(first("price"), "price"), _price(first("sale_price"), "sale_price")
    product: dict[str, Any] = {
        "id": first("id"),
        "title": first("title", "structured_title"),
        "description": first("description", "structured_description", "summary", "content"),
        "brand": first("brand", "manufacturer"),
        "category": category_levels(first("product_type") or "")
        or _google_category(first("google_product_category")),
        "availability": first("availability"),
        "url": first("link", "canonical_link"),
        "image_urls": [
            *values.get("image_link", [])[:1],
            *values.get("additional_image_link", []),
        ],
        "group_id": first("item_group_id"),
        "language": first("content_language"),
        "updated_at": None,
    }
    if price is not None:
        product |= {"price": price.amount, "price_upper": price.upper, "currency": price.currency}
    if sale is not None and _sale_is_on(first("sale_price_effective_date")):
        if price is None or sale.amount < price.amount:
            product["sale_price"] = sale.amount
        product["currency"] = product.get("currency") or sale.currency
    attributes: dict[str, object] = {
        name: flag_or_text(text) for name in _ATTRIBUTES if (text := first(name)) is not None
    }
    for name, value in _details(values):
        attributes.setdefault(name, flag_or_text(value))
    highlights = [one_line(text) for text in values.get("product_highlight", [])]
    if highlights:
        attributes["highlights"] = "; ".join(highlights)
    product["attributes"] = attributes
    return product


def _price(text: str | None, name: str) -> PriceText | None:
    try:
        return parse_price(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _google_category(text: str | None) -> tuple[str, ...]:
    """Google's own taxonomy as words; its bare numbers say nothing to a customer."""
    return () if text is None or text.strip().isdigit() else category_levels(text)


def _sale_is_on(interval: str | None) -> bool:
    """Whether an ISO 8601 interval `start/end` holds now; without one a sale always does."""
    if interval is None:
        return True
    try:
        start, end = (datetime.fromisoformat(part.strip()) for part in interval.split("/"))
    except ValueError as error:
        raise ValueError(
            f"sale_price_effective_date: '{interval[:60]}' is not two dates joined by '/'"
        ) from error
    now = datetime.now(UTC)
    return _aware(start) <= now <= _aware(end)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _details(values: Values) -> Iterator[tuple[str, str]]:
    """product_detail as (name, value): nested elements in XML, `section:name:value` in tables."""
    for pair in values.get("product_detail_pair", []):
        name, _, value = pair.partition(":")
        if name.strip() and value.strip():
            yield _attribute_name(name), value.strip()
    for cell in values.get("product_detail", []):
        for _, name, value in _DETAIL.findall(cell):
            yield _attribute_name(name), value.strip()


def _attribute_name(name: str) -> str:
    return re.sub(r"\s+", "_", one_line(name).lower())
