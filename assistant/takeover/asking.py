"""A conversation begins to wait for a person, or loses the one it had.

All of this happens in the caller's transaction, which holds the conversation's row: so messages,
agents who join and agents who leave come one after the other, whichever server they came to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from assistant.ids import new_id
from assistant.inbox.listing import ATTENDED, WAITING, change_marks
from assistant.moments import aware
from assistant.takeover.attendance import GONE
from assistant.takeover.notices import notice
from assistant.takeover.tables import attendance, takeovers
from assistant.takeover.timeline import MessageKind, add_message, language_of, open_takeover


def ask_for_person(
    connection: Connection, conversation_id: str, reason: str, now: datetime
) -> None:
    """Put a conversation into the queue, unless it is there or somebody has it."""
    if open_takeover(connection, conversation_id) is not None:
        return
    connection.execute(
        insert(takeovers).values(
            id=new_id(), conversation_id=conversation_id, reason=reason[:40], asked_at=now
        )
    )
    change_marks(connection, conversation_id, [WAITING])


def holder(connection: Connection, conversation_id: str, now: datetime) -> str | None:
    """The name of the colleague who has the conversation; one who is gone loses it here."""
    row = open_takeover(connection, conversation_id)
    if row is None or row.agent_id is None:
        return None
    if is_gone(connection, row, now):
        release(connection, row, now)
        return None
    return row.agent_name


def is_gone(connection: Connection, row: Row[Any], now: datetime) -> bool:
    """Whether the agent of an open takeover has not been seen for long."""
    seen = connection.execute(
        select(attendance.c.seen_at).where(attendance.c.agent_id == row.agent_id)
    ).scalar()
    # Nobody who joined a moment ago is gone, whether their console has asked yet or not.
    return (seen is None or aware(seen) <= now - GONE) and aware(row.joined_at) <= now - GONE


def release(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Let an open takeover wait again because its agent has left, and tell the customer."""
    connection.execute(
        update(takeovers)
        .where(takeovers.c.id == row.id)
        .values(
            agent_id=None, agent=None, agent_name=None, joined_at=None, typing_until=None,
            asked_at=now,
        )
    )  # fmt: skip
    language = language_of(connection, row.conversation_id)
    add_message(
        connection,
        row.conversation_id,
        MessageKind.LEFT,
        notice(MessageKind.LEFT, language, row.agent_name),
        who=row.agent,
        name=row.agent_name,
        now=now,
        language=language,
    )
    change_marks(connection, row.conversation_id, [WAITING], [ATTENDED])
