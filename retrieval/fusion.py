"""One score from the two searches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEXICAL_WEIGHT = 0.5
"""Of BM25, against 1 for the cosine: one number for all shops, chosen on Icecat's ratings.

Between 0.3 and 0.8 judged nDCG@10 stays within 0.01 and recall@100 within 0.02, so the choice
is no fit to its queries; reciprocal rank fusion finds as much and orders it worse.
"""


OTHER_LANGUAGE_WEIGHT = 0.3
"""Of BM25 beside the multilingual encoder: translated words find less than the customer's own.

Between 0.2 and 0.5 it moves no more than 0.04 of the wishes of `shopguide bench languages`.
"""


def fuse(
    dense: NDArray[np.float32], lexical: NDArray[np.float32], weight: float = LEXICAL_WEIGHT
) -> NDArray[np.float32]:
    """Convex combination after Bruch, Gai and Ingber (2023), shape (rows,).

    The cosine counts as it is, so that a query that nothing is close to stays with its words;
    BM25, which has no upper bound, counts as a share of the query's best.
    """
    best = float(lexical.max(initial=0.0))
    if best <= 0:
        return dense
    return (dense + (weight / best) * lexical).astype(np.float32)


LATE_WEIGHT = 1.0
"""Of the late interaction, against 1 for the cosine: chosen on Icecat's ratings as well."""

RESCORED = 100
"""How many of the fused ranking's best are put in order by the late interaction too."""


def rescore(
    scores: NDArray[np.float32], late: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """A ranking's new order and its falling scores, when its best rows have a late score.

    Args:
        scores: falling, shape (rows,).
        late: of the first `len(late)` rows; those behind follow in the order they had.
    """
    count = len(late)
    better = scores[:count] + LATE_WEIGHT * late
    order = np.argsort(-better, kind="stable")
    tail = scores[count:]
    if count and len(tail):
        tail = tail - tail[0] + better[order[-1]]
    return (
        np.concatenate([order, np.arange(count, len(scores))]),
        np.concatenate([better[order], tail]).astype(np.float32),
    )
