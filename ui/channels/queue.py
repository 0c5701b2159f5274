"""The queue in the database: each event once, each sender's messages in order, none lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.ids import new_id
from assistant.moments import aware
from assistant.privacy.masking import Masker
from retrieval.database import migrate, reading, writing
from ui.channels.adapter import Call, Inbound, Json
from ui.channels.tables import jobs, talks

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_channels"

LEASE = timedelta(seconds=90)
"""A job that is in work for longer was taken by a server that is gone."""
KEPT = timedelta(days=7)
"""So long an event that comes again is known; platforms give up within a day or two."""
TALK_LASTS = timedelta(hours=12)
"""Who comes back later begins a new conversation."""

_OPEN = ("waiting", "working")


@dataclass(frozen=True, slots=True)
class Job:
    """A message to be answered; `calls` are None until it is, `calls_sent` are done."""

    id: str
    channel: str
    event_id: str
    sender: str
    message: str
    target: Json
    calls: tuple[Call, ...] | None
    calls_sent: int
    attempts: int


class JobQueue:
    """Keeps messages for the workers of all servers on one database."""

    def __init__(self, engine: Engine, masker: Masker | None = None) -> None:
        """Bring the tables up to date.

        What names a person is masked before a message waits here, as it is in the log.

        Raises:
            ShopGuideError: where the database cannot be opened or written.
        """
        self._engine = engine
        self._masker = masker or Masker()
        migrate(engine, MIGRATIONS, VERSION_TABLE)

    def add(self, channel: str, message: Inbound) -> bool:
        """Keep a message; False for one that came before."""
        now = datetime.now(UTC)
        event = hashlib.sha256(message.event_id.encode()).hexdigest()
        seen = select(jobs.c.id).where(jobs.c.channel == channel, jobs.c.event_id == event)
        try:
            with writing(self._engine) as connection:
                connection.execute(delete(jobs).where(jobs.c.created_at < now - KEPT))
                if connection.execute(seen).one_or_none() is not None:
                    return False
                connection.execute(
                    insert(jobs).values(
                        id=new_id(),
                        channel=channel,
                        event_id=event,
                        sender=message.sender[:200],
                        sent_at=message.sent_at,
                        message=self._masker.mask(message.text.replace("\x00", "")).text,
                        target=message.target,
                        state="waiting",
                        calls_sent=0,
                        attempts=0,
                        not_before=now,
                        created_at=now,
                    )
                )
                return True
        except IntegrityError:  # another server kept it in the same moment
            return False

    def take(self) -> Job | None:
        """The next job, now ours for a while; none whose sender has an earlier one open."""
        now = datetime.now(UTC)
        earlier = jobs.alias()
        is_blocked = exists().where(
            earlier.c.channel == jobs.c.channel,
            earlier.c.sender == jobs.c.sender,
            earlier.c.state.in_(_OPEN),
            (earlier.c.sent_at < jobs.c.sent_at)
            | ((earlier.c.sent_at == jobs.c.sent_at) & (earlier.c.id < jobs.c.id)),
        )
        query = (
            select(jobs)
            .where(jobs.c.state.in_(_OPEN), jobs.c.not_before <= now, ~is_blocked)
            .order_by(jobs.c.sent_at, jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=jobs)
        )
        with writing(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            connection.execute(
                update(jobs)
                .where(jobs.c.id == row.id)
                .values(state="working", not_before=now + LEASE, attempts=row.attempts + 1)
            )
        calls = None if row.calls is None else tuple(Call(**call) for call in row.calls)
        return Job(
            id=row.id,
            channel=row.channel,
            event_id=row.event_id,
            sender=row.sender,
            message=row.message,
            target=row.target,
            calls=calls,
            calls_sent=row.calls_sent,
            attempts=row.attempts + 1,
        )

    def answered(self, job: Job, calls: Sequence[Call]) -> None:
        """Keep the reply, so that it is sent again rather than made again."""
        self._set(job, calls=[asdict(call) for call in calls])

    def sent(self, job: Job, count: int) -> None:
        """So many calls are with the platform."""
        self._set(job, calls_sent=count)

    def later(self, job: Job, seconds: float) -> None:
        """Put a job back for a while."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._set(job, state="waiting", not_before=at)

    def finish(self, job: Job, *, done: bool) -> None:
        """A job is over; what was said in it goes."""
        state = "done" if done else "failed"
        self._set(job, state=state, message="", target={}, calls=None, sender="")

    def waiting(self) -> int:
        """How many jobs are open."""
        query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(_OPEN))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def conversation(self, channel: str, sender: str) -> str:
        """The conversation that a sender is in; a new one after a long silence."""
        now = datetime.now(UTC)
        is_theirs = (talks.c.channel == channel) & (talks.c.sender == sender)
        with writing(self._engine) as connection:
            connection.execute(delete(talks).where(talks.c.updated_at < now - TALK_LASTS))
            row = connection.execute(select(talks).where(is_theirs)).one_or_none()
            if row is not None and aware(row.updated_at) >= now - TALK_LASTS:
                connection.execute(update(talks).where(is_theirs).values(updated_at=now))
                return row.conversation_id
            conversation_id = new_id()
            connection.execute(
                insert(talks).values(
                    channel=channel, sender=sender, conversation_id=conversation_id, updated_at=now
                )
            )
            return conversation_id

    def _set(self, job: Job, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(jobs).where(jobs.c.id == job.id).values(values))
