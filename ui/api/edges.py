"""The outermost layer of the API: request ids, the access log, and CORS by an allow-list."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.ids import new_id

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-Id"
_USABLE = re.compile(r"[A-Za-z0-9._-]{1,100}")


class RequestIds:
    """ASGI middleware: every answer names its request, by the caller's own id where it has one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _USABLE.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        since, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        finally:
            took = round((time.perf_counter() - since) * 1000)
            logger.info(
                "%s %s %s %s ms %s", scope["method"], scope["path"], status, took, request_id
            )


class Cors:
    """ASGI middleware: CORS for the API and nothing else, and never with cookies."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "X-Conversation-Token",
                REQUEST_ID,
            ],
            expose_headers=["Idempotency-Replayed", "Retry-After", REQUEST_ID],
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pages of the allowed origins call the API."""
        path = scope.get("path", "")
        public = path.startswith("/v1/") and not path.startswith("/v1/staff")
        await (self._open if public else self._app)(scope, receive, send)
