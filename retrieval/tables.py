"""The catalogue's tables. The scripts in `migrations` make them; a test compares the two."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

MONEY_DIGITS = 14
MONEY_DECIMALS = 4

_UNIT = Decimal(1).scaleb(-MONEY_DECIMALS)


class MoneyColumn(TypeDecorator[Decimal]):
    """An exact amount: NUMERIC(14, 4) on PostgreSQL, a count of 1/10,000 units on SQLite.

    SQLite has no exact decimals; whole numbers are exact there, and still sort and compare.
    """

    impl = Numeric(MONEY_DIGITS, MONEY_DECIMALS)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BIGINT on SQLite, NUMERIC elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(MONEY_DIGITS, MONEY_DECIMALS))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Raises ValueError for an amount finer than 1/10,000."""
        if value is None or dialect.name != "sqlite":
            return value
        units = value / _UNIT
        if units != int(units):
            raise ValueError(f"{value} has more than {MONEY_DECIMALS} decimals")
        return int(units)

    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        """Back to a decimal."""
        if value is None or dialect.name != "sqlite":
            return value  # pyright: ignore[reportReturnType]
        return Decimal(value) * _UNIT


metadata = MetaData()

# `record` is the product as JSON without its reviews; `content_hash` covers both. The other
# columns repeat what is asked for in SQL.
products = Table(
    "products",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("group_id", Text),
    Column("title", Text, nullable=False),
    Column("brand", Text),
    Column("category", Text),
    Column("price", MoneyColumn),
    Column("sale_price", MoneyColumn),
    Column("currency", Text),
    Column("availability", Text, nullable=False),
    Column("rating", Float),
    Column("rating_count", BigInteger),
    Column("language", Text),
    Column("retired", Boolean, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("record", Text, nullable=False),
    Index("products_by_group", "group_id"),
    Index("products_by_retired", "retired", "key"),
    sqlite_autoincrement=True,
)

reviews = Table(
    "reviews",
    metadata,
    Column(
        "product_key", Integer, ForeignKey("products.key", ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("rating", Float),
    Column("language", Text),
)

# One row. Each counter goes up in the transaction that changes what it counts.
catalog_state = Table(
    "catalog_state",
    metadata,
    Column("key", Integer, CheckConstraint("key = 1"), primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("documents_revision", BigInteger, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    UniqueConstraint("name", "language", name="documents_by_name"),
)

passages = Table(
    "passages",
    metadata,
    Column(
        "document_key", Integer, ForeignKey("documents.key", ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
)
