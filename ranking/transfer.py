"""What one shop's examples teach about another's: alone, together, and one after the other.

A model of plain numbers is fitted on some queries of each shop; all are measured on the same
other queries of each. Together, several files are one training, as they are for `train clicks`.
A shop that has judgments of its own search sees what each model would make of that: judged lists
hold what somebody chose to have judged, a search's what resembles the wish in one way or another.
One after the other, the second shop's model goes on from the first one's (`ranking.warm_start`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ranking.candidates import hit_candidates
from ranking.evaluate import metrics_of
from ranking.features import TRANSFERABLE
from ranking.folds import folds_by_query, parted
from ranking.fusion import Fusion
from ranking.groups import Group
from ranking.numbers import fit_numbers
from ranking.serving import ServedModel
from ranking.shipped import Progress, silent
from ranking.stacking import fit_stacked
from ranking.warm_start import kept_near
from retrieval.errors import ShopGuideError
from retrieval.evaluate import Judgments, evaluate_search

if TYPE_CHECKING:
    from retrieval.search import SearchHit

TOGETHER = "together"
FOLDS = 4
METHODS: dict[str, Callable[[Sequence[Group]], Fusion]] = {
    "numbers": fit_numbers,
    "stacked": fit_stacked,
    "transferable": partial(fit_numbers, names=TRANSFERABLE),
}


@dataclass(frozen=True, slots=True)
class TransferRow:
    """One model on the held-out queries of one shop.

    Log loss is measured as the model comes: what was learnt from another shop is not calibrated
    for this one.
    """

    trained_on: str
    tested_on: str
    train_queries: int
    test_queries: int
    auc: float
    ndcg_at_10: float
    logloss: float


@dataclass(frozen=True, slots=True)
class SearchRow:
    """The search of a shop, its best products ranked by a model; measures as in `SearchMetrics`."""

    ranked_by: str
    queries: int
    ndcg_at_10: float
    ndcg_at_10_judged: float
    mrr_at_10: float


@dataclass(frozen=True, slots=True)
class TransferBench:
    """All pairs of what was trained on and what was tested on, by one method."""

    method: str
    rows: list[TransferRow]
    search: list[SearchRow] = field(default_factory=list[SearchRow])


@dataclass(frozen=True, slots=True)
class JudgedSearch:
    """What a shop's search finds for queries with judgments, and how many of it are ranked."""

    hits: Mapping[str, Sequence[SearchHit]]
    judgments: Judgments
    candidates: int

    def measured(self, name: str, model: ServedModel | None) -> SearchRow:
        """Ranked by the model, or left as it was found where there is none."""

        def rank(query: str, limit: int) -> list[str]:
            hits = list(self.hits[query][:limit])
            head = hits[: self.candidates]
            if model is not None:
                told = model.probabilities(query, hit_candidates(query, head))
                head = [head[place] for place in np.argsort(-told, kind="stable")]
            return [hit.product.id for hit in [*head, *hits[self.candidates :]]]

        found = evaluate_search(rank, self.judgments, name)
        return SearchRow(name, found.queries, found.ndcg, found.ndcg_judged, found.mrr)


def bench_transfer(
    shops: Mapping[str, Sequence[Group]],
    *,
    method: str = "numbers",
    seed: int = 0,
    search: JudgedSearch | None = None,
    progress: Progress = silent,
) -> TransferBench:
    """Train on each shop and on all of them, test on each, and on another shop's `search`.

    `method` is "numbers" (their weighted sum), "stacked" (the sum with trees) or "transferable"
    (the sum of those numbers alone whose weights carry over).

    Raises:
        ShopGuideError: where the method is unknown, there are fewer than two shops, or one has
            too few queries.
    """
    if method not in METHODS:
        raise ShopGuideError(f"unknown method {method!r}; known: {', '.join(METHODS)}")
    if len(shops) < 2:
        raise ShopGuideError("transfer needs the examples of two shops or more")
    train: dict[str, list[Group]] = {}
    test: dict[str, list[Group]] = {}
    for name, groups in shops.items():
        if len(groups) < 2 * FOLDS:
            raise ShopGuideError(f"{name}: {len(groups)} queries are too few")
        places = folds_by_query(len(groups), FOLDS, seed)[0]
        train[name], test[name] = parted(groups, places)
    train[TOGETHER] = [one for name in shops for one in train[name]]
    rows: list[TransferRow] = []
    alone: dict[str, Fusion] = {}
    for number, (trained_on, groups) in enumerate(train.items()):
        progress(f"Training on {trained_on}", number, len(train))
        alone[trained_on] = METHODS[method](groups)
    models = [(name, fitted, train[name], list(test)) for name, fitted in alone.items()]
    if method == "numbers":
        models += [
            (f"{first}, then {then}", kept_near(alone[first], train[then]), train[then], [then])
            for first in shops
            for then in shops
            if first != then
        ]
    for trained_on, fitted, groups, targets in models:
        for tested_on in targets:
            held_out = test[tested_on]
            told = [1 / (1 + np.exp(-fitted.number_logits(one.features))) for one in held_out]
            measured = metrics_of("", held_out, told)
            rows.append(
                TransferRow(
                    trained_on=trained_on,
                    tested_on=tested_on,
                    train_queries=len(groups),
                    test_queries=len(held_out),
                    auc=measured.auc,
                    ndcg_at_10=measured.ndcg_at_10,
                    logloss=measured.logloss,
                )
            )
    found: list[SearchRow] = []
    if search is not None:
        found.append(search.measured("nothing: as found", None))
        found += [
            search.measured(name, ServedModel(name, one, None)) for name, one in alone.items()
        ]
    return TransferBench(method, rows, found)
