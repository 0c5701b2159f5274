"""The desk: agents take conversations, answer, pass them on, hand them back to the guide.

Every change happens under the lock of the conversation's row, and each is in the audit log. Of
two agents who take the same conversation at the same moment one gets it, on SQLite as on
PostgreSQL, whichever servers they are on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from assistant.audit_log import audit
from assistant.events import EventKind
from assistant.figures.counting import count_pasted
from assistant.ids import new_id
from assistant.inbox.listing import ATTENDED, WAITING, change_marks
from assistant.inbox.tables import inbox
from assistant.language import has_chinese
from assistant.log import UnknownTurnError
from assistant.moments import aware
from assistant.privacy.masking import Masker
from assistant.reply import ProductCard
from assistant.tables import conversations, events, turns
from assistant.takeover.asking import is_gone, release
from assistant.takeover.attendance import is_staffed, leave
from assistant.takeover.notices import notice
from assistant.takeover.tables import staff_messages, takeovers
from assistant.takeover.timeline import (
    MessageKind,
    News,
    StaffMessage,
    Standing,
    add_message,
    language_of,
    message_of,
    open_takeover,
    read_messages,
)
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError

LONGEST = 4000
MOST_CARDS = 8
TYPING = timedelta(seconds=6)


_ANSWERED = (
    select(func.max(staff_messages.c.after_turn))
    .where(staff_messages.c.conversation_id == takeovers.c.conversation_id)
    .where(staff_messages.c.kind == MessageKind.SAID.value)
    .scalar_subquery()
    .label("answered_turn")
)
_CASES = (
    select(takeovers, inbox.c.language, inbox.c.channel, inbox.c.message)
    .add_columns(inbox.c.turns, inbox.c.moment, _ANSWERED)
    .join(inbox, inbox.c.conversation_id == takeovers.c.conversation_id)
    .where(takeovers.c.ended_at.is_(None))
    .order_by(takeovers.c.agent_id.is_not(None), takeovers.c.asked_at)
)


class DeskError(ShopGuideError):
    """What cannot be done at the desk; `key` names the reason for a page, `name` a colleague."""

    def __init__(self, key: str, message: str, name: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.name = name


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of the staff at the desk; the customer is told the name."""

    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Case:
    """An open takeover as the queue shows it; nobody has it while `agent_id` is None."""

    conversation_id: str
    reason: str
    asked_at: datetime
    agent_id: str | None
    agent_name: str | None
    joined_at: datetime | None
    language: str | None
    channel: str
    message: str
    turns: int
    last_at: datetime
    is_unanswered: bool
    """Whether the customer's message is the last word."""

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has it yet."""
        return self.agent_id is None


class Desk:
    """Safe to use from several threads and processes at once."""

    def __init__(self, engine: Engine, masker: Masker | None = None) -> None:
        self._engine = engine
        self._masker = masker or Masker()

    # What there is to see.

    def cases(self) -> list[Case]:
        """All open takeovers: who waits longest first, then those that somebody has."""
        self._release_gone()
        with reading(self._engine) as connection:
            return [_case(row) for row in connection.execute(_CASES)]

    def counts(self, agent_id: str) -> tuple[int, int]:
        """How many wait, and how many this agent has."""
        query = (
            select(takeovers.c.agent_id, func.count())
            .where(takeovers.c.ended_at.is_(None))
            .group_by(takeovers.c.agent_id)
        )
        with reading(self._engine) as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return found.get(None, 0), found.get(agent_id, 0)

    def case(self, conversation_id: str) -> Case | None:
        """The open takeover of a conversation."""
        self._release_gone()
        query = _CASES.where(takeovers.c.conversation_id == conversation_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else _case(row)

    def pulse(self, conversation_id: str) -> str:
        """A few words that change whenever anything in a conversation does."""
        logged = select(func.count(), func.count(turns.c.completed_at)).where(
            turns.c.conversation_id == conversation_id
        )
        said = select(func.max(staff_messages.c.number)).where(
            staff_messages.c.conversation_id == conversation_id
        )
        with reading(self._engine) as connection:
            count, complete = connection.execute(logged).one()
            newest = connection.execute(said).scalar() or 0
            row = open_takeover(connection, conversation_id)
        who = "guide" if row is None else row.agent_id or "waiting"
        return f"{count}.{complete}.{newest}.{who}"

    def is_staffed(self) -> bool:
        """Whether anybody is there to take a conversation on."""
        with reading(self._engine) as connection:
            return is_staffed(connection, datetime.now(UTC))

    def news(self, conversation_id: str, after: int = 0) -> News:
        """What a customer may know: who has the conversation, and the messages since `after`."""
        now = datetime.now(UTC)
        with reading(self._engine) as connection:
            row = open_takeover(connection, conversation_id)
            gone = row is not None and row.agent_id is not None and is_gone(connection, row, now)
            if not gone:
                said = read_messages(connection, conversation_id, after=after)
                return News(_standing(connection, row, now), said)
        self._release_gone()
        return self.news(conversation_id, after)

    # What an agent does.

    def take(self, agent: Agent, conversation_id: str, *, from_others: bool = False) -> None:
        """Join a conversation, whether it waits or not; twice does no harm.

        Raises:
            UnknownTurnError: there is no such conversation.
            DeskError: somebody else has it, and it is not to be taken `from_others`.
        """
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            _lock(connection, conversation_id)
            row = open_takeover(connection, conversation_id)
            before = row.agent_name if row is not None else None
            if row is not None and row.agent_id == agent.id:
                return
            if row is not None and row.agent_id is not None and not from_others:
                raise DeskError("desk.taken", f"{before} has this conversation", before or "")
            _give(connection, conversation_id, row, agent, now)
            audit(
                connection,
                agent.email,
                "take over",
                f"conversation {conversation_id}",
                **({"taken_from": row.agent} if row is not None and row.agent else {}),
            )

    def assign(self, by: Agent, conversation_id: str, to: Agent, *, is_lead: bool = False) -> None:
        """Pass a conversation on to a colleague; a lead may pass on anybody's.

        Raises:
            UnknownTurnError: there is no such conversation.
            DeskError: it is not the agent's to pass on.
        """
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            _lock(connection, conversation_id)
            row = open_takeover(connection, conversation_id)
            if not is_lead:
                row = _own(row, by)
            if row is not None and row.agent_id == to.id:
                return
            _give(connection, conversation_id, row, to, now)
            audit(connection, by.email, "assign", f"conversation {conversation_id}", to=to.email)

    def say(
        self,
        agent: Agent,
        conversation_id: str,
        text: str,
        products: Sequence[ProductCard] = (),
        *,
        key: str | None = None,
        spared: Iterable[str] = (),
    ) -> StaffMessage:
        """Answer the customer; a `key` seen before gives the message it brought.

        What names a person is masked, as everywhere, except what stands in one of the texts
        `spared`: the shop's own telephone number is no secret.

        Raises:
            DeskError: the agent does not have the conversation, or there is nothing to say.
        """
        text = text.replace("\x00", "").strip()
        masked = self._masker.mask(text, spared=[agent.name, *spared]).text[:LONGEST]
        if not masked and not products:
            raise DeskError("desk.empty", "a message has a text or a product")
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            _lock(connection, conversation_id)
            if key is not None:
                known = connection.execute(
                    select(staff_messages)
                    .where(staff_messages.c.conversation_id == conversation_id)
                    .where(staff_messages.c.key == key)
                ).one_or_none()
                if known is not None:
                    return message_of(known)
            row = _own(open_takeover(connection, conversation_id), agent)
            language = language_of(connection, conversation_id)
            if masked:
                language = "zh" if has_chinese(masked) else "en"
            message = add_message(
                connection,
                conversation_id,
                MessageKind.SAID,
                masked,
                who=agent.email,
                name=agent.name,
                now=now,
                language=language,
                products=products[:MOST_CARDS],
                key=key,
            )
            connection.execute(
                update(takeovers)
                .where(takeovers.c.id == row.id)
                .values(answered_at=row.answered_at or now, typing_until=None)
            )
            _log_impressions(connection, conversation_id, message, now)
            words = " ".join([masked, *(card.title for card in message.products)])
            change_marks(
                connection, conversation_id, words=words, answer=masked or words, is_active=True
            )
            audit(
                connection,
                agent.email,
                "answer",
                f"conversation {conversation_id}",
                message=message.number,
                products=[card.product_id for card in message.products],
            )
            return message

    def typing(self, agent: Agent, conversation_id: str) -> None:
        """The agent is writing; the customer is told for a few seconds."""
        with writing(self._engine) as connection:
            connection.execute(
                update(takeovers)
                .where(takeovers.c.conversation_id == conversation_id)
                .where(takeovers.c.ended_at.is_(None))
                .where(takeovers.c.agent_id == agent.id)
                .values(typing_until=datetime.now(UTC) + TYPING)
            )

    def hand_back(self, agent: Agent, conversation_id: str, *, is_lead: bool = False) -> None:
        """Let the guide answer again.

        Raises:
            DeskError: the agent does not have the conversation.
        """
        self._end(agent, conversation_id, MessageKind.HANDED_BACK, "hand back", is_lead)

    def close(self, agent: Agent, conversation_id: str, *, is_lead: bool = False) -> None:
        """End what is done; one that only waits is dismissed.

        Raises:
            DeskError: somebody else has the conversation, or it is closed already.
        """
        self._end(agent, conversation_id, MessageKind.CLOSED, "close", is_lead)

    def sign_off(self, agent_id: str) -> int:
        """A member's last session is over: what they had waits again. Returns how many."""
        with writing(self._engine) as connection:
            leave(connection, agent_id)
        return self._release(takeovers.c.agent_id == agent_id)

    # How it is done.

    def _end(
        self, agent: Agent, conversation_id: str, kind: MessageKind, action: str, is_lead: bool
    ) -> None:
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            _lock(connection, conversation_id)
            row = open_takeover(connection, conversation_id)
            if row is None:
                raise DeskError("desk.ended", "this conversation is with the guide")
            if row.agent_id is None and kind is MessageKind.CLOSED:
                kind, action = MessageKind.DISMISSED, "dismiss"
            elif not is_lead:
                _own(row, agent)
            connection.execute(
                update(takeovers)
                .where(takeovers.c.id == row.id)
                .values(ended_at=now, ended_how=kind.value, typing_until=None)
            )
            name = row.agent_name or agent.name
            _tell(connection, conversation_id, kind, row.agent or agent.email, name, now)
            change_marks(connection, conversation_id, drop=[WAITING, ATTENDED])
            audit(connection, agent.email, action, f"conversation {conversation_id}")

    def _release_gone(self) -> None:
        """Let wait again what agents had who have not been seen for long."""
        now = datetime.now(UTC)
        held = select(takeovers).where(
            takeovers.c.ended_at.is_(None), takeovers.c.agent_id.is_not(None)
        )
        with reading(self._engine) as connection:
            gone = [row.id for row in connection.execute(held) if is_gone(connection, row, now)]
        for takeover_id in gone:
            self._release(takeovers.c.id == takeover_id, only_gone=True)

    def _release(self, which: Any, *, only_gone: bool = False) -> int:
        query = select(takeovers).where(which, takeovers.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            found = [(row.id, row.conversation_id) for row in connection.execute(query)]
        released = 0
        for takeover_id, conversation_id in found:
            now = datetime.now(UTC)
            with writing(self._engine) as connection:
                _lock(connection, conversation_id)
                row = open_takeover(connection, conversation_id)
                if row is None or row.id != takeover_id or row.agent_id is None:
                    continue
                if only_gone and not is_gone(connection, row, now):
                    continue
                release(connection, row, now)
                released += 1
                audit(connection, row.agent, "left", f"conversation {conversation_id}")
        return released


def _case(row: Row[Any]) -> Case:
    return Case(
        conversation_id=row.conversation_id,
        reason=row.reason,
        asked_at=aware(row.asked_at),
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        joined_at=None if row.joined_at is None else aware(row.joined_at),
        language=row.language,
        channel=row.channel,
        message=row.message,
        turns=row.turns,
        last_at=datetime.fromtimestamp(row.moment / 1_000_000, UTC),
        is_unanswered=row.answered_turn is None or row.turns > row.answered_turn,
    )


def _standing(connection: Connection, row: Row[Any] | None, now: datetime) -> Standing:
    if row is None:
        return Standing()
    if row.agent_id is None:
        return Standing("waiting", is_staffed=is_staffed(connection, now))
    is_typing = row.typing_until is not None and aware(row.typing_until) > now
    return Standing("agent", row.agent_name, is_staffed=True, is_typing=is_typing)


def _lock(connection: Connection, conversation_id: str) -> None:
    query = select(conversations.c.id).where(conversations.c.id == conversation_id)
    if connection.execute(query.with_for_update()).first() is None:
        raise UnknownTurnError(f"no conversation {conversation_id} is logged")


def _log_impressions(
    connection: Connection, conversation_id: str, message: StaffMessage, now: datetime
) -> None:
    """Log that pasted cards were shown, as events: no click model chose or scored them."""
    if not message.products or message.after_turn < 1:
        return
    customer = connection.execute(
        select(conversations.c.customer_id).where(conversations.c.id == conversation_id)
    ).scalar()
    shown = [card.product_id for card in message.products]
    connection.execute(
        insert(events),
        [
            {
                "id": new_id(),
                "conversation_id": conversation_id,
                "turn": message.after_turn,
                "kind": EventKind.IMPRESSION.value,
                "customer_id": customer,
                "product_id": product_id,
                "position": position,
                "value": None,
                "model_version": None,
                "created_at": now,
            }
            for position, product_id in enumerate(shown, start=1)
        ],
    )
    count_pasted(connection, conversation_id, message.after_turn, shown)


def _own(row: Row[Any] | None, agent: Agent) -> Row[Any]:
    if row is None or row.agent_id is None:
        raise DeskError("desk.not_taken", "take the conversation over first")
    if row.agent_id != agent.id:
        raise DeskError("desk.taken", f"{row.agent_name} has this conversation", row.agent_name)
    return row


def _give(
    connection: Connection, conversation_id: str, row: Row[Any] | None, to: Agent, now: datetime
) -> None:
    """Put a conversation into an agent's hands, and tell its customer."""
    values: dict[str, object] = {
        "agent_id": to.id,
        "agent": to.email,
        "agent_name": to.name,
        "joined_at": now,
        "typing_until": None,
    }
    if row is None:
        connection.execute(
            insert(takeovers).values(
                id=new_id(), conversation_id=conversation_id, reason="joined", asked_at=now,
                **values,
            )
        )  # fmt: skip
    else:
        connection.execute(update(takeovers).where(takeovers.c.id == row.id).values(values))
    _tell(connection, conversation_id, MessageKind.JOINED, to.email, to.name, now)
    change_marks(connection, conversation_id, [ATTENDED, f"agent:{to.id}"], [WAITING])


def _tell(
    connection: Connection,
    conversation_id: str,
    kind: MessageKind,
    who: str,
    name: str,
    now: datetime,
) -> None:
    language = language_of(connection, conversation_id)
    text = notice(kind, language, name)
    add_message(
        connection, conversation_id, kind, text, who=who, name=name, now=now, language=language
    )
