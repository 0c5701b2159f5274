"""A shop in one file, and back: its database and its models; indexes are made anew from those.

The database is copied by SQLite's online backup, while customers go on writing. A backup is
complete or not there; a restore that is interrupted is repeated from the beginning.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from ranking.files import flush_folder, sha256
from ranking.registry import Registry
from retrieval.errors import ShopGuideError
from retrieval.shop_name import NAME_FILE
from ui.settings import Settings

FORMAT = 1
DATABASE, MODELS, MANIFEST = "shop.db", "models", "backup.json"
_MADE_ANEW = ("chroma", "index")
_EXPORTED = "embedder"  # in the folder of models, made anew from its package


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup; `files` are their SHA-256 by name, `database` the kind of database.

    On PostgreSQL the database is not in it: that is for `pg_dump`.
    """

    database: str
    made_at: str
    program: str
    format: int = FORMAT
    files: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def has_database(self) -> bool:
        """Whether the database is in it."""
        return DATABASE in self.files


def write_backup(settings: Settings, target: Path) -> Backup:
    """Write a backup; a file of that name is replaced when the new one is complete.

    Raises:
        ShopGuideError: there is no shop, its database is damaged, or the file cannot be written.
    """
    file = _sqlite_file(settings)
    if file is not None and not file.is_file():
        raise ShopGuideError(f"{file}: there is no shop to back up here")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as work:
        files: dict[str, Path] = {}
        if file is not None:
            files[DATABASE] = _copied(file, Path(work) / DATABASE)
        name_file = settings.data_dir / NAME_FILE
        if name_file.is_file():
            files[NAME_FILE] = name_file
        archive = Path(work) / "archive"
        with Registry(settings.models_dir).lock():
            for path in _model_files(settings.models_dir):
                files[f"{MODELS}/{path.relative_to(settings.models_dir).as_posix()}"] = path
            backup = Backup(
                database="postgresql" if file is None else "sqlite",
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                program=version("shopguide"),
                files={name: sha256(path) for name, path in files.items()},
            )
            _write_archive(archive, backup, files)
        archive.replace(target)
    flush_folder(target.parent)
    return backup


def read_backup(source: Path, settings: Settings, *, replace: bool = False) -> Backup:
    """Make a data directory the shop of a backup; `replace` allows one that holds a shop.

    Everything is unpacked and checked beside the shop before anything of it is touched. The
    indexes are removed: the next start makes them from the database.

    Raises:
        ShopGuideError: the file is no whole backup, the directory holds a shop already or one
            that is in use, or the backup is of another kind of database.
    """
    file, folder = _sqlite_file(settings), settings.data_dir
    if file is not None and file.exists() and not replace:
        raise ShopGuideError(f"{file}: there is a shop already; --replace puts the backup's there")
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".restoring-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as work:
        backup = _unpacked(source, Path(work))
        if backup.has_database and file is None:
            raise ShopGuideError(
                f"{source}: holds a SQLite database, but database_url names PostgreSQL"
            )
        if file is not None and not backup.has_database:
            raise ShopGuideError(
                f"{source}: its database is in PostgreSQL: restore that by pg_restore, and set "
                "database_url"
            )
        _settle(file, exists=file is not None and file.exists())
        for name in _MADE_ANEW:
            shutil.rmtree(folder / name, ignore_errors=True)
        shutil.rmtree(settings.models_dir, ignore_errors=True)
        for name in [name for name in backup.files if name != DATABASE] + [DATABASE]:
            if name not in backup.files:
                continue
            place = file if name == DATABASE and file is not None else folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            (Path(work) / name).replace(place)
        flush_folder(folder)
    return backup


def _sqlite_file(settings: Settings) -> Path | None:
    """The database's file; None on PostgreSQL."""
    from sqlalchemy import make_url

    url = make_url(settings.resolved_database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _copied(file: Path, copy: Path) -> Path:
    """A copy of the database as it is at one moment, checked."""
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=2_000, sleep=0.01)
            target.execute("PRAGMA journal_mode=DELETE")
            found = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise ShopGuideError(f"{file}: cannot be copied: {error}") from error
    if found != "ok":
        raise ShopGuideError(f"{file}: is damaged ({found}): nothing was written")
    return copy


def _model_files(models: Path) -> Iterator[Path]:
    for path in sorted(models.rglob("*")):
        inside = path.relative_to(models).parts
        if path.is_file() and inside[0] != _EXPORTED and not inside[-1].endswith(".lock"):
            if any(part.startswith(".") for part in inside):
                continue  # half made
            yield path


def _write_archive(archive: Path, backup: Backup, files: dict[str, Path]) -> None:
    with archive.open("wb") as stream:
        archive.chmod(0o600)  # it holds what customers said
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as tar:
            for name, path in files.items():
                tar.add(path, arcname=name, recursive=False)
            document = json.dumps(asdict(backup), indent=1).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(document)
            tar.addfile(entry, BytesIO(document))
        stream.flush()
        os.fsync(stream.fileno())


def _unpacked(source: Path, work: Path) -> Backup:
    """Unpack a backup, and see that all of it is there as it was written."""
    try:
        with tarfile.open(source, "r:gz") as tar:
            tar.extractall(work, filter="data")
        document = json.loads((work / MANIFEST).read_text("utf-8"))
    except FileNotFoundError as error:
        missing = source if not source.exists() else f"{source}: {MANIFEST}"
        raise ShopGuideError(f"{missing}: is not there; this is no backup") from error
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise ShopGuideError(f"{source}: is no whole backup ({error})") from error
    if document.get("format") != FORMAT:
        raise ShopGuideError(f"{source}: is of a newer version of the shop guide; update it first")
    backup = Backup(**document)
    for name, digest in backup.files.items():
        if not (work / name).is_file() or sha256(work / name) != digest:
            raise ShopGuideError(f"{source}: {name} is missing or damaged")
    return backup


def _settle(file: Path | None, *, exists: bool) -> None:
    """See that nobody has the database open, and that its file is all there is of it.

    Leaving write-ahead logging takes sole access, and leaves no log behind that could be taken
    for the new database's.
    """
    if file is None or not exists:
        return
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise ShopGuideError(f"{file}: is in use: stop the server first") from error
        # A damaged database is what backups are for.
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
