"""What the server does by itself: conversations whose time is over go, at its start and daily.

A clock that is wrong makes everything look old, and what is deleted cannot be had again. So where
much would go at once, or the clock was set, it must have gone on steadily for some hours first.
"""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Engine

from assistant.privacy.retention import expire_conversations, share_expired
from retrieval.errors import ShopGuideError
from ui.steady_clock import SteadyClock

logger = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
SETTLED_SECONDS = 6 * 3600.0
"""A clock that was not set for so long is believed, whatever it says."""
USUAL_SHARE = 0.1
"""No more than this part of all conversations ends in a day, of a year's or a month's."""


class Housekeeper:
    """A thread that expires conversations until it is stopped."""

    def __init__(
        self,
        engine: Engine,
        days: int,
        clock: SteadyClock,
        every: float = DAY_SECONDS,
        settled: float = SETTLED_SECONDS,
    ) -> None:
        """`every` so many seconds; where in doubt, `settled` seconds after the clock was set."""
        self._engine = engine
        self._days = days
        self._clock = clock
        self._every = every
        self._settled = settled
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin; the first round is made at once."""
        if self._days:
            self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def tidy(self) -> float:
        """Expire what is over, or put it off; returns the seconds until the next round."""
        steady = self._clock.steady_seconds()
        if steady < self._settled:
            share = share_expired(self._engine, self._days)
            if share > USUAL_SHARE or (share and self._clock.has_jumped):
                logger.warning(
                    "%.0f%% of all conversations seem to be over: they are deleted in %.1f hours "
                    "unless the clock is put right; `shopguide privacy expire` does it now",
                    100 * share,
                    (self._settled - steady) / 3600,
                )
                return self._settled - steady
        expired = expire_conversations(self._engine, self._days)
        if expired.conversations:
            logger.info("%s conversations expired", expired.conversations)
        return self._every

    def _run(self) -> None:
        while True:
            wait = self._every
            try:
                wait = self.tidy()
            except ShopGuideError as error:
                logger.error("conversations could not be expired: %s", error)
            except Exception:
                logger.exception("conversations could not be expired")
            if self._stopped.wait(wait):
                return
