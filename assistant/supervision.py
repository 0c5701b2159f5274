"""The lead's rules applied to one turn: what is found, shown first, and said on cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast

from assistant.controls import Controls, Rules
from assistant.finding import Found
from assistant.language import Language
from assistant.ordering import PREFERRED_FLOOR
from assistant.reply import Comparison, ProductCard
from assistant.understanding.filtering import to_filters
from ranking.rerank import RankedHit
from retrieval.catalog import Catalog
from retrieval.facets import Facets
from retrieval.filters import Filters
from retrieval.product import Product
from retrieval.search import ProductSearch, SearchHit

PICKED: dict[Language, str] = {"en": "picked by the shop", "zh": "本店推荐"}
SPONSORED: dict[Language, str] = {"en": "sponsored", "zh": "广告"}


def supervised_search(search: ProductSearch, rules: Rules) -> ProductSearch:
    """A search that never finds what the rules hide."""
    if not (rules.blocked or rules.banned):
        return search
    return cast("ProductSearch", _SupervisedSearch(search, rules))


def supervised_catalog(catalog: Catalog, rules: Rules | None = None) -> Catalog:
    """The catalogue's products without those that the rules (by default the present ones) hide."""
    rules = Controls(catalog.engine).rules() if rules is None else rules
    if not (rules.blocked or rules.banned):
        return catalog
    return cast("Catalog", _SupervisedCatalog(catalog, rules))


class _SupervisedSearch:
    """`ProductSearch` as far as a turn uses it."""

    def __init__(self, search: ProductSearch, rules: Rules) -> None:
        self._search = search
        self._rules = rules

    def search(
        self, query: str, filters: Filters | None = None, limit: int = 50, **more: Any
    ) -> list[SearchHit]:
        """As `ProductSearch.search`."""
        hits = self._search.search(query, self._without(filters), limit, **more)
        return [hit for hit in hits if not self._rules.hides(hit.product)]

    def count(self, filters: Filters) -> int:
        """As `ProductSearch.count`, products of banned names counted in."""
        return self._search.count(self._without(filters))

    def _without(self, filters: Filters | None) -> Filters:
        return replace(filters or Filters(), exclude_ids=self._rules.blocked)


class _SupervisedCatalog:
    """`Catalog` as far as products are read from it one by one."""

    def __init__(self, catalog: Catalog, rules: Rules) -> None:
        self._catalog = catalog
        self._rules = rules

    def get(self, ids: Iterable[str]) -> dict[str, Product]:
        """As `Catalog.get`."""
        found = self._catalog.get(ids)
        return {key: each for key, each in found.items() if not self._rules.hides(each)}

    def variants(self, product: Product) -> list[Product]:
        """As `Catalog.variants`."""
        return [each for each in self._catalog.variants(product) if not self._rules.hides(each)]


def with_pinned(
    search: ProductSearch, query: str, found: Found, pinned: Sequence[str], facets: Facets
) -> Found:
    """What was found, and the pinned products that meet the same conditions."""
    filters = replace(to_filters(found.constraints, facets), product_ids=tuple(pinned))
    held = {hit.product.id for hit in found.hits}
    more = [hit for hit in search.search(query, filters, len(pinned)) if hit.product.id not in held]
    return replace(found, hits=[*found.hits, *more]) if more else found


def fitting_pins(pinned: Sequence[str], ranked: Sequence[RankedHit]) -> list[str]:
    """Those pinned for every wish that are likely enough to be what this one is after."""
    best = max((hit.click_probability for hit in ranked), default=0.0)
    likely = {
        hit.hit.product.id for hit in ranked if hit.click_probability >= PREFERRED_FLOOR * best
    }
    return [product_id for product_id in pinned if product_id in likely]


def pinned_first(
    shown: Sequence[RankedHit], ranked: Sequence[RankedHit], pinned: Sequence[str]
) -> list[RankedHit]:
    """As many products as before, the pinned ones in front, each variant group once."""
    by_id = {hit.hit.product.id: hit for hit in ranked}
    first: list[RankedHit] = []
    groups: set[str] = set()
    for hit in (by_id[product_id] for product_id in pinned if product_id in by_id):
        if hit.hit.product.variant_group not in groups:
            first.append(hit)
            groups.add(hit.hit.product.variant_group)
    rest = [hit for hit in shown if hit.hit.product.variant_group not in groups]
    return [*first, *rest][: len(shown)]


def labelled(
    card: ProductCard, rules: Rules, language: Language, pinned: Sequence[str] = ()
) -> ProductCard:
    """The card with what is to be said of its place, and without reasons that may not be said."""
    is_sponsored = card.product_id in rules.bids
    labels = [SPONSORED[language]] if is_sponsored else []
    labels += [PICKED[language]] if card.product_id in pinned else []
    own = [each for each in card.reasons if each not in SPONSORED.values() and rules.allows(each)]
    reasons = [*labels, *(each for each in own if each not in labels)]
    return card.model_copy(update={"reasons": reasons, "sponsored": is_sponsored})


def allowed_rows(comparison: Comparison, rules: Rules) -> Comparison:
    """The comparison without rows that say what may not be said."""
    rows = [
        row
        for row in comparison.rows
        if all(rules.allows(text) for text in (row.name, *row.values))
    ]
    return comparison.model_copy(update={"rows": rows})
