"""How often something may be done within the last minute, or so many; by the `limits` package."""

from __future__ import annotations

import time
from dataclasses import dataclass

from limits import RateLimitItem
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Count:
    """Whether one more was allowed, how many are left, and seconds until there are more."""

    allowed: bool
    remaining: int
    seconds: int


class Limiter:
    """Counts in a moving window, in this process or, by a URL of the package's, elsewhere."""

    def __init__(self, storage: str = "memory://") -> None:
        self._windows = MovingWindowRateLimiter(storage_from_string(storage))

    def hit(self, item: RateLimitItem, who: str) -> Count:
        """Count one more of `who`."""
        allowed = self._windows.hit(item, who)
        if not allowed and self._seconds(item, who) > item.get_expiry() + 1:
            # The clock went back: what was counted lies ahead of it, and would count until then.
            self.forget(item, who)
            allowed = self._windows.hit(item, who)
        remaining = self._windows.get_window_stats(item, who).remaining
        return Count(allowed, remaining, max(1, round(self._seconds(item, who))))

    def forget(self, item: RateLimitItem, who: str) -> None:
        """Count anew."""
        self._windows.clear(item, who)

    def _seconds(self, item: RateLimitItem, who: str) -> float:
        return self._windows.get_window_stats(item, who).reset_time - time.time()
