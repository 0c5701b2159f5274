"""How each candidate stands among the others of its query, from their numbers alone.

A cosine of 0.5 is much for one query and little for another: beside its own value, each number
is given as a standard score and as a place within the query's list, with the list's mean and
spread, which tell a query that met what it wanted from one that did not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A list whose numbers hardly vary has no spread worth the name.
LEAST_SPREAD = 1e-3


def standing_columns(features: int) -> int:
    """How many columns `with_standing` makes of so many features."""
    return 5 * features + 1


def with_standing(features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Numbers of one query's candidates (n, f) to numbers with their standing (n, 5 f + 1).

    In this order: the numbers, standard scores, places from 0 to 1 (equal numbers share one),
    means, spreads; last the logarithm of how many candidates there are.
    """
    count = len(features)
    if not count:
        return np.zeros((0, standing_columns(features.shape[1])))
    own = features.astype(np.float64)
    mean, spread = own.mean(0), own.std(0)
    ordered = np.sort(own, axis=0)
    places = np.column_stack(
        [
            np.searchsorted(ordered[:, at], own[:, at], "left")
            + np.searchsorted(ordered[:, at], own[:, at], "right")
            for at in range(own.shape[1])
        ]
    ) / (2 * count)
    whole = np.broadcast_to(
        np.concatenate([mean, spread, [np.log(count)]]), (count, 2 * len(mean) + 1)
    )
    return np.hstack([own, (own - mean) / (spread + LEAST_SPREAD), places, whole])
