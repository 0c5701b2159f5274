"""Server processes for a measurement: started, waited for, watched, stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from retrieval.errors import ShopGuideError
from ui.load.ports import free_port
from ui.settings import Settings

START_SECONDS = 600.0
_UNBOUND = "1000000000"
_SHOPGUIDE = (sys.executable, "-c", "from ui.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Running:
    """A server process that answers at `address`."""

    address: str
    process: subprocess.Popen[bytes]

    def megabytes(self) -> float:
        """Its resident memory."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6


@contextmanager
def guides(settings: Settings, servers: int) -> Generator[list[Running]]:
    """So many `shopguide serve` on one shop and this machine, the composer writing.

    Together they take as many threads, and as many turns at once, as the settings let one.

    Raises:
        ShopGuideError: one does not start.
    """

    def shared(number: int) -> int:
        return max(1, number // servers)

    given = {
        "data_dir": settings.data_dir,
        "writer": "composer",
        "rate_per_minute": _UNBOUND,
        "address_rate_per_minute": _UNBOUND,
        "database_url": settings.database_url,
        "chroma_url": settings.chroma_url,
        "chroma_token": settings.chroma_token and settings.chroma_token.get_secret_value(),
        "turns_at_once": shared(settings.turns_at_once),
        "turns_waiting": shared(settings.turns_waiting),
        "rerank_candidates": settings.rerank_candidates,
        "rerank_candidates_busy": settings.rerank_candidates_busy,
        "turn_wait_seconds": settings.turn_wait_seconds,
        "rerank_threads": shared(settings.rerank_threads),
        "other_languages": settings.other_languages,
    }
    environment = {
        f"SHOPGUIDE_{name.upper()}": str(value)
        for name, value in given.items()
        if value is not None
    }
    with _all([*_SHOPGUIDE, "serve"], environment, servers, "/healthz") as running:
        yield running


@contextmanager
def started(data_dir: Path) -> Generator[Running]:
    """One server on a data directory as `make run` starts it, once its page answers.

    Raises:
        ShopGuideError: it does not start.
    """
    environment = {"SHOPGUIDE_DATA_DIR": str(data_dir)}
    with _all([*_SHOPGUIDE, "setup", "--serve"], environment, 1, "/") as running:
        yield running[0]


@contextmanager
def peer(folder: Path) -> Generator[list[Running]]:
    """The peer on its folder.

    Raises:
        ShopGuideError: it does not start.
    """
    command = [sys.executable, "-m", "ui.load.peer", str(folder)]
    with _all(command, {}, 1, "/openapi.json", port_last=True) as running:
        yield running


@contextmanager
def _all(
    command: Sequence[str],
    environment: Mapping[str, str],
    number: int,
    ready: str,
    *,
    port_last: bool = False,
) -> Generator[list[Running]]:
    running: list[Running] = []
    try:
        for _ in range(number):
            port = free_port()
            process = subprocess.Popen(  # noqa: S603
                [*command, str(port)] if port_last else list(command),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **environment, "SHOPGUIDE_PORT": str(port)},
            )
            running.append(Running(f"http://127.0.0.1:{port}", process))
        for each in running:
            _wait(each, ready)
        yield running
    finally:
        for each in running:
            each.process.terminate()
        for each in running:
            try:
                each.process.wait(30)
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()


def _wait(server: Running, path: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise ShopGuideError(
                f"a server for the measurement ended with {server.process.returncode}"
            )
        try:
            if httpx.get(server.address + path, timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise ShopGuideError("a server for the measurement did not start in time")
