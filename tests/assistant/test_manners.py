"""How people really talk: thanks, second thoughts, things called off, the choice left open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from shop_facets import FACETS, Talk
from turn_guide import say, small_guide
from turn_parts import SHOP, jacket

from assistant.reply import Intent
from assistant.state import DialogueState
from assistant.turn import Guide
from assistant.understanding.understander import Understander

BOOTS = [
    jacket(f"boot{n}", f"Osk Boots {n}", price, category=("Footwear", "Boots"), rating=4.0 + n / 10)
    for n, price in enumerate(["80.00", "95.00"])
]


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(FACETS)


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    opened = small_guide(tmp_path, products=[*SHOP, *BOOTS])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("great thanks", "You’re welcome"),
        ("谢谢", "不客气"),
        ("bye!", "Goodbye"),
        ("what can you do?", "compare products"),
        ("hello", "Hello again"),
    ],
)
def test_small_talk_is_answered_for_what_it_is(guide: Guide, message: str, said: str) -> None:
    reply = say(guide, "a jacket", message)
    assert reply.intent is Intent.GREETING
    assert said in reply.text
    assert "welcome to" not in reply.text.lower()


@pytest.mark.parametrize("message", ["surprise me", "i'm bored", "随便看看"])
def test_who_leaves_the_choice_is_shown_something(guide: Guide, message: str) -> None:
    reply = say(guide, message)
    assert reply.intent is Intent.RECOMMEND
    assert reply.products
    assert reply.constraints == {}


def test_a_total_without_a_cart_is_zero_and_no_riddle(guide: Guide) -> None:
    assert say(guide, "a jacket", "what's my total?").intent is Intent.CART


def test_another_kind_for_the_cart_is_shown_first(guide: Guide) -> None:
    reply = say(guide, "jackets", "add the first to my cart", "and add a pair of boots to my cart")
    assert reply.intent is Intent.CART
    assert [card.product_id for card in reply.products] == ["boot1", "boot0"]
    assert "Which one" in reply.text


def test_the_one_asked_for_is_named(guide: Guide) -> None:
    reply = say(guide, "boots", "which one is cheaper?")
    assert reply.intent is Intent.COMPARE
    assert reply.text.startswith("That would be Osk Boots 0")
    assert reply.products[0].product_id == "boot0"


@pytest.mark.parametrize(
    ("messages", "categories"),
    [
        (("a tent for us and sleeping bags, 600 total",), ["tents", "sleeping bags"]),
        (("a tent and two sleeping bags", "forget the sleeping bags, just the tent"), ["tents"]),
        (("帐篷和两个睡袋", "睡袋不要了"), ["tents"]),
        (("jackets", "forget the jackets, show me tents"), ["tents"]),
        (("jackets", "I don't need the jacket anymore"), None),
    ],
)
def test_needs_come_and_go(
    understander: Understander, messages: tuple[str, ...], categories: list[str] | None
) -> None:
    talk = Talk(understander)
    for message in messages:
        told = talk.say(message).state.to_json()
    assert told.get("category") == categories


def test_what_is_counted_up_is_wanted_each_at_its_price(understander: Understander) -> None:
    for text in (
        "First, a tent under $200. Second, a lamp between $20 and $40.",
        "1) a tent under $200; 2) a lamp for $20 to $40",
        "I need a tent for under $200 and a lamp that costs between $20 and $40",
    ):
        needs = understander.understand(text, DialogueState(), {}).state.wish.needs
        limits = [(need.constraints.price_min, need.constraints.price_max) for need in needs]
        assert limits == [(None, 200), (20, 40)], text
    one = understander.understand("a tent over $50 and under $100", DialogueState(), {})
    assert one.state.wish.needs == ()


def test_an_interest_is_no_thing_to_buy(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("a present for my dad who loves fishing")
    told = talk.say("hmm he also likes coffee. budget around 50").state.constraints
    assert told.occasion == ("fishing", "coffee")
    assert told.for_whom == "men"
    assert told.price_max == 50
    assert told.category == ()


def test_a_present_keeps_its_budget_whatever_it_becomes(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("送女朋友生日礼物，300元以内")
    told = talk.say("换成耳机吧").state.constraints
    assert told.category == ("Headphones",)
    assert told.price_max == 300


def test_company_is_not_whom_it_is_for(understander: Understander) -> None:
    told = Talk(understander).say("camping with my wife and 2 kids next month, what do I need?")
    assert told.intent is Intent.RECOMMEND
    assert told.state.constraints.for_whom is None
    assert told.state.constraints.occasion == ("camping",)


@pytest.mark.parametrize(
    ("message", "excluded"),
    [("headphones, not in-ear", ("in-ear",)), ("a jacket, not today", ())],
)
def test_a_bare_not_refuses_what_has_a_name(
    understander: Understander, message: str, excluded: tuple[str, ...]
) -> None:
    assert Talk(understander).say(message).state.constraints.exclude == excluded


@pytest.mark.parametrize(
    "message", ["no I don't want a person, just show me boots", "不用找人工，给我看看夹克"]
)
def test_a_person_that_is_refused_is_not_called(understander: Understander, message: str) -> None:
    told = Talk(understander).say(message)
    assert told.intent is Intent.RECOMMEND
    assert told.state.constraints.exclude == ()


def test_praise_before_the_wish_is_no_part_of_it(understander: Understander) -> None:
    talk = Talk(understander)
    talk.say("a jacket for hiking")
    told = talk.say("That sounds great! But I'd like it in red.")
    assert told.intent is Intent.REFINE
    assert told.query == "jacket hiking red"


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("an iPhone 15?", Intent.RECOMMEND),
        ("any washing machines?", Intent.RECOMMEND),
        ("a joke?", Intent.OUT_OF_SCOPE),
        ("any good jokes?", Intent.OUT_OF_SCOPE),
    ],
)
def test_a_bare_name_with_a_question_mark_is_a_wish(
    understander: Understander, message: str, intent: Intent
) -> None:
    assert Talk(understander).say(message).intent is intent
