"""The server expires conversations by itself, unless it must doubt its clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from assistant.log import ConversationLog
from assistant.tables import conversations, turns
from retrieval.database import open_database, writing
from ui.housekeeping import Housekeeper
from ui.steady_clock import SteadyClock

KEPT_DAYS = 30


class Watch:
    """Two clocks that are set by hand."""

    def __init__(self) -> None:
        self.wall = self.elapsed = 1000.0
        self.clock = SteadyClock(lambda: self.wall, lambda: self.elapsed)

    def go_on(self, seconds: float) -> None:
        self.wall += seconds
        self.elapsed += seconds


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    ConversationLog(engine)
    yield engine
    engine.dispose()


def talk(engine: Engine, *, days_ago: int) -> str:
    """A conversation of so many days ago."""
    conversation = ConversationLog(engine).begin("a tent").conversation_id
    then = datetime.now(UTC) - timedelta(days=days_ago)
    with writing(engine) as connection:
        of_it = turns.c.conversation_id == conversation
        connection.execute(update(turns).where(of_it).values(created_at=then))
        it = conversations.c.id == conversation
        connection.execute(update(conversations).where(it).values(created_at=then))
    return conversation


def is_there(engine: Engine, conversation: str) -> bool:
    return bool(ConversationLog(engine).history(conversation))


def wait_until_gone(engine: Engine, conversation: str) -> None:
    until = time.monotonic() + 60
    while is_there(engine, conversation):
        assert time.monotonic() < until, "it was not expired"
        time.sleep(0.02)


def test_old_conversations_go_at_the_start_and_again_later(engine: Engine) -> None:
    for _ in range(20):
        talk(engine, days_ago=1)
    first = talk(engine, days_ago=40)
    housekeeper = Housekeeper(engine, KEPT_DAYS, SteadyClock(), every=0.1)
    housekeeper.start()
    wait_until_gone(engine, first)
    wait_until_gone(engine, talk(engine, days_ago=40))
    housekeeper.stop()


@pytest.mark.faults
def test_a_clock_far_ahead_deletes_nothing_before_it_can_be_believed(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything seems to be over: after a start only hours of a steady clock say that it is."""
    conversation = talk(engine, days_ago=400)  # as one of today looks to a clock of next year
    watch = Watch()
    housekeeper = Housekeeper(engine, KEPT_DAYS, watch.clock, settled=3600)
    assert housekeeper.tidy() == 3600
    assert "privacy expire" in caplog.text
    watch.go_on(1800)
    assert housekeeper.tidy() == 1800
    assert is_there(engine, conversation)
    watch.go_on(1800)
    housekeeper.tidy()
    assert not is_there(engine, conversation)


@pytest.mark.faults
def test_a_clock_that_was_set_is_not_believed_at_once(engine: Engine) -> None:
    for _ in range(20):
        talk(engine, days_ago=1)
    watch = Watch()
    housekeeper = Housekeeper(engine, KEPT_DAYS, watch.clock, settled=3600)
    watch.go_on(7200)
    watch.wall += 365 * 24 * 3600
    early = talk(engine, days_ago=KEPT_DAYS + 1)
    assert housekeeper.tidy() == 3600
    assert is_there(engine, early)
    watch.go_on(3600)
    housekeeper.tidy()
    assert not is_there(engine, early)


def test_a_failure_does_not_end_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds: list[int] = []

    def fails(_engine: object, _days: int) -> None:
        rounds.append(1)
        raise RuntimeError("out of order")

    monkeypatch.setattr("ui.housekeeping.expire_conversations", fails)
    housekeeper = Housekeeper(engine, KEPT_DAYS, SteadyClock(), every=0.01)
    housekeeper.start()
    until = time.monotonic() + 60
    while len(rounds) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    housekeeper.stop()
    assert len(rounds) >= 3
    assert "could not be expired" in caplog.text
