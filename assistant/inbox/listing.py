"""A conversation's row in the inbox: what came of each turn, folded together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, text, update

from assistant.gestures import read_gesture
from assistant.inbox.tables import inbox
from assistant.inbox.words import mark_word, searchable
from assistant.moments import aware
from assistant.tables import conversations, feedback, turns
from assistant.takeover.tables import takeovers
from retrieval.database import migrate, reading, writing

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_inbox"
PREVIEW_CHARS = 300
MOST_WORD_CHARS = 200_000
"""How much of a conversation can be searched; of a longer one, the end."""
WAITING, ATTENDED = "waiting", "with_agent"
"""Marks of who waits for a person, and of who is with one."""
_BATCH = 500
_WISHES = ("recommend", "refine")

Json = Mapping[str, Any]


@dataclass(slots=True)
class Listing:
    """One row in the making. `marks` are what filters ask for: "language:en", "handoff", …"""

    conversation_id: str
    channel: str
    started_at: datetime
    moment: int = 0
    turns: int = 0
    language: str | None = None
    intent: str | None = None
    message: str = ""
    answer: str = ""
    marks: set[str] = field(default_factory=set[str])
    words: list[str] = field(default_factory=list[str])
    stored_at: int | None = None
    """The moment under which the row is stored now."""
    split: Callable[[str], Sequence[str]] = searchable
    """How texts become words of the index."""

    def said(self, turn: int, message: str, moment: int) -> None:
        """The customer wrote, or clicked what stands in a message's place."""
        self.turns, self.moment = turn, moment
        self.marks.add(f"channel:{self.channel}")
        if message and read_gesture(message) is None:
            self.message = message[:PREVIEW_CHARS]
            self.words += self.split(message)

    def answered(self, reply: Json, drafted: int, accepted: int, error: str | None) -> None:
        """The guide's reply is complete."""
        if reply.get("agent"):
            return  # a colleague answers; what the guide did before tells more
        self.language, self.intent = str(reply["language"]), str(reply["intent"])
        products = reply.get("products") or []
        self.answer = str(reply["text"])[:PREVIEW_CHARS]
        self.marks |= {f"language:{self.language}", f"intent:{self.intent}"}
        if reply.get("handoff"):
            self.marks.add("handoff")
        if self.intent in _WISHES and not products:
            self.marks.add("no_result")
        if error is not None:
            self.marks.add("error")
        if error is not None or (drafted and not accepted):
            self.marks.add("fell_back")
        self.words += self.split(str(reply["text"]))
        for product in products:
            self.words += self.split(str(product["title"]))

    def rated(self, verdicts: Iterable[bool]) -> None:
        """What the customer's thumbs say of the replies, all of them."""
        given = set(verdicts)
        self.marks -= {"rating:up", "rating:down"}
        self.marks |= {"rating:up" if helpful else "rating:down" for helpful in given}


def prepare_inbox(engine: Engine) -> None:
    """Bring the inbox's tables up to date, and list what was logged before there was one.

    Raises:
        ShopGuideError: where the database cannot be opened or written.
    """
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    list_unlisted(engine)


def microseconds(moment: datetime) -> int:
    """A moment as the inbox orders by it."""
    return int(aware(moment).timestamp() * 1_000_000)


