"""Propensities, weights, debiased training, and one policy's value from another's log."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ranking.bias import bench_bias
from ranking.debias import debiased
from ranking.examples import read_examples
from ranking.features import FEATURES
from ranking.groups import Group, build_groups
from ranking.numbers import fit_numbers
from ranking.policy import estimate_policy, looks_of, read_policy_log
from ranking.propensity import (
    cascade_weights,
    from_random_order,
    inverse_weights,
    regression_em,
)
from retrieval.embeddings import Embedder
from retrieval.errors import ShopGuideError
from ui.cli.app import app

LOOKS = np.array([1.0, 0.6, 0.4, 0.2])


def biased_log(dice: np.random.Generator, lists: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, clicks and features of lists whose better products stand higher."""
    features = dice.normal(size=(lists, 4, 2))
    order = np.argsort(-(features[:, :, 0] + dice.normal(size=(lists, 4))), axis=1)
    features = np.take_along_axis(features, order[:, :, None], axis=1)
    pleasing = 1 / (1 + np.exp(1 - 1.5 * features[:, :, 0]))
    clicked = (dice.random((lists, 4)) < LOOKS) & (dice.random((lists, 4)) < pleasing)
    positions = np.tile(np.arange(1, 5), lists)
    return positions, clicked.ravel().astype(float), features.reshape(-1, 2)


def test_a_random_order_tells_how_positions_are_looked_at() -> None:
    dice = np.random.default_rng(0)
    positions = np.tile(np.arange(1, 5), 5000)
    clicked = (dice.random(20_000) < 0.3 * LOOKS[positions - 1]).astype(float)
    looks = from_random_order(positions, clicked)
    assert np.allclose(looks.chances, LOOKS, atol=0.05)
    assert looks.of(np.array([1, 4, 9])).tolist() == looks.chances[[0, 3, 3]].tolist()


def test_regression_em_tells_looks_from_relevance() -> None:
    positions, clicked, features = biased_log(np.random.default_rng(1), 6000)
    naive = from_random_order(positions, clicked).chances
    looks = regression_em(positions, clicked, features).chances
    assert np.abs(looks - LOOKS).max() < 0.08
    assert np.abs(naive - LOOKS).max() > 2 * np.abs(looks - LOOKS).max()


def test_logs_that_tell_nothing_are_refused() -> None:
    with pytest.raises(ShopGuideError, match="counted from 1"):
        from_random_order(np.array([0, 1]), np.array([1.0, 0.0]))
    with pytest.raises(ShopGuideError, match="without clicks"):
        regression_em(np.array([1, 2]), np.zeros(2), np.zeros((2, 1)))
    with pytest.raises(ShopGuideError, match="above 0"):
        inverse_weights(np.ones(1), np.zeros(1))


def test_weights_are_clipped_and_stop_at_the_last_click() -> None:
    clicked, chances = np.array([1.0, 1.0, 0.0]), np.array([0.5, 0.001, 0.001])
    assert inverse_weights(clicked, chances, clip=0.1).tolist() == [2.0, 10.0, 1.0]
    seen = cascade_weights([np.array([0.0, 1.0, 0.0]), np.zeros(2)])
    assert [one.tolist() for one in seen] == [[1.0, 1.0, 0.0], [1.0, 1.0]]


def test_debiasing_recovers_what_position_hides() -> None:
    """On 1,500 simulated queries; `shopguide bench bias` runs twice as many."""
    rows = {(one.click_model, one.debiased_by): one for one in bench_bias(1500).rows}
    assert len(rows) == 3
    for one in rows.values():
        assert one.true_relevance - one.biased > 0.04
    assert rows["position-based", "a randomised log"].recovered > 0.85
    assert rows["position-based", "regression-EM"].recovered > 0.75
    assert rows["cascade", "reading to the last click"].recovered > 0.95


def logged_groups(lists: int) -> list[Group]:
    positions, clicked, two = biased_log(np.random.default_rng(2), lists)
    groups: list[Group] = []
    for start in range(0, 4 * lists, 4):
        features = np.zeros((4, len(FEATURES)), np.float32)
        features[:, :2] = two[start : start + 4]
        one = clicked[start : start + 4]
        ids = ("a", "b", "c", "d")
        placed = positions[start : start + 4]
        groups.append(Group(str(start), (), features, one, one, ids, positions=placed))
    return groups


