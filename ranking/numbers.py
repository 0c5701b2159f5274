"""The weighted sum of the plain numbers: a logistic regression."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ranking.features import FEATURES
from ranking.fusion import Fusion
from ranking.groups import Group, joined_weights

# Inverse strength of the L2 penalty on standardised numbers, chosen on kept-aside queries.
NUMBERS_C = 0.03


def fit_numbers(groups: Sequence[Group], names: Collection[str] = FEATURES.keys()) -> Fusion:
    """Logistic regression with an L2 penalty on the named features, standardised."""
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([one.features for one in groups]).astype(np.float64)
    clicked = np.concatenate([one.clicked for one in groups])
    mean, scale = features.mean(0), features.std(0)
    scale[scale < 1e-6] = np.inf  # a number that never varies says nothing
    scale[np.array([name not in names for name in FEATURES])] = np.inf
    model = LogisticRegression(C=NUMBERS_C, max_iter=2000)
    with threadpool_limits(1):  # threads that wait for each other cost more than they save
        model.fit((features - mean) / scale, clicked, sample_weight=joined_weights(groups))
    weights: NDArray[np.float64] = np.ravel(model.coef_) / scale
    return Fusion(weights, float(np.ravel(model.intercept_)[0] - weights @ mean))
