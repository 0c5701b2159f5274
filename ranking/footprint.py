"""How long a piece of work takes and how much memory the process holds at most meanwhile."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import psutil

SAMPLED_SECONDS = 0.05


class Footprint:
    """A context whose `seconds` and `peak_mb` (resident memory, sampled) add up over its uses."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.peak_mb = 0.0
        self._process = psutil.Process()
        self._started = 0.0
        self._done = threading.Event()
        self._sampler: threading.Thread | None = None

    def __enter__(self) -> Footprint:
        self._done.clear()
        self._sample()
        self._sampler = threading.Thread(target=self._watch, daemon=True)
        self._sampler.start()
        self._started = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.seconds += time.perf_counter() - self._started
        self._done.set()
        if self._sampler is not None:
            self._sampler.join()
        self._sample()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLED_SECONDS):
            self._sample()

    def _sample(self) -> None:
        self.peak_mb = max(self.peak_mb, self._process.memory_info().rss / 2**20)
