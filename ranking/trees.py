"""Boosted trees over the plain numbers and their standing: what a weighted sum cannot say.

Trained with scikit-learn's histogram boosting (Friedman, 2001; Ke et al., 2017), each of several
on its own seed; kept as plain arrays, so that serving needs NumPy alone and loading runs no code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ranking.files import write_atomically
from ranking.groups import joined_weights
from ranking.standing import standing_columns, with_standing
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.groups import Group

TREES = "trees.safetensors"
SEEDS, MANY_QUERIES = 4, 1000


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees over `with_standing`; all arrays but `base` are (trees, nodes).

    From node n one goes on to `left[n]` where the number `feature[n]` is at most `threshold[n]`,
    else to `right[n]`; a leaf leads to itself. `value` is a leaf's own, and above it the mean of
    what was trained on there. `base` (1,) is added to the sum of the leaves.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    base: NDArray[np.float64]

    @property
    def expected(self) -> float:
        """The sum before anything is known of a candidate: the mean of what was trained on."""
        return float(self.base[0] + self.value[:, 0].sum())

    @property
    def leaves(self) -> int:
        """How many leaves say something."""
        own = np.arange(self.value.shape[1], dtype=np.int32)
        return int(np.count_nonzero(np.where(self.left == own, self.value, 0.0)))

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sums of one query's candidates, shape (candidates,): logits, or grades."""
        *_, leaves = self._descent(with_standing(features))
        return self.base[0] + np.take_along_axis(self.value, leaves, 1).sum(0)

    def contributions(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each number adds to the sum beside `expected`, (candidates, features + 1).

        On its way down a tree a candidate's value goes from the mean of all to that of a leaf;
        each step is put down to the number that was asked there (Saabas, "Interpreting random
        forests", 2014), whether it was asked for itself or for its standing in the list. Last
        is what the length of the list adds.
        """
        matrix = with_standing(features)
        count, width = matrix.shape
        rows = np.arange(count) * width
        moved = np.zeros(count * width)
        for before, after in pairwise(self._descent(matrix)):
            step = np.take_along_axis(self.value, after, 1)
            step -= np.take_along_axis(self.value, before, 1)
            asked = np.take_along_axis(self.feature, before, 1)
            moved += np.bincount((rows + asked).ravel(), step.ravel(), count * width)
        columns = moved.reshape(count, width)
        blocks = np.split(columns[:, :-1], width // features.shape[1], axis=1)
        return np.column_stack([np.sum(blocks, axis=0), columns[:, -1]])

    def _descent(self, matrix: NDArray[np.float64]) -> Iterator[NDArray[np.int32]]:
        """Where each candidate is in each tree, (trees, candidates): at the roots, …, at leaves."""
        trees = np.arange(len(self.feature))[:, None]
        rows = np.arange(len(matrix))[None, :]
        at = np.zeros((len(self.feature), len(matrix)), np.int32)
        while True:
            yield at
            low = matrix[rows, self.feature[trees, at]] <= self.threshold[trees, at]
            following = np.where(low, self.left[trees, at], self.right[trees, at])
            if np.array_equal(following, at):
                return
            at = following

    def save(self, path: Path) -> None:
        """Write a file that `read_trees` reads."""
        from safetensors.numpy import save

        write_atomically(path, save({one.name: getattr(self, one.name) for one in fields(self)}))


def arranged(trees: Trees, names: Sequence[str], now: Sequence[str]) -> Trees:
    """Trees over features called `names`, in their order, as trees over those called `now`.

    Raises:
        ShopGuideError: where a feature that the trees look at is known no more.
    """
    if list(names) == list(now):
        return trees
    blocks = standing_columns(len(names)) // len(names)
    places = {name: place for place, name in enumerate(now)}
    moved = np.full(standing_columns(len(names)), -1, np.int32)
    for place, name in enumerate(names):
        if name in places:
            for block in range(blocks):
                moved[block * len(names) + place] = block * len(now) + places[name]
    moved[-1] = standing_columns(len(now)) - 1
    feature = moved[trees.feature]
    if (feature[np.isfinite(trees.threshold)] < 0).any():
        raise ShopGuideError("its trees look at numbers that are known no more")
    return replace(trees, feature=np.maximum(feature, 0))


def read_trees(path: Path) -> Trees:
    """Read what `Trees.save` wrote.

    Raises:
        ShopGuideError: where the file is missing or holds something else.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return Trees(**load_file(path))
    except (OSError, SafetensorError, TypeError) as error:
        raise ShopGuideError(f"{path}: not the trees of a click model: {error}") from None


def fit_trees(groups: Sequence[Group], seed: int = 0) -> Trees:
    """Trees whose sum is a click logit, averaged over `SEEDS` trainings where queries are few."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    clicked = np.concatenate([one.clicked for one in groups])
    return _fitted(HistGradientBoostingClassifier, groups, clicked, seed)


def fit_grades(groups: Sequence[Group], seed: int = 0) -> Trees:
    """Trees whose sum is the rating, stars or grade, of the least squared error."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    unknown = np.nan
    ratings = np.concatenate(
        [np.full(len(g.clicked), unknown) if g.ratings is None else g.ratings for g in groups]
    )
    return _fitted(HistGradientBoostingRegressor, groups, ratings, seed)


def _fitted(kind: Any, groups: Sequence[Group], wanted: NDArray[np.float64], seed: int) -> Trees:
    matrix = np.concatenate([with_standing(one.features) for one in groups])
    weights = joined_weights(groups)
    known = np.isfinite(wanted)
    matrix, wanted = matrix[known], wanted[known]
    weights = None if weights is None else weights[known]
    # Trees look at some columns at a time: those that never vary would take others' places.
    varying = np.flatnonzero(np.ptp(matrix, axis=0) > 0)
    matrix = matrix[:, varying]
    # More queries bear finer trees; with few, coarse ones keep to what holds for all of them,
    # and what one seed happens upon is evened out by others.
    large = len(groups) > MANY_QUERIES
    with threadpool_limits(1):  # threads that wait for each other cost more than they save
        models = [
            kind(
                learning_rate=0.06 if large else 0.03,
                max_iter=300 if large else 150,
                max_leaf_nodes=24 if large else 8,
                min_samples_leaf=60 if large else 40,
                l2_regularization=10.0,
                max_features=0.3,
                early_stopping=False,
                random_state=seed * SEEDS + number,
            ).fit(matrix, wanted, sample_weight=weights)
            for number in range(1 if large else SEEDS)
        ]
    joined = _joined(models)
    return replace(joined, feature=varying.astype(np.int32)[joined.feature])


def _joined(models: Sequence[Any]) -> Trees:
    """The mean of scikit-learn's ensembles as one sum of trees."""
    nodes = [tree[0].nodes for model in models for tree in model._predictors]
    size = max(map(len, nodes))
    feature = np.zeros((len(nodes), size), np.int32)
    threshold = np.full((len(nodes), size), np.inf)
    left = np.tile(np.arange(size, dtype=np.int32), (len(nodes), 1))
    right, value = left.copy(), np.zeros((len(nodes), size))
    for row, tree in enumerate(nodes):
        inner = np.flatnonzero(tree["is_leaf"] == 0)
        feature[row, inner] = tree["feature_idx"][inner]
        threshold[row, inner] = tree["num_threshold"][inner]
        left[row, inner] = tree["left"][inner]
        right[row, inner] = tree["right"][inner]
        value[row, : len(tree)] = _means(tree) / len(models)
    base = sum(float(np.ravel(model._baseline_prediction)[0]) for model in models) / len(models)
    return Trees(feature, threshold, left, right, value, np.array([base]))


def _means(nodes: NDArray[Any]) -> NDArray[np.float64]:
    """A leaf's value, and of the nodes above it the mean over what was trained on."""
    means = nodes["value"].astype(np.float64)
    for at in reversed(np.flatnonzero(nodes["is_leaf"] == 0).tolist()):  # children come later
        below = [nodes["left"][at], nodes["right"][at]]
        means[at] = np.average(means[below], weights=nodes["count"][below])
    return means
