"""Fine-tuning methods and plain models side by side, by cross-validation over queries.

Every prediction is for a query that neither training, nor the choice of a weight, nor
calibration has seen: those happen within the training folds. Costly methods may run on fewer
folds; each row names its folds, and its gain over the plain sum of numbers on the same ones.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ranking.contenders import METHODS, Contenders, Predicted, is_tuned, make_fold
from ranking.evaluate import ClickMetrics, metrics_of
from ranking.folds import folds_by_query
from ranking.footprint import Footprint
from ranking.fusion import FloatArray
from ranking.groups import Group
from ranking.rating import rating_error, ratings_of
from ranking.shipped import Progress, silent
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

RIVAL = "numbers"


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method on queries it was not trained on, the predictions of `folds` folds together.

    `gain_auc` and `gain_ndcg` are against the plain sum of numbers on the same folds. A tuned
    method's row is that of its text tower alone; `with_numbers_auc` and `with_numbers_ndcg` are
    those of tower and plain sum together, None for the others. `rmse` is the error of the
    expected rating, of methods that tell one, where the examples have stars or grades.
    """

    method: str
    folds: int
    auc: float
    ndcg_at_10: float
    logloss: float
    ece: float
    gain_auc: float
    gain_ndcg: float
    with_numbers_auc: float | None
    with_numbers_ndcg: float | None
    rmse: float | None
    trained_parameters: int
    minutes: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class MethodsBench:
    """The table, and what it was measured on; towers were tuned for `epochs` passes."""

    pairs: int
    queries: int
    clicked_share: float
    folds: int
    tuned_folds: int
    epochs: int
    rows: list[MethodRow]


@dataclass(slots=True)
class _Tally:
    """What one method predicted, by the place of the query, and what it cost."""

    alone: dict[int, FloatArray] = field(default_factory=dict)
    together: dict[int, FloatArray] = field(default_factory=dict)
    ratings: dict[int, FloatArray] = field(default_factory=dict)
    parameters: int = 0
    folds: int = 0
    cost: Footprint = field(default_factory=Footprint)

    def note(self, places: Sequence[int], predicted: Predicted) -> None:
        self.alone.update(zip(places, predicted.alone, strict=True))
        if predicted.together is not None:
            self.together.update(zip(places, predicted.together, strict=True))
        if predicted.ratings is not None:
            self.ratings.update(zip(places, predicted.ratings, strict=True))
        self.parameters = predicted.parameters
        self.folds += 1

    def add(self, part: _Tally) -> None:
        """Count in what the method predicted on another fold."""
        self.alone |= part.alone
        self.together |= part.together
        self.ratings |= part.ratings
        self.parameters = part.parameters
        self.folds += part.folds
        self.cost.seconds += part.cost.seconds
        self.cost.peak_mb = max(self.cost.peak_mb, part.cost.peak_mb)


def bench_methods(
    groups: Sequence[Group],
    embedder: Embedder,
    *,
    folds: int = 5,
    tuned_folds: int | None = None,
    methods: Sequence[str] = METHODS,
    epochs: int = 1,
    base: str = "minilm",
    seed: int = 0,
    progress: Progress = silent,
    tell: Callable[[int, MethodRow], None] | None = None,
) -> MethodsBench:
    """Cross-validate the methods on the same folds.

    `tuned_folds` is on how many of the folds towers are tuned (by default on all). The fused
    model is charged for its numbers alone where its tower is in the table as well. `tell` gets
    the number of a fold, from 1, and a method's row on it alone as soon as it is there, but for
    folds whose products are all clicked, or none is: these have no figures of their own.

    Raises:
        ShopGuideError: where a method is unknown, or there are too few queries.
    """
    for method in methods:
        if method not in METHODS:
            raise ShopGuideError(f"unknown method {method!r}; known: {', '.join(METHODS)}")
    if folds < 2 or len(groups) < 4 * folds:
        raise ShopGuideError(f"{len(groups)} queries are too few for {folds} folds")
    costly = min(tuned_folds or folds, folds)
    wanted = [one for one in METHODS if one in methods]
    contenders = Contenders(groups, embedder, base=base, epochs=epochs, seed=seed)
    tallies = {one: _Tally() for one in dict.fromkeys((RIVAL, *wanted))}
    for number, places in enumerate(folds_by_query(len(groups), folds, seed)):
        fold = make_fold(groups, places)
        for method, tally in tallies.items():
            if number >= costly and is_tuned(method):
                continue
            progress(f"Fold {number + 1} of {folds}, {method}", 0, None)
            part = _Tally()
            with part.cost:
                part.note(places.tolist(), contenders.predict(method, fold))
            tally.add(part)
            if tell is not None and method in wanted and _tells_clicks_apart(fold.test):
                tell(number + 1, _row(groups, method, part, tallies[RIVAL]))
            gc.collect()
    clicked = sum(float(one.clicked.sum()) for one in groups)
    pairs = sum(len(one.clicked) for one in groups)
    return MethodsBench(
        pairs=pairs,
        queries=len(groups),
        clicked_share=clicked / pairs,
        folds=folds,
        tuned_folds=costly,
        epochs=epochs,
        rows=[_row(groups, one, tallies[one], tallies[RIVAL]) for one in wanted],
    )


def _row(groups: Sequence[Group], method: str, tally: _Tally, rival: _Tally) -> MethodRow:
    own = _measured(groups, tally.alone)
    plain = _measured(groups, {place: rival.alone[place] for place in tally.alone})
    both = _measured(groups, tally.together) if tally.together else None
    return MethodRow(
        method=method,
        folds=tally.folds,
        auc=own.auc,
        ndcg_at_10=own.ndcg_at_10,
        logloss=own.logloss,
        ece=own.ece,
        gain_auc=own.auc - plain.auc,
        gain_ndcg=own.ndcg_at_10 - plain.ndcg_at_10,
        with_numbers_auc=both.auc if both else None,
        with_numbers_ndcg=both.ndcg_at_10 if both else None,
        rmse=_rating_error(groups, tally.ratings) if tally.ratings else None,
        trained_parameters=tally.parameters,
        minutes=tally.cost.seconds / 60,
        peak_mb=tally.cost.peak_mb,
    )


def _tells_clicks_apart(groups: Sequence[Group]) -> bool:
    clicked = np.concatenate([one.clicked for one in groups])
    return bool(clicked.min() < clicked.max())


def _rating_error(groups: Sequence[Group], told: dict[int, FloatArray]) -> float | None:
    places = sorted(told)
    rated = [groups[at] for at in places]
    if not np.isfinite(ratings_of(rated)).any():
        return None
    return rating_error(np.concatenate([told[at] for at in places]), rated)


def _measured(groups: Sequence[Group], predicted: dict[int, FloatArray]) -> ClickMetrics:
    places = sorted(predicted)
    return metrics_of("", [groups[at] for at in places], [predicted[at] for at in places])
