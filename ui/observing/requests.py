"""ASGI middleware: every request has an id, is counted, traced, and told of in one log line."""

from __future__ import annotations

import logging
import re
import time
from contextlib import AbstractContextManager

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from assistant.ids import new_id
from ui.observing.metrics import Metrics
from ui.observing.tracing import Tracing

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-Id"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,100}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class Requests:
    """The outermost layer.

    Every answer names its request, by the caller's own id where it has one. Addresses are told
    by their patterns: a link's token, or what was searched for, is nobody's to read in a log.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        request_id = given if _USABLE.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        since, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        span: AbstractContextManager[object] = self._tracing.request(method, headers)
        with bound_contextvars(request_id=request_id), span:
            self._metrics.in_progress.inc()
            try:
                await self._app(scope, receive, send_named)
            finally:
                took = time.perf_counter() - since
                route = _pattern(scope)
                self._metrics.in_progress.dec()
                self._metrics.count_request(method, route, status, took)
                self._tracing.answered(f"{method} {route}", status)
                logger.info(
                    "%s %s %s %s ms",
                    method,
                    route,
                    status,
                    round(took * 1000),
                    extra={"method": method, "route": route, "status": status},
                )


def _pattern(scope: Scope) -> str:
    """The pattern of the route that took the request; what is mounted is told by where."""
    route = scope.get("route")
    pattern = getattr(route, "path_format", None) or getattr(route, "path", None)
    if isinstance(pattern, str) and pattern:
        return pattern
    first = scope["path"].split("/", 2)[1]
    return f"/{first}/…" if first in ("guide", "gradio_api", "images") else "other"
