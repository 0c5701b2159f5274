"""Choosing which of the ranked products are shown: good ones that are not all alike.

Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): each place goes to the product
with the best balance of click probability and difference from what is already chosen. Only
products that met the hard constraints come in, so only such products come out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ranking.rerank import RankedHit
from retrieval.product import Product

RELEVANCE_WEIGHT = 0.75
"""Share of click probability in the balance; the rest is difference."""
FLOOR = 0.15
"""A product with less than this share of the best probability is shown only for want of others."""


def choose(ranked: Sequence[RankedHit], count: int, *, in_order: bool = False) -> list[RankedHit]:
    """Up to `count` products, the most probable first, one of each variant group.

    With `in_order` the first ones as they stand: who asks for the cheapest wants no variety.

    The order is that of choice; `ranked` is best first, by the click model and what the
    customer prefers, and its order settles what the balance leaves open.
    """
    candidates = _one_of_each_group(ranked)
    if not candidates or in_order:
        return candidates[:count]
    best = max(hit.click_probability for hit in candidates) or 1.0
    chosen = [candidates.pop(0)]
    nearest = {hit.hit.product.id: 0.0 for hit in candidates}
    while candidates and len(chosen) < count:
        for hit in candidates:
            product = hit.hit.product
            alike = likeness(product, chosen[-1].hit.product)
            nearest[product.id] = max(nearest[product.id], alike)

        def balance(hit: RankedHit) -> float:
            relevance = hit.click_probability / best
            difference = 1 - nearest[hit.hit.product.id]
            return RELEVANCE_WEIGHT * relevance + (1 - RELEVANCE_WEIGHT) * difference

        good = [hit for hit in candidates if hit.click_probability >= FLOOR * best]
        following = max(good or candidates, key=balance)
        candidates.remove(following)
        chosen.append(following)
    return chosen


def likeness(one: Product, other: Product) -> float:
    """How alike two products are, 0 to 1: by brand, special category and words of the title."""
    brand = one.brand is not None and one.brand == other.brand
    category = one.category[-1:] == other.category[-1:]
    words, others = _words(one.title), _words(other.title)
    shared = len(words & others) / max(1, len(words | others))
    return 0.4 * brand + 0.2 * category + 0.4 * shared


def _one_of_each_group(ranked: Sequence[RankedHit]) -> list[RankedHit]:
    groups: dict[str, RankedHit] = {}
    for hit in ranked:
        groups.setdefault(hit.hit.product.variant_group, hit)
    return list(groups.values())


def _words(title: str) -> set[str]:
    return set(re.findall(r"\w+", title.casefold()))
