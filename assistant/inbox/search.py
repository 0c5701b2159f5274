"""Finding conversations: by what was said, by filters, newest first, a page at a time.

Pages continue after a key (the last row's moment and id), never by counting rows, so that the
thousandth page costs what the first does and nothing is shown twice when new messages arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Select, column, literal, select, table, text, tuple_

from assistant.inbox.listing import microseconds
from assistant.inbox.tables import inbox
from assistant.inbox.words import Term, for_postgresql, for_sqlite, mark_word, terms_of
from assistant.moments import aware
from retrieval.database import reading

PAGE = 50
_words = table("inbox_words", column("moment"), column("conversation_id"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: all the marks, all the words, last active within `since` … `until`."""

    words: str = ""
    marks: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the next begins behind it."""

    moment: int
    conversation_id: str

    def __str__(self) -> str:
        return f"{self.moment}.{self.conversation_id}"

    @classmethod
    def read(cls, written: str) -> Place | None:
        """The place written so by `str`; None for anything else."""
        moment, _, conversation_id = written.partition(".")
        if not (moment.isascii() and moment.isdigit() and len(moment) < 19 and conversation_id):
            return None
        return cls(int(moment), conversation_id)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as the inbox shows it."""

    conversation_id: str
    last_at: datetime
    started_at: datetime
    turns: int
    channel: str
    language: str | None
    intent: str | None
    message: str
    answer: str
    marks: frozenset[str]
    moment: int

    @property
    def place(self) -> Place:
        """Where a page ends that ends with this."""
        return Place(self.moment, self.conversation_id)


@dataclass(frozen=True, slots=True)
class Page:
    """Some conversations, and where the next ones begin; None at the end."""

    listed: Sequence[Listed]
    after: Place | None


def find(engine: Engine, asked: Asked, after: Place | None = None, limit: int = PAGE) -> Page:
    """The conversations asked for, those last active first."""
    terms: list[Term] = [((mark_word(mark),), False) for mark in asked.marks]
    spoken = terms_of(asked.words)
    if asked.words.strip() and not spoken:
        return Page((), None)  # nothing but punctuation
    terms += spoken
    with reading(engine) as connection:
        if terms and connection.dialect.name == "sqlite":
            moments = _sqlite_moments(asked, after, limit)
            given = {"words": for_sqlite(terms), **moments[1]}
            found = list(connection.execute(text(moments[0]), given).scalars())
            query = select(inbox).where(inbox.c.moment.in_(found)).order_by(inbox.c.moment.desc())
        else:
            query = _newest(asked, after, limit, for_postgresql(terms))
        rows = connection.execute(query).all()
    listed = [
        Listed(
            conversation_id=row.conversation_id,
            last_at=datetime.fromtimestamp(row.moment / 1_000_000, UTC),
            started_at=aware(row.started_at),
            turns=row.turns,
            channel=row.channel,
            language=row.language,
            intent=row.intent,
            message=row.message,
            answer=row.answer,
            marks=frozenset(row.marks),
            moment=row.moment,
        )
        for row in rows[:limit]
    ]
    return Page(listed, listed[-1].place if len(rows) > limit else None)


def _newest(asked: Asked, after: Place | None, limit: int, words: str) -> Select[Any]:
    """The rows of a page, and one more where there is.

    PostgreSQL finds words, orders and cuts in the one table of the index, which has the moments
    too: joined first, every row found would be looked up in the inbox to be thrown away.
    """
    source = _words if words else inbox
    moment, conversation_id = source.c.moment, source.c.conversation_id
    keys = select(moment, conversation_id)
    if words:
        match = text("inbox_words.found_by @@ to_tsquery('simple', :words)")
        keys = keys.where(match.bindparams(words=words))
    if asked.since is not None:
        keys = keys.where(moment >= microseconds(asked.since))
    if asked.until is not None:
        keys = keys.where(moment < microseconds(asked.until))
    if after is not None:
        given = tuple_(literal(after.moment), literal(after.conversation_id))
        keys = keys.where(tuple_(moment, conversation_id) < given)
    page = keys.order_by(moment.desc(), conversation_id.desc()).limit(limit + 1).subquery()
    return (
        select(inbox)
        .join(page, page.c.conversation_id == inbox.c.conversation_id)
        .order_by(page.c.moment.desc(), page.c.conversation_id.desc())
    )


def _sqlite_moments(
    asked: Asked, after: Place | None, limit: int
) -> tuple[str, dict[str, int | str]]:
    """A query for the moments of what matches: FTS5 walks its row numbers from the newest."""
    sql = "SELECT rowid FROM inbox_words WHERE inbox_words MATCH :words"
    given: dict[str, int | str] = {"limit": limit + 1}
    if asked.since is not None:
        sql += " AND rowid >= :since"
        given["since"] = microseconds(asked.since)
    if asked.until is not None:
        sql += " AND rowid < :until"
        given["until"] = microseconds(asked.until)
    if after is not None:
        sql += " AND rowid < :after"
        given["after"] = after.moment
    return f"{sql} ORDER BY rowid DESC LIMIT :limit", given
