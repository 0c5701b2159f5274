"""The log of conversations: every message, what was shown and why, and what came of it.

A turn is written twice: its message when it arrives, and everything else in one transaction
before the reply counts as complete. A process killed in between leaves a turn without a reply,
and nothing a customer has seen as finished is ever lost.

What names a person is masked on the way in (`assistant/privacy`): the message a turn works with
is the masked one, so that nothing derived from it can tell either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_exponential

from assistant.events import Event, EventKind
from assistant.figures.counting import Turn, count_act, count_turn, count_verdict, prepare_figures
from assistant.ids import new_id
from assistant.inbox.listing import note_feedback, note_message, note_reply, prepare_inbox
from assistant.moments import aware
from assistant.privacy.masking import Masker
from assistant.privacy.vault import Vault
from assistant.reply import ProductCard, Reply
from assistant.tables import (
    consents,
    conversations,
    events,
    feedback,
    impressions,
    shadow_scores,
    turns,
)
from assistant.takeover.asking import ask_for_person, holder
from assistant.takeover.tables import staff_messages
from assistant.takeover.timeline import StaffMessage, read_messages
from retrieval.database import migrate, reading, writing
from retrieval.errors import DatabaseAwayError, ShopGuideError

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_log"
DESCRIPTION_CHARS = 1000
OUTAGE_SECONDS = 10.0
"""So long a turn that is answered waits for a database that restarts."""

Json = Mapping[str, object]


class UnknownTurnError(ShopGuideError):
    """An event names a turn, or a product in it, that this log does not know."""


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn whose message is logged and whose reply is not written yet.

    `message` is what the guide reads: without what names a person. `agent` names the colleague
    who has the conversation, and `staff` is what colleagues have said since the turn before.
    `segment` is the customer's, empty where the shop told none.
    """

    conversation_id: str
    turn: int
    message: str
    customer_id: str | None
    state: Json | None
    """The dialogue state after the last complete turn; None at the beginning."""
    agent: str | None = None
    staff: Sequence[StaffMessage] = ()
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Impression:
    """One product as it was shown, with what the click model knew of it then.

    Texts and `features` are those of `ranking.candidates`, so that a model can be trained on
    what the serving model saw, whatever becomes of the catalogue.
    """

    position: int
    product_id: str
    title: str
    description: str
    kind: str
    query: str
    score: float
    click_probability: float
    features: Mapping[str, float]
    model_version: str | None


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """Everything of a turn that is kept beside its message."""

    reply: Reply
    state: Json
    understood: Json = field(default_factory=dict[str, object])
    candidates: Sequence[Json] = ()
    impressions: Sequence[Impression] = ()
    llm_sentences: int = 0
    llm_accepted: int = 0
    dropped: Sequence[Json] = ()
    notices: Sequence[str] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedTurn:
    """A turn as a page shows it again; `reply` is None where the reply was never finished."""

    turn: int
    message: str
    reply: Reply | None
    created_at: datetime
    helpful: bool | None = None


@dataclass(frozen=True, slots=True)
class WritingCounts:
    """How the writer did over several turns; `reasons` counts why sentences were dropped."""

    drafted: int
    accepted: int
    errors: int
    reasons: Mapping[str, int]


