"""The cheapest, the dearest, the best rated: what records alone say of them."""

from __future__ import annotations

from collections.abc import Callable

from assistant.constraints import Preference
from assistant.evidence import FEW_RATINGS
from retrieval.product import Availability
from retrieval.search import SearchHit


def superlative_order(
    prefer: Preference | None,
) -> Callable[[SearchHit], tuple[bool, float, float]]:
    """A key to sort hits by: the first is the cheapest, the dearest or the best rated.

    What cannot be bought stands behind, as does what has no price or too few ratings.
    """

    def place(hit: SearchHit) -> tuple[bool, float, float]:
        product = hit.product
        gone = product.availability is Availability.OUT_OF_STOCK
        if prefer == "best_rated":
            count = product.rating_count or 0
            rated = product.rating is not None and count >= FEW_RATINGS
            return gone or not rated, -(product.rating or 0.0), -float(count)
        price = product.current_price
        sign = 1 if prefer == "cheapest" else -1
        return gone or price is None, sign * float(price or 0), -(product.rating or 0.0)

    return place
