"""CORS for the API, by an allow-list."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.observing.requests import REQUEST_ID


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
            expose_headers=[
                "Idempotency-Replayed",
                "RateLimit-Limit",
                "RateLimit-Remaining",
                "RateLimit-Reset",
                "Retry-After",
                REQUEST_ID,
            ],
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pages of the allowed origins call the API."""
        path = scope.get("path", "")
        public = path.startswith("/v1/") and not path.startswith("/v1/staff")
        await (self._open if public else self._app)(scope, receive, send)
