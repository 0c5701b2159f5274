"""What the shop has and has not: superlatives, counts, impossible wishes, from the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from turn_guide import say, small_guide
from turn_parts import SHOP, jacket

from assistant.audit import Auditor
from assistant.turn import Guide

TENTS = [
    jacket(
        f"tent{number}",
        f"Fernhollow Tent {number}",
        price,
        category=("Camping", "Tents"),
        rating=rating,
        rating_count=40,
    )
    for number, (price, rating) in enumerate([("159.00", 4.5), ("249.00", 4.4), ("179.00", 4.6)])
]
MUG = jacket("mug", "Osk Mug", "9.00", category=("Kitchen", "Mugs"), rating=4.1, rating_count=30)
PRODUCTS = (*SHOP, *TENTS, MUG)


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    opened = small_guide(tmp_path, products=PRODUCTS)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("message", "first", "said"),
    [
        ("your cheapest tent", "tent0", "The cheapest of our three tents is Fernhollow Tent 0"),
        ("what's the most expensive tent?", "tent1", "The most expensive of our three tents is"),
        ("best rated tent", "tent2", "The best rated of our three tents is Fernhollow Tent 2"),
        ("most expensive thing you have", "tent1", "The most expensive of our eight products is"),
        ("最便宜的帐篷", "tent0", "中最便宜的是Fernhollow Tent 0"),
        ("最贵的帐篷是哪个", "tent1", "中最贵的是Fernhollow Tent 1"),
    ],
)
def test_a_superlative_is_answered_from_the_records(
    guide: Guide, message: str, first: str, said: str
) -> None:
    reply = say(guide, message)
    assert reply.products[0].product_id == first
    assert said in reply.text


def test_the_cards_of_a_superlative_stand_in_its_order(guide: Guide) -> None:
    prices = [card.price for card in say(guide, "cheapest tents").products]
    assert prices == ["159.00", "179.00", "249.00"]


def test_a_superlative_alone_goes_on_with_the_subject(guide: Guide) -> None:
    reply = say(guide, "your cheapest tent", "and the most expensive one?")
    assert reply.products[0].product_id == "tent1"
    assert reply.constraints["category"] == ["tents"]


def test_a_superlative_of_the_whole_shop_leaves_the_subject(guide: Guide) -> None:
    reply = say(guide, "tents", "what is the cheapest thing you have?")
    assert reply.products[0].product_id == "mug"
    assert "category" not in reply.constraints


@pytest.mark.parametrize(
    "message",
    ["what do you sell?", "what kinds of products do you have?", "你们卖什么", "店里有什么"],
)
def test_what_is_sold_is_counted_by_department(guide: Guide, message: str) -> None:
    reply = say(guide, message)
    assert reply.intent == "shop_question"
    assert "8" in reply.text
    assert reply.products


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("how many tents do you have?", "We have three tents, from $159.00 to $249.00."),
        ("有几款帐篷", "店里有三款Tents，价格 US$159.00 到 US$249.00。"),
        ("what do your tents cost?", "We have three tents, from $159.00 to $249.00."),
    ],
)
def test_how_many_there_are_is_said(guide: Guide, message: str, said: str) -> None:
    reply = say(guide, message)
    assert reply.text.startswith(said)
    assert len(reply.products) == 3


def test_an_impossible_price_is_said_with_the_real_cheapest(guide: Guide) -> None:
    reply = say(guide, "a tent for $5 to $10")
    assert reply.text.startswith(
        "We have no tents for $5–$10. The cheapest is Fernhollow Tent 0 ($159.00)."
    )
    assert [card.product_id for card in reply.products] == ["tent0", "tent2", "tent1"]


def test_an_impossible_least_price_is_said_with_the_real_dearest(guide: Guide) -> None:
    reply = say(guide, "a tent over $1000")
    assert "The most expensive is Fernhollow Tent 1 ($249.00)." in reply.text


def test_nothing_is_cheaper_than_the_cheapest(guide: Guide) -> None:
    reply = say(guide, "your cheapest tent", "cheaper than the first one please")
    assert "is already the cheapest of our tents" in reply.text
    assert "price" not in reply.constraints


def test_starting_over_shows_nothing_at_random(guide: Guide) -> None:
    reply = say(guide, "a tent under $200", "start over")
    assert reply.products == []
    assert reply.constraints == {}
    assert "begin again" in reply.text


def test_what_is_said_of_the_shop_passes_the_auditor(guide: Guide) -> None:
    records = [product.model_dump(mode="json") for product in PRODUCTS]
    auditor = Auditor.of(records)
    for message in ("what do you sell?", "how many tents do you have?", "cheapest thing you have"):
        reply = say(guide, message)
        shown = [card.product_id for card in reply.products]
        findings = auditor.audit(reply.text, shown, [message])
        assert [each for each in findings if not each.on_record] == []


def test_a_product_named_and_never_shown_is_found(guide: Guide) -> None:
    reply = say(guide, "do you have the drizzle parka?")
    assert reply.text.startswith("Yes, here is Drizzle Parka ($59.90)")
    assert reply.products[0].product_id == "parka"


def test_a_misspelt_name_is_found(guide: Guide) -> None:
    assert say(guide, "is there a cloudlin anorak?").products[0].product_id == "anorak"


def test_what_is_out_of_stock_is_said_with_what_is_nearest(guide: Guide) -> None:
    reply = say(guide, "do you have the Cloudline Anorak?")
    assert "Cloudline Anorak ($74.50), but it is out of stock at the moment" in reply.text
    assert len(reply.products) > 1
    assert all(card.availability == "in_stock" for card in reply.products[1:])


def test_a_name_the_shop_lacks_is_said_to_be_lacking(guide: Guide) -> None:
    assert "“Moon Walker”" in say(guide, "do you have the Moon Walker?").text


def test_a_thing_for_a_laptop_is_no_laptop(tmp_path: Path) -> None:
    stand = jacket("stand", "Osk Laptop Stand – Grey", "40", category=("Office", "Stands"))
    guide = small_guide(tmp_path, products=(*SHOP, stand))
    assert "“laptop”" in say(guide, "a laptop").text
    guide.close()


def test_other_brands_are_others_than_those_shown(guide: Guide) -> None:
    reply = say(guide, "jackets under $80", "other brands than the first one")
    assert reply.products
    brands = {product.id: product.brand for product in PRODUCTS}
    first = say(guide, "jackets under $80").products[0].product_id
    assert brands[first] not in {brands[card.product_id] for card in reply.products}


def test_where_no_other_brand_has_it_the_guide_says_so(guide: Guide) -> None:
    only = [tent.model_copy(update={"brand": "Fernhollow"}) for tent in TENTS]
    guide.parts.catalog.upsert(only)
    reply = say(guide, "tents", "other brands")
    assert reply.text.startswith("No other brand has tents")
    assert "exclude" not in reply.constraints


def test_a_bigger_one_is_bigger_than_the_one_recommended(guide: Guide) -> None:
    sized = [
        tent.model_copy(update={"attributes": {"capacity_persons": people}})
        for tent, people in zip(TENTS, (1, 4, 2), strict=True)
    ]
    guide.parts.catalog.upsert(sized)
    small = say(guide, "tents", "a smaller one")
    assert [card.product_id for card in small.products] == ["tent0"]
    first = say(guide, "tents")
    assert first.products[0].product_id == "tent2"
    bigger = say(guide, "tents", "a bigger one")
    assert [card.product_id for card in bigger.products] == ["tent1"]
    assert "capacity 4 persons" in bigger.text
