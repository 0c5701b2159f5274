"""Counting turns and what came of them, in the transactions that log them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from assistant.events import EventKind
from assistant.figures.sketch import bucket_of
from assistant.figures.tables import counted, days, latencies, products, wishes
from assistant.gestures import read_gesture
from assistant.inbox.tables import inbox
from assistant.moments import aware
from assistant.tables import conversations, events, feedback, turns
from retrieval.database import migrate, reading, writing

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_figures"
MOST_CONSIDERED = 20
"""Candidates beyond these had next to no chance of a place."""
WISH_CHARS = 200
_WISHES = ("recommend", "refine")
_LOG = "log"
_ACTS = {
    EventKind.CLICK.value: "clicks",
    EventKind.ADD_TO_CART.value: "carts",
    EventKind.PURCHASE.value: "purchases",
}
_KEYS = {
    table.name: [column.name for column in table.primary_key]
    for table in (days, latencies, products)
}

Json = Mapping[str, Any]
Key = tuple[object, ...]


@dataclass(slots=True)
class Counts:
    """What is to be added: numbers by table, key and column, and rows of wishes."""

    numbers: dict[str, defaultdict[Key, Counter[str]]] = field(
        default_factory=lambda: {name: defaultdict(Counter) for name in _KEYS}
    )
    wishes: list[dict[str, object]] = field(default_factory=list[dict[str, object]])

    def add(self, table: Table, key: Key, **more: float) -> None:
        """Add numbers to a row, which need not be there yet."""
        for name, value in more.items():
            self.numbers[table.name][key][name] += value  # type: ignore[assignment] # pyright: ignore[reportArgumentType]

    def write(self, connection: Connection) -> None:
        """Add all of it to the tables, rows in order, so that no two writers block each other."""
        for table in (days, latencies, products):
            rows = self.numbers[table.name]
            names = [column.name for column in table.columns if not column.primary_key]
            if rows:
                given = [
                    dict(zip(_KEYS[table.name], key, strict=True))
                    | {name: rows[key][name] for name in names}
                    for key in sorted(rows, key=str)
                ]
                _add_to(connection, table, given)
        if self.wishes:
            connection.execute(insert(wishes), self.wishes)


@dataclass(frozen=True, slots=True)
class Turn:
    """A finished turn as it is counted."""

    conversation_id: str
    turn: int
    day: date
    channel: str
    message: str
    reply: Json
    understood: Json
    candidates: Sequence[Json]
    drafted: int
    accepted: int
    error: str | None

    @property
    def language(self) -> str:
        """As the reply says."""
        return str(self.reply["language"])

    @property
    def intent(self) -> str:
        """As the reply says."""
        return str(self.reply["intent"])

    def count(self, counts: Counts, *, first: bool, handed_over_before: bool) -> None:
        """Add this turn; `first` of its conversation that was finished or not."""
        cards: Sequence[Json] = self.reply.get("products") or []
        wished = self.intent in _WISHES
        counts.add(
            days,
            (self.day, self.channel, self.language, self.intent),
            conversations=int(first),
            turns=1,
            wishes=int(wished),
            without_result=int(wished and not cards),
            handoffs=int(bool(self.reply.get("handoff")) and not handed_over_before),
            drafted=int(self.drafted > 0),
            fell_back=int(self.drafted > 0 and not self.accepted),
            failed=int(self.error is not None),
            shown=len(cards),
        )
        milliseconds = int((self.reply.get("latency_ms") or {}).get("total") or 0)
        if milliseconds:
            where = (self.day, self.channel, self.language, bucket_of(milliseconds))
            counts.add(latencies, where, turns=1)
        self._count_products(counts, cards)
        if wished and (wish := self._wish(found=bool(cards))):
            counts.wishes.append(
                {
                    "conversation_id": self.conversation_id,
                    "turn": self.turn,
                    "day": self.day,
                    "channel": self.channel,
                    "language": self.language,
                    "found": bool(cards),
                    "wish": wish,
                }
            )

    def _count_products(self, counts: Counts, cards: Sequence[Json]) -> None:
        """Shares of relevance among what was considered, and of attention among what was shown.

        A place draws attention as a rank counts in DCG, 1 / log2(1 + place).
        """
        for place, card in enumerate(cards, start=1):
            attention = _attention(place) / sum(map(_attention, range(1, len(cards) + 1)))
            counts.add(
                products,
                (self.day, card["product_id"]),
                shown=1,
                exposure=attention,
                paid=attention if card.get("sponsored") else 0.0,
            )
        if not cards:
            return
        likely = {
            str(each["product_id"]): float(each.get("click_probability") or 0)
            for each in self.candidates
        }
        merits = dict(sorted(likely.items(), key=lambda each: -each[1])[:MOST_CONSIDERED])
        # What was shown though it was never ranked (a question on a product) was meant.
        merits |= {
            card["product_id"]: float(card["click_probability"])
            for card in cards
            if card["product_id"] not in merits
        }
        total = sum(merits.values())
        for product_id, merit in merits.items():
            share = merit / total if total else 1 / len(merits)
            counts.add(products, (self.day, product_id), considered=1, relevance=share)

    def _wish(self, *, found: bool) -> str:
        """The wish in the customer's words; a refined one is a wish anew only where it fails."""
        said = self.message
        if self.intent == "refine":
            said = "" if found else str(self.understood.get("query") or "")
        if read_gesture(said) is not None:
            return ""
        return " ".join(said.lower().split())[:WISH_CHARS].strip(" .!?。！？")


