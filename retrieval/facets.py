"""The shape of a shop: which categories, brands, attributes and prices its catalogue has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from retrieval.product import AttributeValue


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of products by facet value, as the catalogue writes the values.

    `translations` maps a language code to {words in that language: the catalogue's own value},
    over categories, brands and attribute values. `stated` maps a category to the attributes
    its products state, and on how many of them.
    """

    products: int = 0
    categories: Mapping[str, int] = field(default_factory=dict)
    category_paths: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    brands: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[AttributeValue, int]] = field(default_factory=dict)
    stated: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str | None = None
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
