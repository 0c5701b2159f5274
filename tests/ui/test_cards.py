"""Cards, chips and past turns as markup: true to the record, and safe whatever it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from fake_guide import PRODUCTS

from assistant.log import LoggedTurn
from assistant.reply import Intent, ProductCard, Reply
from assistant.takeover.timeline import News
from retrieval.facets import Facets
from retrieval.product import Product, Translation
from ui.chat.cards import cards_html
from ui.chat.examples import example_wishes
from ui.chat.storefront import Reader
from ui.chat.views import chips_html, conversation_json
from ui.i18n import preferred_language, words
from ui.markup import product_address, safe_link

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</a></article><iframe src=//evil.example></iframe>",
    "{{7*7}} ${alert(1)} {% raw %}",
    "<svg/onload=alert(1)>",
]


def card(**changes: object) -> ProductCard:
    fields: dict[str, object] = {
        "product_id": "p1",
        "title": "Moorland Shell",
        "price": "74.50",
        "currency": "USD",
        "url": None,
        "image_url": "/images/shell.svg",
        "click_probability": 0.3,
    }
    return ProductCard.model_validate(fields | changes)


def soup(markup: str) -> BeautifulSoup:
    return BeautifulSoup(markup, "html.parser")


def reader(facets: Facets | None = None, language: str = "en") -> Reader:
    from assistant.naming import Naming

    return Reader(language, Naming(facets or Facets(), language), "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_a_record_holds_becomes_markup(attack: str) -> None:
    hostile = card(
        product_id=attack, title=attack, url=attack, image_url=attack, reasons=[attack],
        availability=attack, currency="USD",
    )  # fmt: skip
    shown = soup(cards_html([hostile], "en"))
    assert not shown.find_all(["script", "iframe", "img"])
    assert {tag.name for tag in shown.find_all()} <= {
        "div", "ul", "li", "span", "h3", "a", "p", "strong", "svg", "path", "button",
    }  # fmt: skip
    handlers = [name for tag in shown.find_all() for name in tag.attrs if name.startswith("on")]
    assert not handlers
    assert shown.find("a")["href"] == product_address(attack)
    assert attack in shown.find("h3").get_text()
    assert attack in shown.find(class_="sg-reasons").get_text()


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_a_customer_or_a_reply_says_becomes_markup(attack: str) -> None:
    reply = Reply(
        conversation_id="c", turn=1, language="en", text=attack, intent=Intent.RECOMMEND,
        suggestions=[attack], constraints={"exclude": [attack], "category": [attack]},
        writer="composer",
    )  # fmt: skip
    turn = LoggedTurn(1, attack, reply, datetime.now(UTC))
    page = conversation_json("c", [turn], reader(), News())
    shown = soup(str(page["turns"]) + str(page["chips"]))
    assert not shown.find_all(["script", "iframe", "img"])
    assert shown.find(class_="sg-said").find("p").get_text() == attack
    assert shown.find(class_="sg-text").get_text() == attack
    assert shown.find(class_="sg-suggestion").get_text() == attack
    assert {button["data-path"] for button in shown.select(".sg-chip button")} == {
        f"exclude.{attack}",
        f"category.{attack}",
    }


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "/\\evil.example", "x.html",
     "http:", "https:///x", "java\nscript:alert(1)", " /x", "", None, "vbscript:x", "http://[x"],
)  # fmt: skip
def test_addresses_that_are_not_linked(address: str | None) -> None:
    assert safe_link(address) is None


@pytest.mark.parametrize(
    "address", ["/product/p1", "https://shop.example/p?id=1", "http://x.example"]
)
def test_addresses_that_are_linked(address: str) -> None:
    assert safe_link(address) == address


def test_a_product_address_is_one_path_segment() -> None:
    assert product_address("a/b?c#d&e") == "/product/a%2Fb%3Fc%23d%26e"


def test_prices_are_said_in_the_readers_way() -> None:
    reduced = card(price="1089", list_price="1200.00", currency="EUR")
    english, chinese = soup(cards_html([reduced], "en")), soup(cards_html([reduced], "zh"))
    assert [english.find(tag).get_text() for tag in ("strong", "s")] == ["€1,089.00", "€1,200.00"]
    assert chinese.find("strong").get_text() == "€1,089.00"
    assert "现价" in chinese.find(class_="sg-price").get_text()


def test_what_a_record_does_not_say_is_not_shown() -> None:
    bare = soup(cards_html([card(price=None, currency=None, image_url=None)], "en"))
    assert bare.find(class_="sg-rating") is None
    assert bare.find(class_="sg-reasons") is None
    assert bare.find("img") is None
    assert bare.find(class_="sg-price").get_text(strip=True) == "Price on request"


def test_stars_are_drawn_as_full_as_the_rating() -> None:
    shown = soup(cards_html([card(rating=4.3, rating_count=1)], "en"))
    assert float(shown.find("rect")["width"]) == pytest.approx(74 * 4.3 / 5, abs=0.1)
    assert "1 review" in shown.find(class_="sg-rating").get_text()


def test_a_reason_does_not_repeat_what_the_card_shows_anyway() -> None:
    reasons = ["under $100", "4.3 stars from 1,212 reviews", "down from $99.00", "4.3 oz light"]
    rated = card(rating=4.3, rating_count=1212, list_price="99.00", reasons=reasons)
    shown = soup(cards_html([rated], "en")).select(".sg-reasons li")
    assert [reason.get_text() for reason in shown] == ["under $100", "4.3 oz light"]


def test_a_reply_without_products_has_no_row() -> None:
    assert cards_html([], "en") == ""


def test_chips_are_named_in_the_language_of_the_interface() -> None:
    facets = Facets(translations={"zh": {"夹克": "Jackets"}})
    wanted = {"category": ["jackets"], "price": {"max": "100"}, "attributes": {"waterproof": True}}
    chinese = soup(chips_html(wanted, reader(facets, "zh")))
    assert [li.get_text() for li in chinese.find_all("li")] == ["夹克", "US$100以内", "防水"]
    assert chips_html({}, reader()) == ""


def test_constraints_that_cannot_be_read_give_no_chips() -> None:
    assert chips_html({"price": {"max": "a lot"}}, reader()) == ""


def test_an_unfinished_turn_says_so() -> None:
    page = conversation_json(
        "c", [LoggedTurn(1, "hello", None, datetime.now(UTC))], reader(), News()
    )
    assert "This answer was not finished." in str(page["turns"])


def test_both_languages_have_every_text_with_the_same_blanks() -> None:
    english, chinese = words("en"), words("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert blanks(text) == blanks(chinese[key]), key


def blanks(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("fr, en;q=0.5, zh;q=0.7", "zh"), ("fr", "en"), ("", "en"),
     ("zh;q=0", "en"), ("zh;q=x, en", "en"), ("en-GB", "en"), ("zh", "zh")],
)  # fmt: skip
def test_the_language_follows_the_browser(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_example_wishes_are_fulfilled_by_a_product_each() -> None:
    chair = Product(
        id="chair", title="Ash chair", category=("Home", "Chairs"), price=Decimal("118"),
        currency="USD", rating=4.5, rating_count=80, attributes={"foldable": True},
        image_urls=("javascript:alert(1)",),
        translations={"zh": Translation(title="白蜡木椅", category=("家居", "椅子"))},
    )  # fmt: skip
    facets = Facets(currency="USD", translations={"zh": {"椅子": "Chairs", "夹克": "Jackets"}})
    wishes = example_wishes([*PRODUCTS, chair], facets)
    assert [wish.text["en"] for wish in wishes] == [
        "Waterproof jackets under $70",
        "Chairs under $150",
    ]
    assert [wish.text["zh"] for wish in wishes] == ["US$70以内的防水夹克", "US$150以内的椅子"]
    assert wishes[0].image is not None
    assert wishes[1].image is None


def test_an_empty_shop_has_no_example_wishes() -> None:
    assert example_wishes([], Facets()) == []


def test_cards_beside_a_comparison_leave_the_reasons_to_its_table() -> None:
    compared = soup(cards_html([card(reasons=["under $100"])], "en", compact=True))
    assert compared.select_one(".sg-cards-compact .sg-price strong")
    assert not compared.select(".sg-reasons")