def test_training_weighs_clicks_by_estimated_propensities() -> None:
    groups = logged_groups(2000)
    told = debiased(groups, "estimated")
    weights = np.array([one.weights for one in told])
    clicked = np.array([one.clicked for one in told])
    assert np.allclose(weights[clicked == 0], 1)
    assert np.median(weights[:, 3][clicked[:, 3] > 0]) == pytest.approx(5, rel=0.3)
    # Naive training takes what stands high for what pleases, and so overrates it.
    naive, fair = fit_numbers(groups), fit_numbers(told)
    assert fair.weights[0] < 0.9 * naive.weights[0]
    assert all(one.weights is None for one in debiased(told, "none"))
    with pytest.raises(ShopGuideError, match="from 0 clicks"):
        debiased([], "estimated")
    with pytest.raises(ShopGuideError, match="unknown way"):
        debiased(groups, "hope")


def test_examples_bring_propensities_and_positions(tmp_path: Path, embedder: Embedder) -> None:
    file = tmp_path / "log.jsonl"
    lines = [
        {"query": "lamp", "title": "red lamp", "label": 1, "position": 3, "propensity": 0.25},
        {"query": "lamp", "title": "blue lamp", "label": 0, "position": 1, "propensity": 1.0},
        {"query": "tent", "title": "tent", "label": 1},
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    lamp, tent = build_groups(read_examples([file]), embedder)
    assert lamp.weights is not None
    assert lamp.positions is not None
    assert lamp.weights.tolist() == [4.0, 1.0]
    assert lamp.positions.tolist() == [3, 1]
    assert tent.weights is tent.positions is None


def write_log(path: Path, chances: np.ndarray, appeal: np.ndarray, seed: int, count: int) -> Path:
    dice = np.random.default_rng(seed)
    items = dice.choice(len(chances), size=count, p=chances)
    positions = dice.integers(1, 4, size=count)
    clicked = dice.random(count) < appeal[items] / positions
    lines = ["item_id,position,click,propensity_score,other"]
    for item, position, click in zip(items, positions, clicked, strict=True):
        lines.append(f"{item},{position},{int(click)},{chances[item]},x")
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def test_a_policy_is_valued_from_another_s_log(tmp_path: Path) -> None:
    appeal = np.array([0.05, 0.1, 0.2, 0.6])
    uniform = write_log(tmp_path / "u.csv.gz", np.full(4, 0.25), appeal, 0, 20_000)
    greedy = write_log(tmp_path / "g.csv.gz", np.array([0.1, 0.1, 0.1, 0.7]), appeal, 1, 20_000)
    log, target = read_policy_log(uniform), read_policy_log(greedy)
    report = estimate_policy(log, target)
    assert report.agrees
    assert report.logged.value > 1.5 * log.clicked.mean()
    assert report.estimated.value == pytest.approx(report.logged.value, rel=0.08)
    assert report.mean_weight == pytest.approx(1, abs=0.03)
    assert np.allclose(looks_of(target).chances, [1, 1 / 2, 1 / 3], atol=0.06)
    clipped = estimate_policy(log, target, clip=1.0)
    assert clipped.clipped_share > 0.2
    assert not clipped.agrees  # so much clipping hides what the policy is better at
    command = ["evaluate", "policy", "--log", str(uniform), "--target", str(greedy), "--json"]
    told = json.loads(CliRunner().invoke(app, command).stdout)
    assert told["self_normalised"]["value"] == pytest.approx(report.self_normalised.value)


def test_logs_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("item_id,position,click\n1,1,0\n")
    with pytest.raises(ShopGuideError, match="column 'propensity_score' is missing"):
        read_policy_log(file)
    file.write_text("item_id,position,click,propensity_score\n1,1,0,0.5\n1,first,0,0.5\n")
    with pytest.raises(ShopGuideError, match="line 3"):
        read_policy_log(file)
    file.write_text("item_id,position,click,propensity_score\n1,0,0,0.5\n")
    with pytest.raises(ShopGuideError, match="positions count from 1"):
        read_policy_log(file)


@pytest.mark.parametrize("campaign", ["men", "women"])
def test_real_logs_of_two_policies_value_each_other(shared_data: Path, campaign: str) -> None:
    folder = shared_data / "zozo-clicks"
    names = (f"random-{campaign}.csv.gz", f"bts-{campaign}.csv.gz")
    if not all((folder / one).is_file() for one in names):
        pytest.skip("zozo-clicks is not beside the project")
    dealt, bandit = (read_policy_log(folder / one) for one in names)
    assert np.allclose(dealt.propensity, 1 / (dealt.item.max() + 1))
    for report in (estimate_policy(dealt, bandit), estimate_policy(bandit, dealt)):
        assert report.agrees
        assert 0.8 < report.mean_weight < 1.1
        assert report.difference.low < 0 < report.difference.high
