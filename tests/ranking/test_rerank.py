"""Serving: the ranker takes up new champions, explains itself, and needs no torch."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from ranking_parts import hit, register, weighing

from ranking.features import FEATURES
from ranking.fusion import cosine_fusion
from ranking.registry import Registry
from ranking.rerank import ClickRanker
from ranking.serving import FUSION, TEXT_MODEL, TOKENIZER, TextScorer, workers
from ranking.trees import Trees


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


def test_hits_come_by_falling_click_probability(registry: Registry, exported: Path) -> None:
    register(registry, exported, cosine_fusion())
    ranker = ClickRanker(registry)
    ranked = ranker.rank("lamp", [hit(1, cosine=0.2), hit(2, cosine=0.9), hit(3, cosine=0.5)])
    assert [one.hit.product.id for one in ranked] == ["2", "3", "1"]
    assert all(0 < one.click_probability < 1 for one in ranked)
    assert ranker.rank("lamp", []) == []


def test_equal_hits_keep_their_order(registry: Registry, exported: Path) -> None:
    register(registry, exported, weighing())
    ranked = ClickRanker(registry).rank("lamp", [hit(number) for number in range(1, 9)])
    assert [one.hit.product.id for one in ranked] == [str(number) for number in range(1, 9)]


def test_search_order_stands_where_the_text_cannot_be_compared(
    registry: Registry, exported: Path
) -> None:
    register(registry, exported, cosine_fusion())
    ranker = ClickRanker(registry)
    hits = [hit(1, cosine=0.2), hit(2, cosine=0.9)]
    same = ranker.rank("lamp", hits)
    across = ranker.rank("lamp", [replace(each, across=True) for each in hits])
    assert [each.hit.product.id for each in same] == ["2", "1"]
    assert [each.hit.product.id for each in across] == ["1", "2"]
    assert [one.click_probability for one in across] == [one.click_probability for one in same]


def test_contributions_name_what_spoke_for_a_product(registry: Registry, exported: Path) -> None:
    register(registry, exported, weighing(rating=1.0, discount=2.0, unavailable=-3.0))
    good = hit(1, rating=4.8, rating_count=300, price=Decimal(20), sale_price=Decimal(15))
    gone = hit(2, rating=2.0, rating_count=300, availability="out_of_stock")
    first, second = ClickRanker(registry).rank("lamp", [gone, good])
    assert first.hit is good
    assert first.contributions["rating"] > 0
    assert first.contributions["discount"] > 0
    assert second.contributions["rating"] < 0
    assert second.contributions["availability"] < 0


def test_the_contributions_add_up_to_the_logit(registry: Registry, exported: Path) -> None:
    register(registry, exported, replace(weighing(cosine=3.0, text=1.0), intercept=-0.5))
    for one in ClickRanker(registry).rank("red lamp", [hit(1), hit(2, cosine=0.1)]):
        logit = sum(one.contributions.values()) - 0.5
        assert one.click_probability == pytest.approx(1 / (1 + np.exp(-logit)))
        assert one.contributions["text"] != 0


def test_what_trees_add_is_among_the_contributions(registry: Registry, exported: Path) -> None:
    asked = np.array([[list(FEATURES).index("rating"), 0, 0]], np.int32)
    split = np.array([[0.5, np.inf, np.inf]])
    left, right = np.array([[1, 1, 2]], np.int32), np.array([[2, 1, 2]], np.int32)
    trees = Trees(asked, split, left, right, np.array([[0.25, -0.5, 1.0]]), np.array([0.1]))
    fusion = replace(weighing(cosine=3.0, text=1.0), trees=trees, trees_weight=2.0, slope=1.5)
    register(registry, exported, fusion)
    hits = [hit(1, rating=2.0, rating_count=300), hit(2, rating=4.9, rating_count=300)]
    first, second = ClickRanker(registry).rank("lamp", hits)
    assert first.hit is hits[1]
    assert first.contributions["rating"] == pytest.approx(1.5 * 2.0 * (1.0 - 0.25))
    assert second.contributions["rating"] == pytest.approx(1.5 * 2.0 * (-0.5 - 0.25))
    for one in (first, second):
        logit = fusion.baseline + sum(one.contributions.values())
        assert one.click_probability == pytest.approx(1 / (1 + np.exp(-logit)))


def test_a_new_champion_serves_without_a_restart(registry: Registry, exported: Path) -> None:
    register(registry, exported, cosine_fusion())
    ranker = ClickRanker(registry)
    hits = [hit(1, cosine=0.9), hit(2, cosine=0.1, rating=5.0, rating_count=900)]
    assert ranker.rank("lamp", hits)[0].hit.product.id == "1"
    register(registry, exported, weighing(rating=5.0))
    assert ranker.rank("lamp", hits)[0].hit.product.id == "2"
    assert ranker.version == "v2"
    registry.rollback()
    assert ranker.rank("lamp", hits)[0].hit.product.id == "1"
    assert ranker.version == "v1"


def test_a_damaged_champion_is_not_taken_up(
    registry: Registry, exported: Path, caplog: pytest.LogCaptureFixture
) -> None:
    register(registry, exported, cosine_fusion())
    ranker = ClickRanker(registry)
    register(registry, exported, cosine_fusion())
    (registry.path("v2") / FUSION).write_text("{}")
    assert ranker.rank("lamp", [hit(1)])
    assert ranker.version == "v1"
    assert "not taken up" in caplog.text


def test_many_threads_rank_alike_while_champions_change(registry: Registry, exported: Path) -> None:
    register(registry, exported, weighing(text=1.0))
    ranker = ClickRanker(registry)
    hits = [hit(number) for number in range(1, 20)]
    expected = [one.hit.product.id for one in ranker.rank("lamp", hits)]
    wrong: list[object] = []

    def work() -> None:
        for _ in range(10):
            try:
                got = [one.hit.product.id for one in ranker.rank("lamp", hits)]
            except Exception as error:
                wrong.append(error)
                return
            if got != expected:
                wrong.append(got)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    register(registry, exported, weighing(text=1.0))
    for thread in threads:
        thread.join()
    assert wrong == []


def test_requests_are_answered_by_one_model_each_while_champions_come_and_go(
    registry: Registry, exported: Path
) -> None:
    """No request is dropped, and none mixes what two models say."""
    register(registry, exported, weighing(cosine=5.0))
    register(registry, exported, weighing(rating=5.0))
    ranker = ClickRanker(registry)
    hits = [hit(1, cosine=0.9), hit(2, cosine=0.1, rating=5.0, rating_count=900)]
    answers = {}
    for version in ("v1", "v2"):
        registry.promote(version)
        ranked = ranker.rank("lamp", hits)
        answers[version] = [(one.hit.product.id, one.click_probability) for one in ranked]
    assert answers["v1"] != answers["v2"]
    promoting, served, wrong = threading.Event(), [], []

    def work() -> None:
        while not promoting.is_set():
            ranked = ranker.rank("lamp", hits)
            served.append(ranked[0].model_version)
            got = [(one.hit.product.id, one.click_probability) for one in ranked]
            if got != answers[ranked[0].model_version]:
                wrong.append(got)

    with ThreadPoolExecutor(4) as pool:
        work_done = [pool.submit(work) for _ in range(4)]
        for number in range(6):
            registry.promote(f"v{1 + number % 2}")
            seen = len(served)
            while len(served) < seen + 8 and not any(one.done() for one in work_done):
                time.sleep(0.001)
        promoting.set()
        for one in work_done:
            one.result()
    assert wrong == []
    assert set(served) == {"v1", "v2"}


def test_requests_at_once_share_one_queue_and_score_as_alone(exported: Path) -> None:
    """Batches of all requests go to the same workers: no more run at once than there are."""
    running, most = [0], [0]
    counting = threading.Lock()

    class Counted(TextScorer):
        def _run(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
            with counting:
                running[0] += 1
                most[0] = max(most[0], running[0])
            try:
                return super()._run(inputs)
            finally:
                with counting:
                    running[0] -= 1

    texts = [f"lamp number {number} {'of fine wood ' * (number % 5)}" for number in range(60)]
    queries = [f"{colour} lamp" for colour in ("red", "blue", "green", "black")]
    files = exported / TEXT_MODEL, exported / TOKENIZER
    alone = TextScorer(*files, workers(2))
    expected = [alone.logits(query, texts).tolist() for query in queries]
    shared = Counted(*files, workers(2))
    with ThreadPoolExecutor(4) as threads:
        got = list(threads.map(lambda query: shared.logits(query, texts).tolist(), queries))
    assert got == expected
    assert 1 <= most[0] <= 2


def test_serving_imports_no_torch() -> None:
    script = (
        "import sys, ranking.rerank, ranking.serving, onnxruntime, tokenizers\n"
        "heavy = {'torch', 'transformers', 'sklearn', 'scipy', 'peft'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
