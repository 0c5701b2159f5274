"""Products, reviews, the shop's documents, and the counters of change."""

import sqlalchemy as sa
from alembic import op

from retrieval.tables import MoneyColumn

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("group_id", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("brand", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("price", MoneyColumn),
        sa.Column("sale_price", MoneyColumn),
        sa.Column("currency", sa.Text),
        sa.Column("availability", sa.Text, nullable=False),
        sa.Column("rating", sa.Float),
        sa.Column("rating_count", sa.BigInteger),
        sa.Column("language", sa.Text),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("products_by_group", "products", ["group_id"])
    op.create_index("products_by_retired", "products", ["retired", "key"])
    op.create_table(
        "reviews",
        sa.Column(
            "product_key",
            sa.Integer,
            sa.ForeignKey("products.key", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("rating", sa.Float),
        sa.Column("language", sa.Text),
    )
    state = op.create_table(
        "catalog_state",
        sa.Column(
            "key", sa.Integer, sa.CheckConstraint("key = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("documents_revision", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(state, [{"key": 1, "revision": 0, "documents_revision": 0}])
    op.create_table(
        "documents",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.UniqueConstraint("name", "language", name="documents_by_name"),
    )
    op.create_table(
        "passages",
        sa.Column(
            "document_key",
            sa.Integer,
            sa.ForeignKey("documents.key", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("passages", "documents", "catalog_state", "reviews", "products"):
        op.drop_table(table)
