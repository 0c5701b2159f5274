"""How one shown product stands out from the others, where it truly does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assistant.evidence import FEW_RATINGS
from assistant.writing.plan import Pick

Contrast = Literal["cheapest", "best_rated", "other"]


def cheapest(picks: Sequence[Pick]) -> Pick | None:
    """The one pick that costs less than all others; None where two share the place."""
    prices = sorted(pick.price for pick in picks if pick.price is not None)
    if len(prices) < 2 or len(prices) < len(picks) or prices[0] == prices[1]:
        return None
    if len({pick.product.currency for pick in picks}) > 1:
        return None
    return next(pick for pick in picks if pick.price == prices[0])


def best_rated(picks: Sequence[Pick]) -> Pick | None:
    """The one pick with the highest rating, from at least a few customers."""
    rated = sorted(
        (pick for pick in picks if pick.product.rating is not None),
        key=lambda pick: -(pick.product.rating or 0),
    )
    if len(rated) < 2 or rated[0].product.rating == rated[1].product.rating:
        return None
    return rated[0] if (rated[0].product.rating_count or 0) >= FEW_RATINGS else None


def contrast_of(picks: Sequence[Pick]) -> tuple[Contrast, Pick] | None:
    """The second product worth a sentence, and why; the first pick is the lead."""
    if len(picks) < 2:
        return None
    lead = picks[0]
    low, high = cheapest(picks), best_rated(picks)
    if low is not None and low is not lead:
        return "cheapest", low
    if high is not None and high is not lead:
        return "best_rated", high
    return "other", picks[1]
