"""The audit log: what is in it stays in it, as it was written."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from assistant.audit_log import audit, first_broken_entry, read_audit
from assistant.log import VERSION_TABLE, ConversationLog
from assistant.tables import metadata
from retrieval.database import open_database, writing


@pytest.fixture
def log(engine: Engine) -> Engine:
    ConversationLog(engine)
    return engine


def test_the_scripts_make_the_tables_of_the_log(log: Engine) -> None:
    with log.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_entries_are_read_newest_first_and_by_what_is_asked(log: Engine) -> None:
    audit(log, "anna@shop.example", "read", "conversation 1")
    audit(log, "ben@shop.example", "read", "conversation 2", reason="complaint")
    audit(log, "anna@shop.example", "export", "transcripts", rows=7)
    told = read_audit(log)
    assert [(entry.id, entry.who, entry.action) for entry in told] == [
        (3, "anna@shop.example", "export"),
        (2, "ben@shop.example", "read"),
        (1, "anna@shop.example", "read"),
    ]
    assert told[0].details == {"rows": 7}
    assert told[0].at.tzinfo is not None
    assert [entry.id for entry in read_audit(log, who="anna@shop.example", action="read")] == [1]
    assert [entry.id for entry in read_audit(log, what="conversation 2")] == [2]
    assert [entry.id for entry in read_audit(log, before=3, limit=1)] == [2]
    assert read_audit(log, since=told[0].at) == [told[0]]


def test_an_entry_is_written_with_what_it_tells_of_or_not_at_all(log: Engine) -> None:
    with pytest.raises(RuntimeError), writing(log) as connection:
        audit(connection, "anna@shop.example", "erase", "customer")
        raise RuntimeError("the work failed")
    assert read_audit(log) == []


STATEMENTS = [
    "UPDATE audit_log SET who = 'nobody'",
    "UPDATE audit_log SET details = '{}' WHERE id = 1",
    "DELETE FROM audit_log",
    "DELETE FROM audit_log WHERE id = 2",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_changes(log: Engine, statement: str) -> None:
    audit(log, "anna@shop.example", "read", "conversation 1")
    audit(log, "anna@shop.example", "read", "conversation 2")
    before = read_audit(log)
    with pytest.raises(DBAPIError, match="can only be added to"), writing(log) as connection:
        connection.execute(text(statement))
    assert read_audit(log) == before


def test_ways_around_are_shut_as_well(log: Engine) -> None:
    audit(log, "anna@shop.example", "read", "conversation 1")
    row = "(id, at, who, action, what, details, digest)"
    values = "(1, '2026-01-01', 'x', 'x', 'x', '{}', 'x')"
    around = {
        "sqlite": f"INSERT OR REPLACE INTO audit_log {row} VALUES {values}",
        "postgresql": "TRUNCATE audit_log",
    }
    with pytest.raises(DBAPIError, match="can only be added to"), writing(log) as connection:
        connection.execute(text(around[log.dialect.name]))
    assert len(read_audit(log)) == 1


def test_a_gap_shows_even_where_the_triggers_were_taken_away(log: Engine) -> None:
    for number in range(1, 5):
        audit(log, "anna@shop.example", "read", f"conversation {number}")
    assert first_broken_entry(log) is None
    with writing(log) as connection:
        if log.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_log_delete"))
        else:
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        connection.execute(text("DELETE FROM audit_log WHERE id = 2"))
    assert first_broken_entry(log) == 3


def test_entries_of_several_writers_form_one_chain(log: Engine) -> None:
    url = log.url.render_as_string(hide_password=False)

    def write(name: str) -> None:
        own = open_database(url)
        for number in range(10):
            audit(own, name, "read", f"conversation {number}")
        own.dispose()

    threads = [threading.Thread(target=write, args=(f"member {each}",)) for each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_audit(log)) == 30
    assert first_broken_entry(log) is None
