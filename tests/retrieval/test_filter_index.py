"""What passes a hard filter."""

from __future__ import annotations

import pytest

from retrieval.filter_index import FilterIndex
from retrieval.filters import Filters
from retrieval.product import AttributeValue, Product

MICE = {
    "red": "Red",
    "black": "Black",
    "both": "Black,Red",
    "three": "Red; Silver / Black",
    "unsaid": None,
}
INDEX = FilterIndex(
    [
        Product(id=key, title="Mouse", attributes={"colour": value} if value else {})
        for key, value in MICE.items()
    ]
)


@pytest.mark.parametrize(
    ("wanted", "passing"),
    [
        (("red",), {"red", "both", "three"}),
        (("Red", "Black"), {"red", "black", "both", "three"}),
        # What is both is no other word for "one of them".
        (("Black,Red",), {"both", "three"}),
        (("red, black",), {"both", "three"}),
        (("Red", "Black,Red"), {"red", "both", "three"}),
        (("Green,Red",), set()),
        (("green",), set()),
    ],
)
def test_a_value_of_several_parts_asks_for_all_of_them(
    wanted: tuple[AttributeValue, ...], passing: set[str]
) -> None:
    mask = INDEX.mask(Filters(attributes={"color": wanted}))
    assert {key for key, passes in zip(MICE, mask, strict=True) if passes} == passing
