"""Filters as text: what they mean, and how a wrong one is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retrieval.filter_expressions import FilterExpressionError, parse_filter_expressions
from retrieval.filters import Filters
from retrieval.product import Availability


@pytest.mark.parametrize(
    ("expressions", "filters"),
    [
        (["price<=100"], Filters(price_max=Decimal("100"))),
        (["price >= 20.50", "price<30"], Filters(Decimal("20.50"), Decimal("29.9999"))),
        (["price=9.99"], Filters(Decimal("9.99"), Decimal("9.99"))),
        (["category=Jackets", "category=Coats"], Filters(categories=("Jackets", "Coats"))),
        (["brand=Acme"], Filters(brands=("Acme",))),
        (["waterproof=true"], Filters(attributes={"waterproof": (True,)})),
        (["color=blue", "color=red"], Filters(attributes={"color": ("blue", "red")})),
        (["capacity_l=20"], Filters(attributes={"capacity_l": (20.0,)})),
        (["color!=black"], Filters(exclude=("black",))),
        (["rating>=4"], Filters(rating_min=4.0)),
        (["availability=in_stock"], Filters(availability=(Availability.IN_STOCK,))),
    ],
)
def test_expressions(expressions: list[str], filters: Filters) -> None:
    assert parse_filter_expressions(expressions) == filters


@pytest.mark.parametrize(
    "expression", ["price", "price<=cheap", "price<=nan", "rating<3", "color<blue", "=x"]
)
def test_a_wrong_expression_is_named(expression: str) -> None:
    with pytest.raises(FilterExpressionError, match="filter"):
        parse_filter_expressions([expression])


def test_an_unknown_availability_lists_the_known() -> None:
    with pytest.raises(FilterExpressionError, match="in_stock"):
        parse_filter_expressions(["availability=soon"])
