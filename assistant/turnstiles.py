"""Messages of one conversation wait for each other; conversations do not."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Engine

from retrieval.database import waited_lock
from retrieval.errors import ShopGuideError

PATIENCE_SECONDS = 20.0
"""How long a second message of one conversation waits for the first to be answered."""
_STILL = "the message before this one is still being answered"


class _Turnstile:
    """A lock that is forgotten when nobody holds or awaits it.

    Not a re-entrant one: a reply may be begun in one thread and finished in another.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Turnstiles:
    """One lock a conversation: in this process, and on PostgreSQL among all that share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: weakref.WeakValueDictionary[str, _Turnstile] = weakref.WeakValueDictionary()
        self._lock = threading.Lock()

    @contextmanager
    def one_at_a_time(self, conversation_id: str | None) -> Generator[None]:
        """Hold the conversation's lock; a conversation that only begins needs none.

        Raises:
            ShopGuideError: where the message before is still being answered after a long wait.
        """
        if conversation_id is None:
            yield
            return
        until = time.monotonic() + PATIENCE_SECONDS
        with self._lock:
            turnstile = self._known.setdefault(conversation_id, _Turnstile())
        # This process's own messages wait here, so that only one holds a connection.
        if not turnstile.lock.acquire(timeout=PATIENCE_SECONDS):
            raise ShopGuideError(_STILL)
        try:
            left = max(0.1, until - time.monotonic())
            with waited_lock(self._engine, f"conversation {conversation_id}", left, _STILL):
                yield
        finally:
            turnstile.lock.release()
