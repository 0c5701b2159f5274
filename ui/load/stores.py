"""A PostgreSQL and a Chroma server of one's own, for as long as something is measured or tested.

Both listen to this machine alone. That is no way to serve: Chroma's server has known holes, and
stands behind a proxy that asks for a token where it is deployed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text

from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.embeddings import open_embedder
from retrieval.errors import ShopGuideError
from retrieval.indexing import load_vectors
from retrieval.multilingual import open_multilingual
from retrieval.texts import product_text, text_hash
from retrieval.vectors import open_vectors
from ui.load.ports import free_port
from ui.settings import Settings

_POSTGRESQL = Path("/usr/lib/postgresql")
_DATABASE = "shop"
_START_SECONDS = 60.0


def postgresql_programs() -> Path:
    """Where the newest `initdb` and `pg_ctl` of Debian's package lie.

    Raises:
        ShopGuideError: where they, or the extra `postgres`, are not installed.
    """
    try:
        import psycopg  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise ShopGuideError(
            "PostgreSQL needs the extra 'postgres': pip install 'shopguide[postgres]'"
        ) from error
    found = sorted(_POSTGRESQL.glob("*/bin/initdb"), key=lambda each: each.parts[-3].zfill(4))
    if not found:
        raise ShopGuideError("no PostgreSQL server here (Debian package: postgresql)")
    return found[-1].parent


@contextmanager
def postgresql(*, durable: bool = True) -> Generator[str]:
    """The URL, without a database's name, of a new server on this machine alone.

    With `durable` a commit is on the disk, as a shop has it; without, tests are faster.

    Raises:
        ShopGuideError: where the programs are missing or refuse.
    """
    programs = postgresql_programs()
    # The server refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="shopguide-postgres-"))
    if user:
        shutil.chown(folder, "postgres")
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        command = [*user, str(programs / program), *arguments]
        quiet = subprocess.DEVNULL
        try:
            subprocess.run(command, check=True, cwd=folder, stdout=quiet, stderr=quiet)  # noqa: S603
        except subprocess.CalledProcessError as error:
            raise ShopGuideError(f"PostgreSQL's {program} ended with {error.returncode}") from error

    data = str(folder / "data")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    if not durable:
        options += " -c fsync=off"
    try:
        run("initdb", "-D", data, "-U", "shop", "--auth=trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://shop@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_database(server: str, name: str) -> str:
    """The URL of a new, empty database at a server."""
    url = server.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(f"{url}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"


class ChromaServer:
    """`chroma run` on a folder; it can be stopped and started again, at the same address."""

    def __init__(self, folder: Path) -> None:
        """Start it.

        Raises:
            ShopGuideError: it does not answer.
        """
        self._folder = folder
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._process = self._started()

    def stop(self) -> None:
        """Kill it, as a machine would go."""
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        """Start it on what it has stored."""
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        program = str(Path(sys.executable).with_name("chroma"))
        at = ("--path", str(self._folder), "--port", str(self._port))
        process = subprocess.Popen(  # noqa: S603
            [program, "run", "--host", "127.0.0.1", *at],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
        )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            try:
                if httpx.get(f"{self.address}/api/v2/heartbeat", timeout=2).is_success:
                    return process
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        process.kill()
        process.wait()
        raise ShopGuideError("a Chroma server did not start")


@contextmanager
def on_servers(settings: Settings) -> Generator[Settings]:
    """Settings of a copy of the shop's products on a PostgreSQL and a Chroma server of its own.

    Raises:
        ShopGuideError: where a server does not start.
    """
    with postgresql() as server, tempfile.TemporaryDirectory() as folder:
        chroma = ChromaServer(Path(folder))
        try:
            there = settings.model_copy(
                update={
                    "database_url": make_database(server, _DATABASE),
                    "chroma_url": chroma.address,
                    "chroma_token": None,
                }
            )
            _copy(settings, there)
            yield there
        finally:
            chroma.stop()


def _copy(here: Settings, there: Settings) -> None:
    """Products, and their vectors, which are not embedded anew."""
    engine = open_database(there.resolved_database_url)
    Catalog(engine).upsert(Catalog(open_database(here.resolved_database_url)).products())
    products = list(Catalog(engine).products())
    engine.dispose()
    ids = [product.id for product in products]
    hashes = [text_hash(product_text(product)) for product in products]
    for embedder in (open_embedder(here), open_multilingual(here)):
        if embedder is not None:
            vectors = load_vectors(here, products, embedder)
            with open_vectors(there, embedder) as store:
                store.upsert(ids, hashes, vectors)
