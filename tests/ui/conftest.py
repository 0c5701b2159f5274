"""A server with the fake guide, and a browser that tells of everything that goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fake_guide import PRODUCTS, FakeGuide
from playwright.sync_api import Browser, expect, sync_playwright
from visiting import FOREIGN_ORIGIN, PATIENCE_MS, SHOP, RealSite, Site, Visitor

from assistant.turn import Guide
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.errors import MissingWeightsError
from ui.load.ports import free_port
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


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSite]:
    """The real guide over five products, with its writer's sentences composed."""
    with real_site_in(tmp_path_factory.mktemp("real")) as site:
        yield site


@pytest.fixture(scope="module")
def fresh_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSite]:
    """The same, where nobody but the tests of this module ever talked."""
    with real_site_in(tmp_path_factory.mktemp("fresh")) as site:
        yield site


@contextmanager
def real_site_in(folder: Path) -> Iterator[RealSite]:
    settings = Settings(
        data_dir=folder,
        port=free_port(),
        shop_name=SHOP,
        writer="composer",
        other_languages="off",
        allowed_origins=(FOREIGN_ORIGIN,),
        customer_segments=("trade",),
        address_rate_per_minute=100_000,
        rate_per_minute=100_000,
    )
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(PRODUCTS)
    try:
        guide = Guide.open(settings)
    except MissingWeightsError as error:
        pytest.skip(str(error))
    app = create_app(settings, guide)
    config = uvicorn.Config(app, port=settings.port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    yield RealSite(f"http://127.0.0.1:{settings.port}", settings, guide, app)
    server.should_exit = True
    thread.join(10)
    guide.close()


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """HTTP without a browser, against the same running server."""
    with httpx.Client(base_url=site.address, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Debian's chromium is not installed (apt-get install chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


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
