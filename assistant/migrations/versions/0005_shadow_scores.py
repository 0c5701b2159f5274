"""What a challenger's click model would have said of the products that the champion ranked.

Revision ID: log_0005
Revises: log_0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "log_0005"
down_revision = "log_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_scores",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("model_version", sa.String(200), primary_key=True),
        sa.Column("scores", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ("conversation_id", "turn"), ("turns.conversation_id", "turns.turn")
        ),
    )
    op.create_index("shadow_scores_created_at", "shadow_scores", ["created_at"])


def downgrade() -> None:
    op.drop_table("shadow_scores")
