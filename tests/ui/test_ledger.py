"""A message that is sent twice is answered once, whatever happens to the server that had it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from assistant.log import ConversationLog
from ui.api import ledger as ledgers
from ui.api.keys import ApiKeys
from ui.api.ledger import LEASE, Claim, Ledger, OtherMessageError
from ui.api.tables import requests


@pytest.fixture
def two(engine: Engine) -> tuple[Ledger, Ledger]:
    """The ledgers of two servers on one database."""
    ConversationLog(engine)
    ApiKeys(engine)  # brings the tables
    return Ledger(engine), Ledger(engine)


def pass_time(engine: Engine, seconds: float) -> None:
    """Let what was written lie so far back."""
    with engine.begin() as connection:
        for row in connection.execute(requests.select()).all():
            back = {
                "started_at": row.started_at - timedelta(seconds=seconds),
                "renewed_at": row.renewed_at - timedelta(seconds=seconds),
            }
            connection.execute(update(requests).where(requests.c.key == row.key).values(back))


def test_it_is_one_servers_until_it_is_answered(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    assert here.claim("c", "k", "print") == Claim("ours")
    assert here.claim("c", "k", "print") == there.claim("c", "k", "print") == Claim("running")
    with pytest.raises(OtherMessageError):
        there.claim("c", "k", "another")
    here.finish("c", "k", 3)
    assert there.claim("c", "k", "print") == Claim("done", 3)


@pytest.mark.faults
def test_what_a_dead_server_had_is_taken_over(two: tuple[Ledger, Ledger], engine: Engine) -> None:
    here, there = two
    here.claim("c", "k", "print")
    pass_time(engine, LEASE.total_seconds() + 1)
    assert there.claim("c", "k", "print") == Claim("ours")


def test_what_takes_long_stays_with_the_server_that_is_at_it(
    two: tuple[Ledger, Ledger], engine: Engine
) -> None:
    here, there = two
    here.claim("c", "k", "print")
    pass_time(engine, 100)
    here.renew()
    assert there.claim("c", "k", "print") == Claim("running")
    here.abandon("c", "k")
    assert there.claim("c", "k", "print") == Claim("ours")


@pytest.mark.faults
def test_a_clock_that_jumps_does_not_answer_it_twice(
    two: tuple[Ledger, Ledger], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = two
    here.claim("c", "k", "print")
    monkeypatch.setattr(ledgers, "LEASE", timedelta(seconds=-1))  # everything is over at once
    assert here.claim("c", "k", "print") == Claim("running")
