"""Small work that a server does all the time, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from retrieval.errors import ShopGuideError

logger = logging.getLogger(__name__)


class Repeating:
    """Does its work every so many seconds until it is stopped; what fails is tried again."""

    def __init__(self, what: str, work: Callable[[], None], every: float) -> None:
        """`what` names the work in the log, as in "the catalogue's changes cannot be read"."""
        self._what = what
        self._work = work
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=what, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the work under way, which is not waited for."""
        self._stopped.set()

    def _run(self) -> None:
        has_failed = False
        while not self._stopped.wait(self._every):
            try:
                self._work()
                has_failed = False
            except Exception as error:
                if not has_failed:  # once, not every time
                    foreseen = isinstance(error, ShopGuideError)
                    logger.warning("%s: %s", self._what, error, exc_info=not foreseen)
                has_failed = True
