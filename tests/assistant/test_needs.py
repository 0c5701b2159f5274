"""Several things wanted at once: a product for each, within one budget."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from shop_facets import FACETS, Talk
from turn_guide import say, small_guide
from turn_parts import jacket

from assistant.audit import Auditor
from assistant.naming import Naming
from assistant.reply import Reply
from assistant.turn import Guide
from assistant.understanding.understander import Understander
from ui.chat.storefront import Reader
from ui.chat.wanted import chips_of

TENTS = ("Camping", "Tents")
BAGS = ("Camping", "Sleeping Bags")
PRODUCTS = [
    jacket(key, title, price, category=kind, rating=rating, attributes={"color": colour})
    for key, title, price, kind, rating, colour in (
        ("t1", "Brae Tent – Green", "179", TENTS, 4.6, "green"),
        ("t2", "Knoll Tent – Orange", "159", TENTS, 4.1, "orange"),
        ("t3", "Fell Tent – Green", "249", TENTS, 4.8, "green"),
        ("b1", "Wren Sleeping Bag", "79", BAGS, 4.7, "blue"),
        ("b2", "Finch Sleeping Bag", "49", BAGS, 4.2, "red"),
    )
]
WISH = "a tent and two sleeping bags under 300 together"


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(FACETS)


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    opened = small_guide(tmp_path, products=PRODUCTS)
    yield opened
    opened.close()


def test_each_thing_has_its_own_conditions_and_number(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("a green tent and two red sleeping bags under 300 together")
    assert talk.state.to_json() == {
        "category": ["tents", "sleeping bags"],
        "price": {"max": "300", "total": True},
        "needs": [
            {"category": ["tents"], "attributes": {"color": "green"}},
            {"category": ["sleeping bags"], "attributes": {"color": "red"}, "quantity": 2},
        ],
    }


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("a tent, a backpack and hiking boots for less than 400 in total", 3),
        ("一顶帐篷和两个睡袋，一共三千以内", 2),
        ("I need a sofa plus a lamp", 2),
        ("jackets or trousers", 0),
        ("a tent with a lamp", 0),
        ("headphones for my phone", 0),
        ("tents and sleeping bags", 0),
    ],
)
def test_what_is_wanted_together_and_what_is_not(
    understander: Understander, message: str, kinds: int
) -> None:
    talk = Talk(understander)
    talk.say(message)
    assert len(talk.state.wish.needs) == kinds


def test_a_price_for_each_is_no_budget(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("a tent and a sleeping bag under $100 each")
    assert talk.state.to_json()["price"] == {"max": "100"}


def test_a_price_said_of_one_thing_is_its_own(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("a tent under $200 and two sleeping bags")
    assert talk.state.wish.needs[0].constraints.price_max == Decimal(200)
    assert talk.state.wish.needs[1].constraints.price_max is None


def test_a_need_is_changed_added_and_put_away(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say(WISH, "the tent in red", "and also a backpack")
    first, bags, backpack = talk.state.wish.needs
    assert first.constraints.attributes == {"color": ("red",)}
    assert backpack.constraints.category == ("Backpacks",)
    assert bags.constraints.quantity == 2
    left = talk.state.without("needs.0.attributes.color").without("needs.1")
    assert [need.constraints.category for need in left.wish.needs] == [("Tents",), ("Backpacks",)]
    alone = left.without("needs.0")
    assert not alone.wish.needs
    assert alone.constraints.category == ("Backpacks",)


def test_a_second_thing_joins_the_first(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("a red tent", "and two sleeping bags too")
    assert [need.subject for need in talk.state.wish.needs] == ["tent", "sleeping bag"]


def test_another_thing_ends_the_wish_for_several(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say(WISH, "show me jackets")
    assert talk.belief == {"category": ["jackets"]}
    talk.say("go back")
    assert len(talk.state.wish.needs) == 2


def test_the_best_combination_within_the_budget_comes_first(guide: Guide) -> None:
    reply = say(guide, WISH)
    assert [card.product_id for card in reply.products[:2]] == ["t1", "b2"]
    assert reply.text.startswith(
        "Brae Tent – Green ($179.00) and 2 × Finch Sleeping Bag ($49.00 each) "
        "come to $277.00 together, within your $300."
    )


def test_every_other_product_fits_the_budget_in_its_place(guide: Guide) -> None:
    shown = {card.product_id for card in say(guide, WISH).products}
    assert shown == {"t1", "b2", "t2"}  # two b1 with t1, or t3 with b2, cost too much


def test_a_budget_that_cannot_be_kept_is_said_with_the_cheapest_there_is(guide: Guide) -> None:
    reply = say(guide, "a tent and two sleeping bags under 100 together")
    assert reply.text.startswith("I can’t keep it within $100")
    assert "come to $257.00 together." in reply.text


def test_in_chinese_the_sum_is_said_too(guide: Guide) -> None:
    assert (
        "一共 US$277.00，在US$300以内" in say(guide, "一个tent和两个sleeping bag，一共300以内").text
    )


def test_a_chip_takes_one_need_away(guide: Guide) -> None:
    first = say(guide, WISH)
    *_, reply = guide.remove_constraint(first.conversation_id, "needs.1")
    assert isinstance(reply, Reply)
    assert reply.constraints["category"] == ["tents"]
    assert "needs" not in reply.constraints


def test_the_page_shows_a_chip_for_each_need_and_condition(guide: Guide) -> None:
    reply = say(guide, "a green tent and two sleeping bags under 300 together")
    reader = Reader("en", Naming(FACETS, "en"), "USD")
    assert [(chip.path, chip.label) for chip in chips_of(reply.constraints, reader)] == [
        ("price", "up to $300 together"),
        ("needs.0", "tents"),
        ("needs.0.attributes.color", "tents: color: green"),
        ("needs.1", "sleeping bags × 2"),
    ]


def test_the_sum_passes_the_auditor_and_a_wrong_one_does_not(guide: Guide) -> None:
    auditor = Auditor.of([product.model_dump(mode="json") for product in PRODUCTS])
    reply = say(guide, WISH)
    shown = [card.product_id for card in reply.products]
    wrong = reply.text.replace("$277.00", "$270.00")
    assert all(each.on_record for each in auditor.audit(reply.text, shown, [WISH], ["300"]))
    assert not all(each.on_record for each in auditor.audit(wrong, shown, [WISH], ["300"]))
