"""An OpenAI-compatible endpoint that behaves well or in every bad way."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from assistant.llm import LanguageModel
from assistant.settings import AssistantSettings

MISBEHAVIOUR = ("hangs", "busy", "broken", "half", "nonsense", "garbage", "dead")


def streamed(text: str) -> bytes:
    """Text as the endpoint streams it."""
    return (
        b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":'
        b'[{"index":0,"delta":{"role":"assistant","content":"'
        + text.encode()
        + b'"},"finish_reason":null}]}\n\ndata: [DONE]\n\n'
    )


SAID = "The parka is blue."
ANSWERS = {
    "half": streamed(SAID)[:90],
    "nonsense": streamed("The Drizzle Parka costs $1, cures colds and sings. Blorp 7 zzz."),
    "garbage": b"<html>It works!</html>",
}
STATUS = {"busy": 429, "broken": 500}


class Endpoint(BaseHTTPRequestHandler):
    """Does what its path says."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        how = self.path.split("/")[1]
        if how == "hangs":
            time.sleep(60)
            return
        status = STATUS.get(how, 200)
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(ANSWERS.get(how, streamed(SAID)) if status == 200 else b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def llm_endpoint() -> Iterator[str]:
    """Its address; a path before `/v1` says how it misbehaves."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@contextmanager
def misbehaving_endpoint(how: str) -> Iterator[str]:
    """The base URL of an endpoint that does one of `MISBEHAVIOUR`."""
    if how == "dead":
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused
            yield f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
        return
    with llm_endpoint() as address:
        yield f"{address}/{how}/v1"


def model_of(url: str, seconds: float = 1.5) -> LanguageModel:
    """The language model behind an endpoint."""
    return LanguageModel.open(
        AssistantSettings(
            writer="endpoint",
            llm_model="m",
            llm_base_url=url,
            llm_api_key="secret-key-1",  # type: ignore[arg-type]
            llm_deadline_seconds=seconds,
        )
    )
