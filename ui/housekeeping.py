"""What the server does by itself: conversations whose time is over go, at its start and daily."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import Engine

from assistant.privacy.retention import expire_conversations
from retrieval.errors import ShopGuideError

logger = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0


class Housekeeper:
    """A thread that expires conversations until it is stopped."""

    def __init__(self, engine: Engine, days: int, every: float = DAY_SECONDS) -> None:
        self._engine = engine
        self._days = days
        self._every = every
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

    def _run(self) -> None:
        while True:
            try:
                expired = expire_conversations(self._engine, self._days)
                if expired.conversations:
                    logger.info("%s conversations expired", expired.conversations)
            except ShopGuideError as error:
                logger.error("conversations could not be expired: %s", error)
            except Exception:
                logger.exception("conversations could not be expired")
            if self._stopped.wait(self._every):
                return
