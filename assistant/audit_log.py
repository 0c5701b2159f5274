"""The audit log: who looked at, changed, exported or erased what.

Rows are only ever added: the database refuses to change or delete one (triggers in the
migration), and each row carries a digest over itself and the row before, so that a gap shows
even where somebody with rights on the database has switched the triggers off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, false, insert, or_, select, text

from assistant.moments import aware
from assistant.tables import audit_log
from retrieval.database import reading, writing

_PAGE = 500
_START = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row: at `at`, `who` did `action` to `what`; `details` names the circumstances."""

    id: int
    at: datetime
    who: str
    action: str
    what: str
    details: Mapping[str, object]


def audit(
    where: Engine | Connection, who: str, action: str, what: str = "", **details: object
) -> None:
    """Add one row: in a transaction of its own, or in the caller's `writing` transaction.

    `who` is a staff member's e-mail address or the account of the command line; `action` a verb
    such as "read", "export", "erase"; `what` the thing it was done to ("conversation 0192…").
    Nothing a customer wrote, and no customer's name, belongs in any of them.
    """
    if isinstance(where, Engine):
        with writing(where) as connection:
            _add(connection, who, action, what, details)
    else:
        _add(where, who, action, what, details)


def read_audit(
    engine: Engine,
    *,
    who: str | None = None,
    action: str | None = None,
    what: str | Collection[str] | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """The newest entries first; `before` (an id) continues an earlier answer.

    `who` and `action` must be equal, `what` is the beginning of the thing's name, or of its names.
    """
    query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    if who is not None:
        query = query.where(audit_log.c.who == who)
    if action is not None:
        query = query.where(audit_log.c.action == action)
    if what is not None:
        names = (what,) if isinstance(what, str) else what
        begins = (audit_log.c.what.startswith(name, autoescape=True) for name in names)
        query = query.where(or_(false(), *begins))
    if since is not None:
        query = query.where(audit_log.c.at >= aware(since))
    if before is not None:
        query = query.where(audit_log.c.id < before)
    with reading(engine) as connection:
        return [_entry(row) for row in connection.execute(query)]


def first_broken_entry(engine: Engine) -> int | None:
    """The id of the first row that was changed, or follows one that is gone; None: all whole."""
    with _rows(engine) as rows:
        digest = _START
        for row in rows:
            digest = _digest(digest, row.at, row.who, row.action, row.what, row.details)
            if digest != row.digest:
                return row.id
    return None


@contextmanager
def _rows(engine: Engine) -> Generator[Iterator[Row[Any]]]:
    with reading(engine) as connection:
        query = select(audit_log).order_by(audit_log.c.id)
        yield iter(connection.execution_options(yield_per=_PAGE).execute(query))


def _add(
    connection: Connection, who: str, action: str, what: str, details: Mapping[str, object]
) -> None:
    if connection.dialect.name == "postgresql":
        # The digest of the row before must be known; SQLite has one writer anyhow.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('audit_log'))"))
    last = connection.execute(
        select(audit_log.c.id, audit_log.c.digest).order_by(audit_log.c.id.desc()).limit(1)
    ).one_or_none()
    now = datetime.now(UTC)
    plain: dict[str, object] = json.loads(json.dumps(details, default=str))
    connection.execute(
        insert(audit_log).values(
            id=1 if last is None else last.id + 1,
            at=now,
            who=who,
            action=action,
            what=what,
            details=plain,
            digest=_digest(_START if last is None else last.digest, now, who, action, what, plain),
        )
    )


def _digest(
    before: str, at: datetime, who: str, action: str, what: str, details: Mapping[str, object]
) -> str:
    told = [before, aware(at).isoformat(), who, action, what, details]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.id, aware(row.at), row.who, row.action, row.what, row.details)
