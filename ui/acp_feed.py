"""The catalogue as the product feed of the Agentic Commerce Protocol.

Fields and rules are those of the file-upload specification at
developers.openai.com/commerce/specs/file-upload/products, as of late 2026. A product that lacks
what the feed requires is left out and reported with the reason, never padded with inventions.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError, field_validator

from assistant.text_safety import plain
from ranking.files import write_atomically
from retrieval.errors import SettingsError, ShopGuideError
from retrieval.product import Availability, Product
from ui.markup import product_address
from ui.settings import Settings

_URL = r"^https?://[^\s]+$"
_COUNTRY = r"^[A-Z]{2}$"
_PRICE = r"^\d+(\.\d+)? [A-Z]{3}$"
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 150, 5000
_APPAREL = {"color": 40, "size": 20, "material": 100}

Url = Annotated[str, StringConstraints(pattern=_URL, max_length=2000)]
Country = Annotated[str, StringConstraints(pattern=_COUNTRY)]
Price = Annotated[str, StringConstraints(pattern=_PRICE)]


class FeedItem(BaseModel):
    """One row of the feed; what is None is not written."""

    item_id: Annotated[str, Field(min_length=1, max_length=100)]
    title: Annotated[str, Field(min_length=1, max_length=_LONGEST_TITLE)]
    description: Annotated[str, Field(min_length=1, max_length=_LONGEST_DESCRIPTION)]
    url: Url
    brand: Annotated[str, Field(min_length=1, max_length=70)]
    image_url: Url
    price: Price
    sale_price: Price | None = None
    availability: Literal["in_stock", "out_of_stock", "pre_order", "backorder", "unknown"]
    availability_date: date | None = None
    group_id: Annotated[str, Field(max_length=100)] | None = None
    listing_has_variations: bool
    variant_dict: dict[str, str] | None = None
    product_category: str | None = None
    color: str | None = None
    size: str | None = None
    material: str | None = None
    additional_image_urls: str | None = None
    seller_name: Annotated[str, Field(min_length=1, max_length=70)]
    seller_url: Url | None = None
    return_policy: Url | None = None
    review_count: int | None = None
    star_rating: float | None = None
    target_countries: Annotated[list[Country], Field(min_length=1)]
    store_country: Country
    is_eligible_search: bool = True
    is_eligible_checkout: Literal[False] = False

    @field_validator("image_url")
    @classmethod
    def _is_a_photograph(cls, value: str) -> str:
        if re.search(r"\.(svg|webp|gif|avif)([?#]|$)", value, re.IGNORECASE):
            raise ValueError("must be a JPEG or PNG")
        return value


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, and where."""

    name: str
    address: str | None
    return_policy: str | None
    store_country: str
    target_countries: tuple[str, ...]
    guide: str | None

    @classmethod
    def of(cls, settings: Settings) -> Seller:
        """The seller of the settings.

        Raises:
            SettingsError: it is not set in which country the shop is.
        """
        if settings.store_country is None:
            raise SettingsError("store_country: the feed needs the shop's country, such as US")
        return cls(
            name=settings.shop_name,
            address=settings.shop_url,
            return_policy=settings.return_policy_url,
            store_country=settings.store_country,
            target_countries=settings.target_countries or (settings.store_country,),
            guide=settings.public_url,
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A product that cannot stand in the feed."""

    product_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What was written where; `rejects_file` is None where every product was."""

    out: Path
    written: int
    left_out: int
    rejects_file: Path | None


def write_feed(products: Iterable[Product], seller: Seller, out: Path) -> FeedReport:
    """Write the feed, as JSON Lines or CSV by the file's name, gzipped where it ends in .gz.

    Products that are left out go, with the reason, into a file beside it.

    Raises:
        ShopGuideError: the name ends otherwise.
    """
    kind = out.name.removesuffix(".gz").rpartition(".")[2]
    if kind not in ("jsonl", "csv"):
        raise ShopGuideError(f"{out}: a feed's name ends in .jsonl, .csv, .jsonl.gz or .csv.gz")
    listed = list(products)
    groups: dict[str, list[Product]] = {}
    for product in listed:
        groups.setdefault(product.variant_group, []).append(product)
    rows = [feed_item(product, groups[product.variant_group], seller) for product in listed]
    items = [row for row in rows if isinstance(row, FeedItem)]
    left_out = [row for row in rows if isinstance(row, LeftOut)]
    text = _csv(items) if kind == "csv" else "".join(f"{_line(item)}\n" for item in items)
    content = text.encode()
    write_atomically(out, gzip.compress(content, mtime=0) if out.suffix == ".gz" else content)
    rejects = out.with_name(f"{out.name}.left-out.jsonl")
    rejects.unlink(missing_ok=True)
    if left_out:
        told = [{"id": each.product_id, "reason": each.reason} for each in left_out]
        write_atomically(rejects, "".join(f"{json.dumps(each)}\n" for each in told).encode())
    return FeedReport(out, len(items), len(left_out), rejects if left_out else None)


def feed_item(product: Product, group: Sequence[Product], seller: Seller) -> FeedItem | LeftOut:
    """A product as a row; `group` are all variants of it, itself among them."""
    availability, when = _availability(product)
    is_variant = len(group) > 1
    values: dict[str, object] = {
        "item_id": product.id,
        "title": plain(product.title, _LONGEST_TITLE - 1),
        "description": _description(product),
        "url": product.url or (seller.guide and seller.guide + product_address(product.id)),
        "brand": product.brand or None,
        "image_url": _absolute(product.image_urls[0], seller) if product.image_urls else None,
        "price": _price(product.price, product.currency),
        "sale_price": _price(product.sale_price, product.currency),
        "availability": availability,
        "availability_date": when,
        "group_id": product.variant_group if is_variant else None,
        "listing_has_variations": is_variant,
        "variant_dict": _differences(product, group) or None,
        "product_category": " > ".join(product.category) or None,
        "additional_image_urls": ",".join(
            filter(None, (_absolute(url, seller) for url in product.image_urls[1:]))
        )
        or None,
        "seller_name": seller.name,
        "seller_url": seller.address,
        "return_policy": seller.return_policy,
        "review_count": product.rating_count,
        "star_rating": product.rating if product.rating_count != 0 else None,
        "target_countries": list(seller.target_countries),
        "store_country": seller.store_country,
        **_apparel(product),
    }
    missing = [name for name in _REQUIRED if values[name] is None]
    if missing:
        return LeftOut(product.id, f"the catalogue has no {', '.join(missing)}")
    if product.sale_price and product.price and product.sale_price > product.price:
        return LeftOut(product.id, "sale_price: is more than the price")
    try:
        return FeedItem.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        told = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults]
        return LeftOut(product.id, "; ".join(told))


