"""Experiments: who is in which arm, and that the ranker follows in every process."""

from __future__ import annotations

from pathlib import Path

import pytest
from ranking_parts import hit, register, weighing

from ranking.experiments import EXPERIMENTS, ExperimentError, Experiments
from ranking.fusion import cosine_fusion
from ranking.registry import Registry, RegistryError
from ranking.rerank import ClickRanker

UNITS = [f"conversation-{number}" for number in range(2000)]
HITS = [hit(1, cosine=0.9), hit(2, cosine=0.1, rating=5.0, rating_count=900)]


@pytest.fixture
def registry(tmp_path: Path, exported: Path) -> Registry:
    """The champion v1 orders by cosine, v2 by rating."""
    registry = Registry(tmp_path)
    register(registry, exported, cosine_fusion())
    register(registry, exported, weighing(rating=5.0))
    registry.rollback()
    return registry


def best(ranker: ClickRanker, unit: str | None = None) -> tuple[str, str]:
    first = ranker.rank("lamp", HITS, unit=unit)[0]
    return first.hit.product.id, first.model_version


def test_a_share_of_the_units_sees_the_challenger_and_each_always_the_same(
    registry: Registry,
) -> None:
    ranker = ClickRanker(registry)
    assert best(ranker, UNITS[0]) == ("1", "v1")
    started = Experiments(registry).start("v2", share=0.25)
    arms = {unit: started.arm_of(unit) for unit in UNITS}
    assert 0.21 < sum(arm == "challenger" for arm in arms.values()) / len(UNITS) < 0.29

    elsewhere = ClickRanker(registry)  # as another process has it
    for unit in UNITS[:12]:
        expected = ("2", "v2") if arms[unit] == "challenger" else ("1", "v1")
        assert best(ranker, unit) == expected
        assert best(elsewhere, unit) == expected
        assert ranker.version_for(unit) == expected[1]
    assert best(ranker) == ("1", "v1")  # outside of conversations the champion ranks

    Experiments(registry).stop()
    assert {best(ranker, unit) for unit in UNITS[:12]} == {("1", "v1")}


def test_another_experiment_draws_its_arms_anew(registry: Registry) -> None:
    experiments = Experiments(registry)
    first = experiments.start("v2")
    experiments.stop()
    second = experiments.start("v2")
    assert (first.name, second.name) == ("e1", "e2")
    both = sum(first.arm_of(one) == second.arm_of(one) == "challenger" for one in UNITS)
    assert 0.2 < both / len(UNITS) < 0.3


def test_a_shadow_ranks_for_nobody(registry: Registry) -> None:
    ranker = ClickRanker(registry)
    assert ranker.shadow() is None
    Experiments(registry).start("v2", shadow=True)
    assert {best(ranker, unit) for unit in UNITS[:20]} == {("1", "v1")}
    challenger = ranker.shadow()
    assert challenger is not None and challenger.version == "v2"
    Experiments(registry).stop()
    assert ranker.shadow() is None


def test_a_promotion_ends_the_experiment(registry: Registry) -> None:
    ranker = ClickRanker(registry)
    experiments = Experiments(registry)
    experiments.start("v2")
    registry.promote("v2")
    assert experiments.running() is None
    (ended,) = experiments.all()
    assert ended.stopped_at is not None
    assert ended.stopped_because == "v2 was promoted"
    assert {best(ranker, unit) for unit in UNITS[:12]} == {("2", "v2")}


def test_what_cannot_be_compared_is_refused(registry: Registry) -> None:
    experiments = Experiments(registry)
    with pytest.raises(ExperimentError, match="v1 cannot challenge v1"):
        experiments.start("v1")
    with pytest.raises(RegistryError, match="no click model 'v9'"):
        experiments.start("v9")
    with pytest.raises(ExperimentError, match="between 0 and 1, not 1"):
        experiments.start("v2", share=1)
    with pytest.raises(ExperimentError, match="no experiment is running"):
        experiments.stop()
    experiments.start("v2")
    with pytest.raises(ExperimentError, match=r"e1 \(v2 against v1\) runs already"):
        experiments.start("v2")


def test_a_damaged_challenger_harms_nobody(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    ranker = ClickRanker(registry)
    Experiments(registry).start("v2", share=0.9)
    (registry.path("v2") / "fusion.json").write_text("{}")
    assert {best(ranker, unit) for unit in UNITS[:12]} == {("1", "v1")}
    assert "the experiment does not run here" in caplog.text
    (registry.folder / EXPERIMENTS).write_text("[]")
    assert best(ranker, UNITS[0]) == ("1", "v1")
    with pytest.raises(ExperimentError, match="damaged"):
        Experiments(registry).all()