class ConversationLog:
    """Writes and reads the log; safe to use from several threads and processes at once."""

    def __init__(
        self, engine: Engine, masker: Masker | None = None, vault: Vault | None = None
    ) -> None:
        """Bring the tables of `engine`'s database up to date.

        `vault` keeps the originals of masked messages; without one they are not kept.

        Raises:
            ShopGuideError: where the database cannot be opened or written.
        """
        self._engine = engine
        self._masker = masker or Masker()
        self._vault = vault
        migrate(engine, MIGRATIONS, VERSION_TABLE)
        prepare_inbox(engine)
        prepare_figures(engine)

    @property
    def engine(self) -> Engine:
        """The database that holds the log."""
        return self._engine

    def begin(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        customer_id: str | None = None,
        segment: str | None = None,
        channel: str = "web",
        longest: int | None = None,
    ) -> OpenTurn:
        """Log a message that has arrived and give it its place in its conversation.

        What is longer than `longest` characters is cut, after masking: half a card number is
        none that could be recognised.

        An id that is not known yet starts a conversation of that name, so that another system
        may bring its own. Customer and segment are those that it was told first.

        Raises:
            ShopGuideError: the id is too long or not printable, or the log cannot be written.
        """
        if conversation_id and not (len(conversation_id) <= 100 and conversation_id.isprintable()):
            raise ShopGuideError("a conversation id has at most 100 printable characters")
        now = datetime.now(UTC)
        conversation_id = conversation_id or new_id()
        masked = self._masker.mask(message)
        with writing(self._engine) as connection:
            known = (
                connection.execute(
                    select(conversations.c.customer_id, conversations.c.segment)
                    .where(conversations.c.id == conversation_id)
                    .with_for_update()  # two messages at once get two turns
                )
                .mappings()
                .one_or_none()
            )
            told = {"customer_id": customer_id, "segment": segment}
            if known is None:
                connection.execute(
                    insert(conversations).values(
                        id=conversation_id, channel=channel, created_at=now, **told
                    )
                )
            else:
                news = {
                    name: value
                    for name, value in told.items()
                    if value is not None and known[name] is None
                }
                told = dict(known) | news
                if news:
                    connection.execute(
                        update(conversations)
                        .where(conversations.c.id == conversation_id)
                        .values(**news)
                    )
            last = connection.execute(
                select(func.max(turns.c.turn)).where(turns.c.conversation_id == conversation_id)
            ).scalar()
            turn = 1 + (last or 0)
            connection.execute(
                insert(turns).values(
                    conversation_id=conversation_id,
                    turn=turn,
                    message=masked.text[:longest],
                    created_at=now,
                )
            )
            note_message(connection, conversation_id, turn, masked.text[:longest])
            if self._vault is not None and masked.findings:
                self._vault.keep(connection, conversation_id, turn, message)
            at, state = _last_complete(connection, conversation_id)
            return OpenTurn(
                conversation_id,
                turn,
                masked.spoken[:longest],
                told["customer_id"],
                state,
                holder(connection, conversation_id, now),
                read_messages(connection, conversation_id, since_turn=at),
                told["segment"] or "",
            )

    @retry(
        retry=retry_if_exception_type(DatabaseAwayError),
        wait=wait_exponential(0.1, max=1),
        stop=stop_after_delay(OUTAGE_SECONDS),
        reraise=True,
    )
    def complete(self, record: TurnRecord) -> None:
        """Write the reply and all that led to it, in one transaction; twice does no harm.

        A database that restarts is waited for: the answer is made, and its customer there.

        Raises:
            ShopGuideError: it cannot be written, or the database stays away.
        """
        reply, now = record.reply, datetime.now(UTC)
        of_turn = {"conversation_id": reply.conversation_id, "turn": reply.turn}
        with writing(self._engine) as connection:
            if reply.handoff:  # before anything else: agents who join lock in this order
                here = conversations.c.id == reply.conversation_id
                connection.execute(select(conversations.c.id).where(here).with_for_update())
            written = connection.execute(
                update(turns)
                .where(turns.c.conversation_id == reply.conversation_id)
                .where(turns.c.turn == reply.turn)
                .where(turns.c.completed_at.is_(None))
                .values(
                    completed_at=now,
                    reply=reply.model_dump(mode="json"),
                    state=dict(record.state),
                    understood=dict(record.understood),
                    candidates=[dict(candidate) for candidate in record.candidates],
                    writer=reply.writer,
                    llm_sentences=record.llm_sentences,
                    llm_accepted=record.llm_accepted,
                    dropped=[dict(sentence) for sentence in record.dropped],
                    models=reply.models,
                    latency_ms=reply.latency_ms.model_dump(),
                    notices=list(record.notices),
                    error=record.error,
                )
            )
            if written.rowcount:
                _count(connection, record)
                note_reply(
                    connection,
                    reply.model_dump(mode="json"),
                    record.llm_sentences,
                    record.llm_accepted,
                    record.error,
                )
            if written.rowcount and reply.handoff:
                told: Any = record.understood.get("handoff") or {}
                ask_for_person(connection, reply.conversation_id, told.get("reason") or "", now)
            if written.rowcount and record.impressions:
                connection.execute(
                    insert(impressions),
                    [
                        of_turn
                        | {
                            "position": shown.position,
                            "product_id": shown.product_id,
                            "title": shown.title,
                            "description": shown.description[:DESCRIPTION_CHARS],
                            "kind": shown.kind,
                            "query": shown.query,
                            "score": shown.score,
                            "click_probability": shown.click_probability,
                            "features": dict(shown.features),
                            "model_version": shown.model_version,
                            "created_at": now,
                        }
                        for shown in record.impressions
                    ],
                )

    def record_event(self, event: Event) -> None:
        """Write what a customer did; an event whose id is known is not written again.

        Raises:
            UnknownTurnError: the turn is not in the log, or did not show that product.
        """
        now = datetime.now(UTC)
        if isinstance(event.value, str):
            event = event.model_copy(update={"value": self._masker.mask(event.value).text})
        try:
            with writing(self._engine) as connection:
                customer_id = _customer_of(connection, event)
                seen = connection.execute(select(events.c.id).where(events.c.id == event.id))
                if seen.one_or_none() is not None:
                    return
                position, version = _place_of(connection, event)
                place = (event.conversation_id, event.turn)
                count_act(connection, *place, event.kind.value, event.product_id)
                connection.execute(
                    insert(events).values(
                        id=event.id,
                        conversation_id=event.conversation_id,
                        turn=event.turn,
                        kind=event.kind.value,
                        customer_id=customer_id,
                        product_id=event.product_id,
                        position=position,
                        value=event.value,
                        model_version=version,
                        created_at=now,
                    )
                )
                if event.kind is EventKind.FEEDBACK:
                    _keep_feedback(connection, event, now)
                    note_feedback(connection, event.conversation_id)
        except IntegrityError as error:
            # Another process wrote the same event a moment before: that is no failure.
            with reading(self._engine) as connection:
                known = connection.execute(select(events.c.id).where(events.c.id == event.id))
                if known.one_or_none() is None:
                    raise ShopGuideError(f"event {event.id} could not be logged") from error

    def keep_shadow_scores(
        self, conversation_id: str, turn: int, version: str, scores: Mapping[str, float]
    ) -> None:
        """Keep a challenger's click probabilities of a turn's candidates, by product id.

        Raises:
            UnknownTurnError: the turn is not in the log, or not any more.
        """
        try:
            with writing(self._engine) as connection:
                connection.execute(
                    insert(shadow_scores).values(
                        conversation_id=conversation_id,
                        turn=turn,
                        model_version=version,
                        scores=dict(scores),
                        created_at=datetime.now(UTC),
                    )
                )
        except IntegrityError:
            raise UnknownTurnError(
                f"no turn {turn} of conversation {conversation_id} is logged that {version} "
                "has not scored"
            ) from None

    def record_consent(self, conversation_id: str, purpose: str, *, given: bool) -> None:
        """Keep that a customer agreed to a purpose ("training") or refused; the newest counts.

        Raises:
            UnknownTurnError: the conversation is not in the log.
        """
        with writing(self._engine) as connection:
            query = select(conversations.c.id).where(conversations.c.id == conversation_id)
            if connection.execute(query).one_or_none() is None:
                raise UnknownTurnError(f"no conversation {conversation_id} is logged")
            connection.execute(
                insert(consents).values(
                    id=new_id(),
                    conversation_id=conversation_id,
                    purpose=purpose,
                    given=given,
                    at=datetime.now(UTC),
                )
            )

    def history(self, conversation_id: str) -> list[LoggedTurn]:
        """The turns of a conversation in order; empty for an id that is not known."""
        query = (
            select(turns.c.turn, turns.c.message, turns.c.reply, turns.c.created_at)
            .add_columns(feedback.c.helpful)
            .outerjoin_from(
                turns,
                feedback,
                (feedback.c.conversation_id == turns.c.conversation_id)
                & (feedback.c.turn == turns.c.turn),
            )
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.turn)
        )
        with reading(self._engine) as connection:
            return [
                LoggedTurn(
                    turn=row.turn,
                    message=row.message,
                    reply=None if row.reply is None else Reply.model_validate(row.reply),
                    created_at=aware(row.created_at),
                    helpful=row.helpful,
                )
                for row in connection.execute(query)
            ]

    def state(self, conversation_id: str) -> Json | None:
        """The dialogue state after the last complete turn; None where there is none."""
        with reading(self._engine) as connection:
            return _last_complete(connection, conversation_id)[1]

    def cards(self, conversation_id: str, product_ids: Sequence[str]) -> list[ProductCard]:
        """The cards of products as they were last shown in the conversation, in this order."""
        shown = {
            card.product_id: card
            for turn in self.history(conversation_id)
            if turn.reply is not None
            for card in turn.reply.products
        }
        return [shown[key] for key in product_ids if key in shown]

    def writing(self, conversation_ids: Sequence[str]) -> WritingCounts:
        """Sentences of the language model, and failed turns, in these conversations."""
        drafted = accepted = errors = 0
        reasons: Counter[str] = Counter()
        columns = (turns.c.llm_sentences, turns.c.llm_accepted, turns.c.dropped, turns.c.error)
        with reading(self._engine) as connection:
            for conversation_id in conversation_ids:
                query = select(*columns).where(turns.c.conversation_id == conversation_id)
                for row in connection.execute(query):
                    drafted += row.llm_sentences or 0
                    accepted += row.llm_accepted or 0
                    errors += row.error is not None
                    kinds = [each["reason"].partition(":")[0] for each in row.dropped or ()]
                    reasons.update(kinds)
        return WritingCounts(drafted, accepted, errors, dict(reasons))