def prepare_figures(engine: Engine) -> None:
    """Bring the tables up to date, and count what was logged before there were any.

    Raises:
        ShopGuideError: where the database cannot be opened or written.
    """
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    with reading(engine) as connection:
        if connection.execute(select(counted)).first() is not None:
            return
    with writing(engine) as connection:
        taken = _insert(connection, counted).values(part=_LOG).on_conflict_do_nothing()
        if connection.execute(taken).rowcount:
            _count_log(connection)


def count_turn(connection: Connection, done: Turn) -> None:
    """Count a turn that is complete; call before the inbox has noted it."""
    row = connection.execute(
        select(inbox.c.language, inbox.c.marks).where(
            inbox.c.conversation_id == done.conversation_id
        )
    ).one_or_none()
    counts = Counts()
    done.count(
        counts,
        first=row is None or row.language is None,
        handed_over_before=row is not None and "handoff" in row.marks,
    )
    counts.write(connection)


def count_act(
    connection: Connection, conversation_id: str, turn: int, kind: str, product_id: str | None
) -> None:
    """Count what a customer did with a product, once for each time it was shown.

    Call before the event is written.
    """
    name = _ACTS.get(kind)
    if name is None or product_id is None:
        return
    before = (
        select(events.c.id)
        .where(events.c.conversation_id == conversation_id)
        .where(events.c.turn == turn)
        .where(events.c.product_id == product_id)
        .where(events.c.kind == kind)
        .limit(1)
    )
    if connection.execute(before).first() is not None:
        return
    key = _key_of(connection, conversation_id, turn)
    counts = Counts()
    counts.add(days, key, **{name: 1})
    counts.add(products, (key[0], product_id), **{name: 1})
    counts.write(connection)


def count_pasted(
    connection: Connection, conversation_id: str, turn: int, shown: Sequence[str]
) -> None:
    """Count products that a colleague showed behind a turn, so that clicks have their views."""
    key = _key_of(connection, conversation_id, turn)
    counts = Counts()
    counts.add(days, key, shown=len(shown))
    for product_id in shown:
        counts.add(products, (key[0], product_id), shown=1)
    counts.write(connection)


def count_verdict(
    connection: Connection, conversation_id: str, turn: int, *, helpful: bool
) -> None:
    """Count a thumb, and no longer the one that it replaces; call before it is kept."""
    before = connection.execute(
        select(feedback.c.helpful)
        .where(feedback.c.conversation_id == conversation_id)
        .where(feedback.c.turn == turn)
    ).scalar()
    if before is helpful:
        return
    more = {"helpful": 1, "unhelpful": 0} if helpful else {"helpful": 0, "unhelpful": 1}
    if before is not None:
        more["unhelpful" if helpful else "helpful"] = -1
    counts = Counts()
    counts.add(days, _key_of(connection, conversation_id, turn), **more)
    counts.write(connection)


