"""What a customer may ask for: everything that is stored about them, or that it be erased."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from assistant.audit_log import audit
from assistant.moments import aware
from assistant.privacy.records import (
    chunks,
    conversations_of,
    delete_conversations,
    key_of,
    scrub,
    tables_about,
)
from assistant.privacy.vault import Vault
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError

_NOT_TOLD = frozenset({"originals", "inbox", "inbox_words"})
"""Originals are sealed, and told with the turns where there is the key; the others repeat turns."""


class UnknownCustomerError(ShopGuideError):
    """Nothing is stored about this customer."""


@dataclass(frozen=True, slots=True)
class CustomerData:
    """Everything stored about a customer: rows by table, and originals where they are kept."""

    customer: str
    conversations: tuple[str, ...]
    records: dict[str, list[dict[str, object]]]

    def to_json(self) -> dict[str, object]:
        """As the customer is given it."""
        return {
            "customer": self.customer,
            "conversations": list(self.conversations),
            "records": self.records,
        }


@dataclass(frozen=True, slots=True)
class Erased:
    """How many conversations are gone, with all that belonged to them."""

    customer: str
    conversations: int


def customer_data(
    engine: Engine,
    who: str,
    customer: str,
    vault: Vault | None = None,
    *,
    also: Collection[str] = (),
) -> CustomerData:
    """Everything stored about a customer (or one conversation, by its id), and an audit entry.

    `also` are other ids of the same customer; the entry is made under `customer`.

    Raises:
        UnknownCustomerError: nothing is stored.
    """
    with reading(engine) as connection:
        ids = _known(connection, (customer, *also))
        records: dict[str, list[dict[str, object]]] = {}
        for table in reversed(tables_about(connection)):
            if table.name in _NOT_TOLD:
                continue
            found: list[dict[str, object]] = []
            for chunk in chunks(ids):
                query = select(table).where(table.c[key_of(table)].in_(chunk))
                found += [_plain(row) for row in connection.execute(query).mappings()]
            if found:
                records[table.name] = found
    audit(engine, who, "export customer", digest_of(customer), conversations=len(ids))
    if vault is not None:
        for turn in records.get("turns", []):
            original = vault.look(
                engine, who, str(turn["conversation_id"]), int(str(turn["turn"])), "export"
            )
            if original is not None:
                turn["original_message"] = original
    return CustomerData(customer, tuple(ids), records)


def erase_customer(
    engine: Engine, who: str, customer: str, *, also: Collection[str] = ()
) -> Erased:
    """Delete everything stored about a customer (or one conversation), and say so in the audit log.

    That log keeps when it was done and by whom, and a digest by which a given id can be found:
    that of `customer`, not those of the `also`, other ids of the same customer.

    Raises:
        UnknownCustomerError: nothing is stored.
    """
    with writing(engine) as connection:
        ids = _known(connection, (customer, *also))
        delete_conversations(connection, ids)
        audit(connection, who, "erase customer", digest_of(customer), conversations=len(ids))
    scrub(engine)
    return Erased(customer, len(ids))


def digest_of(customer: str) -> str:
    """The name under which the audit log knows a customer: of use to who has the id alone."""
    return f"customer {hashlib.sha256(customer.encode()).hexdigest()[:20]}"


def _known(connection: Connection, customer: Collection[str]) -> list[str]:
    ids = conversations_of(connection, customer)
    if not ids:
        raise UnknownCustomerError("nothing is stored about this customer")
    return ids


def _plain(row: RowMapping) -> dict[str, object]:
    return {
        name: aware(value).isoformat()
        if isinstance(value, datetime)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for name, value in row.items()
        if not isinstance(value, bytes | memoryview)
    }
