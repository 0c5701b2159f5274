"""Tables of the conversation log and of the audit log."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("customer_id", String(200)),
    Column("channel", String(40), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("segment", String(40)),
    Index("conversations_customer", "customer_id"),
    Index("conversations_created_at", "created_at"),
)

turns = Table(
    "turns",
    metadata,
    Column("conversation_id", String(100), ForeignKey("conversations.id"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("message", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # What follows is empty until the reply is complete.
    Column("completed_at", DateTime(timezone=True)),
    Column("reply", JSON),
    Column("state", JSON),
    Column("understood", JSON),
    Column("candidates", JSON),
    Column("writer", String(20)),
    Column("llm_sentences", Integer),
    Column("llm_accepted", Integer),
    Column("dropped", JSON),
    Column("models", JSON),
    Column("latency_ms", JSON),
    Column("notices", JSON),
    Column("error", Text),
    Index("turns_created_at", "created_at"),
)

_turn_of = ("conversation_id", "turn")

impressions = Table(
    "impressions",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product_id", String(500), nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("click_probability", Float, nullable=False),
    Column("features", JSON, nullable=False),
    Column("model_version", String(200)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(_turn_of, ("turns.conversation_id", "turns.turn")),
    Index("impressions_created_at", "created_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("conversation_id", String(100), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("customer_id", String(200)),
    Column("product_id", String(500)),
    Column("position", Integer),
    Column("value", JSON),
    Column("model_version", String(200)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(_turn_of, ("turns.conversation_id", "turns.turn")),
    Index("events_turn", "conversation_id", "turn", "product_id"),
    Index("events_created_at", "created_at"),
)

# Click probabilities of a challenger that nobody saw, by product id; beside the impressions'.
shadow_scores = Table(
    "shadow_scores",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("model_version", String(200), primary_key=True),
    Column("scores", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(_turn_of, ("turns.conversation_id", "turns.turn")),
    Index("shadow_scores_created_at", "created_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(_turn_of, ("turns.conversation_id", "turns.turn")),
)

# Messages as they were typed, encrypted; empty unless the shop keeps originals.
originals = Table(
    "originals",
    metadata,
    Column("conversation_id", String(100), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(_turn_of, ("turns.conversation_id", "turns.turn")),
)

# What customers agreed to or refused; the newest of a purpose counts.
consents = Table(
    "consents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", String(100), ForeignKey("conversations.id"), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("consents_conversation", "conversation_id"),
)

# What remains of conversations whose time is over: counts of a day, and nobody's words.
expired_counts = Table(
    "expired_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(40), primary_key=True),
    Column("language", String(10), primary_key=True),
    Column("intent", String(40), primary_key=True),
    Column("conversations", Integer, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("handoffs", Integer, nullable=False),
    Column("without_result", Integer, nullable=False),
    Column("helpful", Integer, nullable=False),
    Column("unhelpful", Integer, nullable=False),
    Column("clicks", Integer, nullable=False),
    Column("carts", Integer, nullable=False),
    Column("purchases", Integer, nullable=False),
)

# What the shop's lead decides; see `assistant/controls.py`.
controls = Table(
    "controls",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("product_id", String(500), nullable=False),
    Column("phrase", String(200), nullable=False),
    Column("bid", String(20), nullable=False),
    Column("who", String(320), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

# Only ever added to; the triggers that see to it are in the migration.
audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", String(320), nullable=False),
    Column("action", String(60), nullable=False),
    Column("what", String(600), nullable=False),
    Column("details", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("audit_log_at", "at"),
    Index("audit_log_what", "what"),
)
