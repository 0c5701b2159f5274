"""Conversations whose time is over are deleted; counts of them remain, and nobody's words."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    exists,
    func,
    insert,
    select,
    true,
    update,
)

from assistant.audit_log import audit
from assistant.events import EventKind
from assistant.moments import aware
from assistant.privacy.records import delete_conversations, scrub
from assistant.tables import conversations, events, expired_counts, feedback, turns
from retrieval.database import held_lock, reading, writing
from retrieval.errors import ShopGuideError

_BATCH = 200
_COUNTED = {
    EventKind.CLICK.value: "clicks",
    EventKind.ADD_TO_CART.value: "carts",
    EventKind.PURCHASE.value: "purchases",
}
_COUNTS = tuple(column.name for column in expired_counts.columns if not column.primary_key)
_Day = tuple[date, str, str, str]


@dataclass(frozen=True, slots=True)
class Expired:
    """How much was deleted."""

    conversations: int
    turns: int


def expire_conversations(
    engine: Engine, days: int, *, now: datetime | None = None, who: str = "retention"
) -> Expired:
    """Delete conversations in which nothing was said for `days`; 0 keeps all.

    Works in portions, so that customers need not wait. Where another process is at it already,
    nothing is done.
    """
    if not days:
        return Expired(0, 0)
    until = (now or datetime.now(UTC)) - timedelta(days=days)
    over = over_turns = 0
    try:
        with held_lock(engine, "retention", "conversations are being expired already"):
            while True:
                with writing(engine) as connection:
                    ids = _silent_since(connection, until)
                    if not ids:
                        break
                    over_turns += _count(connection, ids)
                    delete_conversations(connection, ids)
                over += len(ids)
    except ShopGuideError as error:
        if "already" not in str(error):
            raise
        return Expired(0, 0)
    if over:
        scrub(engine)
        audit(engine, who, "expire", "conversations", conversations=over, days=days)
    return Expired(over, over_turns)


def share_expired(engine: Engine, days: int) -> float:
    """Which part of all conversations, 0 to 1, `expire_conversations` would delete now."""
    until = datetime.now(UTC) - timedelta(days=days)
    with reading(engine) as connection:
        kept, over = (
            connection.execute(select(func.count()).select_from(conversations).where(each)).scalar()
            for each in (true(), _is_silent_since(until))
        )
    return (over or 0) / kept if kept else 0.0


def _is_silent_since(moment: datetime) -> ColumnElement[bool]:
    said = exists().where(
        turns.c.conversation_id == conversations.c.id, turns.c.created_at > moment
    )
    return (conversations.c.created_at <= moment) & ~said


def _silent_since(connection: Connection, moment: datetime) -> list[str]:
    query = (
        select(conversations.c.id)
        .where(_is_silent_since(moment))
        .order_by(conversations.c.created_at)
        .limit(_BATCH)
    )
    return list(connection.execute(query).scalars())


def _count(connection: Connection, ids: list[str]) -> int:
    """Add what is about to be deleted to the counts; returns the number of turns."""
    counts: defaultdict[_Day, Counter[str]] = defaultdict(Counter)
    day_of: dict[tuple[str, int], _Day] = {}
    query = (
        select(turns.c.conversation_id, turns.c.turn, turns.c.created_at, turns.c.reply)
        .add_columns(conversations.c.channel, feedback.c.helpful)
        .join_from(turns, conversations)
        .outerjoin(
            feedback,
            (feedback.c.conversation_id == turns.c.conversation_id)
            & (feedback.c.turn == turns.c.turn),
        )
        .where(turns.c.conversation_id.in_(ids))
        .order_by(turns.c.conversation_id, turns.c.turn)
    )
    begun: set[str] = set()
    for row in connection.execute(query):
        reply: dict[str, Any] = row.reply or {}
        day = (
            aware(row.created_at).date(),
            row.channel,
            str(reply.get("language", "")),
            str(reply.get("intent", "")),
        )
        day_of[row.conversation_id, row.turn] = day
        counts[day].update(_of_turn(row, reply, first=row.conversation_id not in begun))
        begun.add(row.conversation_id)
    did = select(events.c.conversation_id, events.c.turn, events.c.kind).where(
        events.c.conversation_id.in_(ids), events.c.kind.in_(_COUNTED)
    )
    for row in connection.execute(did):
        if day := day_of.get((row.conversation_id, row.turn)):
            counts[day][_COUNTED[row.kind]] += 1
    for day, more in counts.items():
        _add(connection, day, more)
    return len(day_of)


def _of_turn(row: Row[Any], reply: dict[str, Any], *, first: bool) -> dict[str, int]:
    wished = reply.get("intent") in ("recommend", "refine")
    return {
        "conversations": int(first),
        "turns": 1,
        "handoffs": int(bool(reply.get("handoff"))),
        "without_result": int(wished and not reply.get("products")),
        "helpful": int(row.helpful is True),
        "unhelpful": int(row.helpful is False),
    }


def _add(connection: Connection, key: _Day, more: Counter[str]) -> None:
    names = ("day", "channel", "language", "intent")
    given = dict(zip(names, key, strict=True))
    here = [expired_counts.c[name] == value for name, value in given.items()]
    raised = {name: expired_counts.c[name] + more[name] for name in _COUNTS}
    if not connection.execute(update(expired_counts).where(*here).values(raised)).rowcount:
        values = {name: more[name] for name in _COUNTS}
        connection.execute(insert(expired_counts).values(**given, **values))
