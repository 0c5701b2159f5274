"""Questions about the shop as a whole: what it sells, how many of a thing, for how much."""

from __future__ import annotations

from typing import Literal

from assistant.understanding.reading import Reading
from assistant.understanding.words import grammar_pattern

Shape = Literal["departments", "brands", "count", "prices", "kinds"]
"""What is asked: the departments, the brands, how many, at what prices, which sorts."""

_DEPARTMENTS = grammar_pattern("shape", "departments")
_BRANDS = grammar_pattern("shape", "brands")
_COUNT = grammar_pattern("shape", "count")
_PRICES = grammar_pattern("shape", "prices")
_KINDS = grammar_pattern("shape", "kinds")
_ALL_PRODUCTS = grammar_pattern("shape", "all_products")


def find_shape(text: str, reading: Reading) -> Shape | None:
    """What a clean text asks about the shop's range, if it does."""
    if _BRANDS.search(text):
        return "brands"
    if reading.names_product:
        if _COUNT.search(text):
            return "count"
        if _KINDS.search(text):
            return "kinds"
        return "prices" if _PRICES.search(text) else None
    if _DEPARTMENTS.search(text):
        return "departments"
    return "count" if _COUNT.search(text) and _ALL_PRODUCTS.search(text) else None
