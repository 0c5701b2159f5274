"""Labels, notes and verdicts of the staff.

Revision ID: inbox_0002
Revises: inbox_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inbox_0002"
down_revision = "inbox_0001"
branch_labels = None
depends_on = None


def _conversation(*, is_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "conversation_id",
        sa.String(100),
        sa.ForeignKey("conversations.id"),
        primary_key=is_key,
        nullable=False,
    )


def upgrade() -> None:
    op.create_table(
        "staff_labels",
        _conversation(is_key=True),
        sa.Column("label", sa.String(60), primary_key=True),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("staff_labels_label", "staff_labels", ["label"])
    op.create_table(
        "staff_notes",
        sa.Column("id", sa.String(40), primary_key=True),
        _conversation(),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("staff_notes_conversation", "staff_notes", ["conversation_id", "at"])
    op.create_table(
        "staff_verdicts",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("better", sa.Text, nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"]
        ),
    )


def downgrade() -> None:
    for table in ("staff_verdicts", "staff_notes", "staff_labels"):
        op.drop_table(table)
