"""Sessions of signed-in staff, kept on the server and known by the hash of their token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from assistant.moments import aware
from retrieval.database import reading, writing
from ui.staff.roles import Role
from ui.staff.tables import sessions, users
from ui.staff.tokens import new_token, token_hash

IDLE = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=1)
"""How exact "last seen" is kept: not every request writes."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and whose it is."""

    user_id: str
    name: str
    email: str
    role: Role
    expires_at: datetime


def start(engine: Engine, user_id: str, hours: float) -> str:
    """Open a session of at most `hours`; returns its token. Sessions that are over go."""
    token, now = new_token(), datetime.now(UTC)
    with writing(engine) as connection:
        connection.execute(
            delete(sessions).where(
                (sessions.c.expires_at <= now) | (sessions.c.seen_at <= now - IDLE)
            )
        )
        connection.execute(
            insert(sessions).values(
                token_hash=token_hash(token),
                user_id=user_id,
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=hours),
            )
        )
        connection.execute(update(users).where(users.c.id == user_id).values(signed_in_at=now))
    return token


def find(engine: Engine, token: str) -> Session | None:
    """The session of this token, if it is open and its account is."""
    now, hashed = datetime.now(UTC), token_hash(token)
    query = (
        select(sessions.c.seen_at, sessions.c.expires_at)
        .add_columns(users.c.id, users.c.name, users.c.email, users.c.role)
        .join_from(sessions, users)
        .where(sessions.c.token_hash == hashed)
        .where(users.c.disabled_at.is_(None))
    )
    with reading(engine) as connection:
        row = connection.execute(query).one_or_none()
    if row is None or aware(row.expires_at) <= now or aware(row.seen_at) <= now - IDLE:
        return None
    if aware(row.seen_at) <= now - _SEEN_EVERY:
        with writing(engine) as connection:
            connection.execute(
                update(sessions).where(sessions.c.token_hash == hashed).values(seen_at=now)
            )
    return Session(row.id, row.name, row.email, Role(row.role), aware(row.expires_at))


def end(engine: Engine, token: str) -> None:
    """Close one session."""
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash(token)))


def has_any(engine: Engine, user_id: str) -> bool:
    """Whether an account has a session that is not over."""
    now = datetime.now(UTC)
    query = (
        select(sessions.c.token_hash)
        .where(sessions.c.user_id == user_id)
        .where(sessions.c.expires_at > now)
        .where(sessions.c.seen_at > now - IDLE)
        .limit(1)
    )
    with reading(engine) as connection:
        return connection.execute(query).first() is not None


def end_all(connection: Connection, user_id: str) -> None:
    """Close every session of an account, in the caller's transaction."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
