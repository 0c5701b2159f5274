"""The queue in the database: each event once, each sender's messages in order, none lost."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.ids import new_id
from assistant.privacy.masking import Masker
from assistant.tables import conversations
from assistant.takeover.tables import staff_messages, takeovers
from assistant.takeover.timeline import StaffMessage, message_of
from retrieval.database import reading, writing
from ui.channels.adapter import Call, Inbound, Json
from ui.channels.senders import SealError, customer_id
from ui.channels.store import open_senders
from ui.channels.tables import jobs, talks

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""A job that is in work for longer was taken by a server that is gone."""
KEPT = timedelta(days=7)
"""So long an event that comes again is known; platforms give up within a day or two."""
TALK_LASTS = timedelta(hours=12)
"""Who comes back later begins a new conversation."""
FARTHEST = timedelta(minutes=10)
"""No job is ever put off for longer: one that seems to be was so before the clock went back."""

_OPEN = ("waiting", "working")


@dataclass(frozen=True, slots=True)
class Job:
    """A message to be answered; `calls` are None until it is, `calls_sent` are done.

    `sender` is a `Senders.key`; `target` and `calls` are as they were before they were sealed.
    """

    id: str
    channel: str
    event_id: str
    sender: str
    message: str
    target: Json
    calls: tuple[Call, ...] | None
    calls_sent: int
    attempts: int

    @property
    def customer_id(self) -> str:
        """Whose message it is."""
        return customer_id(self.channel, self.sender)


