"""Faults under a talk: what the customer was given stays, and the talk goes on afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from full_disk import full_disk
from llm_endpoint import MISBEHAVIOUR, misbehaving_endpoint, model_of
from turn_guide import small_guide

import assistant.log
from assistant.reply import Reply
from assistant.turn import Guide
from retrieval.errors import DatabaseAwayError, ShopGuideError

pytestmark = pytest.mark.faults

WISH = "waterproof jacket under $100"


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    guide = small_guide(tmp_path, writer_seconds=1.0)
    yield guide
    guide.close()


def say(guide: Guide, message: str, conversation: str | None = None) -> Reply:
    *_, reply = guide.answer(message, conversation_id=conversation)
    assert isinstance(reply, Reply)
    return reply


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


@pytest.mark.parametrize("days", [800, -800])
def test_a_clock_that_jumps_leaves_the_order_of_a_talk(guide: Guide, days: int) -> None:
    first = say(guide, WISH)
    with time_machine.travel(time.time() + timedelta(days=days).total_seconds()):
        second = say(guide, "in blue", first.conversation_id)
    third = say(guide, "cheaper ones", first.conversation_id)
    assert [each.turn for each in guide.history(first.conversation_id)] == [1, 2, 3]
    assert second.constraints["price"] == first.constraints["price"]
    assert third.turn == 3


@pytest.mark.parametrize("how", MISBEHAVIOUR)
def test_an_endpoint_that_misbehaves_costs_a_customer_seconds_and_no_truth(
    guide: Guide, how: str
) -> None:
    """Slow, dead, cut off or lying: the reply is the composer's, whole, and in the log."""
    with misbehaving_endpoint(how) as url:
        guide.parts.writer.model = model_of(url, seconds=1.0)
        guide.parts.settings.llm_understanding_seconds = 0.5
        begun = time.monotonic()
        reply = say(guide, WISH)
    assert time.monotonic() - begun < 30  # the machine's noise, not the sixty seconds of "hangs"
    assert reply.writer == "composer"
    assert reply.products
    assert reply.products[0].title in reply.text
    assert "cures" not in reply.text
    assert "Blorp" not in reply.text
    (logged,) = guide.history(reply.conversation_id)
    assert logged.reply == reply
