"""schema.org Products: JSON-LD (one document, an array, `@graph`, one a line), or HTML pages.

HTML goes through extruct: JSON-LD in the page, and microdata where there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from retrieval.errors import CatalogError
from retrieval.money import PriceText, parse_price
from retrieval.sources.native import json_records, parse_json
from retrieval.sources.normalize import category_levels, flag_or_text
from retrieval.sources.opening import SourceFile
from retrieval.sources.rows import BadRow, Row, bad_row, row_from

_PRODUCT_TYPES = {"Product", "IndividualProduct", "ProductModel", "Vehicle", "SomeProducts"}
_CONTAINERS = ("@graph", "mainEntity", "itemListElement", "item", "hasVariant", "hasPart")
_IDS = ("sku", "productID", "productId", "mpn", "gtin", "gtin13", "gtin14", "gtin12", "gtin8")
_ATTRIBUTES = (
    *("color", "size", "material", "pattern", "weight", "width", "height", "depth", "model"),
    *("gtin", "gtin13", "mpn", "itemCondition", "countryOfOrigin", "audience", "keywords"),
)
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|script|div)\b", re.IGNORECASE)

Node = Mapping[str, Any]


def looks_like_html(text: str) -> bool:
    """Whether a text starts like a web page."""
    return text.lstrip().startswith("<") and bool(_MARKUP.search(text))


def read_schema_org(source: SourceFile) -> Iterator[Row]:
    """Products, numbered from 1 as they stand; variants of a ProductGroup take over from it.

    Raises:
        CatalogError: where nothing in the file is a schema.org Product.
    """
    number = 0
    for document in _documents(source):
        if isinstance(document, BadRow):
            number += 1
            yield document
            continue
        for node, group in _products(document, None):
            number += 1
            yield _row(number, node, group)
    if not number:
        raise CatalogError(f"{source.name}: no schema.org Product in it")


def _documents(source: SourceFile) -> Iterator[Any | BadRow]:
    if looks_like_html(source.head_text):
        yield from _from_html(source)
        return
    text = source.text().read().lstrip("\ufeff")
    try:
        yield parse_json(text)
    except (ValueError, RecursionError) as error:
        lines = text.strip().splitlines()
        if len(lines) < 2 or not lines[0].strip().endswith("}"):
            raise CatalogError(f"{source.name}: not valid JSON: {error}") from error
        for record in json_records(source):
            yield record if isinstance(record, BadRow) else record[1]


def _from_html(source: SourceFile) -> Iterator[Any]:
    # Imported here: extruct brings an RDF library with it.
    from extruct.jsonld import JsonLdExtractor
    from extruct.w3cmicrodata import MicrodataExtractor

    page = source.text().read()
    try:
        found = list(JsonLdExtractor().extract(page))
    except ValueError as error:
        yield bad_row(1, f"JSON-LD in the page is not valid JSON: {error}", "")
        found = []
    if not any(True for _ in _products(found, None)):
        found = [_flat(item) for item in MicrodataExtractor().extract(page)]
    yield found


def _flat(item: Any) -> Any:
    """Microdata as extruct gives it, in the shape of JSON-LD."""
    if isinstance(item, list):
        return [_flat(part) for part in item]
    if not isinstance(item, dict):
        return item
    flat = {name: _flat(value) for name, value in item.get("properties", {}).items()}
    flat["@type"] = item.get("type", [])
    if "id" in item:
        flat["@id"] = item["id"]
    return flat


def _products(node: Any, group: Node | None) -> Iterator[tuple[Node, Node | None]]:
    """(product, the group it is a variant of) in the order they are written."""
    if isinstance(node, list):
        for part in node:
            yield from _products(part, group)
        return
    if not isinstance(node, Mapping):
        return
    types = _types(node)
    if "ProductGroup" in types:
        variants = list(_products(node.get("hasVariant"), node))
        yield from variants or [(node, None)]
        return
    if types & _PRODUCT_TYPES:
        yield node, group or _parent(node)
        return
    for name in _CONTAINERS:
        yield from _products(node.get(name), group)


def _types(node: Node) -> set[str]:
    written = node.get("@type", [])
    names = written if isinstance(written, list) else [written]
    return {re.split(r"[/#:]", str(name))[-1] for name in names}


def _parent(node: Node) -> Node | None:
    parent = _first(node.get("isVariantOf"))
    return parent if isinstance(parent, Mapping) else None


def _row(number: int, node: Node, group: Node | None) -> Row:
    raw = json.dumps(node, ensure_ascii=False, default=str)
    try:
        return row_from(number, _values(node, group), raw)
    except ValueError as error:
        return bad_row(number, str(error), raw, product_id=_identifier(node))


def _values(node: Node, group: Node | None) -> dict[str, Any]:
    general = group or {}

    def said(name: str) -> Any:
        return node.get(name) or general.get(name)

    own_id = _identifier(node)
    group_id = (
        _text(general.get("productGroupID")) or _identifier(general)
        if group
        else _text(node.get("inProductGroupWithID"))
    )
    values: dict[str, Any] = {
        "id": own_id,
        "title": _text(node.get("name")) or _text(general.get("name")),
        "description": _text(said("description")),
        "brand": _text(said("brand")) or _text(said("manufacturer")),
        "category": _category(said("category")),
        "url": _text(node.get("url")) or _offer_url(node) or _text(general.get("url")),
        "image_urls": _images(said("image")),
        "group_id": group_id,
        "language": _text(said("inLanguage")),
        "attributes": {**_attributes(general), **_attributes(node)},
        "reviews": _reviews(node.get("review") or node.get("reviews")),
        **_offer(said("offers")),
        **_rating(_first(said("aggregateRating"))),
    }
    return values


def _identifier(node: Node) -> str | None:
    for name in _IDS:
        if text := _text(node.get(name)):
            return text
    return _text(node.get("@id")) or _text(node.get("url"))


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _text(value: Any) -> str | None:
    """The words of a value: a text, a number, a thing with a name, the first of a list."""
    value = _first(value)
    if isinstance(value, Mapping):
        inner = value.get("name", value.get("@value", value.get("value", value.get("@id"))))
        return None if isinstance(inner, Mapping) else _text(inner)
    return None if value is None or isinstance(value, bool) else str(value).strip() or None


def _category(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and len(value) > 1:
        return category_levels([_text(part) or "" for part in value])
    return category_levels(re.sub(r"\s*/\s+|\s+/\s*", ">", _text(value) or ""))


def _images(value: Any) -> list[str]:
    images = value if isinstance(value, list) else [value]
    found: list[str] = []
    for image in images:
        if isinstance(image, Mapping):
            image = image.get("url") or image.get("contentUrl") or image.get("@id")
        if text := _text(image):
            found.append(text)
    return found


def _offer_url(node: Node) -> str | None:
    offer = _first(node.get("offers"))
    return _text(offer.get("url")) if isinstance(offer, Mapping) else None


def _offer(offers: Any) -> dict[str, Any]:
    """Price, currency and availability; the cheapest of several offers, as a range."""
    every = [o for o in (offers if isinstance(offers, list) else [offers]) if isinstance(o, dict)]
    prices: list[tuple[PriceText, dict[str, Any]]] = []
    for offer in every:
        if inner := offer.get("offers"):
            every.extend(o for o in (inner if isinstance(inner, list) else [inner]) if
                         isinstance(o, dict) and "lowPrice" not in offer)  # fmt: skip
        if price := _offer_price(offer):
            prices.append((price, offer))
    values: dict[str, Any] = {}
    stocks = [text for offer in every if (text := _text(offer.get("availability")))]
    if stocks:
        values["availability"] = next((s for s in stocks if "InStock" in s), stocks[0])
    if not prices:
        return values
    price, offer = min(prices, key=lambda pair: pair[0].amount)
    highest = max(p.upper or p.amount for p, _ in prices)
    values |= {
        "price": price.amount,
        "price_upper": highest if highest > price.amount else None,
        "currency": _text(offer.get("priceCurrency"))
        or next((_text(s.get("priceCurrency")) for s in _specifications(offer)), None)
        or price.currency,
    }
    listed = _list_price(offer)
    if listed is not None and listed > price.amount:
        values |= {"price": listed, "sale_price": price.amount, "price_upper": None}
    return values


def _offer_price(offer: Node) -> PriceText | None:
    low = _amount(offer.get("lowPrice"), "lowPrice")
    if low is not None:
        high = _amount(offer.get("highPrice"), "highPrice")
        upper = high.amount if high and high.amount > low.amount else None
        return PriceText(low.amount, upper, low.currency)
    price = _amount(offer.get("price"), "price")
    if price is not None:
        return price
    for specification in _specifications(offer):
        if not _is_list_price(specification):
            return _amount(specification.get("price"), "price")
    return None


def _specifications(offer: Node) -> list[Node]:
    found = offer.get("priceSpecification")
    return [s for s in (found if isinstance(found, list) else [found]) if isinstance(s, Mapping)]


def _is_list_price(specification: Node) -> bool:
    kind = _text(specification.get("priceType")) or ""
    return kind.endswith(("ListPrice", "StrikethroughPrice", "MSRP", "SRP"))


def _list_price(offer: Node) -> Decimal | None:
    for specification in _specifications(offer):
        if _is_list_price(specification):
            price = _amount(specification.get("price"), "price")
            return price.amount if price else None
    return None


def _amount(value: Any, name: str) -> PriceText | None:
    value = _first(value)
    try:
        return None if isinstance(value, Mapping) else parse_price(value)
    except ValueError as error:
        raise ValueError(f"offers.{name}: {error}") from error


def _rating(rating: Any) -> dict[str, Any]:
    """Stars out of five, whatever the best rating of the source is."""
    if not isinstance(rating, Mapping):
        return {}
    count = _text(rating.get("ratingCount")) or _text(rating.get("reviewCount"))
    return {"rating": _stars(rating), "rating_count": count}


def _stars(rating: Node) -> float | None:
    text = _text(rating.get("ratingValue"))
    if text is None:
        return None
    try:
        value = float(text.replace(",", "."))
        best = float((_text(rating.get("bestRating")) or "5").replace(",", "."))
    except ValueError as error:
        raise ValueError(f"aggregateRating: '{text[:40]}' is not a number") from error
    return value if best in (5, 0) else round(value / best * 5, 2)


def _reviews(found: Any) -> list[dict[str, Any]]:
    reviews: list[dict[str, Any]] = []
    for review in found if isinstance(found, list) else [found]:
        if isinstance(review, Mapping) and (
            text := _text(review.get("reviewBody") or review.get("description"))
        ):
            rating = _first(review.get("reviewRating"))
            reviews.append(
                {
                    "text": text,
                    "title": _text(review.get("name")) or "",
                    "rating": _stars(rating) if isinstance(rating, Mapping) else None,
                    "language": _text(review.get("inLanguage")),
                }
            )
    return reviews


def _attributes(node: Node) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for name in _ATTRIBUTES:
        if text := _measured(node.get(name)):
            attributes[name] = flag_or_text(text.removeprefix("https://schema.org/"))
    extra = node.get("additionalProperty")
    for item in extra if isinstance(extra, list) else [extra]:
        if not isinstance(item, Mapping) or not (name := _text(item.get("name"))):
            continue
        value = item.get("value")
        # bool is an int too
        if isinstance(value, int | float | Decimal) and not item.get("unitText"):
            attributes[name] = value
        elif text := _measured(item):
            attributes[name] = flag_or_text(text)
    return attributes


def _measured(value: Any) -> str | None:
    """A text, or a QuantitativeValue as "12 cm"."""
    value = _first(value)
    if isinstance(value, Mapping) and "value" in value:
        unit = _text(value.get("unitText")) or _text(value.get("unitCode")) or ""
        text = _text(value.get("value"))
        return f"{text} {unit}".strip() if text else None
    return _text(value)
