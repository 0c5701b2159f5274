"""Where a colleague's words are sent to who wrote on a platform.

Revision ID: channels_0002
Revises: channels_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "channels_0002"
down_revision = "channels_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel_talks", sa.Column("target", sa.JSON))
    op.create_index("channel_talks_conversation", "channel_talks", ["conversation_id"])


def downgrade() -> None:
    op.drop_index("channel_talks_conversation", "channel_talks")
    op.drop_column("channel_talks", "target")
