"""Tables of the staff's accounts. Tokens and passwords are in them as hashes alone."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Index, MetaData, String, Table

metadata = MetaData()

# `email` is kept in lower case. `subject` is "issuer subject" of the identity provider that has
# signed the member in.
users = Table(
    "staff_users",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(300)),
    Column("subject", String(600), unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("disabled_at", DateTime(timezone=True)),
    Column("signed_in_at", DateTime(timezone=True)),
)

sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", String(40), ForeignKey("staff_users.id"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("staff_sessions_user", "user_id"),
)

# What is given out to be used once: the set-up link, links that set a password, and the state
# of a sign-in at an identity provider.
tickets = Table(
    "staff_tickets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("user_id", String(40), ForeignKey("staff_users.id")),
    Column("data", JSON, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
