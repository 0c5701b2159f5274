"""What every answer of the server carries, and what no request may do."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.problems import problem

MAX_BODY_BYTES = 64 * 1024
"""A message of 2,000 characters in JSON is under 16 kB."""

MAX_PICTURE_BYTES = 8 * 1024 * 1024
"""Of a message, which may have a picture of 5 MB in Base64."""

MAX_CATALOG_BYTES = 8 * 1024 * 1024
"""Of a request that brings products."""

PAGE_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # A shop's pictures may stand on its own content servers.
    "img-src": "'self' data: https:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}

STAFF_POLICY: Mapping[str, str] = {**PAGE_POLICY, "frame-ancestors": "'none'"}

CHAT_POLICY: Mapping[str, str] = {
    **PAGE_POLICY,
    # Gradio compiles the templates of its HTML component with Function(), hence unsafe-eval;
    # inline scripts are allowed by their hash alone, so injected markup cannot run any.
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "media-src": "'self'",
}

PICTURE_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "sandbox": "",
    "frame-ancestors": "'self'",
}

# Of Gradio's routes, those its page needs to talk to its own handlers; the rest (uploads, file
# and proxy access, monitoring, code editing) stays closed.
_GRADIO_ROUTES = re.compile(
    r"/gradio_api/(queue/(join|data)|heartbeat/[^/]+|startup-events|app_id|reset|cancel)/?"
)
_CLOSED = re.compile(r"/(gradio_api|monitoring|svelte|login|logout|pwa_icon)(/|$)")

_MAY_HAVE_PICTURES = re.compile(
    r"/v1/(conversations/[^/]+/messages|chat/completions)|/gradio_api/queue/join"
)

_STAFF = re.compile(r"(/v1)?/staff(/|$)")


def policy_text(policy: Mapping[str, str]) -> str:
    """A Content-Security-Policy header."""
    return "; ".join(f"{name} {value}".strip() for name, value in policy.items())


class Gatekeeper:
    """ASGI middleware: security headers on every response, limits on every request.

    A response's own Content-Security-Policy is kept. Written against plain ASGI because
    streams must pass through unbuffered. With `strict_transport`, or where a request came by
    https, browsers are told to come by https alone.
    """

    def __init__(self, app: ASGIApp, strict_transport: bool = False) -> None:
        self._app = app
        self._strict_transport = strict_transport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it with problem details."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        state = scope.setdefault("state", {})

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(state.get("answer_headers", {}))
                _add_headers(headers, scope["path"])
                if self._strict_transport or scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        refused = _refusal(scope)
        if refused is not None:
            await refused(scope, receive, send_guarded)
            return
        await self._app(scope, _limited(receive, _most_bytes(scope["path"])), send_guarded)


def _refusal(scope: Scope) -> Response | None:
    path: str = scope["path"]
    if _CLOSED.match(path) and not _GRADIO_ROUTES.fullmatch(path):
        return problem(404, "There is nothing at this address.")
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit():
        return problem(400, "Content-Length is not a number.")
    if int(length) > _most_bytes(path):
        return problem(413, f"The request is larger than {_most_bytes(path)} bytes.")
    return None


def _most_bytes(path: str) -> int:
    if path.startswith("/v1/catalog/"):
        return MAX_CATALOG_BYTES
    return MAX_PICTURE_BYTES if _MAY_HAVE_PICTURES.fullmatch(path) else MAX_BODY_BYTES


def _limited(receive: Receive, most: int) -> Receive:
    """Cut off a body without a declared length once it is too large."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > most:
                return {"type": "http.disconnect"}
        return message

    return receive_limited


def _add_headers(headers: MutableHeaders, path: str) -> None:
    if path.startswith("/guide/"):
        headers["Cache-Control"] = "no-cache"  # asked again each time, sent again when changed
    if _STAFF.match(path):
        headers["Cache-Control"] = "no-store"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Content-Security-Policy", policy_text(STAFF_POLICY))
    headers["X-Content-Type-Options"] = "nosniff"
    # The addresses of set-up and password links are secrets.
    headers["Referrer-Policy"] = (
        "no-referrer" if _STAFF.match(path) else "strict-origin-when-cross-origin"
    )
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.setdefault("Content-Security-Policy", policy_text(PAGE_POLICY))
