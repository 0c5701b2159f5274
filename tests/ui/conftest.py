"""A server with the fake guide, and a browser that tells of everything that goes wrong."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fake_guide import PRODUCTS, FakeGuide
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from retrieval.catalog import Catalog
from retrieval.database import open_database
from ui.server import create_app
from ui.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SHOP = "Larkfell & Sons"


@dataclass
class Site:
    """A running server, its guide and its catalogue."""

    address: str
    guide: FakeGuide
    catalog: Catalog
    app: FastAPI


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_site(folder: Path) -> tuple[Settings, FakeGuide, Catalog]:
    settings = Settings(data_dir=folder, port=free_port(), shop_name=SHOP)
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(PRODUCTS)
    return settings, FakeGuide(), catalog


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings, guide, catalog = make_site(tmp_path_factory.mktemp("site"))
    app = create_app(settings, guide, catalog)
    config = uvicorn.Config(app, port=settings.port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield Site(f"http://127.0.0.1:{settings.port}", guide, catalog, app)
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """HTTP without a browser, against the same running server."""
    with httpx.Client(base_url=site.address) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Debian's chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """One person with a browser; what goes wrong in it fails the test at the end."""

    def __init__(self, browser: Browser, address: str, **options: object) -> None:
        settings = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
        self.address = address
        self.context: BrowserContext = browser.new_context(**settings)  # type: ignore[arg-type]
        self.context.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.context.on("request", lambda request: self._request(request.url))
        self.page: Page = self.context.new_page()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:")):
            self.faults.append(f"foreign request: {url}")

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.address + path)
        if path == "/":
            self.page.wait_for_selector(".sg[data-ready]")
        return self.page

    def say(self, text: str, turns: int = 1) -> None:
        """Send a message and wait for the whole answer."""
        self.page.fill("#sg-message", text)
        self.page.press("#sg-message", "Enter")
        self.answered(turns)

    def answered(self, turns: int) -> None:
        self.page.wait_for_selector(f".sg-turn:nth-child({turns})[aria-busy=false]")

    def close(self) -> None:
        self.context.close()
        assert not self.faults, "\n".join(self.faults)


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Visitor]:
    visitor = Visitor(browser, site.address)
    yield visitor
    visitor.close()


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Visitor]:
    visitor = Visitor(
        browser,
        site.address,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        color_scheme="dark",
    )
    yield visitor
    visitor.close()
