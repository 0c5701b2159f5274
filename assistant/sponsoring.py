"""Places that are paid for: by expected value, and never far above relevance.

The value of a place is what it is expected to earn, bid x click probability (Edelman, Ostrovsky
and Schwarz, "Internet advertising and the generalized second-price auction", 2007). What a
customer is shown stays what they asked for, because a sponsored product may only pass others
whose click probability is at most a set share higher, and that confirm no more of the wish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import takewhile

from ranking.rerank import RankedHit

MOST_LIFTED = 2
"""So many products of a reply stand higher than they would unpaid."""

Standing = Callable[[RankedHit], tuple[float, ...]]
"""What counts before click probability, smaller is better: see `assistant.ordering.standing`."""


def with_sponsored(
    shown: Sequence[RankedHit],
    ranked: Sequence[RankedHit],
    bids: Mapping[str, Decimal],
    bound: float,
    standing: Standing,
) -> list[RankedHit]:
    """As many products as `shown`, of which at most `MOST_LIFTED` sponsored ones stand higher.

    `shown` are the products as they would be shown unpaid and `ranked` all others too, best
    first. A sponsored product passes another only where its click probability is at least
    (1 - `bound`) times the other's and its standing is no worse.
    """
    left = list(shown)
    groups = {hit.hit.product.variant_group for hit in shown}
    for hit in ranked:
        if hit.hit.product.variant_group not in groups:
            left.append(hit)
            groups.add(hit.hit.product.variant_group)
    paid = [hit for hit in left if hit.hit.product.id in bids]
    paid.sort(key=lambda hit: -float(bids[hit.hit.product.id]) * hit.click_probability)

    def may_pass(hit: RankedHit, other: RankedHit) -> bool:
        near = hit.click_probability >= (1 - bound) * other.click_probability
        return near and standing(hit) <= standing(other)

    placed: list[RankedHit] = []
    lifted = 0
    while len(placed) < len(shown):
        following = left[0]
        for hit in paid if lifted < MOST_LIFTED else ():
            passed = takewhile(lambda other, hit=hit: other is not hit, left)
            if all(may_pass(hit, other) for other in passed):
                following = hit
                break
        lifted += following is not left[0]
        left = [hit for hit in left if hit is not following]
        paid = [hit for hit in paid if hit is not following]
        placed.append(following)
    return placed
