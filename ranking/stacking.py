"""The plain numbers' part of the model: a weighted sum and trees, each counting what it is worth.

What each is worth is found on predictions for queries that it was not trained on (stacked
generalisation, Wolpert, 1992), so that trees, which learn their own queries by heart, get no
more weight than they deserve on new ones; the same step calibrates the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ranking.folds import folds_by_query, parted
from ranking.fusion import Fusion
from ranking.groups import Group
from ranking.numbers import fit_numbers
from ranking.trees import Trees, fit_trees

FOLDS = 4
# With fewer queries to learn from than this, trees learn them by heart.
TREES_QUERIES = 60


def fit_stacked(
    groups: Sequence[Group],
    seed: int = 0,
    fit_sum: Callable[[Sequence[Group]], Fusion] = fit_numbers,
) -> Fusion:
    """Weighted sum and trees, stacked and calibrated; the sum alone for a handful of queries.

    `fit_sum` may bring text and trees along: the text is stacked with its sum, and a sum that
    has trees gets no others.
    """
    from sklearn.linear_model import LogisticRegression

    summed = fit_sum(groups)
    if len(groups) < TREES_QUERIES or summed.trees is not None:
        return summed
    held_out = [
        (part.logits(one.features, one.text_logits), trees.scores(one.features), one.clicked)
        for part, trees, fold in _fitted_folds(groups, seed, fit_sum)
        for one in fold
    ]
    logits = np.column_stack([np.concatenate([one[at] for one in held_out]) for at in (0, 1)])
    clicked = np.concatenate([one[2] for one in held_out])
    stack = LogisticRegression(C=1e4).fit(logits, clicked)
    weight, trees_weight = (float(one) for one in stack.coef_.ravel())
    if weight <= 0 or trees_weight <= 0:  # they say the same: half of each
        stack = LogisticRegression(C=1e4).fit(logits.mean(1, keepdims=True), clicked)
        weight = trees_weight = stack.coef_.item() / 2
    return Fusion(
        weights=weight * summed.weights,
        bias=weight * summed.bias + stack.intercept_.item(),
        text_weight=weight * summed.text_weight,
        trees=fit_trees(groups, seed),
        trees_weight=trees_weight,
    )


def _fitted_folds(
    groups: Sequence[Group], seed: int, fit_sum: Callable[[Sequence[Group]], Fusion]
) -> Iterator[tuple[Fusion, Trees, list[Group]]]:
    for places in folds_by_query(len(groups), FOLDS, seed):
        rest, fold = parted(groups, places)
        yield fit_sum(rest), fit_trees(rest, seed), fold