class JobQueue:
    """Keeps messages for the workers of all servers on one database."""

    def __init__(self, engine: Engine, masker: Masker | None = None) -> None:
        """Bring the tables up to date.

        What names a person is masked before a message waits here, as it is in the log, and
        who sent it is known by a digest.

        Raises:
            ShopGuideError: where the database cannot be opened or written.
        """
        self._engine = engine
        self._masker = masker or Masker()
        self.senders = open_senders(engine)

    def add(self, channel: str, message: Inbound) -> bool:
        """Keep a message; False for one that came before."""
        now = datetime.now(UTC)
        event = hashlib.sha256(message.event_id.encode()).hexdigest()
        seen = select(jobs.c.id).where(jobs.c.channel == channel, jobs.c.event_id == event)
        try:
            with writing(self._engine) as connection:
                _drop_old_jobs(connection, now)
                if connection.execute(seen).one_or_none() is not None:
                    return False
                connection.execute(
                    insert(jobs).values(
                        id=new_id(),
                        channel=channel,
                        event_id=event,
                        sender=self.senders.key(channel, message.sender, message.through),
                        sent_at=message.sent_at,
                        message=self._masker.mask(message.text.replace("\x00", "")).text,
                        target=self.senders.seal(message.target),
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
            .where(jobs.c.state.in_(_OPEN), ~is_blocked)
            .where((jobs.c.not_before <= now) | (jobs.c.not_before > now + FARTHEST))
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
        sender, target, calls = row.sender, row.target, row.calls
        try:
            if isinstance(target, str):
                target = self.senders.unseal(target)
                calls = None if calls is None else self.senders.unseal(calls)
            else:
                # A server of an older version wrote it while this one was to take its place.
                sender = self.senders.key_of_old(row.channel, sender)
        except SealError as error:
            logger.error("a message by %s cannot be answered: %s", row.channel, error)
            self._finish(row.id, "failed")
            return None
        return Job(
            id=row.id,
            channel=row.channel,
            event_id=row.event_id,
            sender=sender,
            message=row.message,
            target=target,
            calls=None if calls is None else tuple(Call(**call) for call in calls),
            calls_sent=row.calls_sent,
            attempts=row.attempts + 1,
        )

    def answered(self, job: Job, calls: Sequence[Call]) -> None:
        """Keep the reply, so that it is sent again rather than made again."""
        self._set(job.id, calls=self._sealed(calls))

    def sent(self, job: Job, count: int) -> None:
        """So many calls are with the platform."""
        self._set(job.id, calls_sent=count)

    def later(self, job: Job, seconds: float) -> None:
        """Put a job back for a while."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self._set(job.id, state="waiting", not_before=at)

    def finish(self, job: Job, *, done: bool) -> None:
        """A job is over; what was said in it goes."""
        self._finish(job.id, "done" if done else "failed")

    def waiting(self) -> int:
        """How many jobs are open."""
        query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(_OPEN))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def conversation(self, channel: str, sender: str, target: Json) -> str:
        """The conversation that a sender, by their key, is in; a new one after a long silence.

        Who waits for a person, or talks to one, is in the same conversation however long it
        takes. `target` is kept, sealed, as where to answer.
        """
        now = datetime.now(UTC)
        is_theirs = (talks.c.channel == channel) & (talks.c.sender == sender)
        sealed = self.senders.seal(target)
        with writing(self._engine) as connection:
            _drop_old_talks(connection, now)
            row = connection.execute(select(talks).where(is_theirs)).one_or_none()
            if row is not None:
                values = {"updated_at": now, "target": sealed}
                connection.execute(update(talks).where(is_theirs).values(values))
                return row.conversation_id
            conversation_id = new_id()
            connection.execute(
                insert(talks).values(
                    channel=channel,
                    sender=sender,
                    conversation_id=conversation_id,
                    updated_at=now,
                    target=sealed,
                )
            )
            return conversation_id

    def take_outgoing(
        self,
        channels: Collection[str],
        calls_of: Callable[[str, Json, str, StaffMessage], list[Call]],
    ) -> int:
        """Put what colleagues wrote into the queue, each message once, behind what is in it.

        `calls_of` makes a platform's calls of (channel, target, conversation, message). What
        cannot be sent, because its talk is over, is told in the server's log. Returns how many
        were looked at.
        """
        query = (
            select(staff_messages, conversations.c.channel)
            .join(conversations, conversations.c.id == staff_messages.c.conversation_id)
            .where(staff_messages.c.is_outgoing)
            .order_by(staff_messages.c.conversation_id, staff_messages.c.number)
            .limit(20)
        )
        with reading(self._engine) as connection:
            if connection.execute(query.limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            rows = connection.execute(
                query.with_for_update(skip_locked=True, of=staff_messages)
            ).all()
            for row in rows:
                connection.execute(
                    update(staff_messages)
                    .where(staff_messages.c.conversation_id == row.conversation_id)
                    .where(staff_messages.c.number == row.number)
                    .values(is_outgoing=False)
                )
                talk = connection.execute(
                    select(talks).where(talks.c.conversation_id == row.conversation_id)
                ).first()
                if talk is None or talk.target is None or talk.channel not in channels:
                    if row.channel in channels:
                        logger.warning("a message to %s cannot be sent: talk over", row.channel)
                    continue  # of a program that asks for news itself
                now = datetime.now(UTC)
                name = f"staff {row.conversation_id} {row.number}"
                try:
                    target = self.senders.unseal(talk.target)
                except SealError as error:
                    logger.error("a message to %s cannot be sent: %s", talk.channel, error)
                    continue
                calls = calls_of(talk.channel, target, row.conversation_id, message_of(row))
                connection.execute(
                    insert(jobs).values(
                        id=new_id(),
                        channel=talk.channel,
                        event_id=hashlib.sha256(name.encode()).hexdigest(),
                        sender=talk.sender,
                        sent_at=now.timestamp(),
                        message="",
                        target=talk.target,
                        state="waiting",
                        calls=self._sealed(calls),
                        calls_sent=0,
                        attempts=0,
                        not_before=now,
                        created_at=now,
                    )
                )
        return len(rows)

    def drop(self, customer: str) -> None:
        """Forget what of a customer, by their id, waits to be answered or sent."""
        channel, _, name = customer.partition(":")
        if not name:
            return
        is_theirs = (jobs.c.sender == name) | jobs.c.sender.endswith(f":{name}", autoescape=True)
        with writing(self._engine) as connection:
            connection.execute(delete(jobs).where(jobs.c.channel == channel, is_theirs))

    def drop_old(self) -> None:
        """Forget where those are to be answered whose talks are over, and old events.

        It happens as messages come; a shop to which none come needs it nonetheless.
        """
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            _drop_old_talks(connection, now)
            _drop_old_jobs(connection, now)

    def _sealed(self, calls: Sequence[Call]) -> str:
        return self.senders.seal([asdict(call) for call in calls])

    def _finish(self, job_id: str, state: str) -> None:
        self._set(job_id, state=state, message="", target="", calls=None, sender="")

    def _set(self, job_id: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))


def _drop_old_talks(connection: Connection, now: datetime) -> None:
    is_open = exists().where(
        takeovers.c.conversation_id == talks.c.conversation_id, takeovers.c.ended_at.is_(None)
    )
    connection.execute(delete(talks).where(talks.c.updated_at < now - TALK_LASTS, ~is_open))


def _drop_old_jobs(connection: Connection, now: datetime) -> None:
    is_over = jobs.c.state.not_in(_OPEN)
    connection.execute(delete(jobs).where(jobs.c.created_at < now - KEPT, is_over))
