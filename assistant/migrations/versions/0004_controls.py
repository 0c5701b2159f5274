"""Rules of the shop's lead: blocked, pinned and sponsored products, banned words.

Revision ID: log_0004
Revises: log_0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "log_0004"
down_revision = "log_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "controls",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("product_id", sa.String(500), nullable=False),
        sa.Column("phrase", sa.String(200), nullable=False),
        sa.Column("bid", sa.String(20), nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("controls")
