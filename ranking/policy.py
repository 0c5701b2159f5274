"""What one way of choosing products would have earned, from the log of another.

The log of a policy that chose at random, or that knows its own chances, weighs each click by how
much likelier the other policy was to choose it (inverse propensity scores, Horvitz and Thompson,
1952). Weights are clipped; the self-normalised estimate (Swaminathan and Joachims, 2015) divides
by their sum. Intervals are bootstrapped (Efron, 1979).
"""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.intervals import Interval
from ranking.propensity import Propensities, from_random_order
from retrieval.errors import ShopGuideError, cause

FloatArray = NDArray[np.float64]
CLIP = 20.0
RESAMPLES = 1000
# Impressions that every product is assumed to have had at every position besides those logged.
SMOOTHING = 0.1
_COLUMNS = ("item_id", "position", "click", "propensity_score")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """Impressions of one policy, each array of shape (n,); positions are counted from 1."""

    item: NDArray[np.int_]
    position: NDArray[np.int_]
    clicked: FloatArray
    propensity: FloatArray


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """Click rates of a policy: as logged, and estimated from another policy's log.

    `agrees` says whether the middle 95 % of resampled differences between the self-normalised
    estimate and the logged rate hold zero. `effective` is how many impressions of equal weight
    the estimate is worth (Kish, 1965); `mean_weight` is near 1 where the chances are right.
    `looks` are the relative click rates by position in the log that is estimated from.
    """

    impressions: int
    clicks: int
    target_impressions: int
    target_clicks: int
    clip: float
    clipped_share: float
    mean_weight: float
    effective: float
    logged: Interval
    estimated: Interval
    self_normalised: Interval
    difference: Interval
    agrees: bool
    looks: list[float]


def read_policy_log(path: Path) -> PolicyLog:
    """Read a CSV (`.gz` too) with item_id, position, click and propensity_score.

    Raises:
        ShopGuideError: naming file, line and column of what cannot be read.
    """
    rows: list[tuple[float, ...]] = []
    number = 1
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            table = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8", newline=""))
            for row in table:
                number = table.line_num
                rows.append(tuple(float(row[column]) for column in _COLUMNS))
    except KeyError as error:
        raise ShopGuideError(f"{path}: column {error} is missing") from None
    except (ValueError, TypeError) as error:
        raise ShopGuideError(f"{path}, line {number}: {error}") from None
    except (OSError, EOFError) as error:
        raise ShopGuideError(f"{path}: cannot be read: {cause(error)}") from None
    if not rows:
        raise ShopGuideError(f"{path}: holds no impressions")
    table = np.array(rows)
    log = PolicyLog(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2], table[:, 3])
    if log.position.min() < 1 or log.propensity.min() <= 0 or log.propensity.max() > 1:
        raise ShopGuideError(f"{path}: positions count from 1, propensities are above 0, at most 1")
    return log


def choice_chances(target: PolicyLog, of: PolicyLog) -> FloatArray:
    """How often the target policy chose, at the position of each impression `of`, its product.

    Frequencies in the target's own log, smoothed by `SMOOTHING`.
    """
    items = int(max(target.item.max(), of.item.max())) + 1
    places = int(max(target.position.max(), of.position.max()))
    counts = np.full((places, items), SMOOTHING)
    np.add.at(counts, (target.position - 1, target.item), 1.0)
    counts /= counts.sum(1, keepdims=True)
    return counts[of.position - 1, of.item]


def estimate_policy(
    log: PolicyLog, target: PolicyLog, *, clip: float = CLIP, seed: int = 0
) -> PolicyReport:
    """Estimate the target's click rate from the other policy's log, beside its logged one."""
    exact = choice_chances(target, log) / log.propensity
    weights = np.minimum(exact, clip)
    dice = np.random.default_rng(seed)
    draws = np.vstack(
        [
            np.ones(len(weights)),
            *(_drawn(dice, len(weights)) for _ in range(RESAMPLES)),
        ]
    )
    earned, total = draws @ (weights * log.clicked), draws @ weights
    own = np.array(
        [
            target.clicked.mean(),
            *(dice.choice(target.clicked, len(target.clicked)).mean() for _ in range(RESAMPLES)),
        ]
    )
    difference = _interval(earned / total - own)
    return PolicyReport(
        impressions=len(weights),
        clicks=int(log.clicked.sum()),
        target_impressions=len(target.clicked),
        target_clicks=int(target.clicked.sum()),
        clip=clip,
        clipped_share=float((exact > clip).mean()),
        mean_weight=float(weights.mean()),
        effective=float(weights.sum() ** 2 / np.square(weights).sum()),
        logged=_interval(own),
        estimated=_interval(earned / len(weights)),
        self_normalised=_interval(earned / total),
        difference=difference,
        agrees=difference.low <= 0 <= difference.high,
        looks=looks_of(log).chances.tolist(),
    )


def looks_of(log: PolicyLog) -> Propensities:
    """Relative click rates by position, each product weighed alike at every position.

    Clicks count by the inverse of how likely the policy was to put the product there, so that
    good products at the top are not taken for a good top.
    """
    weights = 1 / log.propensity
    weights *= len(weights) / weights.sum()
    return from_random_order(log.position, np.minimum(weights, CLIP) * log.clicked)


def _drawn(dice: np.random.Generator, count: int) -> FloatArray:
    return np.bincount(dice.integers(count, size=count), minlength=count).astype(np.float64)


def _interval(values: FloatArray) -> Interval:
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return Interval(float(values[0]), float(low), float(high))
