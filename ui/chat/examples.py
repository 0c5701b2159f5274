"""Wishes to begin with, each of which at least one product of the shop fulfils."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import islice

from assistant.language import Language
from assistant.money import limit_text
from assistant.naming import Naming
from retrieval.catalog import Catalog
from retrieval.facets import Facets
from retrieval.product import Availability, Product

WISHES = 4
PRODUCTS_READ = 3000
"""Enough to see every department of most shops, and read in a moment."""
_LONGEST_NAME = 28

Wishes = dict[Language, list[str]]


class ExampleWishes:
    """Example wishes of the catalogue as it is now; made once a revision."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._made: tuple[int, Wishes] | None = None
        self.currency: str | None = None

    def wishes(self) -> Wishes:
        """The wishes by language."""
        with self._lock:
            revision = self._catalog.revision()
            if self._made is None or self._made[0] != revision:
                facets = self._catalog.facets()
                self.currency = facets.currency
                products = islice(self._catalog.products(), PRODUCTS_READ)
                self._made = (revision, example_wishes(products, facets))
            return self._made[1]


@dataclass(frozen=True, slots=True)
class _Idea:
    """A product good enough to stand behind a wish, and what the wish says of it."""

    product: Product
    quality: str | None
    limit: Decimal | None


def example_wishes(products: Iterable[Product], facets: Facets) -> Wishes:
    """Four wishes out of four departments, or as many as there are."""
    best: dict[str, Product] = {}
    for product in products:
        if product.category and product.availability is Availability.IN_STOCK:
            held = best.get(product.category[0])
            if held is None or _appeal(product) > _appeal(held):
                best[product.category[0]] = product
    chosen = sorted(best.values(), key=_appeal, reverse=True)[:WISHES]
    ideas = [_idea(product, plain=place % 2 == 1) for place, product in enumerate(chosen)]
    return {
        "en": _phrased(ideas, Naming(facets, "en"), facets.currency),
        "zh": _phrased(ideas, Naming(facets, "zh"), facets.currency),
    }


def _appeal(product: Product) -> tuple[bool, bool, float, str]:
    """What has words in both languages, a quality to name, and many good ratings, first."""
    return (
        "zh" in product.translations,
        _true_attribute(product) is not None,
        (product.rating or 0) * min(product.rating_count or 0, 500),
        product.id,
    )


def _idea(product: Product, *, plain: bool) -> _Idea:
    price = product.current_price
    limit = None if price is None else _round_limit(price)
    return _Idea(product, None if plain else _true_attribute(product), limit)


def _true_attribute(product: Product) -> str | None:
    return next((name for name, value in product.attributes.items() if value is True), None)


def _round_limit(price: Decimal) -> Decimal:
    """The round amount above a price: 89 -> 100, 118 -> 150, 23.50 -> 30."""
    step = Decimal(5) if price < 20 else Decimal(10) if price < 100 else Decimal(50)
    return (price * Decimal("1.05") / step).to_integral_value(ROUND_CEILING) * step


def _phrased(ideas: Sequence[_Idea], naming: Naming, currency: str | None) -> list[str]:
    wishes: list[str] = []
    for idea in ideas:
        noun = naming.word(idea.product.category[-1])
        if len(noun) > _LONGEST_NAME:
            continue
        quality = naming.word(idea.quality.replace("_", " ")) if idea.quality else ""
        limit = limit_text(idea.limit, currency, naming.language) if idea.limit else ""
        if naming.language == "zh":
            wishes.append(f"{f'{limit}以内的' if limit else ''}{quality}{noun}")
        else:
            words = " ".join(part for part in (quality, noun.lower()) if part)
            words = words[:1].upper() + words[1:]
            wishes.append(f"{words} under {limit}" if limit else words)
    return wishes
