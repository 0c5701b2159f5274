"""Search metrics: the contract's definitions, on rankings worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from retrieval.errors import ShopGuideError
from retrieval.evaluate import evaluate_search, read_judgments

JUDGMENTS = {"lamp": {"a": 3, "b": 2, "c": 0}, "nothing fits": {"a": 0}}


def test_unjudged_products_count_in_one_ndcg_and_not_in_the_other() -> None:
    metrics = evaluate_search(lambda _query, limit: ["x", "b", "a"][:limit], JUDGMENTS, "test")
    ideal = 7 + 3 / math.log2(3)
    assert metrics.ndcg == pytest.approx((3 / math.log2(3) + 7 / 2) / ideal)
    assert metrics.ndcg_judged == pytest.approx((3 + 7 / math.log2(3)) / ideal)
    assert metrics.recall == 1.0
    assert metrics.mrr == 0.5
    assert metrics.queries == 2


def test_a_query_that_finds_nothing_counts_zero() -> None:
    metrics = evaluate_search(lambda _query, _limit: [], JUDGMENTS, "test")
    assert (metrics.ndcg, metrics.ndcg_judged, metrics.recall, metrics.mrr) == (0, 0, 0, 0)


def test_json_has_the_names_of_the_contract() -> None:
    fields = evaluate_search(lambda _query, _limit: ["a"], JUDGMENTS, "bm25").to_json()
    assert list(fields) == [
        "system", "queries", "ndcg@10", "ndcg@10_judged", "recall@100", "mrr@10", "latency_ms",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"query": "x", "grade": 1}', "product_id"),
        ("not json", "line 2"),
        ('{"query": "x", "product_id": "1", "grade": "high"}', "high"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    file = tmp_path / "judgments.jsonl"
    file.write_text('{"query": "a", "product_id": "1", "grade": 2}\n' + line, encoding="utf-8")
    with pytest.raises(ShopGuideError, match=reason):
        read_judgments(file)
