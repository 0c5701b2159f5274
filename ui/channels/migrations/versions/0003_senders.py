"""No sender's address is in the clear any more: digests name customers, targets are sealed.

Revision ID: channels_0003
Revises: channels_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ui.channels.senders import CHANNELS, Senders, customer_id

revision = "channels_0003"
down_revision = "channels_0002"
branch_labels = None
depends_on = None

talks = sa.table(
    "channel_talks",
    sa.column("channel", sa.String),
    sa.column("sender", sa.String),
    sa.column("target", sa.JSON(none_as_null=True)),
)
jobs = sa.table(
    "channel_jobs",
    sa.column("id", sa.String),
    sa.column("channel", sa.String),
    sa.column("sender", sa.String),
    sa.column("target", sa.JSON),
    sa.column("calls", sa.JSON(none_as_null=True)),
    sa.column("state", sa.String),
)
conversations = sa.table(
    "conversations",
    sa.column("id", sa.String),
    sa.column("customer_id", sa.String),
    sa.column("channel", sa.String),
)
events = sa.table(
    "events", sa.column("conversation_id", sa.String), sa.column("customer_id", sa.String)
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # What is replaced is overwritten, not only let go.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    senders = Senders.of(connection)
    _talks(connection, senders)
    _jobs(connection, senders)
    if sa.inspect(connection).has_table("conversations"):
        _customers(connection, senders)


def downgrade() -> None:
    raise NotImplementedError("an address cannot be had back from its digest")


def _talks(connection: sa.Connection, senders: Senders) -> None:
    for row in connection.execute(sa.select(talks)).all():
        connection.execute(
            sa.update(talks)
            .where(talks.c.channel == row.channel, talks.c.sender == row.sender)
            .values(
                sender=senders.key_of_old(row.channel, row.sender),
                target=None if row.target is None else senders.seal(row.target),
            )
        )


def _jobs(connection: sa.Connection, senders: Senders) -> None:
    is_open = jobs.c.state.in_(("waiting", "working"))
    for row in connection.execute(sa.select(jobs).where(is_open)).all():
        connection.execute(
            sa.update(jobs)
            .where(jobs.c.id == row.id)
            .values(
                sender=senders.key_of_old(row.channel, row.sender),
                target=senders.seal(row.target),
                calls=None if row.calls is None else senders.seal(row.calls),
            )
        )


def _customers(connection: sa.Connection, senders: Senders) -> None:
    for channel in CHANNELS:
        theirs = (conversations.c.channel == channel) & conversations.c.customer_id.startswith(
            f"{channel}:"
        )
        ids = sa.select(conversations.c.customer_id).where(theirs).distinct()
        named: list[dict[str, str]] = []
        for old in connection.execute(ids).scalars():
            key = senders.key_of_old(channel, old.removeprefix(f"{channel}:"))
            named.append({"old": old, "new": customer_id(channel, key)})
        if not named:
            continue
        connection.execute(
            sa.update(conversations)
            .where(conversations.c.channel == channel)
            .where(conversations.c.customer_id == sa.bindparam("old"))
            .values(customer_id=sa.bindparam("new")),
            named,
        )
        customer = sa.select(conversations.c.customer_id).where(
            conversations.c.id == events.c.conversation_id
        )
        connection.execute(
            sa.update(events)
            .where(events.c.customer_id.is_not(None))
            .where(events.c.conversation_id.in_(sa.select(conversations.c.id).where(theirs)))
            .values(customer_id=customer.scalar_subquery())
        )