def _attention(place: int) -> float:
    return 1 / math.log2(1 + place)


def _key_of(connection: Connection, conversation_id: str, turn: int) -> Key:
    """The row of the day in which a turn is counted."""
    row = connection.execute(
        select(turns.c.created_at, turns.c.reply, conversations.c.channel)
        .join_from(turns, conversations)
        .where(turns.c.conversation_id == conversation_id)
        .where(turns.c.turn == turn)
    ).one()
    return _day_key(row)


def _count_log(connection: Connection) -> None:
    """Count every finished turn that there is."""
    counts = Counts()
    names = ("conversation_id", "turn", "created_at", "message", "reply", "understood",
             "candidates", "llm_sentences", "llm_accepted", "error")  # fmt: skip
    query = (
        select(*(turns.c[name] for name in names))
        .add_columns(conversations.c.channel)
        .join_from(turns, conversations)
        .where(turns.c.completed_at.is_not(None))
        .order_by(turns.c.conversation_id, turns.c.turn)
        .execution_options(yield_per=500)
    )
    conversation, handed_over = "", False
    for row in connection.execute(query):
        first = row.conversation_id != conversation
        handed_over = handed_over and not first
        conversation = row.conversation_id
        _turn_of(row).count(counts, first=first, handed_over_before=handed_over)
        handed_over = handed_over or bool(row.reply.get("handoff"))
    for key, name in _acts(connection):
        counts.add(days, key[:4], **{name: 1})
        counts.add(products, (key[0], key[4]), **{name: 1})
    rated = (
        select(turns.c.created_at, turns.c.reply, conversations.c.channel, feedback.c.helpful)
        .join_from(turns, conversations)
        .join(
            feedback,
            (feedback.c.conversation_id == turns.c.conversation_id)
            & (feedback.c.turn == turns.c.turn),
        )
    )
    for row in connection.execute(rated):
        counts.add(days, _day_key(row), **{"helpful" if row.helpful else "unhelpful": 1})
    counts.write(connection)


def _acts(connection: Connection) -> Iterator[tuple[Key, str]]:
    """(row of the day, and the product; column) of what customers did, each once."""
    query = (
        select(turns.c.created_at, turns.c.reply, conversations.c.channel)
        .add_columns(events.c.conversation_id, events.c.turn, events.c.kind, events.c.product_id)
        .join_from(turns, conversations)
        .join(
            events,
            (events.c.conversation_id == turns.c.conversation_id) & (events.c.turn == turns.c.turn),
        )
        .where(events.c.kind.in_(_ACTS), events.c.product_id.is_not(None))
    )
    found: set[tuple[str, int, str, str]] = set()
    for row in connection.execute(query.execution_options(yield_per=500)):
        act = (row.conversation_id, row.turn, row.kind, row.product_id)
        if act not in found:
            found.add(act)
            yield (*_day_key(row), row.product_id), _ACTS[row.kind]


def _day_key(row: Any) -> Key:
    reply: Json = row.reply or {}
    day = aware(row.created_at).date()
    return (day, row.channel, str(reply.get("language", "")), str(reply.get("intent", "")))


def _turn_of(row: Row[Any]) -> Turn:
    return Turn(
        conversation_id=row.conversation_id,
        turn=row.turn,
        day=aware(row.created_at).date(),
        channel=row.channel,
        message=row.message,
        reply=row.reply,
        understood=row.understood or {},
        candidates=row.candidates or (),
        drafted=row.llm_sentences or 0,
        accepted=row.llm_accepted or 0,
        error=row.error,
    )


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _add_to(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows' numbers to those that are there."""
    adding = _insert(connection, table)
    keys = _KEYS[table.name]
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=keys,
            set_={name: table.c[name] + adding.excluded[name] for name in rows[0].keys() - keys},
        ),
        rows,
    )