_REQUIRED = ("url", "brand", "image_url", "price")


def _availability(product: Product) -> tuple[str, date | None]:
    """As the feed says it; before sale it wants a day to come, which few catalogues tell."""
    if product.availability is not Availability.PREORDER:
        return product.availability.value, None
    try:
        when = date.fromisoformat(str(product.attributes.get("availability_date", "")))
    except ValueError:
        return "unknown", None
    return ("pre_order", when) if when > datetime.now(UTC).date() else ("unknown", None)


def _description(product: Product) -> str:
    """The description without markup or, where there is none, the record's own facts."""
    if text := plain(product.description, _LONGEST_DESCRIPTION - 1):
        return text
    facts = [
        f"{name.replace('_', ' ')}: {_value(each)}" for name, each in product.attributes.items()
    ]
    return plain("; ".join([product.title, *facts]), _LONGEST_DESCRIPTION - 1)


def _differences(product: Product, group: Sequence[Product]) -> dict[str, str]:
    """The attributes in which variants differ, as this one has them."""
    return {
        name: _value(value)
        for name, value in product.attributes.items()
        if len({_value(each.attributes.get(name, "")) for each in group}) > 1
    }


def _apparel(product: Product) -> Mapping[str, str]:
    return {
        name: _value(product.attributes[name])
        for name, longest in _APPAREL.items()
        if name in product.attributes and len(_value(product.attributes[name])) <= longest
    }


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _price(amount: Decimal | None, currency: str | None) -> str | None:
    if amount is None or currency is None:
        return None
    return (
        f"{amount.quantize(Decimal('0.01')) if amount == round(amount, 2) else amount} {currency}"
    )


def _absolute(url: str, seller: Seller) -> str | None:
    if url.startswith("/"):
        return None if seller.guide is None else seller.guide + url
    return url


def _line(item: FeedItem) -> str:
    return json.dumps(item.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


def _csv(items: Sequence[FeedItem]) -> str:
    written = io.StringIO()
    table = csv.DictWriter(written, list(FeedItem.model_fields), lineterminator="\n")
    table.writeheader()
    for item in items:
        table.writerow({name: _cell(value) for name, value in item.model_dump(mode="json").items()})
    return written.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return ",".join(map(str, value))
        case _:
            return _value(value)