def _count(connection: Connection, record: TurnRecord) -> None:
    """Count the turn among the figures."""
    reply = record.reply
    row = connection.execute(
        select(turns.c.created_at, turns.c.message, conversations.c.channel)
        .join_from(turns, conversations)
        .where(turns.c.conversation_id == reply.conversation_id)
        .where(turns.c.turn == reply.turn)
    ).one()
    done = Turn(
        conversation_id=reply.conversation_id,
        turn=reply.turn,
        day=aware(row.created_at).date(),
        channel=row.channel,
        message=row.message,
        reply=reply.model_dump(mode="json"),
        understood=record.understood,
        candidates=record.candidates,
        drafted=record.llm_sentences,
        accepted=record.llm_accepted,
        error=record.error,
    )
    count_turn(connection, done)


def _last_complete(connection: Connection, conversation_id: str) -> tuple[int, Json | None]:
    """The last complete turn and the state after it; 0 and None where there is none."""
    found = connection.execute(
        select(turns.c.turn, turns.c.state)
        .where(turns.c.conversation_id == conversation_id)
        .where(turns.c.completed_at.is_not(None))
        .order_by(turns.c.turn.desc())
        .limit(1)
    ).one_or_none()
    return (0, None) if found is None else (found.turn, cast("Json | None", found.state))


