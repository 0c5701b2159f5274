"""The segment of customers that a conversation's customer belongs to, as the shop told it.

Revision ID: log_0006
Revises: log_0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "log_0006"
down_revision = "log_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("segment", sa.String(40)))


def downgrade() -> None:
    op.drop_column("conversations", "segment")
