"""Which of several to take: by a measure, by what it is for, or an honest "I can't tell"."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.choosing import asks_which, by_measure, measures, purpose_of, suits
from assistant.naming import Naming
from assistant.understanding.text import clean
from retrieval.facets import Facets
from retrieval.product import Product

NAMING = Naming(Facets(currency="USD"), "en")


def tent(id: str, price: str, **attributes: float | str | bool) -> Product:
    return Product(
        id=id,
        title=f"{id} Tent",
        price=Decimal(price),
        currency="USD",
        attributes=attributes,
        description="Roomy enough for a family." if id == "Big" else "A shelter for one night.",
        rating=4.5,
        rating_count=40,
    )


BIG = tent("Big", "249", weight_g=5200, capacity_persons=4, comfort_temperature_c=-5)
SMALL = tent("Small", "179", weight_g=2100, capacity_persons=2, comfort_temperature_c=5)
UNKNOWN = tent("Plain", "99")


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("which one is lighter?", "Small"),
        ("which is the heaviest?", "Big"),
        ("which is cheaper?", "Small"),
        ("which one is more expensive?", "Big"),
        ("哪个更轻", "Small"),
        ("哪款最便宜", "Small"),
    ],
)
def test_the_one_asked_for_comes_first(question: str, first: str) -> None:
    assert asks_which(question)
    measured = by_measure(clean(question), (BIG, SMALL), NAMING)
    assert measured is not None
    assert measured.ordered[0].id == first
    assert not measured.is_tie


def test_what_a_record_does_not_state_is_said() -> None:
    measured = by_measure("which one is lighter?", (UNKNOWN, BIG, SMALL), NAMING)
    assert measured is not None
    assert [product.id for product in measured.ordered] == ["Small", "Big", "Plain"]
    assert measured.told[0] == ("Small Tent", "weight: 2,100 g")
    assert measured.unknown == ("Plain Tent",)


def test_a_measure_in_no_record_is_no_answer() -> None:
    question = "which has the longest battery life?"
    assert by_measure(question, (BIG, SMALL), NAMING) is None
    assert measures(question)


def test_equal_measures_are_level() -> None:
    measured = by_measure("which is lighter?", (BIG, BIG.model_copy(update={"id": "b"})), NAMING)
    assert measured is not None
    assert measured.is_tie


def test_a_question_on_differences_asks_for_no_choice() -> None:
    assert not asks_which("compare the first and the third")
    assert not asks_which("第一个和第二个有什么区别")
    assert asks_which("which would you take for a marathon?")


@pytest.mark.parametrize(
    ("question", "purpose"),
    [
        ("which would you take for a marathon?", "a marathon"),
        ("is it any good for calls?", "calls"),
        ("which one is best for me?", ""),
        ("which is lighter?", ""),
    ],
)
def test_the_purpose_of_a_question(question: str, purpose: str) -> None:
    assert purpose_of(question) == purpose


def test_a_product_suits_what_its_own_text_speaks_of() -> None:
    assert suits(BIG, "a family", NAMING) == "Roomy enough for a family."
    assert suits(SMALL, "a family", NAMING) == ""
    assert suits(BIG, "", NAMING) == ""
