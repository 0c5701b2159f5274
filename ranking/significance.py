"""Whether a difference between two arms of an experiment is more than chance.

Customers differ more from each other than impressions of one customer do, so that the unit of
all that follows is the cluster that was assigned to an arm (a conversation), never the single
impression: a test over impressions finds differences where there are none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import ShopGuideError

CONFIDENCE, POWER = 0.95, 0.8
# A split this unlikely says that assignment or logging is broken (Fabijan et al., 2019).
MISMATCH = 0.001
Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in both arms; `low` to `high` is the 95 % interval of challenger - control.

    `detectable` is the smallest true difference that as many clusters as these find with 80 %
    probability. Fields are None where an arm has no clusters or too few to tell (under 2).
    """

    control: float | None
    challenger: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    detectable: float | None = None


def ratio_difference(
    control: tuple[Counts, Counts], challenger: tuple[Counts, Counts]
) -> Difference:
    """Compare Σ numerator / Σ denominator, each a number of every cluster: shapes (clusters,).

    The delta method for a ratio of clustered sums (Deng, Knoblich and Lu, 2018), with Welch's t
    for the two-sided test.
    """
    from scipy import stats

    arms = [_Ratio.of(*control), _Ratio.of(*challenger)]
    low, high = arms
    if low.variance is None or high.variance is None or low.value is None or high.value is None:
        return Difference(low.value, high.value)
    difference, variance = high.value - low.value, low.variance + high.variance
    if variance == 0:
        return Difference(low.value, high.value, difference)
    error = math.sqrt(variance)
    freedom = variance**2 / sum(
        one.variance**2 / (one.clusters - 1) for one in arms if one.variance is not None
    )
    spread = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom))
    return Difference(
        control=low.value,
        challenger=high.value,
        difference=difference,
        low=difference - spread * error,
        high=difference + spread * error,
        p_value=float(2 * stats.t.sf(abs(difference) / error, freedom)),
        detectable=(spread + float(stats.t.ppf(POWER, freedom))) * error,
    )


@dataclass(frozen=True, slots=True)
class _Ratio:
    value: float | None
    variance: float | None
    clusters: int

    @classmethod
    def of(cls, numerator: Counts, denominator: Counts) -> _Ratio:
        if numerator.shape != denominator.shape:
            raise ShopGuideError("each cluster needs a numerator and a denominator")
        held = denominator > 0  # a cluster without any (no turn with a click) says nothing
        numerator, denominator = numerator[held], denominator[held]
        count = len(numerator)
        if not count:
            return cls(None, None, 0)
        value = float(numerator.sum() / denominator.sum())
        if count < 2:
            return cls(value, None, count)
        residuals = numerator - value * denominator
        variance = float((residuals**2).sum() / (count - 1) / count / denominator.mean() ** 2)
        return cls(value, variance, count)


def sample_ratio_p(control: int, challenger: int, share: float) -> float:
    """How likely a split at least as uneven is where each unit is assigned with that share."""
    from scipy import stats

    total = control + challenger
    return 1.0 if total == 0 else float(stats.binomtest(challenger, total, share).pvalue)
