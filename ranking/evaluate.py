"""How good click probabilities are, on queries that were not trained on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate
from ranking.examples import read_examples
from ranking.fusion import cosine_fusion
from ranking.groups import Group, build_groups
from ranking.rating import rating_error, ratings_of
from ranking.registry import Registry
from ranking.serving import ServedModel, load_served
from ranking.settings import RankingSettings
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

ECE_BINS = 15
Score = Callable[[str, Sequence[Candidate]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class ClickMetrics:
    """Quality of one model on labelled pairs.

    `auc`, `logloss` and `ece` are over all pairs; `ndcg_at_10` is the mean over the queries
    with any relevant product, gains 2^grade - 1, the ideal taken over all judged products;
    `latency_ms_50` is the median for 50 candidates of one query, nothing remembered; `rmse` is
    the error of the expected rating, where the model has learnt from ratings and the examples
    have some.
    """

    model: str
    pairs: int
    queries: int
    auc: float
    ndcg_at_10: float
    logloss: float
    ece: float
    latency_ms_50: float
    rmse: float | None = None

    def to_json(self) -> dict[str, object]:
        """The fields as the contract names them, and `rmse` where it is known."""
        fields: dict[str, object] = {
            "model": self.model,
            "pairs": self.pairs,
            "queries": self.queries,
            "auc": self.auc,
            "ndcg@10": self.ndcg_at_10,
            "logloss": self.logloss,
            "ece": self.ece,
            "latency_ms_50": self.latency_ms_50,
        }
        return fields if self.rmse is None else fields | {"rmse": self.rmse}

    def quality(self) -> dict[str, float]:
        """The four measures of quality, as a manifest keeps them."""
        return {
            "auc": self.auc,
            "ndcg@10": self.ndcg_at_10,
            "logloss": self.logloss,
            "ece": self.ece,
        }


def evaluate_clicks(
    settings: RankingSettings, embedder: Embedder, examples: Path, *, model: str = "champion"
) -> ClickMetrics:
    """Measure a registered version, the "champion", or "base" (cosine alone, untrained).

    Raises:
        ShopGuideError: where the examples or the model cannot be read.
    """
    groups = build_groups(read_examples([examples]), embedder)
    served = open_model(Registry(settings.models_dir), model, settings.rerank_threads)
    return measure(served, groups)


def open_model(registry: Registry, model: str, threads: int = 2) -> ServedModel:
    """A registered version, the "champion" (installed where there is none yet), or "base"."""
    if model == "base":
        return ServedModel("base", cosine_fusion(), None)
    if model == "champion":
        from ranking.shipped import install_shipped

        model = registry.champion() or install_shipped(registry)
    return load_served(registry.verify(model), model, threads)


def measure(served: ServedModel, groups: Sequence[Group]) -> ClickMetrics:
    """Score all groups as serving does, and compare with what came of them."""
    inputs = [served.inputs(one.query, one.candidates) for one in groups]
    probabilities = [served.fusion.probabilities(*one) for one in inputs]
    metrics = metrics_of(served.version, groups, probabilities, _latency(served, groups))
    if served.rating is None or not np.isfinite(ratings_of(groups)).any():
        return metrics
    told = np.concatenate([served.rating.logits(*one) for one in inputs])
    return replace(metrics, rmse=rating_error(told, groups))


def metrics_of(
    model: str,
    groups: Sequence[Group],
    probabilities: Sequence[NDArray[np.float64]],
    latency: float = 0.0,
) -> ClickMetrics:
    """Metrics of given probabilities, one array for each group.

    Raises:
        ShopGuideError: where all examples are clicked or none is.
    """
    from sklearn.metrics import log_loss, roc_auc_score

    clicked = np.concatenate([one.clicked for one in groups])
    predicted = np.concatenate(probabilities)
    if clicked.min() == clicked.max():
        raise ShopGuideError("the examples hold only clicked or only unclicked products")
    return ClickMetrics(
        model=model,
        pairs=len(clicked),
        queries=len(groups),
        auc=float(roc_auc_score(clicked, predicted)),
        ndcg_at_10=mean_ndcg(groups, probabilities),
        logloss=float(log_loss(clicked, predicted)),
        ece=calibration_error(clicked, predicted),
        latency_ms_50=latency,
    )


def mean_ndcg(groups: Sequence[Group], scores: Sequence[NDArray[np.float64]]) -> float:
    """Mean nDCG@10 by ir-measures over the queries that have anything relevant."""
    ndcg = per_query_ranking(groups, scores).ndcg
    known = ndcg[~np.isnan(ndcg)]
    return float(known.mean()) if len(known) else 0.0


@dataclass(frozen=True, slots=True)
class QueryRanking:
    """nDCG@10 and reciprocal rank at 10 of each query; NaN where nothing is relevant."""

    ndcg: NDArray[np.float64]
    reciprocal_rank: NDArray[np.float64]


def per_query_ranking(
    groups: Sequence[Group], scores: Sequence[NDArray[np.float64]]
) -> QueryRanking:
    """Measures of each group's ranking, by ir-measures: graded gains, and the first click."""
    import ir_measures
    from ir_measures import RR, nDCG

    # Gains are whole numbers there: grades such as 2.33 are counted in hundredths.
    unit = 1 if all(float(gain).is_integer() for one in groups for gain in one.gains) else 100
    graded: list[object] = []
    clicked: list[object] = []
    run: list[object] = []
    gains: dict[int, int] = {}
    for number, (group, values) in enumerate(zip(groups, scores, strict=True)):
        ranks = np.argsort(np.argsort(-values, kind="stable"), kind="stable")
        for place, gain in enumerate(group.gains):
            name, product = str(number), str(place)
            level = round(float(gain) * unit)
            gains[level] = round((2.0 ** (level / unit) - 1) * 100)
            graded.append(ir_measures.Qrel(name, product, level))
            clicked.append(ir_measures.Qrel(name, product, int(group.clicked[place])))
            run.append(ir_measures.ScoredDoc(name, product, -float(ranks[place])))
    ndcg = np.full(len(groups), np.nan)
    reciprocal = np.full(len(groups), np.nan)
    for one in ir_measures.iter_calc([nDCG(gains=gains) @ 10], graded, run):
        if groups[int(one.query_id)].gains.max(initial=0) > 0:
            ndcg[int(one.query_id)] = one.value
    for one in ir_measures.iter_calc([RR @ 10], clicked, run):
        if groups[int(one.query_id)].clicked.max(initial=0) > 0:
            reciprocal[int(one.query_id)] = one.value
    return QueryRanking(ndcg, reciprocal)


