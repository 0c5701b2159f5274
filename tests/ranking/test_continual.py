"""Learning from day to day: nothing forgotten, poison refused, a wrong promotion taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from conftest import example_lines
from ranking_parts import weighing

from ranking.candidates import described_candidate
from ranking.continual import ece_rise, forgetting, judge, learn
from ranking.days import POISONED, bench_days, poisoned
from ranking.evaluate import ClickMetrics
from ranking.examples import Example, ExampleError, read_examples
from ranking.features import feature_matrix
from ranking.groups import Group
from ranking.intervals import Interval
from ranking.memory import Memory
from ranking.registry import Registry
from ranking.serving import ServedModel
from ranking.settings import RankingSettings
from retrieval.embeddings import Embedder
from retrieval.errors import ShopGuideError

CERTAIN = Interval(0.01, 0.002, 0.02)
"""The rise of a calibration error that chance does not explain."""


def day(tmp_path: Path, seed: int, queries: int = 60) -> list[Example]:
    file = tmp_path / f"day-{seed}.jsonl"
    lines = example_lines(queries, seed)
    for one in lines:
        one["query"] = f"{one['query']} {seed}"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return read_examples([file])


def metrics(auc: float, ndcg: float, logloss: float = 0.5, ece: float = 0.02) -> ClickMetrics:
    return ClickMetrics("v1", 100, 10, auc, ndcg, logloss, ece, 5.0)


def test_a_model_that_forgets_is_refused_however_good_it_is_on_the_new_log() -> None:
    better = (metrics(0.7, 0.8), metrics(0.8, 0.85))
    assert judge(*better, forgetting(metrics(0.80, 0.9), metrics(0.797, 0.896), CERTAIN))[0]
    for worse in (
        metrics(0.794, 0.9),
        metrics(0.8, 0.894),
        metrics(0.8, 0.9, logloss=0.506),
        metrics(0.8, 0.9, ece=0.026),
    ):
        promoted, reason = judge(*better, forgetting(metrics(0.8, 0.9), worse, CERTAIN))
        assert not promoted
        assert reason.startswith("it forgets: on the frozen queries")
    promoted, reason = judge(metrics(0.8, 0.8), metrics(0.7, 0.8), [])
    assert not promoted
    assert reason.startswith("not better than")
    assert forgetting(metrics(0.8, 0.9), metrics(0.7, 0.9), CERTAIN) == ["auc 0.800 → 0.700"]


def test_a_calibration_error_that_chance_explains_is_not_forgetting() -> None:
    old, new = metrics(0.8, 0.9, ece=0.02), metrics(0.8, 0.9, ece=0.05)
    assert forgetting(old, new, CERTAIN) == ["ece 0.020 → 0.050"]
    assert forgetting(old, new, Interval(0.03, -0.01, 0.07)) == []
    worse = metrics(0.8, 0.9, logloss=0.51, ece=0.05)
    assert forgetting(old, worse, Interval(0.03, -0.01, 0.07)) == ["logloss 0.500 → 0.510"]


def test_a_rise_of_the_calibration_error_shows_on_many_queries_and_hides_on_few() -> None:
    dice = np.random.default_rng(0)

    def group(number: int) -> Group:
        candidates = tuple(
            described_candidate(f"thing {place}", "", {}, cosine=float(cosine), lexical=0.0)
            for place, cosine in enumerate(dice.normal(size=20))
        )
        told = feature_matrix(f"wish {number}", candidates)
        chances = calibrated.probabilities(told, np.zeros(20, np.float32))
        clicked = (dice.random(20) < chances).astype(float)
        return Group(f"wish {number}", candidates, told, clicked, clicked, ())

    calibrated = weighing(cosine=1.0)
    before = ServedModel("v1", calibrated, None)
    after = ServedModel("v2", replace(calibrated, slope=1.6), None)
    groups = [group(number) for number in range(300)]
    assert ece_rise(groups, before, after).low > 0
    assert ece_rise(groups[:5], before, after).low < 0


def test_the_memory_keeps_frozen_queries_apart(tmp_path: Path) -> None:
    memory = Memory(Registry(tmp_path))
    assert memory.frozen() == memory.replay() == []
    examples = day(tmp_path, 0)
    rest = memory.freeze(examples)
    frozen = memory.frozen()
    assert {one.query for one in frozen}.isdisjoint(one.query for one in rest)
    assert len(frozen) + len(rest) == len(examples)
    memory.remember(rest)
    memory.remember(day(tmp_path, 1))
    assert len(memory.replay()) == len(rest) + 480
    assert memory.replay()[0] == rest[0]
    assert memory.learnt_until() is None
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    memory.learn_until(moment)
    assert memory.learnt_until() == moment
    (tmp_path / "clicks" / "memory" / "state.json").write_text("{}")
    with pytest.raises(ExampleError, match="damaged"):
        memory.learnt_until()


def test_a_log_is_learnt_from_and_a_poisoned_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, tiny_base: str
) -> None:
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path / "nothing-shipped")
    monkeypatch.setattr("ranking.stacking.TREES_QUERIES", 10_000)  # quick
    settings = RankingSettings(data_dir=tmp_path / "data", training_tracker="none")
    registry = Registry(settings.models_dir)
    with pytest.raises(ShopGuideError, match="too few to split"):
        learn(settings, embedder, day(tmp_path, 9, queries=3), base=tiny_base, method="head")
    assert Memory(registry).frozen() == []
    first = learn(settings, embedder, day(tmp_path, 0, 80), base=tiny_base, method="head", epochs=1)
    assert first.promoted
    assert first.settled
    assert first.champion == "base"
    assert first.replayed == 0
    remembered = Memory(registry).replay()
    frozen = Memory(registry).frozen()
    assert {one.query for one in frozen}.isdisjoint(one.query for one in remembered)
    bad = learn(
        settings,
        embedder,
        poisoned(day(tmp_path, 1, 80)),
        base=tiny_base,
        method="head",
        epochs=1,
    )
    assert not bad.promoted
    assert bad.reason.startswith("it forgets")
    assert bad.settled
    assert bad.replayed > 0
    assert registry.champion() == first.version
    assert Memory(registry).replay() == remembered
    assert Memory(registry).frozen() == frozen


def test_five_days_with_drift_poison_and_a_rollback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder, tiny_base: str
) -> None:
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path / "nothing-shipped")
    monkeypatch.setattr("ranking.stacking.TREES_QUERIES", 10_000)  # quick
    report = bench_days(embedder, queries=40, base=tiny_base, folder=tmp_path)
    assert report.simulated
    assert [one.poisoned for one in report.rows] == [False, False, False, True, False]
    bad = report.rows[POISONED - 1]
    assert not bad.promoted
    serving = "base"
    for one in report.rows:
        serving = one.version if one.promoted else serving
        assert one.serving == serving  # the open ranker follows
        if one.promoted and one.day > 1:
            assert one.frozen_auc_after >= one.frozen_auc_before - 0.005
            assert one.new_auc_after > one.new_auc_before
    assert report.rolled_back == f"{bad.version} → {serving}"
    assert report.mistake  # what was promoted by mistake is worse on the frozen queries
    assert Registry(tmp_path / "models").champion() == serving
