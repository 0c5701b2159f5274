"""What people of the shop have said in a conversation, and who has it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Engine, Row, func, insert, select

from assistant.inbox.tables import inbox
from assistant.language import Language
from assistant.moments import aware
from assistant.reply import ProductCard
from assistant.tables import conversations, turns
from assistant.takeover.tables import staff_messages, takeovers
from retrieval.database import reading

PULLED = frozenset({"openai", "mcp", "cli"})
"""Channels on which nothing can be sent that was not asked for: words wait for the next turn."""
POLLED = frozenset({"web", "widget", "api"})
"""Channels whose pages and programs ask for news themselves."""


class MessageKind(StrEnum):
    """Words of a colleague, or a notice that one came or went."""

    SAID = "said"
    JOINED = "joined"
    LEFT = "left"
    HANDED_BACK = "handed_back"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class StaffMessage(BaseModel):
    """One message beside the guide's replies; it stands behind the turn `after_turn`.

    `number` counts a conversation's messages from 1; the text of a notice names its colleague.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    after_turn: int
    kind: MessageKind
    name: str
    text: str
    language: Language
    products: list[ProductCard] = Field(default_factory=list[ProductCard])
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has a conversation, as its customer may know it.

    `agent` is the colleague's name; `is_staffed` tells, while the customer waits, whether
    anybody is there.
    """

    state: Literal["guide", "waiting", "agent"] = "guide"
    agent: str | None = None
    is_staffed: bool = False
    is_typing: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What a customer's page asks for: the standing, and the messages after one it has."""

    standing: Standing = field(default_factory=Standing)
    messages: Sequence[StaffMessage] = ()


def messages_of(engine: Engine, conversation_id: str, after: int = 0) -> list[StaffMessage]:
    """The messages with a number above `after`, in order."""
    with reading(engine) as connection:
        return read_messages(connection, conversation_id, after=after)


def read_messages(
    connection: Connection, conversation_id: str, *, after: int = 0, since_turn: int | None = None
) -> list[StaffMessage]:
    """Messages after a number, or that came since a turn was logged, in order."""
    query = (
        select(staff_messages)
        .where(staff_messages.c.conversation_id == conversation_id)
        .where(staff_messages.c.number > after)
        .order_by(staff_messages.c.number)
    )
    if since_turn is not None:
        query = query.where(staff_messages.c.after_turn >= since_turn)
    return [message_of(row) for row in connection.execute(query)]


def message_of(row: Row[Any]) -> StaffMessage:
    """A row of `staff_messages`."""
    return StaffMessage(
        number=row.number,
        after_turn=row.after_turn,
        kind=MessageKind(row.kind),
        name=row.name,
        text=row.text,
        language=row.language,
        products=[ProductCard.model_validate(card) for card in row.products],
        at=aware(row.at),
    )


def open_takeover(connection: Connection, conversation_id: str) -> Row[Any] | None:
    """The row of who waits or has the conversation; None while the guide has it alone."""
    return connection.execute(
        select(takeovers)
        .where(takeovers.c.conversation_id == conversation_id)
        .where(takeovers.c.ended_at.is_(None))
    ).one_or_none()


def language_of(connection: Connection, conversation_id: str) -> Language:
    """The language that a conversation is held in, as far as one is known."""
    found = connection.execute(
        select(inbox.c.language).where(inbox.c.conversation_id == conversation_id)
    ).scalar()
    return "zh" if found == "zh" else "en"


def add_message(
    connection: Connection,
    conversation_id: str,
    kind: MessageKind,
    text: str,
    *,
    who: str,
    name: str,
    now: datetime,
    language: Language,
    products: Sequence[ProductCard] = (),
    key: str | None = None,
) -> StaffMessage:
    """Put a message behind all that was said so far; the caller holds the conversation's row."""
    last = connection.execute(
        select(func.max(staff_messages.c.number)).where(
            staff_messages.c.conversation_id == conversation_id
        )
    ).scalar()
    turn = connection.execute(
        select(func.max(turns.c.turn)).where(turns.c.conversation_id == conversation_id)
    ).scalar()
    channel = connection.execute(
        select(conversations.c.channel).where(conversations.c.id == conversation_id)
    ).scalar_one()
    message = StaffMessage(
        number=1 + (last or 0),
        after_turn=turn or 0,
        kind=kind,
        name=name,
        text=text,
        language=language,
        products=list(products),
        at=now,
    )
    connection.execute(
        insert(staff_messages).values(
            conversation_id=conversation_id,
            number=message.number,
            after_turn=message.after_turn,
            kind=kind.value,
            who=who,
            name=name,
            text=text,
            language=language,
            products=[card.model_dump(mode="json") for card in products],
            key=key,
            is_outgoing=channel not in PULLED | POLLED,
            at=now,
        )
    )
    return message
