"""Turns off the event loop, so many at once and so many waiting; more are refused at the door."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from assistant.reply import TurnEvent

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
_T = TypeVar("_T")


class BusyError(Exception):
    """There is more to do than can be done; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("the guide is busy")
        self.retry_after = retry_after


class TurnDesk:
    """Computes in threads of its own.

    What is admitted is computed to its end, whether its caller stays or not, so that it is
    whole in the log.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="api")
        self._at_once = at_once
        self._most = at_once + waiting
        self._lock = threading.Lock()
        self._seconds = 0.5
        self.admitted = 0
        """How many are computed or waiting now."""

    @property
    def is_full(self) -> bool:
        """Whether the next would be refused."""
        return self.admitted >= self._most

    async def run(self, work: Callable[[], _T]) -> _T:
        """The result of `work`.

        Raises:
            BusyError: there is no room; nothing was begun.
        """
        return await asyncio.shield(self._begin(work))

    async def events(
        self, answer: Callable[[], Iterator[TurnEvent]]
    ) -> AsyncGenerator[TurnEvent | None]:
        """The events of a turn as they come; None where nothing came for a while.

        Raises:
            BusyError: there is no room; nothing was begun.
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[TurnEvent | BaseException | None] = asyncio.Queue()

        def post(item: TurnEvent | BaseException | None) -> None:
            try:
                loop.call_soon_threadsafe(queue.put_nowait, item)
            except RuntimeError:
                logger.debug("the server stopped before a turn that it went on with")

        def work() -> None:
            try:
                for event in answer():
                    post(event)
                post(None)
            except Exception as error:
                post(error)
                raise

        self._begin(work).add_done_callback(_look_at)
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield None
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def close(self) -> None:
        """Take nothing more; what is under way goes on."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _begin(self, work: Callable[[], _T]) -> asyncio.Future[_T]:
        with self._lock:
            if self.is_full:
                raise BusyError(min(60, math.ceil(self.admitted * self._seconds / self._at_once)))
            self.admitted += 1

        def timed() -> _T:
            since = time.perf_counter()
            try:
                return work()
            finally:
                took = time.perf_counter() - since
                with self._lock:
                    self.admitted -= 1
                    self._seconds += 0.1 * (took - self._seconds)

        return asyncio.get_running_loop().run_in_executor(self._threads, timed)


def _look_at(done: asyncio.Future[None]) -> None:
    """A failure is raised where the events are read, unless nobody reads any more."""
    if not done.cancelled():
        done.exception()
