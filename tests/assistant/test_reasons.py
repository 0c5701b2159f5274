"""Why a product is shown, and which ones are: reasons, order, variety."""

from __future__ import annotations

from decimal import Decimal

import pytest
from turn_parts import ANORAK, PARKA, SHELL, VEST, jacket

from assistant.constraints import Constraints
from assistant.diversify import choose
from assistant.finding import Found
from assistant.money import limit_text, number_text, price_text
from assistant.ordering import ordered
from assistant.reasons import reasons_for
from assistant.state import Wish
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.product import Product
from retrieval.search import SearchHit

FACETS = Facets(products=4, attributes={"waterproof": {True: 3, False: 1}})


def ranked(product: Product, probability: float = 0.5, **favour: float) -> RankedHit:
    return RankedHit(SearchHit(product, 1.0, 1, 1, 1.0, 0.5), probability, favour)


def reasons(product: Product, constraints: Constraints, **favour: float) -> list[str]:
    found = reasons_for(ranked(product, **favour), constraints, ["storm"], "en", FACETS)
    return [reason.text for reason in found]


def test_reasons_are_conditions_met_and_what_spoke_for_the_product() -> None:
    wish = Constraints(
        price_max=Decimal(100), attributes={"waterproof": (True,)}, exclude=("black",)
    )
    assert reasons(SHELL, wish, rating=0.3, discount=0.1) == [
        "under $100",
        "waterproof",
        "4.6 stars from 212 reviews",
        "down from $120.00",
    ]


def test_what_the_model_did_not_count_is_no_reason() -> None:
    wish = Constraints(price_max=Decimal(100))
    assert reasons(SHELL, wish, rating=-0.2) == ["under $100"]


def test_a_price_at_the_limit_is_not_under_it() -> None:
    wish = Constraints(price_max=Decimal("89"))
    assert reasons(SHELL, wish) == ["up to $89"]


def test_a_product_of_which_nothing_else_speaks_is_there_for_its_name() -> None:
    assert reasons(SHELL, Constraints()) == ["“storm” in its name"]


def test_one_brand_does_not_take_all_places() -> None:
    same = [jacket(f"n{n}", f"Norvane Jacket {n}", "80", brand="Norvane") for n in range(5)]
    other = jacket("o", "Ostrel Coat", "80", brand="Ostrel")
    hits = [ranked(product, 0.5 - 0.01 * n) for n, product in enumerate(same)]
    chosen = choose([*hits, ranked(other, 0.42)], 3)
    assert chosen[0].hit.product.id == "n0"
    assert "o" in [hit.hit.product.id for hit in chosen]


def test_variety_does_not_bring_in_what_does_not_fit() -> None:
    same = [jacket(f"n{n}", f"Norvane Jacket {n}", "80", brand="Norvane") for n in range(5)]
    hits = [ranked(product, 0.5) for product in same]
    chosen = choose([*hits, ranked(VEST, 0.01)], 5)
    assert VEST not in [hit.hit.product for hit in chosen]


def test_variants_of_one_product_are_shown_once() -> None:
    variants = [SHELL.model_copy(update={"id": f"s{n}", "group_id": "s"}) for n in range(3)]
    assert len(choose([ranked(product) for product in variants], 5)) == 1


def test_what_cannot_be_bought_comes_last_and_the_cheapest_first_if_wished() -> None:
    hits = [ranked(ANORAK, 0.6), ranked(SHELL, 0.5), ranked(PARKA, 0.4)]
    plain = ordered(hits, Found([], Constraints()), FACETS, Wish())
    assert [hit.hit.product.id for hit in plain] == ["shell", "parka", "anorak"]
    cheap = ordered(hits, Found([], Constraints(prefer="cheapest")), FACETS, Wish())
    assert cheap[0].hit.product.id == "parka"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (price_text(Decimal("1289.5"), "USD", "en"), "$1,289.50"),
        (price_text(Decimal("1289.5"), "CNY", "zh"), "¥1,289.50"),
        (price_text(Decimal("3"), None, "en"), "3.00"),
        (limit_text(Decimal("100"), "USD", "en"), "$100"),
        (limit_text(Decimal("99.5"), "EUR", "en"), "€99.50"),
        (number_text(1204, "en"), "1,204"),
        (number_text(4.6, "zh"), "4.6"),
    ],
)
def test_money_and_numbers_read_as_customers_expect(text: str, expected: str) -> None:
    assert text == expected
