"""Chances that a position is looked at, and weights that undo them.

Customers click what they look at, and look at the top first: a log of clicks says of a product
far down little more than that it was far down. From a log whose order was dealt at random the
chances can be read off; from any other they are estimated together with the relevance of what was
shown (regression-EM, Wang et al., 2018). Weights are inverse propensities (Joachims et al.,
2017), clipped, because a chance near zero would let one click outweigh a thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ShopGuideError

FloatArray = NDArray[np.float64]
CLIP = 0.05
# Clicks that each position is assumed to have had on the average chance, against division by few.
PRIOR_CLICKS = 1.0


@dataclass(frozen=True, slots=True)
class Propensities:
    """Chance of a look at positions 1, 2, …, relative to the position looked at most."""

    chances: FloatArray

    def of(self, positions: NDArray[np.int_]) -> FloatArray:
        """Chances at positions counted from 1; beyond the last known one, that one's."""
        return self.chances[np.clip(positions, 1, len(self.chances)) - 1]


def from_random_order(positions: NDArray[np.int_], clicked: NDArray[np.floating]) -> Propensities:
    """Propensities of a log whose order was dealt at random: click rates by position.

    Raises:
        ShopGuideError: where positions are not counted from 1, or nothing was clicked.
    """
    shown, clicks = _by_position(positions, clicked)
    average = clicks.sum() / shown.sum()
    rates = (clicks + PRIOR_CLICKS) / (shown + PRIOR_CLICKS / average)
    return Propensities(rates / rates.max())


def regression_em(
    positions: NDArray[np.int_],
    clicked: NDArray[np.floating],
    features: NDArray[np.floating],
    rounds: int = 20,
) -> Propensities:
    """Propensities of any log, by expectation maximisation with a regression for relevance.

    Each round: how likely an unclicked product was looked at, and how likely it was relevant,
    given the present estimates; then both estimates from those. `features` (n, f) must tell
    products apart that were shown at different positions.

    Raises:
        ShopGuideError: where positions are not counted from 1, or nothing was clicked.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    shown, clicks = _by_position(positions, clicked)
    place = positions - 1
    look = np.maximum(clicks / np.maximum(shown, 1), 1e-4)
    look /= look.max()
    scaled = StandardScaler().fit_transform(features)
    twice = np.vstack([scaled, scaled])
    labels = np.repeat([1.0, 0.0], len(scaled))
    relevant = np.full(len(place), clicks.sum() / shown.sum())
    model = LogisticRegression(max_iter=200, warm_start=True)
    for _ in range(rounds):
        missed = 1 - look[place] * relevant
        looked_at = np.where(clicked > 0, 1.0, look[place] * (1 - relevant) / missed)
        wanted = np.where(clicked > 0, 1.0, relevant * (1 - look[place]) / missed)
        look = np.bincount(place, looked_at, len(shown)) / np.maximum(shown, 1)
        model.fit(twice, labels, sample_weight=np.concatenate([wanted, 1 - wanted]))
        relevant = model.predict_proba(scaled)[:, 1]
        look = np.clip(look / look.max(), 1e-4, 1.0)
    return Propensities(look)


def inverse_weights(
    clicked: NDArray[np.floating], propensity: NDArray[np.floating], clip: float = CLIP
) -> FloatArray:
    """How much each example counts: a click by its inverse propensity, others once.

    Propensities below `clip` count as `clip`: a little bias for much less variance.

    Raises:
        ShopGuideError: where a propensity is not above 0 and at most 1.
    """
    if len(propensity) and not (propensity.min() > 0 and propensity.max() <= 1):
        raise ShopGuideError("propensities must be above 0 and at most 1")
    return np.where(clicked > 0, 1 / np.maximum(propensity, clip), 1.0)


def cascade_weights(lists: Sequence[NDArray[np.floating]]) -> list[FloatArray]:
    """Weights under the cascade model (Craswell et al., 2008), for clicks in the order shown.

    Customers read from the top and stop at what they click: nothing is known of what stands
    below the last click, and it counts nothing. A list without clicks was read to its end.
    """
    weights: list[FloatArray] = []
    for clicked in lists:
        last = np.flatnonzero(clicked)
        seen = np.arange(len(clicked)) <= (last[-1] if len(last) else len(clicked))
        weights.append(seen.astype(np.float64))
    return weights


def _by_position(
    positions: NDArray[np.int_], clicked: NDArray[np.floating]
) -> tuple[FloatArray, FloatArray]:
    if len(positions) == 0 or positions.min() < 1:
        raise ShopGuideError("positions are counted from 1")
    if not (clicked > 0).any():
        raise ShopGuideError("a log without clicks tells nothing of propensities")
    shown = np.bincount(positions - 1).astype(np.float64)
    return shown, np.bincount(positions - 1, clicked, len(shown)).astype(np.float64)
