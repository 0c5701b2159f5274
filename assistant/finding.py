"""Finding products for a wish, giving up its least important conditions only where nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.conditions import meets
from assistant.constraints import Constraints
from assistant.state import DialogueState
from assistant.understanding.filtering import soft_paths
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.product import Availability
from retrieval.search import ProductSearch, SearchHit

MOST_RELAXED = 4
PREFERRED_FLOOR = 0.3
"""Of the best click probability: what is less is not what was asked for, however cheap."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search gave; the hits meet `constraints`, `set_aside` are the other paths."""

    hits: Sequence[SearchHit]
    constraints: Constraints
    set_aside: tuple[str, ...] = ()


def find(
    search: ProductSearch, query: str, state: DialogueState, facets: Facets, limit: int
) -> Found:
    """Search under the wish's hard conditions; relax one after the other until something fits.

    What was passed over ("anything else?") comes back only when nothing else is left at all.
    """
    constraints = state.constraints
    set_aside: list[str] = []
    hits = search.search(query, state.to_filters(facets), limit)
    while not hits and len(set_aside) < MOST_RELAXED:
        # The first relaxation that leads to products; else give up the least important and go on.
        options = _relaxations(constraints)
        if not options:
            break
        for path, relaxed in options:
            filters = state.with_constraints(relaxed).to_filters(facets)
            hits = search.search(query, filters, limit)
            if hits:
                set_aside.append(path)
                constraints = relaxed
                break
        else:
            path, constraints = options[0]
            set_aside.append(path)
    if not hits and state.rejected:
        filters = replace(state.constraints.to_filters(facets), exclude_groups=())
        hits = search.search(query, filters, limit)
        constraints, set_aside = state.constraints, []
    return Found(hits, constraints, tuple(set_aside))


def _relaxations(constraints: Constraints) -> list[tuple[str, Constraints]]:
    """For whom a thing is meant narrows the search too, and is the first to go."""
    options = constraints.relaxations()
    if constraints.for_whom is not None:
        options.insert(0, ("for_whom", constraints.without("for_whom")))
    return options


def ordered(
    ranked: Sequence[RankedHit], constraints: Constraints, facets: Facets
) -> list[RankedHit]:
    """The click model's order, except where the customer asked for another ("the cheapest").

    Among products that are likely enough, those whose records confirm more of the conditions
    that the search could not be held to come first, and what cannot be bought comes last.
    """
    soft = soft_paths(constraints, facets)
    best = max((hit.click_probability for hit in ranked), default=0.0)

    def wanted(hit: RankedHit) -> bool:
        return hit.click_probability >= PREFERRED_FLOOR * best

    def place(hit: RankedHit) -> tuple[bool, bool, int, float]:
        product = hit.hit.product
        confirmed = sum(meets(product, constraints, path, facets) for path in soft)
        gone = product.availability is Availability.OUT_OF_STOCK
        return not wanted(hit), gone, -confirmed, -hit.click_probability

    in_order = sorted(ranked, key=place)
    match constraints.prefer:
        case "cheapest" | "cheap":
            return sorted(in_order, key=lambda hit: (not wanted(hit), *_price(hit, 1)))
        case "dearest":
            return sorted(in_order, key=lambda hit: (not wanted(hit), *_price(hit, -1)))
        case "best_rated":
            return sorted(
                in_order, key=lambda hit: (not wanted(hit), -(hit.hit.product.rating or 0))
            )
        case _:
            return in_order


def _price(hit: RankedHit, sign: int) -> tuple[bool, float]:
    price = hit.hit.product.current_price
    return price is None, 0.0 if price is None else sign * float(price)
