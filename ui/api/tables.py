"""Tables of the API: keys by their hashes, the server's secrets, and requests seen before."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, Index, Integer, MetaData, String, Table

metadata = MetaData()

keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("rate_per_minute", Integer),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)

# What the server signs with; in the database, so that several servers know each other's tokens.
secrets = Table(
    "api_secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(100), nullable=False),
)

# Messages that came with an idempotency key; `turn` is empty until the reply is in the log.
requests = Table(
    "api_requests",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("turn", Integer),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("renewed_at", DateTime(timezone=True)),
    Index("api_requests_started_at", "started_at"),
)

# Which conversation a chat client's list of messages belongs to: the digest of all of them.
threads = Table(
    "api_threads",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("conversation_id", String(100), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("api_threads_created_at", "created_at"),
)