@dataclass(frozen=True, slots=True)
class CalibrationBins:
    """Bins of equal width that hold any pairs: mean prediction, click rate, share of pairs."""

    predicted: NDArray[np.float64]
    clicked: NDArray[np.float64]
    share: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error: the mean over pairs of |click rate - prediction|."""
        return float((np.abs(self.clicked - self.predicted) * self.share).sum())


def calibration_bins(
    clicked: NDArray[np.float64],
    predicted: NDArray[np.float64],
    weights: NDArray[np.int_] | None = None,
) -> CalibrationBins:
    """Clicks seen beside clicks predicted (Naeini et al., 2015), each pair with its weight."""
    counted = np.ones(len(clicked)) if weights is None else weights.astype(np.float64)
    bins = np.minimum((predicted * ECE_BINS).astype(int), ECE_BINS - 1)
    total = np.bincount(bins, counted, ECE_BINS)
    held = total > 0
    return CalibrationBins(
        predicted=np.bincount(bins, counted * predicted, ECE_BINS)[held] / total[held],
        clicked=np.bincount(bins, counted * clicked, ECE_BINS)[held] / total[held],
        share=total[held] / total.sum(),
    )


def calibration_error(clicked: NDArray[np.float64], predicted: NDArray[np.float64]) -> float:
    """Expected calibration error (Naeini et al., 2015) over bins of equal width."""
    return calibration_bins(clicked, predicted).error


def _latency(served: ServedModel, groups: Sequence[Group], runs: int = 5) -> float:
    pool = [one for group in groups for one in group.candidates][:50]
    if not pool:
        return 0.0
    pool = (pool * 50)[:50]
    times: list[float] = []
    for _ in range(runs):
        if served.text is not None:
            served.text.forget()
        started = time.perf_counter()
        served.probabilities(groups[0].query, pool)
        times.append((time.perf_counter() - started) * 1000)
    return float(np.median(times))
