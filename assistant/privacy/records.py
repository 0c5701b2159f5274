"""Everything that is stored about conversations, in whatever tables: to tell it, or to delete it.

Tables are found in the database itself, by a column `conversation_id`, so that none is forgotten
that another part adds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, Engine, MetaData, Table, delete, or_, select, text

from assistant.tables import conversations
from retrieval.database import writing

_CHUNK = 500


def conversations_of(connection: Connection, ids: Collection[str]) -> list[str]:
    """The ids of a customer's conversations; one of the `ids` may be that of a conversation."""
    query = select(conversations.c.id).where(
        or_(conversations.c.customer_id.in_(ids), conversations.c.id.in_(ids))
    )
    return list(connection.execute(query.order_by(conversations.c.created_at)).scalars())


def tables_about(connection: Connection) -> list[Table]:
    """The tables that tell of conversations, those first that refer to others."""
    metadata = MetaData()
    metadata.reflect(connection)
    about = [each for each in metadata.sorted_tables if "conversation_id" in each.columns]
    return [*reversed(about), metadata.tables["conversations"]]


def key_of(table: Table) -> str:
    """The column of a table that names the conversation."""
    return "id" if table.name == "conversations" else "conversation_id"


def delete_conversations(connection: Connection, ids: Sequence[str]) -> None:
    """Delete conversations with all that belongs to them, in the caller's `writing` transaction."""
    if connection.dialect.name == "sqlite":
        # What is deleted is overwritten, not only let go.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    for table in tables_about(connection):
        for chunk in chunks(ids):
            connection.execute(delete(table).where(table.c[key_of(table)].in_(chunk)))


def scrub(engine: Engine) -> None:
    """Let deleted rows vanish from the database's files as well, as far as it can be told to."""
    if engine.dialect.name == "sqlite":
        _merge_text_indexes(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with engine.connect() as connection:
        names = [table.name for table in tables_about(connection)]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in names:
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.execute(text(f"VACUUM {quoted}"))


def rewrite(engine: Engine, tables: Collection[str]) -> None:
    """Write a database's files anew, where rows were changed that `scrub` cannot find any more.

    On SQLite the whole file, on PostgreSQL these tables. It takes as long as copying them, and
    their space once more.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")  # every connection begins with BEGIN
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for name in tables:
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.execute(text(f"VACUUM FULL {quoted}"))


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in portions that one statement takes."""
    all_ids = list(ids)
    for start in range(0, len(all_ids), _CHUNK):
        yield all_ids[start : start + _CHUNK]


def _merge_text_indexes(engine: Engine) -> None:
    """A full-text index of SQLite keeps the words of deleted rows until it is merged."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts5%'"
    with engine.connect() as connection:
        names = connection.execute(text(query)).scalars().all()
    for name in names:
        quoted = engine.dialect.identifier_preparer.quote(name)
        with writing(engine) as connection:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            connection.execute(text(f"INSERT INTO {quoted}({quoted}) VALUES ('optimize')"))  # noqa: S608 # nosec B608
