"""Clients that send the whole talk with each message: which conversation it belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update

from retrieval.database import reading, writing
from ui.api.tables import threads

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation of a talk, and its turn that ended it so far."""

    conversation_id: str
    turn: int


class Threads:
    """Knows talks by a digest of their words; one owner's are not another's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, owner: str, talk: Sequence[tuple[str, str]]) -> Thread | None:
        """The conversation in which exactly this was said."""
        query = select(threads.c.conversation_id, threads.c.turn).where(
            threads.c.digest == _digest(owner, talk)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Thread(row.conversation_id, row.turn)

    def keep(
        self, owner: str, talk: Sequence[tuple[str, str]], conversation_id: str, turn: int
    ) -> None:
        """Remember a talk; the same words again belong to the newest conversation."""
        now = datetime.now(UTC)
        values = {"conversation_id": conversation_id, "turn": turn, "created_at": now}
        digest = _digest(owner, talk)
        with writing(self._engine) as connection:
            connection.execute(delete(threads).where(threads.c.created_at < now - KEPT))
            changed = connection.execute(
                update(threads).where(threads.c.digest == digest).values(values)
            )
            if not changed.rowcount:
                connection.execute(insert(threads).values(digest=digest, **values))


def _digest(owner: str, talk: Sequence[tuple[str, str]]) -> str:
    """Clients trim and re-wrap what they keep: only the words count."""
    plain = [owner, *((role, " ".join(text.split())) for role, text in talk)]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
