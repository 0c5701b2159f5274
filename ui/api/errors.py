"""Refusals of the API, and how every failure becomes problem details."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.errors import ShopGuideError, UnstorableTextError
from ui.desk import BusyError, StoppingError
from ui.problems import problem

logger = logging.getLogger(__name__)


class RefusedError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem as a response."""
        answer = problem(self.status, self.detail)
        answer.headers.update(self.headers)
        return answer


def refusal_of(error: Exception) -> RefusedError:
    """How a failure is told; what a shop's operator must know goes to the log."""
    match error:
        case RefusedError():
            return error
        case BusyError(retry_after=seconds):
            return RefusedError(
                429, "The guide is busy; try again shortly.", {"Retry-After": str(seconds)}
            )
        case StoppingError():
            return RefusedError(
                503, "This server is about to stop; ask again.", {"Retry-After": "1"}
            )
        case UnstorableTextError():
            return RefusedError(422, f"{error}.".capitalize())
        case ShopGuideError():
            logger.error("a request could not be served: %s", error)
            return RefusedError(503, "The guide cannot do this at present.", {"Retry-After": "5"})
        case _:
            logger.error("a request failed", exc_info=error)
            return RefusedError(500, "Something went wrong on our side.")


def answer_refusals(app: FastAPI) -> None:
    """Let `app` answer failures under `/v1` with problem details."""

    async def refused(_request: Request, error: Exception) -> Response:
        return refusal_of(error).response()

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if not request.url.path.startswith("/v1/"):
            return await http_exception_handler(request, error)
        refusal = RefusedError(error.status_code, str(error.detail), error.headers)
        return refusal.response()

    app.add_exception_handler(HTTPException, of_http)
    for kind in (RefusedError, BusyError, StoppingError, ShopGuideError):
        app.add_exception_handler(kind, refused)


class Failures:
    """ASGI middleware: what nobody expected becomes a problem too, inside of all headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a response that has begun can only be cut off."""
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            await refusal_of(error).response()(scope, receive, send)
