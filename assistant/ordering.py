"""The order in which found products are shown: first what was named and is likely to be clicked.

`assistant.finding` says which products there are, `ranking.rerank` how likely each is clicked. Here
both meet what the customer said: the very thing comes before its accessories, a superlative
before the click model, and what can be bought before what is sold out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.conditions import meets
from assistant.constraints import SUPERLATIVES
from assistant.finding import Found
from assistant.language import has_chinese
from assistant.matching import is_for_others, is_one, names_of
from assistant.state import Wish
from assistant.superlatives import superlative_order
from assistant.understanding.filtering import soft_paths
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.product import Availability

PREFERRED_FLOOR = 0.3
"""Of the best click probability: what is less is not what was asked for, however cheap."""
MOST_LIKE_IT = 2
"""From so many products on that are what was named, others are no help."""


def ordered(
    ranked: Sequence[RankedHit], found: Found, facets: Facets, wish: Wish
) -> list[RankedHit]:
    """The click model's order, except where the customer asked for another ("the cheapest").

    What is the very thing that was named comes first, where no category says what that is.
    Among products that are likely enough, those whose records confirm more of the conditions
    that the search could not be held to come next, and what cannot be bought comes last.
    """
    if found.in_order:
        places = {hit.product.id: place for place, hit in enumerate(found.hits)}
        return sorted(ranked, key=lambda hit: places[hit.hit.product.id])
    constraints = found.constraints
    place = standing(ranked, found, facets, wish)
    places = {hit.hit.product.id: place(hit) for hit in ranked}

    def order(hit: RankedHit) -> tuple[tuple[bool, bool, bool, int], float]:
        return places[hit.hit.product.id], -hit.click_probability

    in_order = sorted(ranked, key=order)
    very = [hit for hit in in_order if not order(hit)[0][0]]
    if len(very) >= MOST_LIKE_IT:
        in_order = very
    elif very:
        in_order = [hit for hit in in_order if hit in very or not order(hit)[0][1]]
    prefer = "cheapest" if constraints.prefer == "cheap" else constraints.prefer
    if prefer not in SUPERLATIVES:
        return in_order
    by = superlative_order(prefer)
    return sorted(in_order, key=lambda hit: (order(hit)[0][1], by(hit.hit)))


def standing(
    ranked: Sequence[RankedHit], found: Found, facets: Facets, wish: Wish
) -> Callable[[RankedHit], tuple[bool, bool, bool, int]]:
    """What counts before click probability, smaller is better.

    Another thing than was named or one made for others, far less likely than the best, sold
    out; and conditions that the record confirms, below zero.
    """
    constraints = found.constraints
    soft = soft_paths(constraints, facets)
    others = {hit.hit.product.id for hit in ranked if is_for_others(hit.hit.product, wish)}
    best = max(
        (hit.click_probability for hit in ranked if hit.hit.product.id not in others), default=0.0
    )
    names = [] if constraints.category else names_of(wish.subject)
    free = [part.text for part in wish.parts if part.path is None]
    said = [text for text in free if has_chinese(text)]
    numbers = [re.compile(rf"(?<![\d.]){text}(?![\d.])") for text in free if text.isdigit()]

    def place(hit: RankedHit) -> tuple[bool, bool, bool, int]:
        product = hit.hit.product
        other = len(names) > 1 and not any(is_one(product, name) for name in names)
        other = other or product.id in others
        text = " ".join(product.texts()) if said or numbers else ""
        confirmed = sum(word in text for word in said)
        confirmed += sum(number.search(text) is not None for number in numbers)
        confirmed += sum(meets(product, constraints, path, facets) for path in soft)
        gone = product.availability is Availability.OUT_OF_STOCK
        is_far = hit.click_probability < PREFERRED_FLOOR * best
        return other, is_far, gone, -confirmed

    return place