def note_message(connection: Connection, conversation_id: str, turn: int, message: str) -> None:
    """A message has arrived: in the transaction that logs it."""
    listing = _load(connection, conversation_id)
    listing.said(turn, message, time.time_ns() // 1000)
    _save(connection, listing)


def note_reply(
    connection: Connection, reply: Json, drafted: int, accepted: int, error: str | None
) -> None:
    """A reply is complete: in the transaction that logs it."""
    listing = _load(connection, str(reply["conversation_id"]))
    listing.moment = time.time_ns() // 1000
    listing.answered(reply, drafted, accepted, error)
    _save(connection, listing)


def note_feedback(connection: Connection, conversation_id: str) -> None:
    """A customer has rated a reply: in the transaction that keeps it."""
    listing = _load(connection, conversation_id)
    query = select(feedback.c.helpful).where(feedback.c.conversation_id == conversation_id)
    listing.rated(connection.execute(query).scalars())
    _save(connection, listing)


def change_marks(
    connection: Connection,
    conversation_id: str,
    add: Iterable[str] = (),
    drop: Iterable[str] = (),
    *,
    words: str = "",
    answer: str = "",
    is_active: bool = False,
) -> None:
    """Add and take marks, and make `words` searchable; `is_active` puts the row on top.

    `answer` is what was last said to the customer.
    """
    listing = _load(connection, conversation_id)
    listing.marks -= set(drop)
    listing.marks |= set(add)
    listing.words += searchable(words)
    listing.answer = answer[:PREVIEW_CHARS] or listing.answer
    if is_active:
        listing.moment = time.time_ns() // 1000
    _save(connection, listing)


def list_unlisted(engine: Engine) -> int:
    """List every logged conversation that has no row yet; returns how many those were."""
    done = 0
    unlisted = (
        select(conversations.c.id)
        .outerjoin(inbox, inbox.c.conversation_id == conversations.c.id)
        .where(inbox.c.conversation_id.is_(None))
        .limit(_BATCH)
    )
    with reading(engine) as connection:
        if not connection.execute(unlisted.limit(1)).first():
            return 0
    while True:
        with writing(engine) as connection:
            ids = list(connection.execute(unlisted).scalars())
            for conversation_id in ids:
                _save(connection, _from_log(connection, conversation_id))
        done += len(ids)
        if len(ids) < _BATCH:
            return done


def _from_log(connection: Connection, conversation_id: str) -> Listing:
    """The row of a conversation, from its turns."""
    listing = _new(connection, conversation_id)
    listing.moment = microseconds(listing.started_at)
    names = ("turn", "message", "created_at", "reply", "llm_sentences", "llm_accepted", "error")
    query = select(*(turns.c[name] for name in names))
    for row in connection.execute(
        query.where(turns.c.conversation_id == conversation_id).order_by(turns.c.turn)
    ):
        listing.said(row.turn, row.message, microseconds(row.created_at))
        if row.reply is not None:
            listing.answered(row.reply, row.llm_sentences or 0, row.llm_accepted or 0, row.error)
    rated = select(feedback.c.helpful).where(feedback.c.conversation_id == conversation_id)
    listing.rated(connection.execute(rated).scalars())
    asked = select(takeovers).where(takeovers.c.conversation_id == conversation_id)
    for row in connection.execute(asked):
        if row.agent_id is not None:
            listing.marks.add(f"agent:{row.agent_id}")
        if row.ended_at is None:
            listing.marks.add(WAITING if row.agent_id is None else ATTENDED)
    return listing


def _new(connection: Connection, conversation_id: str) -> Listing:
    row = connection.execute(
        select(conversations).where(conversations.c.id == conversation_id)
    ).one()
    return Listing(conversation_id, row.channel, aware(row.created_at))


def _load(connection: Connection, conversation_id: str) -> Listing:
    """The row as it stands, locked; a new one for a conversation that has none."""
    row: Row[Any] | None = connection.execute(
        select(inbox).where(inbox.c.conversation_id == conversation_id).with_for_update()
    ).one_or_none()
    if row is None:
        return _new(connection, conversation_id)
    if connection.dialect.name == "sqlite":
        query = text("SELECT words FROM inbox_words WHERE rowid = :moment")
        stored = connection.execute(query, {"moment": row.moment}).scalar()
    else:
        query = text("SELECT words FROM inbox_words WHERE conversation_id = :id")
        stored = connection.execute(query, {"id": conversation_id}).scalar()
    words = str(stored or "").split(" ")
    marks: list[str] = row.marks
    return Listing(
        conversation_id=conversation_id,
        channel=row.channel,
        started_at=aware(row.started_at),
        moment=row.moment,
        turns=row.turns,
        language=row.language,
        intent=row.intent,
        message=row.message,
        answer=row.answer,
        marks=set(marks),
        words=words[len(marks) :],  # the marks' own words stand first
        stored_at=row.moment,
    )


def _save(connection: Connection, listing: Listing) -> None:
    marks = sorted(listing.marks)
    spoken = " ".join(listing.words)
    if len(spoken) > MOST_WORD_CHARS:
        spoken = spoken[-MOST_WORD_CHARS:].partition(" ")[2]
    words = " ".join([*map(mark_word, marks), spoken])
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        if listing.stored_at is not None:
            gone = text("DELETE FROM inbox_words WHERE rowid = :moment")
            connection.execute(gone, {"moment": listing.stored_at})
        if listing.moment != listing.stored_at:
            listing.moment = _free_moment(connection, listing.moment)
    values: dict[str, object] = {
        "moment": listing.moment,
        "turns": listing.turns,
        "language": listing.language,
        "intent": listing.intent,
        "message": listing.message,
        "answer": listing.answer,
        "marks": marks,
    }
    here = inbox.c.conversation_id == listing.conversation_id
    if listing.stored_at is None:
        connection.execute(
            insert(inbox).values(
                conversation_id=listing.conversation_id,
                channel=listing.channel,
                started_at=listing.started_at.astimezone(UTC),
                **values,
            )
        )
    else:
        connection.execute(update(inbox).where(here).values(values))
    given = {"id": listing.conversation_id, "moment": listing.moment, "words": words}
    if is_sqlite:
        added = (
            "INSERT INTO inbox_words (rowid, conversation_id, words) VALUES (:moment,:id,:words)"
        )
    else:
        added = (
            "INSERT INTO inbox_words (conversation_id, moment, words) VALUES (:id, :moment, :words)"
            " ON CONFLICT (conversation_id)"
            " DO UPDATE SET moment = excluded.moment, words = excluded.words"
        )
    connection.execute(text(added), given)
    listing.stored_at = listing.moment


def _free_moment(connection: Connection, moment: int) -> int:
    """This moment, or the next that no other row has."""
    while connection.execute(
        select(inbox.c.moment).where(inbox.c.moment == moment).limit(1)
    ).first():
        moment += 1
    return moment
