"""Idempotency keys: a message that is sent twice is answered once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.moments import aware
from assistant.tables import turns
from retrieval.database import writing
from ui.api.tables import requests

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=10)
"""A request of which its server has not said for longer that it is at it: that server is gone."""
RENEWED_SECONDS = 2.0


class OtherMessageError(Exception):
    """The key came before, with another message."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a request: new and now ours, being answered, or answered as `turn`."""

    state: Literal["ours", "running", "done"]
    turn: int | None = None


def fingerprint(body: Mapping[str, object]) -> str:
    """What makes two requests the same."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Ledger:
    """Remembers which messages were answered, for all servers on one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._ours: set[tuple[str, str]] = set()

    def claim(self, conversation_id: str, key: str, print_: str) -> Claim:
        """Take a request, or learn what became of it.

        Raises:
            OtherMessageError: the key came before, with another message.
        """
        claim = self._claim(conversation_id, key, print_)
        if claim.state == "ours":
            with self._lock:
                self._ours.add((conversation_id, key))
        return claim

    def _claim(self, conversation_id: str, key: str, print_: str) -> Claim:
        now = datetime.now(UTC)
        try:
            with writing(self._engine) as connection:
                row = connection.execute(
                    select(requests).where(_is(conversation_id, key)).with_for_update()
                ).one_or_none()
                if row is None:
                    connection.execute(
                        insert(requests).values(
                            conversation_id=conversation_id,
                            key=key,
                            fingerprint=print_,
                            started_at=now,
                            renewed_at=now,
                        )
                    )
                    return Claim("ours")
                if row.fingerprint != print_:
                    raise OtherMessageError
                if row.turn is not None:
                    return Claim("done", row.turn)
                since = aware(row.started_at)
                with self._lock:  # whatever the clock says, it is being answered here
                    is_here = (conversation_id, key) in self._ours
                # What lies ahead was written before the clock went back.
                if is_here or abs(now - aware(row.renewed_at or row.started_at)) < LEASE:
                    return Claim("running")
                turn = _answered_since(connection, conversation_id, since)
                again = {"started_at": now, "renewed_at": now}
                values = again if turn is None else {"turn": turn}
                connection.execute(update(requests).where(_is(conversation_id, key)).values(values))
                return Claim("ours") if turn is None else Claim("done", turn)
        except IntegrityError:  # another server took it in the same moment
            return Claim("running")

    def finish(self, conversation_id: str, key: str, turn: int) -> None:
        """The request is answered by this turn."""
        self._forget(conversation_id, key)
        with writing(self._engine) as connection:
            connection.execute(update(requests).where(_is(conversation_id, key)).values(turn=turn))

    def abandon(self, conversation_id: str, key: str) -> None:
        """The request was not answered and may be sent again at once."""
        self._forget(conversation_id, key)
        with writing(self._engine) as connection:
            connection.execute(
                delete(requests).where(_is(conversation_id, key), requests.c.turn.is_(None))
            )

    def renew(self) -> None:
        """Say of all requests that are answered here that they are; every `RENEWED_SECONDS`.

        Raises:
            ShopGuideError: the database does not answer.
        """
        with self._lock:
            ours = list(self._ours)
        if not ours:
            return
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            for conversation_id, key in sorted(ours):
                connection.execute(
                    update(requests).where(_is(conversation_id, key)).values(renewed_at=now)
                )

    def forget_old(self) -> None:
        """Forget requests that nobody sends again any more.

        Raises:
            ShopGuideError: the database does not answer.
        """
        with writing(self._engine) as connection:
            old = requests.c.started_at < datetime.now(UTC) - KEPT
            connection.execute(delete(requests).where(old))

    def _forget(self, conversation_id: str, key: str) -> None:
        with self._lock:
            self._ours.discard((conversation_id, key))


def _is(conversation_id: str, key: str) -> ColumnElement[bool]:
    return (requests.c.conversation_id == conversation_id) & (requests.c.key == key)


def _answered_since(connection: Connection, conversation_id: str, since: datetime) -> int | None:
    """A turn that was logged whole and that no other request has claimed."""
    claimed = select(requests.c.turn).where(
        requests.c.conversation_id == conversation_id, requests.c.turn.is_not(None)
    )
    return connection.execute(
        select(turns.c.turn)
        .where(turns.c.conversation_id == conversation_id)
        .where(turns.c.created_at >= since)
        .where(turns.c.completed_at.is_not(None))
        .where(turns.c.turn.not_in(claimed))
        .order_by(turns.c.turn)
        .limit(1)
    ).scalar_one_or_none()
