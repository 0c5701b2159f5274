"""Faults under a talk: what the customer was given stays, and the talk goes on afterwards."""

from __future__ import annotations

import datetime as moments
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from turn_guide import small_guide

import assistant.log
from assistant.reply import Reply
from assistant.turn import Guide
from retrieval.errors import DatabaseAwayError, ShopGuideError

WISH = "waterproof jacket under $100"


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    guide = small_guide(tmp_path)
    yield guide
    guide.close()


def say(guide: Guide, message: str, conversation: str | None = None) -> Reply:
    *_, reply = guide.answer(message, conversation_id=conversation)
    assert isinstance(reply, Reply)
    return reply


@contextmanager
def full_disk(engine: Engine) -> Iterator[None]:
    """As a full disk would, this lets the file grow no further."""

    def hold(connection: Connection, most: int = 1) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    event.listen(engine, "begin", hold, insert=True)
    try:
        yield
    finally:
        event.remove(engine, "begin", hold)
        event.listen(engine, "begin", lambda connection: hold(connection, 2**30), insert=True)


def test_a_full_disk_loses_nothing_that_was_given(guide: Guide) -> None:
    before = say(guide, WISH)
    with full_disk(guide.parts.catalog.engine), pytest.raises(ShopGuideError, match="disk is full"):
        for _ in range(200):  # until the pages that the file has already are used up
            say(guide, WISH, before.conversation_id)
    given = [each for each in guide.history(before.conversation_id) if each.reply is not None]
    assert given[0].reply == before
    after = say(guide, "cheaper ones", before.conversation_id)
    assert after.turn > given[-1].turn
    assert after.constraints["price"]  # the wish is still known


def test_a_database_that_restarts_is_waited_for(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, outages = assistant.log.note_reply, [1, 2]

    def cut_off(*args: Any) -> None:
        if outages:
            outages.pop()
            raise DatabaseAwayError("the server closed the connection")
        real(*args)

    monkeypatch.setattr(assistant.log, "note_reply", cut_off)
    reply = say(guide, WISH)
    (logged,) = guide.history(reply.conversation_id)
    assert logged.reply == reply
    assert outages == []


def test_a_clock_that_jumps_leaves_the_order_of_a_talk(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Yesterday(moments.datetime):
        @classmethod
        def now(cls, tz: moments.tzinfo | None = None) -> moments.datetime:  # type: ignore[override]
            return moments.datetime.now(tz) - moments.timedelta(days=1)

    first = say(guide, WISH)
    monkeypatch.setattr(assistant.log, "datetime", Yesterday)
    second = say(guide, "in blue", first.conversation_id)
    monkeypatch.undo()
    third = say(guide, "cheaper ones", first.conversation_id)
    assert [each.turn for each in guide.history(first.conversation_id)] == [1, 2, 3]
    assert second.constraints["price"] == first.constraints["price"]
    assert third.turn == 3
