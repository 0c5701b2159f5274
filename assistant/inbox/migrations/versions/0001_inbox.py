"""A row a conversation, and the full-text index over what was said in it.

Revision ID: inbox_0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inbox_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column(
            "conversation_id", sa.String(100), sa.ForeignKey("conversations.id"), primary_key=True
        ),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("language", sa.String(10)),
        sa.Column("intent", sa.String(40)),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("marks", sa.JSON, nullable=False),
    )
    op.create_index("inbox_moment", "inbox", ["moment", "conversation_id"])
    if op.get_bind().dialect.name == "sqlite":
        # Diacritics are folded by us, so that both databases find the same.
        op.execute(
            "CREATE VIRTUAL TABLE inbox_words USING fts5("
            "conversation_id UNINDEXED, words, tokenize = 'unicode61 remove_diacritics 0')"
        )
        return
    op.execute(
        "CREATE TABLE inbox_words ("
        "conversation_id VARCHAR(100) PRIMARY KEY REFERENCES conversations(id), "
        "moment BIGINT NOT NULL, words TEXT NOT NULL, "
        "found_by TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED)"
    )
    op.execute("CREATE INDEX inbox_words_moment ON inbox_words (moment, conversation_id)")
    op.execute("CREATE INDEX inbox_words_found_by ON inbox_words USING gin (found_by)")


def downgrade() -> None:
    for table in ("inbox_words", "inbox"):
        op.drop_table(table)
