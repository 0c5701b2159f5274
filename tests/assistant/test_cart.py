"""The cart: exact variants, exact sums, and nothing claimed that was not done."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from turn_guide import small_guide
from turn_parts import ANORAK, SHELL, jacket

from assistant.audit import Auditor
from assistant.cart import Cart, priced
from assistant.reply import Intent, Reply
from assistant.settings import AssistantSettings
from assistant.tables import events
from assistant.turn import Guide
from assistant.understanding.cart_request import read_cart_request
from retrieval.product import Availability, Product, Translation


def shirt(color: str, size: str, **fields: Any) -> Product:
    chinese = {"blue": "蓝色", "red": "红色"}[color]
    return jacket(
        f"shirt-{color}-{size}",
        f"Harbour Jacket – {color.title()}",
        "19.90",
        group_id="shirt",
        rating=4.9,
        attributes={"color": color, "size": size},
        translations={
            "zh": Translation(
                title=f"港湾夹克（{chinese}）", attributes={"color": chinese, "size": size}
            )
        },
        **fields,
    )


def cap(color: str, size: str) -> Product:
    return jacket(
        f"cap-{color}-{size}",
        "Wendale Cap",
        "15.00",
        group_id="cap",
        category=("Hats", "Caps"),
        attributes={"color": color, "size": size},
    )


SHOP = (
    shirt("blue", "S"),
    shirt("blue", "M"),
    shirt("red", "M", availability=Availability.OUT_OF_STOCK),
    cap("grey", "M"),
    cap("green", "M"),
    cap("green", "L"),
    SHELL,
    ANORAK,
    jacket("euro", "Seine Jacket", "10.10", currency="EUR", rating=3.0),
)


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    guide = small_guide(tmp_path, products=SHOP)
    yield guide
    guide.close()


def talk(guide: Guide, *messages: str) -> list[Reply]:
    conversation = None
    replies: list[Reply] = []
    for message in messages:
        for event in guide.answer(message, conversation_id=conversation, channel="cli"):
            if isinstance(event, Reply):
                replies.append(event)
        conversation = replies[-1].conversation_id
    return replies


def lines(reply: Reply) -> dict[str, int]:
    assert reply.cart is not None
    return {line.product_id: line.quantity for line in reply.cart.lines}


def place_of(reply: Reply, prefix: str) -> str:
    places = ["first", "second", "third", "fourth", "fifth"]
    ids = [card.product_id for card in reply.products]
    return places[next(i for i, key in enumerate(ids) if key.startswith(prefix))]


def test_all_options_in_one_sentence(guide: Guide) -> None:
    shown = talk(guide, "a jacket")[0]
    place = place_of(shown, "shirt")
    _, reply = talk(guide, "a jacket", f"add the {place} one in blue, size M, twice")
    assert reply.intent is Intent.CART
    assert lines(reply) == {"shirt-blue-M": 2}
    assert reply.cart is not None
    assert reply.cart.totals == {"USD": "39.80"}
    assert "$39.80" in reply.text


def test_no_variant_without_its_size_and_colour(guide: Guide) -> None:
    asked, still, added = talk(
        guide, "a jacket", "add the Wendale Cap to my cart", "green", "L please"
    )[1:]
    assert lines(asked) == lines(still) == {}
    assert asked.text == (
        "Which color and size of Wendale Cap would you like? Color: grey or green. Size: M or L."
    )
    assert asked.suggestions == ["grey", "green"]
    assert still.text == "Which size of Wendale Cap in green would you like: M or L?"
    assert lines(added) == {"cap-green-L": 1}


def test_the_colour_that_a_title_names_was_pointed_at(guide: Guide) -> None:
    shown = talk(guide, "a jacket")[0]
    place = place_of(shown, "shirt")
    replies = talk(guide, "a jacket", f"add the {place} one to my cart", "M please")
    assert replies[1].text == "Which size of Harbour Jacket – Blue would you like: S or M?"
    assert lines(replies[2]) == {"shirt-blue-M": 1}
    assert replies[2].constraints == shown.constraints


def test_another_colour_may_be_told_when_the_size_is_asked(guide: Guide) -> None:
    place = place_of(talk(guide, "a jacket")[0], "shirt")
    reply = talk(guide, "a jacket", f"add the {place} one to my cart", "in red, M please")[-1]
    assert lines(reply) == {}
    assert "out of stock" in reply.text


def test_a_click_adds_asks_changes_and_removes(guide: Guide) -> None:
    shown = talk(guide, "a jacket")[0]

    def click(product_id: str, quantity: int | None = None) -> Reply:
        *_, reply = guide.change_cart(shown.conversation_id, product_id, quantity)
        assert isinstance(reply, Reply)
        return reply

    assert lines(click("euro")) == {"euro": 1}
    assert lines(click("shirt-blue-S")) == {"euro": 1}  # the size is asked
    assert lines(click("euro", 3)) == {"euro": 3}
    assert lines(click("euro", 0)) == {}
    assert click("gone").text.startswith("Which product")
    kept = guide.history(shown.conversation_id)
    assert [turn.message for turn in kept][1:3] == ["(cart + euro)", "(cart + shirt-blue-S)"]


def test_chinese(guide: Guide) -> None:
    place = place_of(talk(guide, "夹克")[0], "shirt")
    number = {"first": "一", "second": "二", "third": "三", "fourth": "四", "fifth": "五"}[place]
    replies = talk(
        guide,
        "夹克",
        f"把第{number}个加入购物车",
        "M码，两件",
        "购物车里改成三件",
        "清空购物车",
    )
    assert replies[1].text == "港湾夹克（蓝色）您要哪种尺码？尺码：S、M。"
    assert lines(replies[2]) == {"shirt-blue-M": 2}
    assert "合计：US$39.80" in replies[2].text
    assert lines(replies[3]) == {"shirt-blue-M": 3}
    assert lines(replies[4]) == {}


def test_out_of_stock_is_refused_with_alternatives(guide: Guide) -> None:
    place = place_of(talk(guide, "a jacket")[0], "shirt")
    reply = talk(guide, "a jacket", f"add the {place} one in red, size M")[1]
    assert lines(reply) == {}
    assert "out of stock" in reply.text
    assert "blue" in reply.text
    assert "I’ve put" not in reply.text


def test_a_variant_that_does_not_exist_is_not_added(guide: Guide) -> None:
    place = place_of(talk(guide, "a jacket")[0], "shirt")
    reply = talk(guide, "a jacket", f"add the {place} one in red, size S")[1]
    assert lines(reply) == {}
    assert "added nothing" in reply.text


def test_remove_change_and_currencies_apart(guide: Guide) -> None:
    replies = talk(
        guide,
        "a jacket",
        "add the Storm Shell Jacket to my cart",
        "add the Seine Jacket to my cart",
        "make it two of the Seine Jacket",
        "what is in my cart?",
        "remove the Storm Shell from my cart",
        "check out",
    )
    assert lines(replies[4]) == {"shell": 1, "euro": 2}
    assert replies[4].cart is not None
    assert replies[4].cart.totals == {"USD": "89.00", "EUR": "20.20"}
    assert lines(replies[5]) == {"euro": 2}
    assert "can’t place an order" in replies[6].text


def test_an_addition_is_logged_for_the_turn_that_showed_it(guide: Guide) -> None:
    reply = talk(guide, "a jacket", "add the Storm Shell Jacket to my cart")[1]
    with guide.parts.catalog.engine.connect() as connection:
        logged = connection.execute(select(events)).all()
    assert [(each.kind, each.product_id, each.turn) for each in logged] == [
        ("add_to_cart", "shell", 1)
    ]
    assert logged[0].conversation_id == reply.conversation_id


def test_every_amount_said_is_on_record(guide: Guide) -> None:
    replies = talk(
        guide,
        "a jacket",
        "add the Storm Shell Jacket to my cart",
        "add the Seine Jacket to my cart",
        "show my cart",
    )
    auditor = Auditor.of([product.model_dump(mode="json") for product in SHOP])
    shown = [product.id for product in SHOP]
    text = replies[3].text
    assert all(each.on_record for each in auditor.audit(text, shown, ["show my cart"]))
    wrong = text.replace("Total: $89.00", "Total: $79.00")
    assert wrong != text
    assert not all(each.on_record for each in auditor.audit(wrong, shown, ["show my cart"]))


def test_a_place_that_was_not_shown_is_asked_for(guide: Guide) -> None:
    reply = talk(guide, "the Seine Jacket", "add number 9 to my cart", "add the fifth one")[2]
    assert lines(reply) == {}


def test_sums_are_exact_and_links_are_quoted() -> None:
    product = jacket("a/b", "Thing", "0.10")
    cart = Cart().with_quantity("a/b", 3)
    view = priced(cart, {"a/b": product}, {"a/b": "Thing"}, {}, "https://x.test/cart?i={items}")
    assert Decimal(view.totals["USD"]) == Decimal("0.30")
    assert view.url == "https://x.test/cart?i=a%2Fb:3"


def test_the_link_s_template_must_be_an_address_with_a_place_for_the_items() -> None:
    with pytest.raises(ValueError, match="cart_url"):
        AssistantSettings(cart_url="javascript:alert({items})")


@pytest.mark.parametrize(
    ("message", "act", "quantity"),
    [
        ("add the second one in blue, size M, twice", "add", 2),
        ("add two of the first one", "add", 2),
        ("put 3 pairs in my basket", "add", 3),
        ("add it to my cart", "add", None),
        ("remove the first one from my cart", "remove", None),
        ("take the mug out of my basket", "remove", None),
        ("make it three", "change", 3),
        ("change the quantity to 4", "change", 4),
        ("empty my cart", "clear", None),
        ("what's in my cart?", "show", None),
        ("how much is everything in the cart altogether?", "show", None),
        ("check out", "checkout", None),
        ("把第二个加入购物车", "add", None),
        ("这个我要两件，加入购物车", "add", 2),
        ("从购物车里删除第一个", "remove", None),
        ("购物车里改成3件", "change", 3),
        ("清空购物车", "clear", None),
        ("看看我的购物车", "show", None),
        ("一共多少钱", "show", None),
        ("结账", "checkout", None),
    ],
)
def test_requests(message: str, act: str, quantity: int | None) -> None:
    request = read_cart_request(message)
    assert (request.act, request.quantity) == (act, quantity)


def test_what_is_in_the_cart_is_edited_without_naming_the_cart(guide: Guide) -> None:
    *_, one, three, four, two, none = talk(
        guide,
        "the Seine Jacket",
        "add it to my cart",
        "make it three",
        "one more please",
        "only two",
        "take it out",
    )
    assert [lines(reply) for reply in (one, three, four, two, none)] == [
        {"euro": 1},
        {"euro": 3},
        {"euro": 4},
        {"euro": 2},
        {},
    ]


def test_such_words_are_wishes_while_the_cart_is_empty(guide: Guide) -> None:
    reply = talk(guide, "a jacket", "only two")[-1]
    assert reply.intent is not Intent.CART


@pytest.mark.parametrize(
    ("message", "by"),
    [("two fewer", -2), ("one more of them", 1), ("再来两件", 2), ("少一件", -1)],
)
def test_more_and_fewer(message: str, by: int) -> None:
    request = read_cart_request(message)
    assert (request.act, request.by) == ("change", by)
