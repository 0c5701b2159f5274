"""`/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from assistant.turn import Guide
from retrieval.catalog import Catalog
from retrieval.errors import ShopGuideError
from ui.desk import TurnDesk
from ui.observing.metrics import Metrics
from ui.problems import problem
from ui.settings import Settings


def observing_router(
    settings: Settings, catalog: Catalog, guide: Guide, desk: TurnDesk, metrics: Metrics
) -> APIRouter:
    """The addresses for orchestrators, balancers and Prometheus."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        """The process is alive."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz")
    def readyz() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Customers can be answered, and this server is to go on answering."""
        if desk.leaving or desk.stopping:
            return problem(503, "The server is about to stop.")
        try:
            products = catalog.count()
        except ShopGuideError as error:
            return problem(503, str(error))
        if not products:
            return problem(503, "The catalogue has no products yet.")
        store = _told(guide.check_vectors)
        return JSONResponse(
            {
                "status": "ready",
                "products": products,
                "database": "ok",
                # Without it the search goes on with the vectors in memory: to stop all servers
                # for it would only make a fault of a store the customers' too.
                "vector_store": store,
                "click_model": guide.models()["clicks"],
            }
        )

    @router.get("/metrics")
    def exposition(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Prometheus metrics, for this machine alone or for who has the token."""
        if not may_read(request, settings):
            return problem(403, "The metrics are open to this machine, or by their token.")
        content, content_type = metrics.exposition(request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": content_type})

    return router


def _told(check: Callable[[], None]) -> str:
    try:
        check()
    except ShopGuideError as error:
        return f"away: {error}"
    return "ok"


def may_read(request: Request, settings: Settings) -> bool:
    """Whether a request may see the metrics: by the token, or where there is none, from here."""
    if settings.metrics_token is not None:
        expected = f"Bearer {settings.metrics_token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), expected.encode())
    if request.client is None or "x-forwarded-for" in request.headers:
        return False  # a proxy on this machine speaks for others
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
