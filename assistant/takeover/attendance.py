"""Who of the staff is there: members whose console has asked for something lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.moments import aware
from assistant.takeover.tables import attendance
from retrieval.database import reading, writing

SEEN_EVERY = timedelta(seconds=20)
"""How exact it is kept: not every request of a console writes."""
THERE = timedelta(minutes=2)
"""Seen within this time, somebody is there; a browser lets a hidden page ask once a minute."""
GONE = timedelta(minutes=5)
"""Not seen for so long, somebody has left, and others may take over what they had."""


def attend(engine: Engine, agent_id: str, name: str, *, is_away: bool | None = None) -> None:
    """A member's console is open; `is_away` changes whether they take anything on."""
    now = datetime.now(UTC)
    query = select(attendance).where(attendance.c.agent_id == agent_id)
    with reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    unchanged = is_away is None or (row is not None and row.is_away == is_away)
    if row is not None and unchanged and aware(row.seen_at) > now - SEEN_EVERY:
        return
    values: dict[str, object] = {"seen_at": now, "name": name}
    if is_away is not None:
        values["is_away"] = is_away
    try:
        with writing(engine) as connection:
            here = attendance.c.agent_id == agent_id
            if not connection.execute(update(attendance).where(here).values(values)).rowcount:
                new = {"is_away": False, **values}
                connection.execute(insert(attendance).values(agent_id=agent_id, **new))
    except IntegrityError:
        return  # another page of theirs came first


def leave(connection: Connection, agent_id: str) -> None:
    """A member has signed out, in the caller's transaction."""
    connection.execute(delete(attendance).where(attendance.c.agent_id == agent_id))


def is_staffed(connection: Connection, now: datetime) -> bool:
    """Whether anybody is there to take a conversation on."""
    query = select(
        exists().where(attendance.c.seen_at > now - THERE, attendance.c.is_away.is_(False))
    )
    return bool(connection.execute(query).scalar_one())


def is_away(engine: Engine, agent_id: str) -> bool:
    """Whether a member has said that they take nothing on."""
    query = select(attendance.c.is_away).where(attendance.c.agent_id == agent_id)
    with reading(engine) as connection:
        return bool(connection.execute(query).scalar())


def present(connection: Connection, now: datetime, within: timedelta = THERE) -> dict[str, bool]:
    """Ids of the members who are there, and whether each is away."""
    query = select(attendance).where(attendance.c.seen_at > now - within)
    return {row.agent_id: row.is_away for row in connection.execute(query)}
