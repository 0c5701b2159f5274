"""A new model goes on from the one that serves: little is changed by little, much by much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ranking_parts import DETAILS, weighing

from ranking.building import Built, build_version
from ranking.evaluate import measure
from ranking.examples import read_examples
from ranking.features import FEATURES
from ranking.fusion import FloatArray, Fusion
from ranking.groups import Group, build_groups
from ranking.model import PairEncoder, base_folder, load_tower
from ranking.numbers import fit_numbers
from ranking.optimisation import Recipe, text_logits
from ranking.registry import Registry
from ranking.serving import FUSION, ServedModel, load_served
from ranking.settings import RankingSettings
from ranking.shipped import silent
from ranking.warm_start import Start, kept_near, recalibrated, start_from
from retrieval.embeddings import Embedder


@pytest.fixture(scope="module")
def groups(examples_file: Path, embedder: Embedder) -> list[Group]:
    return build_groups(read_examples([examples_file]), embedder)


def logits(fusion: Fusion, groups: Sequence[Group]) -> FloatArray:
    return np.concatenate([fusion.logits(one.features, one.text_logits) for one in groups])


def turned(groups: Sequence[Group]) -> list[Group]:
    """What was clicked is not, and the other way round."""
    return [replace(one, clicked=1 - one.clicked) for one in groups]


def likeness(first: FloatArray, second: FloatArray) -> float:
    return float(np.corrcoef(first, second)[0, 1])


def test_few_contrary_clicks_change_little_and_many_decide(groups: list[Group]) -> None:
    serving = fit_numbers(groups[:30])
    wanted = logits(serving, groups)
    little = logits(kept_near(serving, turned(groups[:2])), groups)
    much = logits(kept_near(serving, turned(groups[:30])), groups)
    from_nothing = logits(fit_numbers(turned(groups[:2])), groups)
    assert likeness(little, wanted) > 0.7
    assert likeness(from_nothing, wanted) < -0.3
    assert likeness(much, wanted) < -0.3


def test_what_is_known_already_changes_nothing_much(groups: list[Group]) -> None:
    serving = fit_numbers(groups[:30])
    again = kept_near(serving, groups[:30])
    assert likeness(logits(again, groups), logits(serving, groups)) > 0.98


def test_text_and_calibration_of_the_model_that_serves_are_gone_on_from(
    groups: list[Group],
) -> None:
    dice = np.random.default_rng(0)
    told = [replace(one, text=dice.normal(size=len(one.clicked)).astype("f4")) for one in groups]
    serving = replace(weighing(cosine=3.0, text=2.0), bias=-1.0, slope=0.5, intercept=0.3)
    clicked = [
        replace(
            one,
            clicked=(
                dice.random(len(one.clicked)) < serving.probabilities(one.features, one.text_logits)
            ).astype(float),
        )
        for one in told
    ]
    near = kept_near(serving, clicked)
    assert (near.slope, near.intercept) == (1.0, 0.0)
    assert near.text_weight == pytest.approx(1.0, abs=0.2)  # slope times weight
    assert likeness(logits(near, clicked), logits(serving, clicked)) > 0.95


def drawn(count: int, numbers: float, text: float, bias: float) -> tuple[Group, np.ndarray]:
    """Clicks drawn by such weights of a cosine and a text logit, and the latter."""
    dice = np.random.default_rng(0)
    features = np.zeros((count, len(FEATURES)), np.float32)
    features[:, list(FEATURES).index("cosine")] = dice.normal(size=count)
    told = dice.normal(size=count).astype(np.float32)
    logits = numbers * features.sum(1) + text * told + bias
    clicked = (dice.random(count) < 1 / (1 + np.exp(-logits))).astype(float)
    return Group("anything", (), features, clicked, clicked, ()), told


def test_a_calibration_is_moved_by_many_clicks_and_hardly_by_few() -> None:
    serving = weighing(cosine=1.0)
    group, text = drawn(20, numbers=2, text=0, bias=1)
    few = recalibrated(serving, [group], text, 1.0)
    assert few.slope == pytest.approx(1.0, abs=0.1)
    assert few.slope * few.text_weight == pytest.approx(1.0, abs=0.15)
    group, text = drawn(20_000, numbers=2, text=0, bias=1)
    many = recalibrated(serving, [group], text, 1.0)
    assert many.slope == pytest.approx(2.0, abs=0.15)
    assert many.intercept == pytest.approx(1.0, abs=0.1)
    assert many.slope * many.text_weight < 0.1  # it says nothing of these clicks


def test_a_text_logit_that_speaks_against_clicks_counts_nothing() -> None:
    group, text = drawn(5_000, numbers=1, text=-2, bias=0)
    assert recalibrated(weighing(cosine=1.0), [group], text, 1.0).text_weight == 0


def trained(
    registry: Registry,
    base: str,
    method: str,
    parts: tuple[list[Group], list[Group], list[Group]],
    start: Start | None = None,
) -> Built:
    return build_version(
        registry,
        RankingSettings(training_tracker="none"),
        *parts,
        recipe=Recipe(method=method, epochs=1),
        base=base,
        details={name: DETAILS[name] for name in ("created_at", "data_fingerprint", "examples")}
        | {"simulated": False},
        run_of=(),
        resume=False,
        progress=silent,
        start=start,
    )


def build(registry: Registry, tiny_base: str, groups: list[Group], method: str) -> str:
    """A registered version whose tower counts, however little it has learnt."""
    parts = (groups[:40], groups[40:50], groups[50:])
    version = trained(registry, tiny_base, method, parts).manifest.version
    replace(fit_numbers(groups[:40]), text_weight=0.5).save(registry.path(version) / FUSION)
    return version


@pytest.mark.parametrize("method", ["top-1", "lora"])
def test_a_tower_begins_where_the_one_that_serves_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tiny_base: str,
    groups: list[Group],
    method: str,
) -> None:
    monkeypatch.setattr(Registry, "verify", Registry.path)  # the fusion was changed above
    registry = Registry(tmp_path)
    version = build(registry, tiny_base, groups, method)
    served = load_served(registry.path(version), version)
    start = start_from(registry, served)
    assert start is not None
    assert (start.base, start.method) == (tiny_base, method)
    told = start.with_text(groups[:3])
    tower = load_tower(tiny_base, method, seed=5, rated=True)
    start.fill(tower, 2.0)
    assert tower.rating is not None
    encode = PairEncoder(base_folder(tiny_base) / "tokenizer.json")
    for one in told:
        assert one.text is not None
        pairs = [(one.query, each.text) for each in one.candidates]
        # The exported tower multiplies in eight bits.
        assert np.allclose(text_logits(tower, encode, pairs), 2 * one.text, atol=0.02)


def test_what_cannot_be_gone_on_from_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_base: str, groups: list[Group]
) -> None:
    monkeypatch.setattr(Registry, "verify", Registry.path)
    registry = Registry(tmp_path)
    assert start_from(registry, ServedModel("base", weighing(cosine=1.0), None)) is None
    version = build(registry, tiny_base, groups, "head")
    served = load_served(registry.path(version), version)
    other = start_from(registry, served, method="lora")
    assert other is not None
    assert other.tensors is None  # another kind of tower
    tower, same = load_tower(tiny_base, "lora"), load_tower(tiny_base, "lora")
    other.fill(tower, 1.0)
    assert all(
        np.array_equal(one.detach().numpy(), two.detach().numpy())
        for one, two in zip(tower.parameters(), same.parameters(), strict=True)
    )
    without = ServedModel(version, weighing(cosine=1.0), served.text)  # a tower that counts nothing
    start = start_from(registry, without)
    assert start is not None
    assert start.tensors is None
    assert start.with_text(groups[:2]) == groups[:2]


def test_a_day_without_news_leaves_a_model_as_good_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_base: str, groups: list[Group]
) -> None:
    monkeypatch.setattr(Registry, "verify", Registry.path)
    registry = Registry(tmp_path)
    version = build(registry, tiny_base, groups, "head")
    served = load_served(registry.path(version), version)
    start = start_from(registry, served)
    before = measure(served, groups[50:])
    parts = (groups[:6], groups[6:10], groups[50:])
    after = trained(registry, tiny_base, "head", parts, start).metrics
    assert after.auc > before.auc - 0.02
    assert after.logloss < before.logloss + 0.05
