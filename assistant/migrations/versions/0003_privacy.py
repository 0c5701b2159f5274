"""Sealed originals, consent, and the counts that outlive expired conversations.

Revision ID: log_0003
Revises: log_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "log_0003"
down_revision = "log_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "originals",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"]
        ),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "conversation_id", sa.String(100), sa.ForeignKey("conversations.id"), nullable=False
        ),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("consents_conversation", "consents", ["conversation_id"])
    op.create_table(
        "expired_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("language", sa.String(10), primary_key=True),
        sa.Column("intent", sa.String(40), primary_key=True),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in (
                "conversations",
                "turns",
                "handoffs",
                "without_result",
                "helpful",
                "unhelpful",
                "clicks",
                "carts",
                "purchases",
            )
        ),
    )
    op.create_index("conversations_customer", "conversations", ["customer_id"])
    op.create_index("conversations_created_at", "conversations", ["created_at"])


def downgrade() -> None:
    op.drop_index("conversations_created_at", "conversations")
    op.drop_index("conversations_customer", "conversations")
    for table in ("expired_counts", "consents", "originals"):
        op.drop_table(table)
