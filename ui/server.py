"""The web server: chat page at `/`, product pages, pictures, events, health."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from assistant.turn import Guide
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.demo import demo_images_dir
from retrieval.errors import ShopGuideError
from ui.api.edges import Cors, RequestIds
from ui.api.errors import Failures
from ui.api.mounting import close_unknown, mount_api
from ui.channels.routes import mount_channels
from ui.chat.mounting import mount_chat
from ui.consent_api import consent_router
from ui.events_api import events_router
from ui.housekeeping import Housekeeper
from ui.mcp.endpoint import mount_mcp
from ui.pictures import pictures_router
from ui.problems import answer_with_problems, problem
from ui.product_page import product_router
from ui.security import Gatekeeper
from ui.settings import Settings
from ui.staff.links import setup_link
from ui.staff.mounting import mount_staff
from ui.widget.routes import widget_router

STATIC = Path(__file__).parent / "static"
GRACE_SECONDS = 3
"""How long replies under way may take when the server is told to stop."""


def create_app(settings: Settings, guide: Guide, catalog: Catalog | None = None) -> FastAPI:
    """The whole web application.

    `catalog` is opened from the settings where none is given. The guide stays the caller's to
    close.
    """
    engine = open_database(settings.resolved_database_url)
    catalog = catalog or Catalog(engine)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        housekeeper = Housekeeper(engine, settings.retention_days)
        housekeeper.start()
        channels.start()
        async with tools.running():
            yield
        housekeeper.stop()
        channels.worker.stop()
        api.desk.close()
        engine.dispose()

    app = FastAPI(
        title="Shopguide",
        docs_url=None,  # its pages load scripts from a foreign host
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=lifespan,
        middleware=[
            Middleware(RequestIds),
            Middleware(Gatekeeper),
            Middleware(Cors, origins=settings.allowed_origins),
            Middleware(Failures),
        ],
    )
    answer_with_problems(app)
    api = mount_api(app, settings, engine, guide, catalog)
    app.include_router(widget_router(settings, catalog))
    app.include_router(events_router(guide))
    app.include_router(consent_router(guide))
    app.include_router(pictures_router(settings.images_dir or demo_images_dir()))
    app.include_router(product_router(settings, catalog))
    _add_health(app, catalog)
    mount_staff(app, settings, engine)
    tools = mount_mcp(app, api)
    channels = mount_channels(app, api)
    close_unknown(app)
    app.mount("/guide", StaticFiles(directory=STATIC))
    mount_chat(app, settings, guide, catalog)
    return app


def _add_health(app: FastAPI, catalog: Catalog) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        """The process is alive."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:  # pyright: ignore[reportUnusedFunction]
        """The catalogue can be read and has products."""
        try:
            products = catalog.count()
        except ShopGuideError as error:
            return problem(503, str(error))
        if not products:
            return problem(503, "The catalogue has no products yet.")
        return JSONResponse({"status": "ready", "products": products})


def serve(settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        ShopGuideError: the port is taken, or the shop cannot be opened.
    """
    listener = _listen(settings)
    with contextlib.closing(listener):
        guide = Guide.open(settings)
        with contextlib.closing(guide):
            config = uvicorn.Config(
                create_app(settings, guide),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
            server = _AnnouncingServer(config, settings)
            with _signals_only_stop_the_server():
                server.run(sockets=[listener])
            if not server.started:
                raise ShopGuideError("the web server could not start; see the log above")


class _AnnouncingServer(uvicorn.Server):
    """Says where it is once a browser would get an answer."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _tell(f"shopguide is ready at {self._settings.address}   (Ctrl-C stops it)")
            if link := setup_link(self._settings):
                _tell(f"no staff account yet; make the first within 24 hours at\n  {link}")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            # Asked twice, uvicorn stops at once and tells of every task that it cancelled.
            logging.getLogger("uvicorn.error").disabled = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _tell("stopping …")
        await super().shutdown(sockets)


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything is loaded, so that a taken one is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise ShopGuideError(_why_not(settings, error)) from None
    return listener


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"port {settings.port} on {settings.host}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is already in use: stop the program that has it, or choose another port "
            f"with --port or SHOPGUIDE_PORT"
        )
    if error.errno == errno.EACCES:
        return f"{where} may not be opened by this user: choose one above 1023 (SHOPGUIDE_PORT)"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{settings.host} is not an address of this machine (SHOPGUIDE_HOST)"
    return f"{where} cannot be opened: {error.strerror or error}"


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """A signal that has done its work already."""


@contextlib.contextmanager
def _signals_only_stop_the_server() -> Generator[None]:
    """Uvicorn sends itself again the signal that stopped it; by then there is nothing to do."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, _ignore)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
