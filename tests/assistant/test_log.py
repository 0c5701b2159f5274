"""The log: what was said and shown is kept, once, and only what was finished counts."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from turn_parts import PARKA, SHELL, record_of

from assistant.events import Event, EventKind
from assistant.log import ConversationLog, UnknownTurnError
from assistant.tables import events, impressions, turns
from retrieval.database import open_database
from retrieval.errors import ShopGuideError


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'shop.db'}")


@pytest.fixture
def log(engine: Engine) -> ConversationLog:
    return ConversationLog(engine)


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_a_conversation_is_read_back_as_it_was(log: ConversationLog) -> None:
    first = log.begin("a jacket", customer_id="c1")
    log.complete(record_of(first, "Here are two jackets."))
    second = log.begin("cheaper", conversation_id=first.conversation_id)

    assert (second.turn, second.customer_id, second.state) == (2, "c1", {"turn": 1})
    told = log.history(first.conversation_id)
    assert [(turn.message, turn.reply and turn.reply.text) for turn in told] == [
        ("a jacket", "Here are two jackets."),
        ("cheaper", None),
    ]
    assert told[0].created_at.tzinfo is not None


def test_a_conversation_keeps_the_first_segment_it_was_told(log: ConversationLog) -> None:
    first = log.begin("a jacket")
    talk = first.conversation_id
    later = log.begin("in red", conversation_id=talk, segment="trade", customer_id="c1")
    last = log.begin("or blue", conversation_id=talk, segment="family")
    assert [turn.segment for turn in (first, later, last)] == ["", "trade", "trade"]
    assert last.customer_id == "c1"


def test_conversation_ids_cannot_be_guessed(log: ConversationLog) -> None:
    ids = [log.begin("hello").conversation_id for _ in range(50)]
    assert len({identifier[-16:] for identifier in ids}) == 50
    assert sorted(ids) == ids or len(set(ids)) == 50


def test_another_system_may_bring_its_own_id(log: ConversationLog) -> None:
    assert log.begin("hello", conversation_id="crm-77").turn == 1
    assert log.begin("again", conversation_id="crm-77").turn == 2
    with pytest.raises(ShopGuideError, match="100 printable"):
        log.begin("hello", conversation_id="x" * 101)


def test_a_state_counts_only_when_its_turn_is_complete(log: ConversationLog) -> None:
    first = log.begin("a jacket")
    again = log.begin("a jacket", conversation_id=first.conversation_id)
    assert again.state is None


def test_completing_twice_changes_nothing(log: ConversationLog, engine: Engine) -> None:
    turn = log.begin("a jacket")
    log.complete(record_of(turn, "first"))
    log.complete(record_of(turn, "second"))
    (told,) = log.history(turn.conversation_id)
    assert told.reply is not None
    assert told.reply.text == "first"
    assert count(engine, impressions) == 2


def test_what_was_shown_is_kept_with_place_score_and_model(
    log: ConversationLog, engine: Engine
) -> None:
    turn = log.begin("a jacket")
    log.complete(record_of(turn, candidates=[{"product_id": "shell", "rank_before": 2}]))
    with engine.connect() as connection:
        rows = connection.execute(select(impressions).order_by(impressions.c.position)).all()
        logged = connection.execute(select(turns)).one()
    assert [(row.position, row.product_id, row.model_version) for row in rows] == [
        (1, "shell", "v1"),
        (2, "parka", "v1"),
    ]
    assert logged.candidates == [{"product_id": "shell", "rank_before": 2}]


def test_an_event_is_kept_once_with_place_and_model(log: ConversationLog, engine: Engine) -> None:
    turn = log.begin("a jacket", customer_id="c1")
    log.complete(record_of(turn))
    click = Event(
        conversation_id=turn.conversation_id, kind=EventKind.CLICK, turn=1, product_id="parka"
    )
    log.record_event(click)
    log.record_event(click)
    with engine.connect() as connection:
        (row,) = connection.execute(select(events)).all()
    assert (row.position, row.model_version, row.customer_id) == (2, "v1", "c1")


def test_events_on_what_was_never_shown_are_refused(log: ConversationLog) -> None:
    turn = log.begin("a jacket")
    log.complete(record_of(turn, shown=[SHELL]))
    for wrong in (
        {"conversation_id": "nobody", "turn": 1},
        {"conversation_id": turn.conversation_id, "turn": 2},
        {"conversation_id": turn.conversation_id, "turn": 1, "product_id": PARKA.id},
    ):
        with pytest.raises(UnknownTurnError):
            log.record_event(Event.model_validate({"kind": "click", **wrong}))


def test_the_newest_feedback_counts(log: ConversationLog) -> None:
    turn = log.begin("a jacket")
    log.complete(record_of(turn))
    for value in ("up", "down: too dear"):
        log.record_event(
            Event(
                conversation_id=turn.conversation_id, kind=EventKind.FEEDBACK, turn=1, value=value
            )
        )
    assert log.history(turn.conversation_id)[0].helpful is False


def test_two_writers_at_once_get_a_turn_each(tmp_path: Path) -> None:
    """Two engines on one file, as two processes have."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    logs = [ConversationLog(open_database(url)) for _ in range(2)]
    got: list[int] = []

    def write(log: ConversationLog) -> None:
        for _ in range(10):
            turn = log.begin("hello", conversation_id="shared")
            log.complete(record_of(turn))
            got.append(turn.turn)

    threads = [threading.Thread(target=write, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(1, 21))
