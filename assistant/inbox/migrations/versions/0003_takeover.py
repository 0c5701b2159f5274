"""The staff's desk: who has a conversation, what they say in it, who is there, canned answers.

Revision ID: inbox_0003
Revises: inbox_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inbox_0003"
down_revision = "inbox_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    conversation = sa.ForeignKey("conversations.id")
    op.create_table(
        "takeovers",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("conversation_id", sa.String(100), conversation, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.String(40)),
        sa.Column("agent", sa.String(320)),
        sa.Column("agent_name", sa.String(200)),
        sa.Column("joined_at", sa.DateTime(timezone=True)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("typing_until", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_how", sa.String(20)),
    )
    op.create_index(
        "takeovers_open",
        "takeovers",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("takeovers_conversation", "takeovers", ["conversation_id"])
    op.create_table(
        "staff_messages",
        sa.Column(
            "conversation_id", sa.String(100), sa.ForeignKey("conversations.id"), primary_key=True
        ),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("after_turn", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("products", sa.JSON, nullable=False),
        sa.Column("key", sa.String(100)),
        sa.Column("is_outgoing", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("conversation_id", "key", name="staff_messages_key"),
    )
    op.create_index(
        "staff_messages_outgoing",
        "staff_messages",
        ["at"],
        sqlite_where=sa.text("is_outgoing"),
        postgresql_where=sa.text("is_outgoing"),
    )
    op.create_table(
        "staff_attendance",
        sa.Column("agent_id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_away", sa.Boolean, nullable=False),
    )
    op.create_table(
        "canned_answers",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("canned_answers", "staff_attendance", "staff_messages", "takeovers"):
        op.drop_table(table)