def _customer_of(connection: Connection, event: Event) -> str | None:
    row = connection.execute(
        select(conversations.c.customer_id)
        .join(turns, turns.c.conversation_id == conversations.c.id)
        .where(turns.c.conversation_id == event.conversation_id)
        .where(turns.c.turn == event.turn)
    ).one_or_none()
    if row is None:
        raise UnknownTurnError(
            f"no turn {event.turn} is logged for conversation {event.conversation_id}"
        )
    return row.customer_id


def _place_of(connection: Connection, event: Event) -> tuple[int | None, str | None]:
    """Position and model version of the event's product, as they were shown."""
    if event.product_id is None:
        return event.position, None
    shown = connection.execute(
        select(impressions.c.position, impressions.c.model_version)
        .where(impressions.c.conversation_id == event.conversation_id)
        .where(impressions.c.turn == event.turn)
        .where(impressions.c.product_id == event.product_id)
    ).first()
    if shown is None and (pasted := _pasted_place(connection, event)) is not None:
        return pasted, None
    if shown is None:
        raise UnknownTurnError(
            f"product {event.product_id} was not shown in turn {event.turn} "
            f"of conversation {event.conversation_id}"
        )
    return shown.position, shown.model_version


def _pasted_place(connection: Connection, event: Event) -> int | None:
    """Where among a colleague's cards the event's product was; None where it was not."""
    pasted = connection.execute(
        select(staff_messages.c.products)
        .where(staff_messages.c.conversation_id == event.conversation_id)
        .where(staff_messages.c.after_turn == event.turn)
        .order_by(staff_messages.c.number)
    ).scalars()
    for cards in pasted:
        for position, card in enumerate(cards, start=1):
            if card["product_id"] == event.product_id:
                return position
    return None


def _keep_feedback(connection: Connection, event: Event, now: datetime) -> None:
    """Keep the newest verdict on a reply; the earlier ones remain among the events."""
    verdict, _, comment = str(event.value or "").partition(":")
    helpful = verdict.strip().lower() in {"up", "1", "1.0", "true", "yes"}
    count_verdict(connection, event.conversation_id, event.turn, helpful=helpful)
    values = {"helpful": helpful, "comment": comment.strip(), "updated_at": now}
    changed = connection.execute(
        update(feedback)
        .where(feedback.c.conversation_id == event.conversation_id)
        .where(feedback.c.turn == event.turn)
        .values(values)
    )
    if not changed.rowcount:
        connection.execute(
            insert(feedback).values(
                conversation_id=event.conversation_id, turn=event.turn, **values
            )
        )
