"""A disk without room for what a database has yet to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, Engine, event


@contextmanager
def full_disk(*engines: Engine) -> Iterator[None]:
    """As a full disk would, this lets the engines' SQLite files grow no further."""
    with ExitStack() as held:
        for engine in engines:
            held.enter_context(_full(engine))
        yield


@contextmanager
def _full(engine: Engine) -> Iterator[None]:
    def hold(connection: Connection, most: int = 1) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}")

    event.listen(engine, "begin", hold, insert=True)
    try:
        yield
    finally:
        event.remove(engine, "begin", hold)
        event.listen(engine, "begin", lambda connection: hold(connection, 2**30), insert=True)
