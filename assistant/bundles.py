"""Products for several needs at once, within one budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product as combinations
from math import log

from assistant.diversify import choose
from assistant.finding import EVERYTHING, Found, find
from assistant.matching import lacks
from assistant.ordering import ordered
from assistant.state import DialogueState, Wish
from assistant.understanding.filtering import to_filters
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.product import Product
from retrieval.search import ProductSearch, SearchHit

CANDIDATES = 10
"""Products of each need that are combined: ten thousand combinations of four."""
MANY_NEEDS, FEWER_CANDIDATES = 4, 6
"""Of more needs than four fewer are combined."""
MOST_SHOWN = 6

Rank = Callable[[str, Sequence[SearchHit]], list[RankedHit]]


@dataclass(frozen=True, slots=True)
class Line:
    """One need with what was found for it, best first; `quantity` is how many are wanted."""

    wish: Wish
    quantity: int
    found: Found
    ranked: tuple[RankedHit, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A product for each need that anything was found for.

    `chosen` has one for each line with products, in the order of the needs; `total` is what
    they cost in the numbers wanted, None where a price is unknown or currencies differ.
    `fits` says whether that is within the budget; where no combination is, `chosen` are the
    cheapest. `shown` are the chosen ones and others that fit beside them.
    """

    lines: tuple[Line, ...]
    chosen: tuple[RankedHit, ...]
    shown: tuple[RankedHit, ...]
    total: Decimal | None
    fits: bool


def find_bundle(
    search: ProductSearch,
    rank: Rank,
    query_of: Callable[[DialogueState], str],
    state: DialogueState,
    facets: Facets,
    limit: int,
) -> Bundle:
    """Find products for each need of the state's wish, and the best combination of them."""
    many = len(state.wish.needs) > MANY_NEEDS
    candidates = FEWER_CANDIDATES if many else CANDIDATES
    lines = [
        _line(search, rank, query_of, state.for_need(need), facets, limit, candidates)
        for need in state.wish.needs
    ]
    filled = [line for line in lines if line.ranked]
    budget = state.constraints.price_max if state.constraints.is_total else None
    chosen = _best(filled, budget, cheap=state.constraints.prefer in ("cheap", "cheapest"))
    fits = chosen is not None
    if chosen is None:
        chosen = tuple(_cheapest(search, line, facets) for line in filled)
        total = total_of(filled, chosen)
        fits = budget is None or (total is not None and total <= budget)
    total = total_of(filled, chosen)
    shown = _shown(filled, chosen, budget if fits else None)
    return Bundle(tuple(lines), chosen, shown, total, fits)


def total_of(lines: Sequence[Line], chosen: Sequence[RankedHit]) -> Decimal | None:
    """What the chosen products cost in the numbers wanted."""
    products = [hit.hit.product for hit in chosen]
    prices = [product.current_price for product in products]
    if not prices or len({product.currency for product in products}) > 1:
        return None
    total = Decimal(0)
    for line, price in zip(lines, prices, strict=True):
        if price is None:
            return None
        total += line.quantity * price
    return total


def _line(
    search: ProductSearch,
    rank: Rank,
    query_of: Callable[[DialogueState], str],
    state: DialogueState,
    facets: Facets,
    limit: int,
    candidates: int,
) -> Line:
    query = query_of(state)
    found = find(search, query, state, facets, limit)
    ranked = ordered(rank(query, found.hits), found, facets, state.wish)
    best = choose(ranked, candidates, in_order=found.in_order)
    if lacks(state.wish, [hit.product for hit in found.hits]):
        best = []  # a stand for it is not the thing itself
    return Line(state.wish, state.constraints.quantity or 1, found, tuple(best))


def _best(
    lines: Sequence[Line], budget: Decimal | None, *, cheap: bool
) -> tuple[RankedHit, ...] | None:
    """The most probable combination within the budget; None where no combination is.

    With `cheap` the one that costs least.
    """
    best: tuple[float, tuple[RankedHit, ...]] | None = None
    for chosen in combinations(*(line.ranked for line in lines)):
        total = total_of(lines, chosen)
        if budget is not None and (total is None or total > budget):
            continue
        worth = sum(log(max(hit.click_probability, 1e-6)) for hit in chosen)
        if cheap and total is not None:
            worth = -float(total)
        if best is None or worth > best[0]:
            best = worth, chosen
    return best[1] if best else None


def _cheapest(search: ProductSearch, line: Line, facets: Facets) -> RankedHit:
    """The cheapest of everything that meets the need."""

    def price(product: Product) -> Decimal:
        return Decimal("Infinity") if product.current_price is None else product.current_price

    known = {hit.hit.product.id: hit for hit in line.ranked}
    free = line.found.constraints.without("price")
    hits = search.search("", to_filters(free, facets), EVERYTHING)
    low = min(hits, key=lambda hit: price(hit.product), default=line.ranked[0].hit)
    first = min(line.ranked, key=lambda hit: price(hit.hit.product))
    if low.product.id in known:
        return known[low.product.id]
    if price(first.hit.product) <= price(low.product):
        return first
    return replace(first, hit=low, click_probability=line.ranked[-1].click_probability)


def _shown(
    lines: Sequence[Line], chosen: Sequence[RankedHit], budget: Decimal | None
) -> tuple[RankedHit, ...]:
    """The chosen products, then by turns another of each need that fits in its place."""
    shown = list(chosen)
    groups = {hit.hit.product.variant_group for hit in shown}
    for rank in range(CANDIDATES):
        for place, line in enumerate(lines):
            if len(shown) >= MOST_SHOWN or rank >= len(line.ranked):
                continue
            hit = line.ranked[rank]
            swapped = [*chosen[:place], hit, *chosen[place + 1 :]]
            total = total_of(lines, swapped)
            too_dear = budget is not None and (total is None or total > budget)
            if hit.hit.product.variant_group not in groups and not too_dear:
                shown.append(hit)
                groups.add(hit.hit.product.variant_group)
    return tuple(shown)
