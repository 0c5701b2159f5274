"""Tables of the staff's desk."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from assistant.tables import conversations

metadata = MetaData()

# One row a time that a person was asked for or joined; the open one has no `ended_at`, and a
# conversation has at most one. Nobody has it while `agent_id` is empty: it waits since
# `asked_at`. `answered_at` is when the agent first wrote.
takeovers = Table(
    "takeovers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(100), ForeignKey(conversations.c.id), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("agent_id", String(40)),
    Column("agent", String(320)),
    Column("agent_name", String(200)),
    Column("joined_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("typing_until", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_how", String(20)),
    Index(
        "takeovers_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("takeovers_conversation", "conversation_id"),
)

# What the customer reads beside the guide's replies. `after_turn` is the newest turn there was;
# `key` is the writer's own name of the message, so that one sent twice is kept once;
# `is_outgoing` until it is in the queue of the platform on which the customer writes.
staff_messages = Table(
    "staff_messages",
    metadata,
    Column("conversation_id", String(100), ForeignKey(conversations.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("after_turn", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("who", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("products", JSON, nullable=False),
    Column("key", String(100)),
    Column("is_outgoing", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("conversation_id", "key", name="staff_messages_key"),
    Index(
        "staff_messages_outgoing",
        "at",
        sqlite_where=text("is_outgoing"),
        postgresql_where=text("is_outgoing"),
    ),
)

# Members of the staff whose console is open; one that is away reads, and takes nothing on.
attendance = Table(
    "staff_attendance",
    metadata,
    Column("agent_id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("is_away", Boolean, nullable=False),
)

canned_answers = Table(
    "canned_answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("en", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("who", String(320), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
