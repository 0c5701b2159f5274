"""What colleagues say of conversations: labels, notes, and a verdict on each reply.

A reply found good, and every better answer, is what `export chat --label approved` gives to
train a writer on. What colleagues write is masked like what customers write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from assistant.audit_log import audit
from assistant.ids import new_id
from assistant.inbox.listing import change_marks
from assistant.inbox.tables import labels, notes, verdicts
from assistant.log import UnknownTurnError
from assistant.moments import aware
from assistant.privacy.masking import Masker
from assistant.tables import conversations, turns
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError

APPROVED, REJECTED = "approved", "rejected"
MOST_LABELS = 20
_LABEL_CHARS = 60


@dataclass(frozen=True, slots=True)
class Note:
    """What a colleague wrote for the others."""

    who: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a reply was good, why, and what it should have been."""

    good: bool
    why: str
    better: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """Everything colleagues have said of one conversation; verdicts by turn."""

    labels: Sequence[str]
    notes: Sequence[Note]
    verdicts: dict[int, Verdict]


class Reviews:
    """Reads and writes what colleagues say; every change is in the audit log."""

    def __init__(self, engine: Engine, masker: Masker | None = None) -> None:
        self._engine = engine
        self._masker = masker or Masker()

    def of(self, conversation_id: str) -> Review:
        """What was said of a conversation; nothing for one that is not known."""
        with reading(self._engine) as connection:
            named = connection.execute(
                select(labels.c.label)
                .where(labels.c.conversation_id == conversation_id)
                .order_by(labels.c.label)
            )
            written = connection.execute(
                select(notes)
                .where(notes.c.conversation_id == conversation_id)
                .order_by(notes.c.at, notes.c.id)
            )
            judged = connection.execute(
                select(verdicts).where(verdicts.c.conversation_id == conversation_id)
            )
            return Review(
                list(named.scalars()),
                [Note(row.who, row.text, aware(row.at)) for row in written],
                {
                    row.turn: Verdict(row.good, row.why, row.better, row.who, aware(row.at))
                    for row in judged
                },
            )

    def labels_in_use(self) -> list[str]:
        """Every label that some conversation has."""
        with reading(self._engine) as connection:
            found = connection.execute(select(labels.c.label).distinct().order_by(labels.c.label))
            return list(found.scalars())

    def add_label(self, who: str, conversation_id: str, label: str) -> None:
        """Put a label on a conversation; twice does no harm.

        Raises:
            UnknownTurnError: there is no such conversation.
            ShopGuideError: the label is empty, too long, or one too many.
        """
        label = " ".join(self._masker.mask(label).text.split())
        if not label or len(label) > _LABEL_CHARS or not label.isprintable():
            raise ShopGuideError(f"a label has 1 to {_LABEL_CHARS} printable characters")
        with writing(self._engine) as connection:
            _check_known(connection, conversation_id)
            query = select(labels.c.label).where(labels.c.conversation_id == conversation_id)
            known = list(connection.execute(query).scalars())
            if label in known:
                return
            if len(known) >= MOST_LABELS:
                raise ShopGuideError(f"a conversation has at most {MOST_LABELS} labels")
            now = datetime.now(UTC)
            connection.execute(
                insert(labels).values(conversation_id=conversation_id, label=label, who=who, at=now)
            )
            change_marks(connection, conversation_id, [f"label:{label}"])
            audit(connection, who, "label", f"conversation {conversation_id}", label=label)

    def drop_label(self, who: str, conversation_id: str, label: str) -> None:
        """Take a label off; one that is not there does no harm."""
        with writing(self._engine) as connection:
            gone = connection.execute(
                delete(labels)
                .where(labels.c.conversation_id == conversation_id)
                .where(labels.c.label == label)
            )
            if gone.rowcount:
                change_marks(connection, conversation_id, drop=[f"label:{label}"])
                audit(connection, who, "unlabel", f"conversation {conversation_id}", label=label)

    def add_note(self, who: str, conversation_id: str, text: str) -> None:
        """Write a note for colleagues; it can be searched.

        Raises:
            UnknownTurnError: there is no such conversation.
            ShopGuideError: the note is empty.
        """
        text = self._masker.mask(text).text.strip()
        if not text:
            raise ShopGuideError("a note has a text")
        with writing(self._engine) as connection:
            _check_known(connection, conversation_id)
            connection.execute(
                insert(notes).values(
                    id=new_id(),
                    conversation_id=conversation_id,
                    who=who,
                    text=text,
                    at=datetime.now(UTC),
                )
            )
            change_marks(connection, conversation_id, words=text)
            audit(connection, who, "note", f"conversation {conversation_id}")

    def judge(
        self, who: str, conversation_id: str, turn: int, *, good: bool, why: str, better: str
    ) -> None:
        """Say what is thought of a reply; the newest verdict counts.

        Raises:
            UnknownTurnError: there is no such finished turn.
        """
        values: dict[str, object] = {
            "good": good,
            "why": self._masker.mask(why).text.strip(),
            "better": self._masker.mask(better).text.strip(),
            "who": who,
            "at": datetime.now(UTC),
        }
        with writing(self._engine) as connection:
            known = connection.execute(
                select(turns.c.turn)
                .where(turns.c.conversation_id == conversation_id)
                .where(turns.c.turn == turn)
                .where(turns.c.completed_at.is_not(None))
                .with_for_update()
            ).first()
            if known is None:
                raise UnknownTurnError(f"conversation {conversation_id} has no reply {turn}")
            here = (verdicts.c.conversation_id == conversation_id) & (verdicts.c.turn == turn)
            if not connection.execute(update(verdicts).where(here).values(values)).rowcount:
                connection.execute(
                    insert(verdicts).values(conversation_id=conversation_id, turn=turn, **values)
                )
            query = select(verdicts.c.good, verdicts.c.better).where(
                verdicts.c.conversation_id == conversation_id
            )
            marks: set[str] = set()
            for row in connection.execute(query):
                marks |= {f"label:{label}" for label in verdict_labels(row.good, row.better)}
            both = {f"label:{APPROVED}", f"label:{REJECTED}"}
            change_marks(connection, conversation_id, marks, both - marks)
            told = {"turn": turn, "good": good, "better": bool(values["better"])}
            audit(connection, who, "verdict", f"conversation {conversation_id}", **told)


def verdict_labels(good: bool | None, better: str | None) -> set[str]:
    """What a turn with this verdict is labelled: what may be learnt from is approved."""
    if good is None:
        return set()
    return {APPROVED} if good else {REJECTED, APPROVED} if better else {REJECTED}


def _check_known(connection: Connection, conversation_id: str) -> None:
    query = select(conversations.c.id).where(conversations.c.id == conversation_id)
    if connection.execute(query.with_for_update()).first() is None:
        raise UnknownTurnError(f"no conversation {conversation_id} is logged")
