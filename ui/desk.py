"""Turns off the event loop, so many at once and so many waiting; more are refused at the door."""

from __future__ import annotations

import asyncio
import contextvars
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


class StoppingError(Exception):
    """The server is about to stop and begins nothing more; another one may."""


class TurnDesk:
    """Computes in threads of its own; one desk admits the turns of page, API and MCP together.

    What is admitted is computed to its end, whether its caller stays or not, so that it is
    whole in the log.
    """

    def __init__(self, at_once: int, waiting: int, patience: float = math.inf) -> None:
        """So many turns side by side, so many waiting, and none that would wait longer.

        `patience` is in seconds; how long turns take at present is known from those before.
        """
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="api")
        self.at_once = at_once
        self.most = at_once + waiting
        self._patience = patience
        self._lock = threading.Lock()
        self._seconds = 0.5
        self.stopping = False
        """Whether nothing more is begun."""
        self.leaving = False
        """Whether the server has been told to stop, though it may answer for a while yet."""
        self.admitted = 0
        """How many are computed or waiting now."""
        self.refused = 0
        """How many there was no room for since the start."""

    @property
    def is_full(self) -> bool:
        """Whether the next would be refused."""
        waiting = self.admitted >= self.at_once
        return self.admitted >= self.most or (waiting and self._wait() > self._patience)

    @property
    def is_busy(self) -> bool:
        """Whether turns wait, or all but do."""
        return self.admitted >= self.at_once

    async def run(self, work: Callable[[], _T]) -> _T:
        """The result of `work`.

        Raises:
            BusyError: there is no room; nothing was begun.
            StoppingError: the server is about to stop; nothing was begun.
        """
        return await asyncio.shield(self.begin(work))

    async def events(
        self, answer: Callable[[], Iterator[TurnEvent]]
    ) -> AsyncGenerator[TurnEvent | None]:
        """The events of a turn as they come; None where nothing came for a while.

        Raises:
            BusyError: there is no room; nothing was begun.
            StoppingError: the server is about to stop; nothing was begun.
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

        self.begin(work).add_done_callback(_look_at)
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

    def begin(self, work: Callable[[], _T]) -> asyncio.Future[_T]:
        """Have `work` done; what it logs carries the ids of the request that began it.

        Raises:
            BusyError: there is no room; nothing was begun.
            StoppingError: the server is about to stop; nothing was begun.
        """
        with self._lock:
            if self.stopping:
                raise StoppingError
            if self.is_full:
                self.refused += 1
                raise BusyError(max(1, min(60, math.ceil(self._wait()))))
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

        context = contextvars.copy_context()
        return asyncio.get_running_loop().run_in_executor(self._threads, context.run, timed)

    async def drained(self, seconds: float, hurried: Callable[[], bool] = lambda: False) -> bool:
        """Begin nothing more and wait for what is under way; whether all of it was finished.

        `hurried` ends the waiting.
        """
        with self._lock:
            self.stopping = True
        until = time.monotonic() + seconds
        while self.admitted and time.monotonic() < until and not hurried():
            await asyncio.sleep(0.02)
        return not self.admitted

    def close(self) -> None:
        """Take nothing more; what is under way goes on, what still waits is dropped unbegun."""
        with self._lock:
            self.stopping = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _wait(self) -> float:
        """How long it will take until all is done that has been admitted, at the present pace."""
        return self.admitted * self._seconds / self.at_once


def _look_at(done: asyncio.Future[None]) -> None:
    """A failure is raised where the events are read, unless nobody reads any more."""
    if not done.cancelled():
        done.exception()
