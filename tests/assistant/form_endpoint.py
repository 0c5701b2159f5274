"""A local stand-in for an OpenAI-compatible endpoint whose model fills in forms."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from turn_guide import small_guide

from assistant.llm import LanguageModel
from assistant.settings import AssistantSettings
from assistant.turn import Guide


class Endpoint(BaseHTTPRequestHandler):
    """Fills the form as a test says; asked for text, it has none."""

    slots: dict[str, Any] | str
    asked: list[dict[str, Any]]
    hold: threading.Event
    """It answers when this is set."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "response_format" not in body:
            self.send_response(500)
            self.end_headers()
            return
        type(self).asked.append(body)
        self.hold.wait(60)
        content = self.slots if isinstance(self.slots, str) else json.dumps(self.slots)
        message = {"role": "assistant", "content": content}
        answer = {
            "id": "1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }  # fmt: skip
        written = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def asking_guide(folder: Path, endpoint: type[Endpoint], **settings: Any) -> Iterator[Guide]:
    """A guide over the small shop whose language model is the endpoint, which begins afresh."""
    endpoint.slots, endpoint.asked, endpoint.hold = {"is_wish": True}, [], threading.Event()
    endpoint.hold.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    guide = small_guide(folder)
    guide.parts.writer.model = LanguageModel.open(
        AssistantSettings(
            writer="endpoint",
            llm_model="m",
            llm_base_url=f"http://127.0.0.1:{server.server_port}/v1",
            llm_api_key="none",  # type: ignore[arg-type]
            **settings,
        )
    )
    guide.parts.settings.llm_understanding_seconds = 10.0  # noise of the machine
    for name, value in settings.items():
        setattr(guide.parts.settings, name, value)
    yield guide
    endpoint.hold.set()
    guide.close()
    server.shutdown()
