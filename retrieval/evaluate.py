"""Search quality on relevance judgments, measured by ir-measures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG

from retrieval.errors import ShopGuideError

DEPTH = 1000
"""How deep a ranking is read, so that judged products below the cut still count."""

Judgments = Mapping[str, Mapping[str, int]]
Rank = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class SearchMetrics:
    """Means over queries. Gains are 2^grade - 1, the ideal spans all judged products.

    `ndcg_judged` drops unjudged products before cutting at 10; `recall` counts the two
    highest grades of the file. Queries without any relevant product are left out of a mean
    that they cannot move. Latencies in milliseconds a query.
    """

    system: str
    queries: int
    ndcg: float
    ndcg_judged: float
    recall: float
    mrr: float
    latency_p50: float
    latency_p95: float

    def to_json(self) -> dict[str, object]:
        """The contract's form."""
        return {
            "system": self.system,
            "queries": self.queries,
            "ndcg@10": round(self.ndcg, 4),
            "ndcg@10_judged": round(self.ndcg_judged, 4),
            "recall@100": round(self.recall, 4),
            "mrr@10": round(self.mrr, 4),
            "latency_ms": {
                "p50": round(self.latency_p50, 2),
                "p95": round(self.latency_p95, 2),
            },
        }


def read_judgments(path: Path) -> dict[str, dict[str, int]]:
    """Grades by query and product id, from JSONL of `query`, `product_id`, `grade`.

    Raises:
        ShopGuideError: naming the file, the line and the field that is wrong.
    """
    judgments: dict[str, dict[str, int]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ShopGuideError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ShopGuideError(f"{path}: this is not UTF-8 text") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            query, product_id, grade = row["query"], row["product_id"], int(row["grade"])
        except (json.JSONDecodeError, TypeError, ValueError) as error:
            raise ShopGuideError(f"{path}, line {number}: {error}") from error
        except KeyError as error:
            raise ShopGuideError(f"{path}, line {number}: field {error} is missing") from error
        judgments.setdefault(str(query), {})[str(product_id)] = grade
    if not judgments:
        raise ShopGuideError(f"{path}: no judgments in it")
    return judgments


def evaluate_search(rank: Rank, judgments: Judgments, system: str) -> SearchMetrics:
    """Rank every judged query and measure.

    Args:
        rank: gives the best product ids for a query, up to the limit.
    """
    top = max(grade for grades in judgments.values() for grade in grades.values())
    rank(next(iter(judgments)), DEPTH)  # the first query pays for what is loaded late
    run: dict[str, dict[str, float]] = {}
    milliseconds: list[float] = []
    for query in judgments:
        started = time.perf_counter()
        rank(query, 100)
        milliseconds.append((time.perf_counter() - started) * 1000)
        run[query] = {id_: -float(place) for place, id_ in enumerate(rank(query, DEPTH))}
    qrels = {query: dict(grades) for query, grades in judgments.items()}
    judged = {
        query: {id_: score for id_, score in ranked.items() if id_ in qrels[query]}
        for query, ranked in run.items()
    }
    gains = {grade: 2**grade - 1 for grade in range(1, top + 1)}
    ndcg = nDCG(gains=gains) @ 10
    relevant = max(1, top - 1)
    recall, mrr = R(rel=relevant) @ 100, RR(rel=relevant) @ 10
    with_any = [query for query, grades in qrels.items() if max(grades.values()) > 0]
    with_relevant = [query for query, grades in qrels.items() if max(grades.values()) >= relevant]
    return SearchMetrics(
        system=system,
        queries=len(judgments),
        ndcg=_mean(ndcg, qrels, run, with_any),
        ndcg_judged=_mean(ndcg, qrels, judged, with_any),
        recall=_mean(recall, qrels, run, with_relevant),
        mrr=_mean(mrr, qrels, run, with_relevant),
        latency_p50=float(np.percentile(milliseconds, 50)),
        latency_p95=float(np.percentile(milliseconds, 95)),
    )


def _mean(
    measure: ir_measures.Measure,
    qrels: Mapping[str, dict[str, int]],
    run: Mapping[str, dict[str, float]],
    queries: list[str],
) -> float:
    """Mean over these queries; one whose ranking is empty counts 0."""
    if not queries:
        return 0.0
    values = {
        value.query_id: value.value
        for value in ir_measures.iter_calc(
            [measure], {query: qrels[query] for query in queries}, dict(run)
        )
    }
    return float(np.mean([values.get(query, 0.0) for query in queries]))
