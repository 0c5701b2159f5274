"""The conversation log: conversations, turns, impressions, events, feedback.

Revision ID: log_0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "log_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("customer_id", sa.String(200)),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "turns",
        sa.Column(
            "conversation_id", sa.String(100), sa.ForeignKey("conversations.id"), primary_key=True
        ),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("reply", sa.JSON),
        sa.Column("state", sa.JSON),
        sa.Column("understood", sa.JSON),
        sa.Column("candidates", sa.JSON),
        sa.Column("writer", sa.String(20)),
        sa.Column("llm_sentences", sa.Integer),
        sa.Column("llm_accepted", sa.Integer),
        sa.Column("dropped", sa.JSON),
        sa.Column("models", sa.JSON),
        sa.Column("latency_ms", sa.JSON),
        sa.Column("notices", sa.JSON),
        sa.Column("error", sa.Text),
    )
    op.create_index("turns_created_at", "turns", ["created_at"])
    op.create_table(
        "impressions",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("product_id", sa.String(500), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("click_probability", sa.Float, nullable=False),
        sa.Column("features", sa.JSON, nullable=False),
        sa.Column("model_version", sa.String(200)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"]
        ),
    )
    op.create_index("impressions_created_at", "impressions", ["created_at"])
    op.create_table(
        "events",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("conversation_id", sa.String(100), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("customer_id", sa.String(200)),
        sa.Column("product_id", sa.String(500)),
        sa.Column("position", sa.Integer),
        sa.Column("value", sa.JSON),
        sa.Column("model_version", sa.String(200)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"]
        ),
    )
    op.create_index("events_turn", "events", ["conversation_id", "turn", "product_id"])
    op.create_index("events_created_at", "events", ["created_at"])
    op.create_table(
        "feedback",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"]
        ),
    )


def downgrade() -> None:
    for table in ("feedback", "events", "impressions", "turns", "conversations"):
        op.drop_table(table)
