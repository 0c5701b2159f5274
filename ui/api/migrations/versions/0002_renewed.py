"""When the server that answers a request last said that it is at it.

Revision ID: api_0002
Revises: api_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "api_0002"
down_revision = "api_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_requests", sa.Column("renewed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("api_requests", "renewed_at")
