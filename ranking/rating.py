"""The rating part of the model: stars, or grades, from the same numbers and the same text logit.

    rating = bias + Σ weight · feature + trees_weight · trees + text_weight · text

It is a `Fusion` whose sum is the rating itself instead of a logit: a ridge regression and
regression trees, stacked on predictions for queries that they were not trained on, with the text
tower's logit as far as it helps on validation queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ranking.folds import folds_by_query, parted
from ranking.fusion import FloatArray, Fusion
from ranking.groups import Group
from ranking.trees import fit_grades

# Inverse of the ridge's strength, as a share of the examples.
RIDGE = 10.0
FOLDS = 4
# With fewer ratings there is nothing to learn from; with fewer queries trees are left out.
ENOUGH, TREES_QUERIES = 100, 60


def ratings_of(groups: Sequence[Group]) -> FloatArray:
    """Ratings of all candidates, NaN where none is known."""
    return np.concatenate(
        [
            np.full(len(one.clicked), np.nan) if one.ratings is None else one.ratings
            for one in groups
        ]
    )


def is_rated(groups: Sequence[Group]) -> bool:
    """Whether there are ratings enough to learn from, and more than one."""
    known = ratings_of(groups)
    known = known[np.isfinite(known)]
    return len(known) >= ENOUGH and float(known.std()) > 0


def fit_ridge(groups: Sequence[Group]) -> Fusion:
    """A ridge regression on standardised features alone."""
    from sklearn.linear_model import Ridge

    wanted = ratings_of(groups)
    known = np.isfinite(wanted)
    features = np.concatenate([one.features for one in groups])[known].astype(np.float64)
    mean, scale = features.mean(0), features.std(0)
    scale[scale < 1e-6] = np.inf  # a number that never varies says nothing
    with threadpool_limits(1):
        model = Ridge(alpha=RIDGE).fit((features - mean) / scale, wanted[known])
    weights = np.ravel(model.coef_) / scale
    return Fusion(weights, float(model.intercept_) - float(weights @ mean))


def fit_rating(groups: Sequence[Group], seed: int = 0) -> Fusion:
    """Ridge and trees, each counting what it is worth on queries it was not trained on."""
    ridge = fit_ridge(groups)
    if len(groups) < TREES_QUERIES:
        return ridge
    told: list[FloatArray] = []
    wanted: list[FloatArray] = []
    for places in folds_by_query(len(groups), FOLDS, seed):
        rest, fold = parted(groups, places)
        part, trees = fit_ridge(rest), fit_grades(rest, seed)
        for one in fold:
            told.append(
                np.column_stack([part.number_logits(one.features), trees.scores(one.features)])
            )
        wanted.append(ratings_of(fold))
    mixed = _least_squares(np.concatenate(told), np.concatenate(wanted))
    weight, trees_weight = mixed[:-1].tolist()
    return Fusion(
        weights=weight * ridge.weights,
        bias=weight * ridge.bias + float(mixed[-1]),
        trees=fit_grades(groups, seed) if trees_weight else None,
        trees_weight=trees_weight,
    )


def with_text(rating: Fusion, validation: Sequence[Group], text: NDArray[np.floating]) -> Fusion:
    """The rating calibrated on validation queries, with the text logit as far as it helps."""
    wanted = ratings_of(validation)
    if np.isfinite(wanted).sum() < ENOUGH:
        return rating
    numbers = np.concatenate([rating.number_logits(one.features) for one in validation])
    slope, weight, intercept = _least_squares(
        np.column_stack([numbers, text.astype(np.float64)]), wanted
    ).tolist()
    return replace(
        rating,
        weights=slope * rating.weights,
        bias=slope * rating.bias + intercept,
        trees_weight=slope * rating.trees_weight,
        text_weight=weight,
    )


def rating_error(told: FloatArray, groups: Sequence[Group]) -> float:
    """Root mean squared error of expected ratings, on those that are known."""
    wanted = ratings_of(groups)
    known = np.isfinite(wanted)
    return float(np.sqrt(np.square(told - wanted)[known].mean()))


def _least_squares(columns: FloatArray, wanted: FloatArray) -> FloatArray:
    """Weights of the columns, none below zero, and an intercept last."""
    from sklearn.linear_model import LinearRegression

    known = np.isfinite(wanted)
    model = LinearRegression(positive=True).fit(columns[known], wanted[known])
    return np.append(np.ravel(model.coef_), float(model.intercept_))
