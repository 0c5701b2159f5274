"""A shop goes into a file and comes back, whatever happens meanwhile."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from pathlib import Path

import pytest
from fake_guide import PRODUCTS

from assistant.log import ConversationLog
from ranking.files import write_atomically
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.errors import ShopGuideError
from ui.backup import MANIFEST, read_backup, write_backup
from ui.settings import Settings


class Shop:
    """A data directory with products, a conversation and a model."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder)
        self.file = folder / "shop.db"

    def fill(self) -> None:
        engine = open_database(self.settings.resolved_database_url)
        Catalog(engine).upsert(PRODUCTS)
        engine.dispose()
        self.say("a jacket")
        models = self.settings.models_dir
        write_atomically(models / "clicks" / "v1" / "text.onnx", b"weights")
        write_atomically(models / "clicks" / "champion.json", b'{"version": "v1"}')
        write_atomically(models / "embedder" / "made-anew.onnx", b"big")
        write_atomically(models / "clicks" / ".building-7" / "half", b"made")
        write_atomically(self.settings.data_dir / "index" / "words" / "old", b"index")

    def say(self, message: str) -> None:
        engine = open_database(self.settings.resolved_database_url)
        ConversationLog(engine).begin(message, conversation_id="c1")
        engine.dispose()

    def said(self) -> list[str]:
        engine = open_database(self.settings.resolved_database_url)
        turns = ConversationLog(engine).history("c1")
        engine.dispose()
        return [turn.message for turn in turns]

    def products(self) -> int:
        engine = open_database(self.settings.resolved_database_url)
        count = Catalog(engine).count()
        engine.dispose()
        return count


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop")
    shop.fill()
    return shop


