"""Position bias undone in training data: how much each example of a log counts.

"given": clicks count by the inverse of their propensities, where examples carry them;
"estimated": propensities are estimated from the positions; "none": every example counts alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ranking.groups import Group
from ranking.propensity import inverse_weights, regression_em
from retrieval.errors import ShopGuideError

WAYS = ("given", "estimated", "none")
# An estimate from fewer clicks than this would say more of chance than of the customers' eyes.
ENOUGH_CLICKS = 200


def debiased(groups: Sequence[Group], way: str) -> list[Group]:
    """The groups with the weights that the way gives them.

    Raises:
        ShopGuideError: where the way is unknown, or there is too little to estimate from.
    """
    if way not in WAYS:
        raise ShopGuideError(f"unknown way to debias {way!r}; known: {', '.join(WAYS)}")
    if way == "given":
        return list(groups)
    if way == "none":
        return [replace(one, weights=None) for one in groups]
    placed = [one for one in groups if one.positions is not None]
    clicks = sum(int(one.clicked.sum()) for one in placed)
    if clicks < ENOUGH_CLICKS:
        raise ShopGuideError(
            f"propensities cannot be estimated from {clicks} clicks with positions: "
            f"at least {ENOUGH_CLICKS} are needed"
        )
    looks = regression_em(
        np.concatenate([_positions(one) for one in placed]),
        np.concatenate([one.clicked for one in placed]),
        np.concatenate([one.features for one in placed]),
    )
    return [
        one
        if one.positions is None
        else replace(one, weights=inverse_weights(one.clicked, looks.of(one.positions)))
        for one in groups
    ]


def _positions(group: Group) -> np.ndarray:
    return np.zeros(0, np.int_) if group.positions is None else group.positions
