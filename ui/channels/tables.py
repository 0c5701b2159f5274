"""Tables of the channels: the queue of messages, and who is in which conversation."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# `sender` is a digest (`Senders.key`), `target` and `calls` are sealed text. All of them and
# `message` are emptied once a job is over: what stays for some days is that the event was seen.
jobs = Table(
    "channel_jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("sender", String(200), nullable=False),
    Column("sent_at", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("target", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("calls", JSON),
    Column("calls_sent", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("channel", "event_id", name="channel_jobs_event"),
    Index("channel_jobs_open", "state", "not_before"),
)

# `sender` is a digest; `target`, sealed text, is where a colleague's words are sent, as the
# sender's newest message told. Rows go some hours after the last message.
talks = Table(
    "channel_talks",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("sender", String(200), primary_key=True),
    Column("conversation_id", String(100), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("target", JSON),
    Index("channel_talks_conversation", "conversation_id"),
)
