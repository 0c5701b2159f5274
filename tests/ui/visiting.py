"""A site that is visited, and a visitor whose browser tells of everything that goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from fake_guide import FakeGuide
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from assistant.turn import Guide
from retrieval.catalog import Catalog
from ui.api.access import Api
from ui.api.keys import Scope
from ui.load.ports import free_port
from ui.settings import Settings

SHOP = "Larkfell & Sons"
PATIENCE_MS = 60_000
"""How long a page may take to show what is expected: a slow machine is no failure."""


@dataclass
class Site:
    """A running server, its guide and its catalogue."""

    address: str
    guide: FakeGuide
    catalog: Catalog
    app: FastAPI


@dataclass
class RealSite:
    """A running server with the real guide over the products of `fake_guide`."""

    address: str
    settings: Settings
    guide: Guide
    app: FastAPI

    @property
    def api(self) -> Api:
        return self.app.state.api

    def key(self, *scopes: Scope, rate: int | None = None) -> dict[str, str]:
        """The header of a new key."""
        secret = self.api.keys.add("test", scopes, rate)[1]
        return {"Authorization": f"Bearer {secret}"}


FOREIGN_ORIGIN = f"http://shop.localhost:{free_port()}"
"""Where a shop's own pages stand in the tests."""


class Visitor:
    """One person with a browser; what goes wrong in it fails the test at the end."""

    def __init__(self, browser: Browser, address: str, **options: object) -> None:
        settings = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options}
        self.address = address
        self.context: BrowserContext = browser.new_context(**settings)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_MS)
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