def test_a_shop_comes_back_in_an_empty_directory(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "backups" / "shop.tar.gz"
    made = write_backup(shop.settings, file)
    assert set(made.files) == {
        "shop.db", "models/clicks/v1/text.onnx", "models/clicks/champion.json"
    }  # fmt: skip
    assert file.stat().st_mode & 0o077 == 0  # nobody else reads what customers said
    assert [each.name for each in file.parent.iterdir()] == ["shop.tar.gz"]
    other = Shop(tmp_path / "other")
    assert read_backup(file, other.settings) == made
    assert other.products() == len(PRODUCTS)
    assert other.said() == ["a jacket"]
    assert (other.settings.models_dir / "clicks" / "v1" / "text.onnx").read_bytes() == b"weights"


def test_a_shop_goes_back_to_what_it_was(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar.gz"
    write_backup(shop.settings, file)
    shop.say("in blue")
    write_atomically(shop.settings.models_dir / "clicks" / "v2" / "text.onnx", b"worse")
    with pytest.raises(ShopGuideError, match="--replace"):
        read_backup(file, shop.settings)
    assert shop.said() == ["a jacket", "in blue"]
    read_backup(file, shop.settings, replace=True)
    assert shop.said() == ["a jacket"]
    assert not (shop.settings.models_dir / "clicks" / "v2").exists()
    assert not (shop.settings.data_dir / "index").exists()  # of another state of the catalogue


def test_customers_go_on_writing_meanwhile(shop: Shop, tmp_path: Path) -> None:
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            shop.say(f"message {written}")
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    while not written:
        pass
    before = written
    write_backup(shop.settings, tmp_path / "shop.tar.gz")
    stop.set()
    writer.join()
    other = Shop(tmp_path / "other")
    read_backup(tmp_path / "shop.tar.gz", other.settings)
    said = other.said()
    assert len(said) >= before
    assert said == ["a jacket", *(f"message {number}" for number in range(len(said) - 1))]


def test_a_shop_that_is_served_is_not_replaced(shop: Shop, tmp_path: Path) -> None:
    write_backup(shop.settings, tmp_path / "shop.tar.gz")
    engine = open_database(shop.settings.resolved_database_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(ShopGuideError, match="stop the server"):
            read_backup(tmp_path / "shop.tar.gz", shop.settings, replace=True)
    engine.dispose()
    assert shop.said() == ["a jacket"]


def test_what_a_killed_server_left_is_no_part_of_the_restored(shop: Shop, tmp_path: Path) -> None:
    write_backup(shop.settings, tmp_path / "shop.tar.gz")
    # A write-ahead log that was not taken up, as after kill -9.
    left = sqlite3.connect(shop.file)
    left.execute("PRAGMA journal_mode=WAL")
    left.execute("PRAGMA wal_autocheckpoint=0")
    left.execute("CREATE TABLE left_over (x)")
    log = shop.file.with_name("shop.db-wal").read_bytes()
    left.close()
    shop.file.with_name("shop.db-wal").write_bytes(log)
    read_backup(tmp_path / "shop.tar.gz", shop.settings, replace=True)
    tables = sqlite3.connect(shop.file).execute("SELECT name FROM sqlite_master").fetchall()
    assert ("left_over",) not in tables
    assert shop.said() == ["a jacket"]


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_an_interrupted_restore_is_repeated(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    write_backup(shop.settings, tmp_path / "shop.tar.gz")
    shop.say("in blue")
    real, done = Path.replace, 0

    def killed(self: Path, target: Path) -> Path:
        nonlocal done
        if done == moves:
            raise KeyboardInterrupt
        done += 1
        return real(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        read_backup(tmp_path / "shop.tar.gz", shop.settings, replace=True)
    assert shop.said()[0] == "a jacket"  # one state or the other, and whole
    read_backup(tmp_path / "shop.tar.gz", shop.settings, replace=True)
    assert shop.said() == ["a jacket"]
    assert not list(shop.settings.data_dir.glob(".restoring-*"))


def test_a_backup_that_cannot_be_finished_leaves_the_last_one(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "backups" / "shop.tar.gz"
    write_backup(shop.settings, file)
    whole = file.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", full)
    with pytest.raises(OSError, match="No space"):
        write_backup(shop.settings, file)
    assert file.read_bytes() == whole
    assert [each.name for each in file.parent.iterdir()] == ["shop.tar.gz"]


def test_what_is_no_whole_backup_is_told_and_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar.gz"
    write_backup(shop.settings, file)
    whole = file.read_bytes()
    wrong = tmp_path / "wrong.tar.gz"

    def refused(why: str) -> None:
        with pytest.raises(ShopGuideError, match=why):
            read_backup(wrong, shop.settings, replace=True)
        assert shop.said() == ["a jacket"]

    refused("not there")
    wrong.write_bytes(whole[: len(whole) // 2])
    refused("no whole backup")
    wrong.write_bytes(b"a letter")
    refused("no whole backup")

    def packed(*entries: tuple[str, bytes]) -> None:
        with tarfile.open(wrong, "w:gz") as tar:
            for name, content in entries:
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))

    packed(("../escaped", b"x"))
    refused("no whole backup")
    assert not (shop.settings.data_dir.parent / "escaped").exists()
    manifest = {"format": 1, "database": "sqlite", "made_at": "", "program": "",
                "files": {"shop.db": "0" * 64}}  # fmt: skip
    packed(("shop.db", b"other"), (MANIFEST, json.dumps(manifest).encode()))
    refused("shop.db is missing or damaged")
    packed((MANIFEST, json.dumps({**manifest, "format": 2}).encode()))
    refused("newer version")


def test_without_a_shop_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(ShopGuideError, match="no shop to back up"):
        write_backup(Settings(data_dir=tmp_path), tmp_path / "shop.tar.gz")
    assert list(tmp_path.iterdir()) == []


def test_on_postgresql_the_models_alone_are_in_it(shop: Shop, tmp_path: Path) -> None:
    served = shop.settings.model_copy(update={"database_url": "postgresql://shop@db/shop"})
    made = write_backup(served, tmp_path / "models.tar.gz")
    assert (made.database, made.has_database) == ("postgresql", False)
    with pytest.raises(ShopGuideError, match="pg_restore"):
        read_backup(tmp_path / "models.tar.gz", Shop(tmp_path / "other").settings)
    write_backup(shop.settings, tmp_path / "shop.tar.gz")
    with pytest.raises(ShopGuideError, match="names PostgreSQL"):
        read_backup(tmp_path / "shop.tar.gz", served)
    read_backup(tmp_path / "models.tar.gz", served)
