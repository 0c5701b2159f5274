"""Counts of days, of latencies and of products, and the wishes of customers.

Revision ID: figures_0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "figures_0001"
down_revision = None
branch_labels = None
depends_on = None


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in names]


def _sums(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Float, nullable=False, server_default="0") for name in names]


def upgrade() -> None:
    op.create_table(
        "figures_days",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("language", sa.String(10), primary_key=True),
        sa.Column("intent", sa.String(40), primary_key=True),
        *_counts("conversations", "turns", "wishes", "without_result", "handoffs"),
        *_counts("drafted", "fell_back", "failed", "shown", "clicks", "carts", "purchases"),
        *_counts("helpful", "unhelpful"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figures_latencies",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("language", sa.String(10), primary_key=True),
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        *_counts("turns"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figures_products",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("product_id", sa.String(500), primary_key=True),
        *_counts("considered", "shown", "clicks", "carts", "purchases"),
        *_sums("relevance", "exposure", "paid"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figures_wishes",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("turn", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "turn"], ["turns.conversation_id", "turns.turn"]
        ),
    )
    op.create_index("figures_wishes_day", "figures_wishes", ["found", "day"])
    op.create_table("figures_counted", sa.Column("part", sa.String(40), primary_key=True))


def downgrade() -> None:
    for part in ("counted", "wishes", "products", "latencies", "days"):
        op.drop_table(f"figures_{part}")
