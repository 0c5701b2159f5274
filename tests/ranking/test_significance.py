"""Tests between arms: by cluster, agreeing with the bootstrap, honest where nothing differs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ranking.significance import ratio_difference, sample_ratio_p


def clusters(
    dice: np.random.Generator, count: int, lift: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Clicks and impressions of conversations whose customers click more or less readily."""
    impressions = dice.integers(1, 40, count).astype(float)
    rate = np.clip(dice.beta(0.5, 2.0, count) + lift, 0, 1)
    return dice.binomial(impressions.astype(int), rate).astype(float), impressions


def test_the_interval_agrees_with_the_bootstrap_over_clusters() -> None:
    dice = np.random.default_rng(0)
    control, challenger = clusters(dice, 400), clusters(dice, 500, 0.05)
    found = ratio_difference(control, challenger)

    def difference(first: np.ndarray, second: np.ndarray) -> float:
        ratios = [
            arm[0][at].sum() / arm[1][at].sum()
            for arm, at in ((control, first), (challenger, second))
        ]
        return ratios[1] - ratios[0]

    drawn = stats.bootstrap(
        (np.arange(400), np.arange(500)),
        lambda first, second: difference(first.astype(int), second.astype(int)),
        vectorized=False, n_resamples=1000, method="percentile", rng=1,
    ).confidence_interval  # fmt: skip
    width = drawn.high - drawn.low
    assert found.low == pytest.approx(drawn.low, abs=0.15 * width)
    assert found.high == pytest.approx(drawn.high, abs=0.15 * width)


def test_equal_arms_differ_in_one_of_twenty_experiments_and_not_in_more() -> None:
    """A test over impressions would find a difference in about half of these."""
    dice = np.random.default_rng(1)
    found = naive = 0
    for _ in range(300):
        control, challenger = clusters(dice, 120), clusters(dice, 120)
        p_value = ratio_difference(control, challenger).p_value
        assert p_value is not None
        found += p_value < 0.05
        clicks = [arm[0].sum() for arm in (control, challenger)]
        shown = [arm[1].sum() for arm in (control, challenger)]
        table = [[clicks[0], shown[0] - clicks[0]], [clicks[1], shown[1] - clicks[1]]]
        naive += stats.chi2_contingency(table).pvalue < 0.05
    assert 0.02 < found / 300 < 0.09
    assert naive / 300 > 0.3


def test_a_true_difference_of_the_detectable_size_is_found_in_four_of_five() -> None:
    dice = np.random.default_rng(2)
    wanted = ratio_difference(clusters(dice, 1500), clusters(dice, 1500)).detectable
    assert wanted is not None
    results = [
        ratio_difference(clusters(dice, 1500), clusters(dice, 1500, wanted)).p_value
        for _ in range(60)
    ]
    share = np.mean([one is not None and one < 0.05 for one in results])
    assert 0.6 < share < 0.95


def test_too_little_is_said_to_be_too_little() -> None:
    nothing = np.array([]), np.array([])
    one, two = (np.array([1.0]), np.array([4.0])), (np.array([1.0, 0.0]), np.array([4.0, 3.0]))
    assert ratio_difference(nothing, two).p_value is None
    assert ratio_difference(nothing, two).control is None
    assert ratio_difference(one, two).p_value is None
    assert ratio_difference(one, two).control == 0.25
    zero = np.zeros(5), np.ones(5)
    assert ratio_difference(zero, zero).difference == 0
    assert ratio_difference(zero, zero).p_value is None


def test_an_uneven_split_is_noticed() -> None:
    assert sample_ratio_p(5000, 5050, 0.5) > 0.5
    assert sample_ratio_p(5000, 5500, 0.5) < 0.001
    assert sample_ratio_p(900, 100, 0.1) > 0.9
    assert sample_ratio_p(0, 0, 0.5) == 1
