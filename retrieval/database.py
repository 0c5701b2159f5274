"""The shop's database: SQLite by default, PostgreSQL by its URL, and its migrations.

Transactions that write run in `writing(engine)`, those that only read in `reading(engine)`
(or `engine.connect()`). On SQLite the first takes the write lock at once (BEGIN IMMEDIATE),
so that two writers wait for each other instead of failing half way; readers never wait.
Failures a person can mend (disk full, locked, unreadable, no server) arrive as ShopGuideError.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from retrieval.errors import (
    DatabaseAwayError,
    SettingsError,
    ShopGuideError,
    UnstorableTextError,
)

BUSY_TIMEOUT_SECONDS = 5.0
_WRITES = "shopguide_writes"
_LOCK_TIMEOUT = "55P03"
_MIGRATION_ENVIRONMENT = Path(__file__).parent / "migrations"


def open_database(url: str) -> Engine:
    """Open a database by its SQLAlchemy URL, `sqlite:///…` or `postgresql://…`.

    A SQLite file and its folder are made where they are missing; after an unclean stop the
    file is checked. No tables are made here: see `migrate`.

    Raises:
        SettingsError: for a URL that cannot be used.
        ShopGuideError: where the database cannot be opened or is damaged.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(f"database_url: {error}") from error
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    raise SettingsError(
        f"database_url: '{parsed.drivername}' is not supported; use sqlite or postgresql"
    )


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction that may write: committed at the end, rolled back on an error."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """A transaction that only reads; on SQLite it sees one state of the data throughout."""
    with engine.connect() as connection, connection.begin():
        yield connection


def migrate(engine: Engine, scripts: Path, version_table: str) -> bool:
    """Bring the tables of one part up to date with its Alembic scripts; whether they were not.

    `scripts` holds a folder `versions`; `version_table` is where the part keeps its state, so
    that several parts share one database. Runs in one transaction; a second process waits.

    Raises:
        ShopGuideError: where the database was made by a newer version, or cannot be written.
    """
    config = Config()
    config.set_main_option("script_location", _escaped(_MIGRATION_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(scripts / "versions"))
    script = ScriptDirectory.from_config(config)
    with reading(engine) as connection:
        if _is_current(connection, script, version_table):
            return False
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": version_table}
            )
        if _is_current(connection, script, version_table):
            return False
        config.attributes.update(connection=connection, version_table=version_table)
        command.upgrade(config, "head")
        return True


@contextmanager
def held_lock(engine: Engine, name: str, busy: str) -> Generator[None]:
    """Hold a lock between processes for as long as the context lasts; a dead holder frees it.

    On SQLite a locked file beside the database, on PostgreSQL an advisory lock.

    Raises:
        ShopGuideError: with the message `busy` where another process holds it.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            taken = connection.execute(
                text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}
            ).scalar_one()
            if not taken:
                raise ShopGuideError(busy)
            connection.commit()
            try:
                yield
            finally:
                connection.execute(
                    text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name}
                )
                connection.commit()
        return
    file = engine.url.database
    if not file or file == ":memory:":
        yield
        return
    lock = FileLock(f"{file}.{name}.lock", timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise ShopGuideError(busy) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def waited_lock(engine: Engine, name: str, seconds: float, busy: str) -> Generator[None]:
    """Hold a lock between the servers of one PostgreSQL; a dead holder frees it.

    A lost connection frees it too: what must not happen twice needs a key in a table besides.
    SQLite has one server, whose own locks do.

    Raises:
        ShopGuideError: with the message `busy` where another has it for so many seconds.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as connection:
        timeout = text("SELECT set_config('lock_timeout', :milliseconds, true)")
        lock = text("SELECT pg_advisory_lock(hashtextextended(:name, 0))")
        try:
            connection.execute(timeout, {"milliseconds": str(max(1, round(seconds * 1000)))})
            connection.execute(lock, {"name": name})
        except ShopGuideError as error:
            if getattr(error.__cause__, "sqlstate", None) == _LOCK_TIMEOUT:
                raise ShopGuideError(busy) from error
            raise
        connection.commit()
        try:
            yield
        finally:
            _unlock(connection, name)


def _unlock(connection: Connection, name: str) -> None:
    """Give a lock back, or the whole connection where that fails: the server then sees to it."""
    unlock = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")
    try:
        connection.execute(unlock, {"name": name})
        connection.commit()
    except (ShopGuideError, SQLAlchemyError):
        connection.invalidate()


def _open_sqlite(url: URL) -> Engine:
    pool: dict[str, int] = {}
    file = Path(url.database) if url.database and url.database != ":memory:" else None
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ShopGuideError(f"{file.parent}: {error.strerror}") from error
        pool = {"pool_size": 10, "max_overflow": 40}
    write_ahead_log = None if file is None else file.with_name(f"{file.name}-wal")
    unclean = (
        write_ahead_log is not None
        and write_ahead_log.is_file()
        and write_ahead_log.stat().st_size > 0
    )
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # they are what customers wrote
        **pool,
    )
    where = str(file or "the database")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy's begin event opens every transaction; the driver must not.
        connection.isolation_level = None
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
        except sqlite3.Error as error:
            raise ShopGuideError(_sqlite_advice(str(error), where) or str(error)) from error

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        _refuse_unstorable(context)
        advice = _sqlite_advice(str(context.original_exception), where)
        if advice is not None:
            raise ShopGuideError(advice) from context.original_exception

    if unclean:
        _check_sqlite(engine, where)
    return engine


def _check_sqlite(engine: Engine, where: str) -> None:
    """What the write-ahead log holds is applied by SQLite itself; see that the file is whole."""
    with engine.connect() as connection:
        result = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    if result != "ok":
        raise ShopGuideError(f"{where} is damaged ({result}): restore it from a backup")


def _sqlite_advice(message: str, where: str) -> str | None:
    advice = {
        "database or disk is full": "the disk is full: free some space, then try again",
        "disk I/O error": "the disk cannot be read or written (is it full or failing?)",
        "unable to open database file": "cannot be opened: does the folder exist, may I write it?",
        "attempt to write a readonly database": "is not writable for this user",
        "database is locked": "is in use by another process that is writing; try again",
        "file is not a database": "is not a SQLite database",
        "database disk image is malformed": "is damaged: restore it from a backup",
    }
    return next((f"{where}: {text}" for sign, text in advice.items() if sign in message), None)


def _open_postgresql(url: URL) -> Engine:
    try:
        engine = create_engine(
            url, pool_pre_ping=True, hide_parameters=True, pool_size=10, max_overflow=40
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise SettingsError(
            "database_url: PostgreSQL needs the extra 'postgres': pip install 'shopguide[postgres]'"
        ) from error
    where = f"PostgreSQL at {url.host or 'this machine'}:{url.port or 5432}/{url.database}"

    @event.listens_for(engine, "handle_error")
    def explain(context: ExceptionContext) -> None:
        if context.is_pre_ping:
            return  # a connection that was closed meanwhile: the pool opens another
        _refuse_unstorable(context)
        error = context.original_exception
        state: str | None = getattr(error, "sqlstate", None)
        advice = None
        if context.connection is None:
            advice = f"cannot connect ({str(error).strip().splitlines()[0]})"
            raise DatabaseAwayError(f"{where}: {advice}") from error
        if state == "53100":
            advice = "the server's disk is full: free some space, then try again"
        elif state in {_LOCK_TIMEOUT, "40P01"}:
            advice = "is in use by another process that is writing; try again"
        elif context.is_disconnect:
            advice = "the server closed the connection; try again"
            raise DatabaseAwayError(f"{where}: {advice}") from error
        if advice is not None:
            raise ShopGuideError(f"{where}: {advice}") from error

    return engine


def _refuse_unstorable(context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, UnicodeEncodeError) or "NUL (0x00)" in str(error):
        raise UnstorableTextError("a text has a character that cannot be stored") from error


def _is_current(connection: Connection, script: ScriptDirectory, version_table: str) -> bool:
    context = MigrationContext.configure(connection, opts={"version_table": version_table})
    heads = set(context.get_current_heads())
    known = {revision.revision for revision in script.walk_revisions()}
    if not heads <= known:
        raise ShopGuideError(
            "the database was made by a newer version of the shop guide "
            f"({version_table}: {', '.join(sorted(heads - known))}); update the program"
        )
    return heads == set(script.get_heads())


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
