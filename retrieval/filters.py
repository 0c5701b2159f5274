"""Hard conditions a product must meet to be a candidate at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from retrieval.product import AttributeValue, Availability


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions joined by AND; several values of one condition are joined by OR.

    `exclude` holds words: a product is out when one of them names its brand, one of its
    categories, the value of one of its attributes ("black"), a boolean attribute that is
    true ("hood"), or stands as a word in its title. Comparison ignores case.
    """

    price_min: Decimal | None = None
    price_max: Decimal | None = None
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[AttributeValue, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    availability: tuple[Availability, ...] = ()
    rating_min: float | None = None
    product_ids: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    exclude_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()
