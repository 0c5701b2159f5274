"""The product feed of the Agentic Commerce Protocol: complete rows, and reasons for the rest."""

from __future__ import annotations

import csv
import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import SettingsError, ShopGuideError
from retrieval.product import Product
from ui.acp_feed import FeedItem, LeftOut, Seller, feed_item, write_feed
from ui.settings import Settings

SELLER = Seller(
    name="Larkfell",
    address="https://shop.example",
    return_policy="https://shop.example/returns",
    store_country="US",
    target_countries=("US", "CA"),
    guide="https://guide.example",
)


def tent(id: str = "tent-2", **fields: Any) -> Product:
    values: dict[str, Any] = {
        "id": id,
        "title": "Two-person tent",
        "description": "A <b>light</b> tent for two.",
        "brand": "Norvane",
        "category": ["Camping", "Tents"],
        "price": "149.00",
        "sale_price": "129.5",
        "currency": "USD",
        "rating": 4.5,
        "rating_count": 12,
        "image_urls": ["https://shop.example/tent.jpg", "/images/inside.png"],
        "attributes": {"color": "green", "waterproof": True},
        **fields,
    }
    return Product.model_validate(values)


def row(product: Product, *others: Product, seller: Seller = SELLER) -> FeedItem:
    item = feed_item(product, [product, *others], seller)
    assert isinstance(item, FeedItem), item
    return item


def why_not(product: Product, seller: Seller = SELLER) -> str:
    item = feed_item(product, [product], seller)
    assert isinstance(item, LeftOut)
    return item.reason


def test_a_product_is_told_in_the_feeds_own_fields() -> None:
    assert json.loads(row(tent()).model_dump_json(exclude_none=True)) == {
        "item_id": "tent-2",
        "title": "Two-person tent",
        "description": "A light tent for two.",
        "url": "https://guide.example/product/tent-2",
        "brand": "Norvane",
        "image_url": "https://shop.example/tent.jpg",
        "price": "149.00 USD",
        "sale_price": "129.50 USD",
        "availability": "in_stock",
        "listing_has_variations": False,
        "product_category": "Camping > Tents",
        "color": "green",
        "additional_image_urls": "https://guide.example/images/inside.png",
        "seller_name": "Larkfell",
        "seller_url": "https://shop.example",
        "return_policy": "https://shop.example/returns",
        "review_count": 12,
        "star_rating": 4.5,
        "target_countries": ["US", "CA"],
        "store_country": "US",
        "is_eligible_search": True,
        "is_eligible_checkout": False,  # the guide has no checkout of its own
    }


def test_variants_name_their_group_and_what_differs() -> None:
    green = tent("a", group_id="tent", attributes={"color": "green", "persons": 2})
    blue = tent("b", group_id="tent", attributes={"color": "blue", "persons": 2})
    item = row(green, blue)
    assert (item.group_id, item.listing_has_variations) == ("tent", True)
    assert item.variant_dict == {"color": "green"}


def test_before_sale_a_day_is_needed() -> None:
    soon = (datetime.now(UTC) + timedelta(days=9)).date()
    known = tent(availability="preorder", attributes={"availability_date": soon.isoformat()})
    assert (row(known).availability, row(known).availability_date) == ("pre_order", soon)
    for attributes in ({}, {"availability_date": "2020-01-01"}, {"availability_date": "soon"}):
        assert row(tent(availability="preorder", attributes=attributes)).availability == "unknown"


def test_a_product_without_a_description_is_described_by_its_record() -> None:
    told = row(tent(description="")).description
    assert told == "Two-person tent; color: green; waterproof: true"


def test_long_texts_are_cut_to_the_feeds_lengths() -> None:
    item = row(tent(title="tent " * 100, description="light " * 2000))
    assert len(item.title) <= 150
    assert len(item.description) <= 5000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"brand": None, "price": None, "sale_price": None}, "has no brand, price"),
        ({"image_urls": []}, "has no image_url"),
        ({"currency": None}, "has no price"),
        ({"image_urls": ["https://shop.example/tent.svg"]}, "image_url: .*JPEG or PNG"),
        ({"url": "javascript:alert(1)"}, "url: "),
        ({"sale_price": "150.00"}, "sale_price: is more than the price"),
        ({"id": "x" * 101}, "item_id: "),
    ],
)
def test_what_the_feed_cannot_take_is_left_out_with_the_reason(
    fields: dict[str, Any], reason: str
) -> None:
    assert re.search(reason, why_not(tent(**fields)))


def test_without_a_public_address_products_need_their_own() -> None:
    nowhere = Seller("Larkfell", None, None, "US", ("US",), None)
    assert why_not(tent(), nowhere) == "the catalogue has no url"
    assert row(tent(url="https://shop.example/tent"), seller=nowhere).additional_image_urls is None


@pytest.mark.parametrize("name", ["feed.jsonl", "feed.jsonl.gz", "feed.csv", "feed.csv.gz"])
def test_the_feed_is_written_as_its_name_says(tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    report = write_feed([tent("a"), tent("b", brand=None), tent("c")], SELLER, out)
    assert (report.written, report.left_out) == (2, 1)
    content = gzip.decompress(out.read_bytes()) if name.endswith(".gz") else out.read_bytes()
    lines = content.decode().splitlines()
    rows = list(csv.DictReader(lines)) if ".csv" in name else [json.loads(each) for each in lines]
    assert [each["item_id"] for each in rows] == ["a", "c"]
    assert str(rows[0]["is_eligible_search"]).lower() == "true"
    assert Decimal(rows[0]["price"].removesuffix(" USD")) == 149
    assert report.rejects_file is not None
    assert json.loads(report.rejects_file.read_text()) == {
        "id": "b",
        "reason": "the catalogue has no brand",
    }
    # The reasons of an earlier feed do not stay beside a later one.
    assert write_feed([tent("a")], SELLER, out).rejects_file is None
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_what_is_missing_for_a_feed_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="store_country"):
        Seller.of(Settings())
    assert Seller.of(Settings(store_country="US")).target_countries == ("US",)
    with pytest.raises(ShopGuideError, match="jsonl"):
        write_feed([], SELLER, tmp_path / "feed.xml")
