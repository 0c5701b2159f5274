"""Metrics with bootstrap intervals over queries (Efron, 1979), for several systems at once.

All systems are measured on the same resamples, so that the interval of a difference is that of
paired observations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.evaluate import calibration_bins, per_query_ranking
from ranking.groups import Group
from retrieval.errors import ShopGuideError

FloatArray = NDArray[np.float64]
METRICS = ("auc", "ndcg@10", "mrr@10", "logloss", "ece")
LOWER_IS_BETTER = frozenset(("logloss", "ece"))
RESAMPLES = 300


@dataclass(frozen=True, slots=True)
class Interval:
    """A metric's value on all queries, and the middle 95 % of its values on resamples."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each system's metrics, and how far the first system is from each of the others."""

    queries: int
    pairs: int
    systems: dict[str, dict[str, Interval]]
    differences: dict[str, dict[str, Interval]]


def compare(
    groups: Sequence[Group],
    systems: Mapping[str, Sequence[FloatArray]],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Comparison:
    """Measure click probabilities, one array for each group, of each named system.

    Raises:
        ShopGuideError: where all examples are clicked or none is.
    """
    clicked = np.concatenate([one.clicked for one in groups])
    if clicked.min() == clicked.max():
        raise ShopGuideError("the examples hold only clicked or only unclicked products")
    dice = np.random.default_rng(seed)
    drawn = [
        np.bincount(dice.integers(len(groups), size=len(groups)), minlength=len(groups))
        for _ in range(resamples)
    ]
    draws = [np.ones(len(groups), int), *drawn]
    values = {name: _System(groups, scores).on(draws) for name, scores in systems.items()}
    first = values[next(iter(values))]
    return Comparison(
        queries=len(groups),
        pairs=len(clicked),
        systems={name: _intervals(table) for name, table in values.items()},
        differences={
            name: _intervals({metric: first[metric] - table[metric] for metric in METRICS})
            for name, table in values.items()
            if table is not first
        },
    )


class _System:
    """One system's scores, ready to be measured with a weight for each query."""

    def __init__(self, groups: Sequence[Group], scores: Sequence[FloatArray]) -> None:
        self.clicked = np.concatenate([one.clicked for one in groups])
        self.predicted = np.concatenate(scores)
        self.sizes = np.array([len(one.clicked) for one in groups])
        ranking = per_query_ranking(groups, scores)
        self.ndcg, self.reciprocal_rank = ranking.ndcg, ranking.reciprocal_rank

    def on(self, draws: Sequence[NDArray[np.int_]]) -> dict[str, FloatArray]:
        """Each metric for each draw; a draw says how often each query was drawn."""
        rows = [self._measured(draw) for draw in draws]
        return {metric: np.array([row[metric] for row in rows]) for metric in METRICS}

    def _measured(self, draw: NDArray[np.int_]) -> dict[str, float]:
        from sklearn.metrics import log_loss, roc_auc_score

        weights = np.repeat(draw, self.sizes)
        held = weights > 0
        clicked, predicted, weights = self.clicked[held], self.predicted[held], weights[held]
        one_kind = clicked.min() == clicked.max()
        return {
            "auc": np.nan
            if one_kind
            else float(roc_auc_score(clicked, predicted, sample_weight=weights)),
            "ndcg@10": _mean(self.ndcg, draw),
            "mrr@10": _mean(self.reciprocal_rank, draw),
            "logloss": float(log_loss(clicked, predicted, sample_weight=weights, labels=[0, 1])),
            "ece": calibration_bins(clicked, predicted, weights).error,
        }


def _mean(values: FloatArray, draw: NDArray[np.int_]) -> float:
    """Weighted mean over the queries that have a value."""
    known = ~np.isnan(values) & (draw > 0)
    return float(np.average(values[known], weights=draw[known])) if known.any() else np.nan


def _intervals(table: Mapping[str, FloatArray]) -> dict[str, Interval]:
    result: dict[str, Interval] = {}
    for metric, values in table.items():
        value, resampled = values[0], values[1:]
        known = resampled[~np.isnan(resampled)]
        low, high = np.quantile(known, (0.025, 0.975)) if len(known) else (np.nan, np.nan)
        result[metric] = Interval(float(value), float(low), float(high))
    return result
