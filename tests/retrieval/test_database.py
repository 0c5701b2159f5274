"""The database: how it is opened, how writers share it, what people are told when it fails."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from retrieval.catalog import MIGRATIONS, VERSION_TABLE, Catalog
from retrieval.database import held_lock, migrate, open_database, reading, waited_lock, writing
from retrieval.errors import DatabaseAwayError, SettingsError, ShopGuideError
from retrieval.tables import metadata


def test_sqlite_is_set_for_safety(sqlite_url: str) -> None:
    with open_database(sqlite_url).connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    full, on = 2, 1
    assert settings == {
        "journal_mode": "wal",
        "synchronous": full,
        "busy_timeout": 5000,
        "foreign_keys": on,
    }


def test_the_folder_of_a_new_shop_is_made(tmp_path: Path) -> None:
    Catalog(open_database(f"sqlite:///{tmp_path / 'new' / 'shop' / 'shop.db'}"))
    assert (tmp_path / "new" / "shop" / "shop.db").is_file()


def test_the_scripts_make_the_tables_that_the_code_uses(engine: Engine) -> None:
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_two_parts_keep_their_versions_apart_in_one_database(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "log" / "versions").mkdir(parents=True)
    (tmp_path / "log" / "versions" / "0001_log.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "revision = '0001'\ndown_revision = None\n"
        "def upgrade(): op.create_table('turns', sa.Column('key', sa.Integer, primary_key=True))\n"
    )
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    migrate(engine, tmp_path / "log", "alembic_version_log")
    migrate(engine, tmp_path / "log", "alembic_version_log")
    tables = set(inspect(engine).get_table_names())
    assert {"products", "turns", VERSION_TABLE, "alembic_version_log"} <= tables


def test_a_failed_migration_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0001_half.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "revision = '0001'\ndown_revision = None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('key', sa.Integer, primary_key=True))\n"
        "    raise RuntimeError('power cut')\n"
    )
    with pytest.raises(RuntimeError):
        migrate(engine, tmp_path, "alembic_version_half")
    assert "half" not in inspect(engine).get_table_names()


def test_a_database_of_a_newer_program_is_refused(engine: Engine) -> None:
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(ShopGuideError, match=r"newer version.*9999"):
        Catalog(engine)


def test_many_starts_at_once_migrate_once(engine: Engine) -> None:
    failures: list[Exception] = []

    def start() -> None:
        try:
            Catalog(engine)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_writers_that_read_first_wait_for_each_other(engine: Engine) -> None:
    """A transaction that reads, then writes, never fails because another wrote in between."""
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counter (value INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    lock = " FOR UPDATE" if engine.dialect.name == "postgresql" else ""

    def count_up() -> None:
        for _ in range(20):
            with writing(engine) as connection:
                value = connection.execute(text(f"SELECT value FROM counter{lock}")).scalar_one()
                connection.execute(text("UPDATE counter SET value = :v"), {"v": value + 1})

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT value FROM counter")).scalar_one() == 80


def test_readers_do_not_wait_for_a_writer(engine: Engine) -> None:
    catalog = Catalog(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE catalog_state SET revision = 7"))
        assert catalog.revision() == 0
    assert catalog.revision() == 7


def test_a_transaction_that_fails_is_rolled_back(engine: Engine) -> None:
    catalog = Catalog(engine)
    with pytest.raises(KeyError), writing(engine) as connection:
        connection.execute(text("UPDATE catalog_state SET revision = 7"))
        raise KeyError
    assert catalog.revision() == 0


def test_one_holder_of_a_lock_at_a_time(engine: Engine) -> None:
    with (
        held_lock(engine, "ingest", "busy"),
        pytest.raises(ShopGuideError, match="busy"),
        held_lock(open_database(engine.url.render_as_string(False)), "ingest", "busy"),
    ):
        pass
    with held_lock(engine, "ingest", "busy"):
        pass


def test_a_killed_holder_frees_its_lock(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\nfrom retrieval.database import held_lock, open_database\n"
            "with held_lock(open_database(sys.argv[1]), 'ingest', 'busy'):\n"
            "    print('held', flush=True); time.sleep(60)\n",
            sqlite_url,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ShopGuideError, match="busy"), held_lock(engine, "ingest", "busy"):
        pass
    holder.kill()
    holder.wait()
    with held_lock(engine, "ingest", "busy"):
        pass


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://shop", "'mysql' is not supported"),
        ("not a url", "database_url"),
        ("sqlite:////proc/nowhere/shop.db", "/proc/nowhere"),
        ("postgresql://shop:s3cret@127.0.0.1:1/shop", "PostgreSQL at 127.0.0.1:1/shop: cannot"),
    ],
)
def test_what_cannot_be_opened_is_said_clearly(url: str, message: str) -> None:
    with pytest.raises(ShopGuideError, match=message) as caught:
        Catalog(open_database(url))
    assert "s3cret" not in str(caught.value)


def test_an_unknown_database_is_a_setting_to_mend() -> None:
    with pytest.raises(SettingsError):
        open_database("oracle://shop")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_text("a shopping list\n" * 200)
    with pytest.raises(ShopGuideError, match=r"shop\.db: is not a SQLite database"):
        Catalog(open_database(f"sqlite:///{tmp_path / 'shop.db'}"))


def test_a_full_disk(sqlite_url: str) -> None:
    engine = open_database(sqlite_url)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (text TEXT)")
        # As a full disk would, this lets the file grow no further.
        connection.exec_driver_sql("PRAGMA max_page_count=4")
        with pytest.raises(ShopGuideError, match="the disk is full"):
            connection.execute(text("INSERT INTO notes VALUES (:t)"), {"t": "x" * 100_000})


def test_a_lock_that_is_never_given_back(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.database.BUSY_TIMEOUT_SECONDS", 0.05)
    engine = open_database(sqlite_url)
    Catalog(engine)
    other = sqlite3.connect(engine.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ShopGuideError, match="in use by another process"), writing(engine):
        pass
    other.close()


def test_a_damaged_file_is_found_after_an_unclean_stop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, sys\nfrom retrieval.catalog import Catalog\n"
            "from retrieval.database import open_database\n"
            "from retrieval.product import Product\n"
            "catalog = Catalog(open_database(sys.argv[1]))\n"
            "catalog.upsert(Product(id=str(n), title='t' * 500) for n in range(300))\n"
            "os.kill(os.getpid(), 9)\n",
            url,
        ],
        check=False,
    )
    assert killed.returncode == -9
    assert (tmp_path / "shop.db-wal").stat().st_size > 0
    # What was committed is there after a kill, and a whole file passes the check.
    engine = open_database(url)
    assert Catalog(engine).count() == 300
    engine.dispose()

    data = bytearray((tmp_path / "shop.db").read_bytes())
    for page in range(4096 * 4, len(data) - 4096, 4096):
        data[page : page + 200] = b"\xff" * 200
    (tmp_path / "shop.db").write_bytes(bytes(data))
    (tmp_path / "shop.db-wal").write_bytes(b"left over")
    with pytest.raises(ShopGuideError, match="damaged"):
        open_database(url)


def test_opening_again_is_quick_work(sqlite_url: str) -> None:
    """A second start does not write: it works while another process holds the write lock."""
    Catalog(open_database(sqlite_url))
    engine = open_database(sqlite_url)
    with writing(engine):
        started = time.monotonic()
        assert Catalog(open_database(sqlite_url)).revision() == 0
        assert time.monotonic() - started < 5


def test_a_lock_is_waited_for_on_postgresql(postgres_url: str) -> None:
    here, there = open_database(postgres_url), open_database(postgres_url)
    with waited_lock(here, "a conversation", 5, "busy"):
        with waited_lock(there, "another conversation", 5, "busy"):
            pass  # which is not kept waiting
        with (
            pytest.raises(ShopGuideError, match="busy"),
            waited_lock(there, "a conversation", 0.05, "busy"),
        ):
            pytest.fail("two have it")
    with waited_lock(there, "a conversation", 5, "busy"):
        pass
    for engine in (here, there):
        engine.dispose()


@pytest.mark.faults
def test_connections_that_the_server_closed_are_opened_again(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with engine.connect() as kept:
        kept.execute(text("SELECT 1"))
    with open_database(postgres_url).connect() as other:
        other.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    with engine.connect() as again:
        assert again.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


@pytest.mark.faults
def test_a_server_that_is_away_is_told_apart(postgres_url: str) -> None:
    gone = postgres_url.rpartition("/")[0] + "/nowhere"
    with pytest.raises(DatabaseAwayError, match="cannot connect"):
        open_database(gone).connect()
