"""No table that holds anything of a customer is forgotten when one is told or erased."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_guide import FakeGuide
from sqlalchemy import MetaData, inspect, select

from assistant.privacy.records import tables_about
from retrieval.catalog import Catalog
from retrieval.database import open_database
from ui.channels.adapter import Inbound
from ui.channels.queue import JobQueue
from ui.channels.tables import jobs
from ui.server import create_app
from ui.settings import Settings

KNOWN: dict[str, str] = {
    "audit_log": "what the staff did; customers are in it as digests",
    "expired_counts": "counts of days",
    "figures_days": "counts of days",
    "figures_latencies": "counts of days",
    "figures_products": "counts of days",
    "figures_counted": "that older logs were counted",
    "controls": "rules of the lead",
    "channel_jobs": "masked messages under way by senders' digests, emptied when answered",
    "api_keys": "keys of programs",
    "api_secrets": "what the server signs with",
    "staff_attendance": "which of the staff are there",
    "canned_answers": "sentences of the staff for every customer",
    "staff_users": "accounts of the staff",
    "staff_sessions": "sessions of the staff",
    "staff_tickets": "links that are good once",
}
"""Tables without a column `conversation_id`, and why none is needed. A new table has the column,
or stands here with its reason."""
OF_THE_CATALOGUE = ("products", "reviews", "catalog", "passages", "documents", "facets", "translat")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path, shop_name="Larkfell")
    Catalog(open_database(settings.resolved_database_url))
    return settings


def test_every_table_is_about_a_conversation_or_about_no_customer(settings: Settings) -> None:
    create_app(settings, FakeGuide())  # type: ignore[arg-type] # every part makes its tables
    engine = open_database(settings.resolved_database_url)
    every = MetaData()
    every.reflect(engine)
    with engine.connect() as connection:
        covered = {table.name for table in tables_about(connection)}
    left = {
        name
        for name in every.tables
        if name not in covered
        and not name.startswith(("alembic_version", "inbox_words_", *OF_THE_CATALOGUE))
    }
    assert {
        "turns",
        "inbox",
        "inbox_words",
        "figures_wishes",
        "staff_notes",
        "channel_talks",
    } < covered
    assert left <= KNOWN.keys(), f"neither covered nor known: {left - KNOWN.keys()}"
    for name in left - {"channel_jobs"}:
        columns = {column["name"] for column in inspect(engine).get_columns(name)}
        assert not columns & {"customer_id", "customer", "message", "sender", "comment"}, name
    engine.dispose()


def test_a_message_waits_masked_in_the_queue_of_the_channels(settings: Settings) -> None:
    engine = open_database(settings.resolved_database_url)
    queue = JobQueue(engine)
    said = "mail anna@example.com or 13812345678\x00"
    assert queue.add("telegram", Inbound("event", "chat-1", said, 0.0, {}))
    with engine.connect() as connection:
        assert connection.execute(select(jobs.c.message)).scalar_one() == "mail [email] or [phone]"
    engine.dispose()
    written = b"".join(file.read_bytes() for file in settings.data_dir.rglob("*.db*"))
    assert b"anna@example.com" not in written
    assert b"13812345678" not in written
