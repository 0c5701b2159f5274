"""Two real server processes on one PostgreSQL and one Chroma server, and a balancer before them."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ui.load.ports import free_port

CHROMA_TOKEN = "a-token-of-the-proxy"
METRICS_TOKEN = "a-token-for-prometheus"
START_SECONDS = 400


@contextmanager
def forwarding(addresses: Sequence[str], bearer: str | None = None) -> Generator[str]:
    """A proxy: one address after the other, the next where one refuses; asks for a token."""
    turn = itertools.count()
    client = httpx.AsyncClient(timeout=60)

    async def forward(request: Request) -> Response:
        if bearer is not None and request.headers.get("authorization") != f"Bearer {bearer}":
            return Response(status_code=401)
        body, first = await request.body(), next(turn)
        for place in range(len(addresses)):
            address = addresses[(first + place) % len(addresses)]
            url = (
                address + request.url.path + ("?" + request.url.query if request.url.query else "")
            )
            headers = [(k, v) for k, v in request.headers.raw if k not in (b"host", b"connection")]
            try:
                answer = await client.request(request.method, url, headers=headers, content=body)
            except httpx.ConnectError:
                continue
            except httpx.TransportError:  # cut off in the middle: nobody knows what was done
                return Response(status_code=502)
            kept = [
                (k, v) for k, v in answer.headers.items() if k in ("content-type", "retry-after")
            ]
            return Response(answer.content, answer.status_code, dict(kept))
        return Response(status_code=502)

    methods = ["GET", "POST", "PUT", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", forward, methods=methods)])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.force_exit = server.should_exit = True
        thread.join(10)


@dataclass
class ServerProcess:
    """One `shopguide serve`, with a data directory of its own; only the models are shared."""

    folder: Path
    models: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.models.mkdir(exist_ok=True)
        (self.folder / "models").symlink_to(self.models, target_is_directory=True)
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "log.jsonl"
        self.begin()

    def begin(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if "SHOPGUIDE" not in name}
        own = {"SHOPGUIDE_DATA_DIR": str(self.folder), "SHOPGUIDE_PORT": str(self.port)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from ui.cli import main; main()", "serve"],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=inherited | self.environment | own,
                cwd=Path(__file__).parents[2],
            )

    def wait(self) -> None:
        wait_for(f"{self.address}/healthz", self.process)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"{address}: the process ended with {process.returncode}")
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{address} does not answer")
