"""Customers as the staff name them: by an id, or by the address they write from on a channel."""

from __future__ import annotations

from sqlalchemy import Engine

from assistant.privacy.customers import (
    CustomerData,
    Erased,
    customer_data,
    digest_of,
    erase_customer,
)
from assistant.privacy.vault import Vault
from ui.channels.queue import JobQueue
from ui.channels.store import open_senders


def tell(engine: Engine, who: str, typed: str, vault: Vault | None = None) -> CustomerData:
    """Everything stored about a customer, their sealed address opened; and an audit entry.

    Raises:
        UnknownCustomerError: nothing is stored.
    """
    senders = open_senders(engine)
    customer, *also = senders.ids(typed)
    data = customer_data(engine, who, customer, vault, also=also)
    for talk in data.records.get("channel_talks", []):
        if isinstance(sealed := talk["target"], str):
            talk["target"] = senders.unseal(sealed)
    return data


def forget(engine: Engine, who: str, typed: str) -> Erased:
    """Delete everything stored about a customer, what waits to be sent too; and an audit entry.

    Raises:
        UnknownCustomerError: nothing is stored.
    """
    queue = JobQueue(engine)
    customer, *also = queue.senders.ids(typed)
    queue.drop(customer)
    return erase_customer(engine, who, customer, also=also)


def noted_id(engine: Engine, typed: str) -> str:
    """The id under which a customer is noted, which does not tell what was typed."""
    return open_senders(engine).ids(typed)[0]


def digests_of(engine: Engine, typed: str) -> list[str]:
    """The names by which the audit log may know a customer."""
    return [digest_of(each) for each in open_senders(engine).ids(typed)]
