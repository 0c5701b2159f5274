"""The web server: chat page at `/`, product pages, pictures, events, health."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from assistant.turn import Guide
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.demo import demo_images_dir
from retrieval.errors import ShopGuideError, cause
from ui.api.access import Api
from ui.api.edges import Cors
from ui.api.errors import Failures
from ui.api.ledger import RENEWED_SECONDS
from ui.api.mounting import close_unknown, mount_api
from ui.channels.routes import mount_channels
from ui.chat.mounting import mount_chat
from ui.chat.news import news_router
from ui.consent_api import consent_router
from ui.desk import TurnDesk
from ui.events_api import events_router
from ui.housekeeping import SETTLED_SECONDS, Housekeeper
from ui.mcp.endpoint import mount_mcp
from ui.observing.logs import set_up_logs
from ui.observing.metrics import Metrics
from ui.observing.requests import Requests
from ui.observing.routes import observing_router
from ui.observing.tracing import open_tracing
from ui.pictures import pictures_router
from ui.problems import answer_with_problems
from ui.product_page import product_router
from ui.repeating import Repeating
from ui.security import Gatekeeper
from ui.settings import Settings
from ui.staff.links import setup_link
from ui.staff.mounting import mount_staff
from ui.steady_clock import SteadyClock
from ui.widget.routes import widget_router

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
WATCH_SECONDS = 0.5
"""How often it is seen whether another process changed the catalogue or promoted a model."""
FORGET_SECONDS = 600
"""How soon it is forgotten where customers were to be answered whose talks are over."""
GRACE_SECONDS = 3
"""How long an answer may still be sent when the server stops; open pages are then let go."""


def create_app(settings: Settings, guide: Guide, catalog: Catalog | None = None) -> FastAPI:
    """The whole web application.

    `catalog` is opened from the settings where none is given. The guide stays the caller's to
    close.
    """
    engine = open_database(settings.resolved_database_url)
    catalog = catalog or Catalog(engine)

    api = Api(settings, engine, guide, catalog)
    metrics = Metrics(guide, api.desk)
    tracing = open_tracing(settings.otlp_endpoint)
    guide.watch(tracing.turn)
    guide.is_busy = lambda: api.desk.is_busy
    clock = SteadyClock()

    def forget_old() -> None:
        """What is forgotten by its age, unless the clock was set a while ago."""
        if clock.is_steady(SETTLED_SECONDS):
            channels.queue.drop_old()
            api.ledger.forget_old()

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        housekeeper = Housekeeper(engine, settings.retention_days, clock)
        housekeeper.start()
        guide.is_watched = True
        for each in repeating:
            each.start()
        channels.start()
        async with tools.running():
            yield
        guide.is_watched = False
        for each in repeating:
            each.stop()
        housekeeper.stop()
        await asyncio.to_thread(channels.worker.stop)
        await api.desk.drained(settings.shutdown_seconds)
        api.desk.close()
        tracing.close()
        engine.dispose()

    app = FastAPI(
        title="Shopguide",
        docs_url=None,  # its pages load scripts from a foreign host
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=lifespan,
        middleware=[
            Middleware(Requests, metrics=metrics, tracing=tracing),
            Middleware(Gatekeeper, strict_transport=settings.public_address.startswith("https:")),
            Middleware(Cors, origins=settings.allowed_origins),
            Middleware(Failures),
        ],
    )
    answer_with_problems(app)
    mount_api(app, api)
    app.include_router(widget_router(settings, catalog))
    app.include_router(events_router(guide))
    app.include_router(consent_router(guide))
    app.include_router(news_router(guide))
    app.include_router(pictures_router(settings.images_dir or demo_images_dir()))
    app.include_router(product_router(settings, catalog))
    app.include_router(observing_router(settings, catalog, guide, api.desk, metrics))
    mount_staff(app, settings, engine)
    tools = mount_mcp(app, api)
    channels = mount_channels(app, api)
    repeating = (
        Repeating("the catalogue's changes cannot be read", guide.take_up_changes, WATCH_SECONDS),
        Repeating("requests cannot be renewed", api.ledger.renew, RENEWED_SECONDS),
        Repeating("what is over cannot be forgotten", forget_old, FORGET_SECONDS),
    )
    close_unknown(app)
    app.mount("/guide", StaticFiles(directory=STATIC))
    mount_chat(app, settings, guide, catalog, api.desk)
    return app


def serve(settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        ShopGuideError: the port is taken, or the shop cannot be opened.
    """
    set_up_logs(settings.log_format, settings.log_level)
    listener = _listen(settings)
    with contextlib.closing(listener):
        guide = Guide.open(settings, rest=False)
        with contextlib.closing(guide):
            app = create_app(settings, guide)
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
            server = _AnnouncingServer(config, settings, guide, app.state.api.desk)
            with _signals_only_stop_the_server():
                server.run(sockets=[listener])
            if not server.started:
                raise ShopGuideError("the web server could not start; see the log above")


class _AnnouncingServer(uvicorn.Server):
    """Says where it is once a browser would get an answer, and stops without losing a turn.

    Told to stop, it is not ready any more; it answers as before for a while, so that balancers
    notice; then it begins no more turns, finishes those under way, and closes.
    """

    def __init__(
        self, config: uvicorn.Config, settings: Settings, guide: Guide, desk: TurnDesk
    ) -> None:
        super().__init__(config)
        self._settings = settings
        self._guide = guide
        self._desk = desk
        self._told = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            gc.freeze()  # what is here now stays; see `ui.cli.server.serve`
            gc.enable()
            self._guide.load_rest()
            _tell(f"shopguide is ready at {self._settings.address}   (Ctrl-C stops it)")
            if link := setup_link(self._settings):
                _tell(f"no staff account yet; make the first within 24 hours at\n  {link}")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._told:
            # Asked twice, uvicorn stops at once and tells of every task that it cancelled.
            logging.getLogger("uvicorn.error").disabled = True
            self.force_exit = True
        self._told = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _tell("stopping …")
        self._desk.leaving = True
        await self._unless_asked_again(self._settings.shutdown_delay_seconds)
        if not await self._desk.drained(
            self._settings.shutdown_seconds, hurried=lambda: self.force_exit
        ):
            logger.error("%s turns are cut off: they took too long", self._desk.admitted)
        await super().shutdown(sockets)

    async def _unless_asked_again(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.force_exit:
            await asyncio.sleep(0.05)


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
    return f"{where} cannot be opened: {cause(error)}"


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
