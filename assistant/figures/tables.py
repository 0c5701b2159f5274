"""Tables of the figures: counts of days, and the wishes themselves for as long as they are kept."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from assistant.tables import turns

metadata = MetaData()


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _sum(name: str) -> Column[float]:
    return Column(name, Float, nullable=False, server_default="0")


# `turns` counts finished turns; `wishes` those that asked for products, `without_result` those
# of them that found none; `drafted` turns in which a language model wrote, `fell_back` those of
# which nothing was sent. `shown` counts products, the acts count each shown product once.
days = Table(
    "figures_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(40), primary_key=True),
    Column("language", String(10), primary_key=True),
    Column("intent", String(40), primary_key=True),
    _count("conversations"),
    _count("turns"),
    _count("wishes"),
    _count("without_result"),
    _count("handoffs"),
    _count("drafted"),
    _count("fell_back"),
    _count("failed"),
    _count("shown"),
    _count("clicks"),
    _count("carts"),
    _count("purchases"),
    _count("helpful"),
    _count("unhelpful"),
    sqlite_with_rowid=False,
)

# How many turns took how long; `bucket` as in `assistant/figures/sketch.py`.
latencies = Table(
    "figures_latencies",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(40), primary_key=True),
    Column("language", String(10), primary_key=True),
    Column("bucket", Integer, primary_key=True),
    _count("turns"),
    sqlite_with_rowid=False,
)

# `relevance` and `exposure` are sums of shares, each turn giving one of both; `paid` is the part
# of the exposure that was sponsored. See `assistant/figures/fairness.py`.
products = Table(
    "figures_products",
    metadata,
    Column("day", Date, primary_key=True),
    Column("product_id", String(500), primary_key=True),
    _count("considered"),
    _count("shown"),
    _count("clicks"),
    _count("carts"),
    _count("purchases"),
    _sum("relevance"),
    _sum("exposure"),
    _sum("paid"),
    sqlite_with_rowid=False,
)

# Words of customers: they go with the conversation.
wishes = Table(
    "figures_wishes",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("channel", String(40), nullable=False),
    Column("language", String(10), nullable=False),
    Column("found", Boolean, nullable=False),
    Column("wish", Text, nullable=False),
    ForeignKeyConstraint(("conversation_id", "turn"), (turns.c.conversation_id, turns.c.turn)),
    Index("figures_wishes_day", "found", "day"),
)

# The log up to the time when figures began was counted at once.
counted = Table("figures_counted", metadata, Column("part", String(40), primary_key=True))
