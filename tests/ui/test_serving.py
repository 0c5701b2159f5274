"""Starting and stopping the server, and what a page does when it goes away in between."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from visiting import Visitor

from retrieval.errors import ShopGuideError
from ui.load.ports import free_port
from ui.server import serve
from ui.settings import Settings

HERE = Path(__file__).parent
SERVE = f"""
import sys
sys.path[:0] = {[str(HERE), str(HERE.parents[1])]!r}
import fake_guide, ui.server
from pathlib import Path
from ui.settings import Settings
ui.server.Guide.open = classmethod(lambda cls, settings, rest: fake_guide.FakeGuide())
ui.server.serve(Settings(data_dir=Path(sys.argv[1]), port=int(sys.argv[2])))
"""


@contextmanager
def serving(folder: Path, port: int) -> Generator[subprocess.Popen[str]]:
    """A server in its own process, once it says that it is ready."""
    environment = {name: value for name, value in os.environ.items() if "SHOPGUIDE" not in name}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(port)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if f"ready at http://127.0.0.1:{port}" in line:
                break
        else:
            pytest.fail("the server ended without saying that it is ready")
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_taken_port_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ShopGuideError, match=rf"port {port} .*in use.*SHOPGUIDE_PORT"):
            serve(Settings(data_dir=tmp_path, port=port))


def test_an_address_of_another_machine_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShopGuideError, match="SHOPGUIDE_HOST"):
        serve(Settings(data_dir=tmp_path, host="203.0.113.7", port=free_port()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_says_when_it_is_ready_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    with serving(tmp_path, port) as process:
        # Ready means ready: the first request is answered.
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).json() == {"status": "ok"}
        process.send_signal(number)
        assert process.stderr is not None
        rest = process.stderr.read()
        assert process.wait(60) == 0, rest
        assert "Traceback" not in rest


@pytest.mark.faults
def test_a_message_written_while_the_server_is_away_is_not_lost(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    visitor = Visitor(browser, f"http://127.0.0.1:{port}")
    with serving(tmp_path, port):
        page = visitor.open()
        visitor.say("a jacket")
    page.fill("#sg-message", "in blue")
    page.press("#sg-message", "Enter")
    expect(page.locator(".sg-trouble")).to_contain_text("did not arrive")
    with serving(tmp_path, port):
        # Gradio's client asks every two seconds, and loads the page again when it is answered.
        expect(page.locator("#sg-message")).to_have_value("in blue")
        visitor.context.close()
