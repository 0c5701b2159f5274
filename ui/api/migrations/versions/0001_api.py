"""Keys, secrets, requests seen before, and threads of chat clients.

Revision ID: api_0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "api_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("rate_per_minute", sa.Integer),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "api_secrets",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(100), nullable=False),
    )
    op.create_table(
        "api_requests",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("turn", sa.Integer),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("api_requests_started_at", "api_requests", ["started_at"])
    op.create_table(
        "api_threads",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(100), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("api_threads_created_at", "api_threads", ["created_at"])


def downgrade() -> None:
    for table in ("api_threads", "api_requests", "api_secrets", "api_keys"):
        op.drop_table(table)
