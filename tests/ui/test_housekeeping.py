"""The server expires conversations by itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from assistant.log import ConversationLog
from assistant.tables import conversations, turns
from retrieval.database import open_database, writing
from ui.housekeeping import Housekeeper


def test_old_conversations_go_at_the_start_and_again_later(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    log = ConversationLog(engine)

    def old() -> str:
        conversation = log.begin("a tent").conversation_id
        long_ago = datetime.now(UTC) - timedelta(days=40)
        with writing(engine) as connection:
            connection.execute(update(turns).values(created_at=long_ago))
            connection.execute(update(conversations).values(created_at=long_ago))
        return conversation

    def is_gone(conversation: str) -> bool:
        until = time.monotonic() + 60
        while log.history(conversation) and time.monotonic() < until:
            time.sleep(0.02)
        return not log.history(conversation)

    first = old()
    housekeeper = Housekeeper(engine, 30, every=0.1)
    housekeeper.start()
    assert is_gone(first)
    assert is_gone(old())
    housekeeper.stop()
    engine.dispose()


def test_a_failure_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds: list[int] = []

    def fails(_engine: object, _days: int) -> None:
        rounds.append(1)
        raise RuntimeError("out of order")

    monkeypatch.setattr("ui.housekeeping.expire_conversations", fails)
    housekeeper = Housekeeper(open_database(f"sqlite:///{tmp_path / 'shop.db'}"), 30, every=0.01)
    housekeeper.start()
    until = time.monotonic() + 60
    while len(rounds) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    housekeeper.stop()
    assert len(rounds) >= 3
    assert "could not be expired" in caplog.text
