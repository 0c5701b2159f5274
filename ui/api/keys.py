"""Keys of the shop's own programs and widgets: random, kept as hashes, each with its scopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from assistant.ids import new_id
from assistant.moments import aware
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError
from ui.api.store import prepare_tables
from ui.api.tables import keys
from ui.staff.tokens import new_token, token_hash

PREFIX = "sg_"


class Scope(StrEnum):
    """What a key opens.

    `chat` begins conversations and talks in them by their tokens; it may stand in a page for
    all to read. `conversations` reads and writes every conversation and names customers: for
    the shop's own servers alone, as is `catalog`.
    """

    CHAT = "chat"
    SEARCH = "search"
    CATALOG = "catalog"
    CONVERSATIONS = "conversations"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known: all but the key itself."""

    id: str
    name: str
    scopes: frozenset[Scope]
    rate_per_minute: int | None
    created_at: datetime
    revoked_at: datetime | None = None


class ApiKeys:
    """Reads and writes keys; safe to use from several threads and processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        prepare_tables(engine)

    def add(
        self, name: str, scopes: Iterable[Scope], rate_per_minute: int | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key; returns what is kept of it, and the key, which cannot be had again.

        Raises:
            ShopGuideError: the name is not usable, or there is no scope.
        """
        name = " ".join(name.split())
        if not name or len(name) > 200 or not name.isprintable():
            raise ShopGuideError("a key's name has 1 to 200 printable characters")
        kept = frozenset(scopes)
        if not kept:
            raise ShopGuideError("a key without a scope would open nothing")
        secret = PREFIX + new_token()
        key = ApiKey(new_id(), name, kept, rate_per_minute, datetime.now(UTC))
        with writing(self._engine) as connection:
            connection.execute(
                insert(keys).values(
                    id=key.id,
                    name=key.name,
                    key_hash=token_hash(secret),
                    scopes=sorted(scope.value for scope in kept),
                    rate_per_minute=rate_per_minute,
                    created_at=key.created_at,
                )
            )
        return key, secret

    def all(self) -> list[ApiKey]:
        """Every key, the revoked ones too, oldest first."""
        with reading(self._engine) as connection:
            return [_key(row) for row in connection.execute(select(keys).order_by(keys.c.id))]

    def find(self, secret: str) -> ApiKey | None:
        """The key that is this secret; None where there is none, or it is revoked."""
        query = select(keys).where(keys.c.key_hash == token_hash(secret))
        with reading(self._engine) as connection:
            row = connection.execute(query.where(keys.c.revoked_at.is_(None))).one_or_none()
        return None if row is None else _key(row)

    def revoke(self, key_id: str) -> None:
        """Let a key open nothing from now on.

        Raises:
            ShopGuideError: there is no such key, or it is revoked already.
        """
        with writing(self._engine) as connection:
            revoked = connection.execute(
                update(keys)
                .where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
                .values(revoked_at=datetime.now(UTC))
            )
        if not revoked.rowcount:
            raise ShopGuideError(f"there is no key {key_id} that could be revoked")


def _key(row: Row[Any]) -> ApiKey:
    known = {scope.value for scope in Scope}
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes if scope in known),
        rate_per_minute=row.rate_per_minute,
        created_at=aware(row.created_at),
        revoked_at=None if row.revoked_at is None else aware(row.revoked_at),
    )
