"""From a guide that computes in a thread to a page that is served by an event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager

from assistant.reply import Reply, TurnEvent
from ui.desk import TurnDesk

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.06
"""The least time between two updates of a page: more would cost the browser, not help the eye."""


class TurnStoppedError(Exception):
    """The customer has stopped the answer."""


class Running:
    """The turns being answered now, each of which its customer can stop by its key.

    A turn whose page has gone away goes on to its end, so that it is whole in the log and
    there when the page is loaded again; only being stopped ends it early.
    """

    def __init__(self, desk: TurnDesk) -> None:
        self._desk = desk
        self._stops: dict[str, _Stop] = {}

    def stop(self, key: str) -> None:
        """End the turn of this key, if it is still being answered."""
        if key in self._stops:
            self._stops[key].set()

    async def events(
        self, key: str, answer: Callable[[], Iterator[TurnEvent]]
    ) -> AsyncGenerator[list[TurnEvent]]:
        """The events of one turn, those together that came within `PAUSE_SECONDS`.

        Raises:
            TurnStoppedError: it was stopped.
            BusyError: there is no room; nothing was begun.
            StoppingError: the server is about to stop; nothing was begun.
            Exception: what the guide raised.
        """
        with self._stoppable(key) as stop:
            loop = asyncio.get_running_loop()

            def post(item: _Item) -> None:
                loop.call_soon_threadsafe(stop.queue.put_nowait, item)

            worker = self._desk.begin(lambda: _run(answer, post, stop.flag))
            worker.add_done_callback(_log_failure)
            while True:
                batch = [await stop.queue.get()]
                while not stop.queue.empty():
                    batch.append(stop.queue.get_nowait())
                events = [item for item in batch if not isinstance(item, _End)]
                if events:
                    yield events
                end = next((item for item in batch if isinstance(item, _End)), None)
                if end is not None:
                    if end.error is not None:
                        raise end.error
                    return
                await asyncio.sleep(PAUSE_SECONDS)

    @contextmanager
    def _stoppable(self, key: str) -> Generator[_Stop]:
        stop = _Stop()
        self._stops[key] = stop
        try:
            yield stop
        finally:
            if self._stops.get(key) is stop:
                del self._stops[key]


class _End:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


_Item = TurnEvent | _End


class _Stop:
    """Tells both ends: the thread before its next event, the waiting page at once."""

    def __init__(self) -> None:
        self.flag = threading.Event()
        self.queue: asyncio.Queue[_Item] = asyncio.Queue()

    def set(self) -> None:
        self.flag.set()
        self.queue.put_nowait(_End(TurnStoppedError()))


def _run(
    answer: Callable[[], Iterator[TurnEvent]],
    post: Callable[[_Item], None],
    stopped: threading.Event,
) -> None:
    """Answer in this thread; leaving the loop early closes the guide's generator."""
    try:
        for event in answer():
            if stopped.is_set() and not isinstance(event, Reply):
                break
            post(event)
        post(_End())
    except Exception as error:
        logger.exception("a turn could not be answered")
        post(_End(error))


def _log_failure(worker: asyncio.Future[None]) -> None:
    if not worker.cancelled() and worker.exception() is not None:
        logger.error("a turn was cut off", exc_info=worker.exception())
