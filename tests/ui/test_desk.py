"""The desk that admits turns: how many, how long they may wait, and how it closes."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from own_loop import in_own_loop
from structlog.contextvars import bound_contextvars, get_contextvars

from ui.desk import BusyError, StoppingError, TurnDesk


def test_more_than_there_is_room_for_is_refused_with_a_time() -> None:
    async def story() -> None:
        desk, go = TurnDesk(at_once=1, waiting=1), threading.Event()
        under_way = [desk.begin(go.wait) for _ in range(2)]
        assert desk.is_busy
        with pytest.raises(BusyError) as refused:
            desk.begin(go.wait)
        assert refused.value.retry_after >= 1
        assert desk.refused == 1
        go.set()
        assert await asyncio.gather(*under_way) == [True, True]
        assert await desk.run(lambda: "room again") == "room again"
        desk.close()

    in_own_loop(story)


def test_a_turn_that_would_wait_too_long_is_refused_though_there_is_room() -> None:
    async def story() -> None:
        desk, go = TurnDesk(at_once=1, waiting=100, patience=0.3), threading.Event()
        first = desk.begin(go.wait)  # half a second is what a turn is taken to last at first
        with pytest.raises(BusyError):
            desk.begin(go.wait)
        go.set()
        await first
        for _ in range(30):
            await desk.run(lambda: None)  # they turn out to be quick
        go.clear()
        under_way = [desk.begin(go.wait) for _ in range(3)]
        go.set()
        await asyncio.gather(*under_way)
        desk.close()

    in_own_loop(story)


def test_what_a_turn_logs_carries_the_ids_of_its_request() -> None:
    async def story() -> dict[str, object]:
        desk = TurnDesk(at_once=1, waiting=0)
        with bound_contextvars(request_id="r-1"):
            return await desk.run(get_contextvars)

    assert in_own_loop(story)["request_id"] == "r-1"


def test_told_to_stop_it_begins_nothing_and_finishes_what_it_has() -> None:
    async def story() -> None:
        desk, go = TurnDesk(at_once=1, waiting=4), threading.Event()
        under_way = [desk.begin(go.wait) for _ in range(3)]
        assert not await desk.drained(0.05)
        with pytest.raises(StoppingError):
            desk.begin(go.wait)
        threading.Timer(0.1, go.set).start()
        assert await desk.drained(20)
        assert await asyncio.gather(*under_way) == [True] * 3
        desk.close()

    in_own_loop(story)


def test_who_is_in_a_hurry_does_not_wait_for_it() -> None:
    async def story() -> None:
        desk, go = TurnDesk(at_once=1, waiting=0), threading.Event()
        desk.begin(go.wait)
        since = time.monotonic()
        assert not await desk.drained(60, hurried=lambda: True)
        assert time.monotonic() - since < 30
        go.set()
        desk.close()

    in_own_loop(story)
