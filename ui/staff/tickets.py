"""One-time tickets: links to set up the console or to set a password, each of which expires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, insert, select

from assistant.moments import aware
from retrieval.database import reading, writing
from ui.staff.tables import tickets
from ui.staff.tokens import new_token, token_hash


class Purpose(StrEnum):
    """What a ticket is for."""

    SETUP = "setup"
    PASSWORD = "password"  # noqa: S105
    OIDC = "oidc"


LASTS = {
    Purpose.SETUP: timedelta(hours=24),
    Purpose.PASSWORD: timedelta(hours=48),
    Purpose.OIDC: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that is valid now."""

    purpose: Purpose
    user_id: str | None
    data: Mapping[str, str]


def issue(
    engine: Engine,
    purpose: Purpose,
    *,
    user_id: str | None = None,
    data: Mapping[str, str] | None = None,
) -> str:
    """Make a ticket and return its token.

    A new set-up or password ticket withdraws the earlier ones; those that are over go.
    """
    token, now = new_token(), datetime.now(UTC)
    with writing(engine) as connection:
        connection.execute(delete(tickets).where(tickets.c.expires_at <= now))
        if purpose is not Purpose.OIDC:
            same_user = (
                tickets.c.user_id.is_(None) if user_id is None else tickets.c.user_id == user_id
            )
            connection.execute(delete(tickets).where(tickets.c.purpose == purpose, same_user))
        connection.execute(
            insert(tickets).values(
                token_hash=token_hash(token),
                purpose=purpose.value,
                user_id=user_id,
                data=dict(data or {}),
                expires_at=now + LASTS[purpose],
            )
        )
    return token


def valid(engine: Engine, token: str, purpose: Purpose) -> Ticket | None:
    """The ticket of this token, left as it is; None where it is unknown, used or over."""
    with reading(engine) as connection:
        return _valid(connection, token, purpose)


def use(engine: Engine, token: str, purpose: Purpose) -> Ticket | None:
    """Take the ticket of this token; of two who try, one gets it."""
    with writing(engine) as connection:
        ticket = _valid(connection, token, purpose)
        taken = connection.execute(delete(tickets).where(tickets.c.token_hash == token_hash(token)))
        return ticket if taken.rowcount else None


def withdraw(connection: Connection, user_id: str) -> None:
    """Let all tickets of an account be void, in the caller's transaction."""
    connection.execute(delete(tickets).where(tickets.c.user_id == user_id))


def _valid(connection: Connection, token: str, purpose: Purpose) -> Ticket | None:
    row = connection.execute(
        select(tickets)
        .where(tickets.c.token_hash == token_hash(token))
        .where(tickets.c.purpose == purpose.value)
    ).one_or_none()
    if row is None or aware(row.expires_at) <= datetime.now(UTC):
        return None
    return Ticket(purpose, row.user_id, row.data)
