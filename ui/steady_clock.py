"""Whether the wall clock can be believed: what is deleted by its age is deleted for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

JUMP_SECONDS = 60.0
"""By more than this no clock is put right in small steps."""


def _elapsed() -> float:
    """Seconds that only ever go on; where the system can tell, those of its sleep too."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class SteadyClock:
    """Compares the wall clock with one that cannot be set, as often as it is asked."""

    def __init__(
        self, wall: Callable[[], float] = time.time, elapsed: Callable[[], float] = _elapsed
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._since = elapsed()
        self._ahead = wall() - self._since
        self.has_jumped = False
        """Whether it was ever set while this process watched."""

    def steady_seconds(self) -> float:
        """So long the wall clock has gone on without being set, as far as is known here."""
        with self._lock:
            now = self._elapsed()
            ahead = self._wall() - now
            if abs(ahead - self._ahead) > JUMP_SECONDS:
                self.has_jumped = True
                self._since = now
            self._ahead = ahead
            return now - self._since

    def is_steady(self, seconds: float) -> bool:
        """Whether the clock was not set at all, or has gone on for so long since."""
        return self.steady_seconds() >= seconds or not self.has_jumped
