"""Quantiles from counts in buckets that grow geometrically.

Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
guarantees" (VLDB 2019): every quantile is within `ACCURACY` of a value that has that rank, and
sketches of days, channels and languages add up to that of all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

ACCURACY = 0.05
_GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
_LOG = math.log(_GROWTH)


def bucket_of(value: float) -> int:
    """The bucket of a value of at least 0; what is under 1 is counted as 1."""
    return math.ceil(math.log(max(value, 1.0)) / _LOG)


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """The value that `share` (0 to 1) of those counted do not exceed; None where there are none."""
    count = sum(buckets.values())
    if not count:
        return None
    rank, seen = max(0, math.ceil(share * count) - 1), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen > rank:
            return 2 * _GROWTH**bucket / (_GROWTH + 1)
    raise AssertionError("the counts changed while they were read")
