"""Tables of the inbox; the full-text index beside them is each database's own (`words_index`)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from assistant.tables import conversations, turns

metadata = MetaData()

# `moment` is the last activity in microseconds since 1970; on SQLite no two rows share one, for
# it is the row's number in the full-text index.
inbox = Table(
    "inbox",
    metadata,
    Column("conversation_id", String(100), ForeignKey(conversations.c.id), primary_key=True),
    Column("moment", BigInteger, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("turns", Integer, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("language", String(10)),
    Column("intent", String(40)),
    Column("message", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("marks", JSON, nullable=False),
    Index("inbox_moment", "moment", "conversation_id"),
)

labels = Table(
    "staff_labels",
    metadata,
    Column("conversation_id", String(100), ForeignKey(conversations.c.id), primary_key=True),
    Column("label", String(60), primary_key=True),
    Column("who", String(320), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("staff_labels_label", "label"),
)

notes = Table(
    "staff_notes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(100), ForeignKey(conversations.c.id), nullable=False),
    Column("who", String(320), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("staff_notes_conversation", "conversation_id", "at"),
)

# What a colleague thinks of one reply; `better` is what it should have been, or empty.
verdicts = Table(
    "staff_verdicts",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("better", Text, nullable=False),
    Column("who", String(320), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(("conversation_id", "turn"), (turns.c.conversation_id, turns.c.turn)),
)
