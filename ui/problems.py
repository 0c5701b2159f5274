"""Errors of the HTTP API as problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from retrieval.errors import UnstorableTextError


def problem(status: int, detail: str, **more: object) -> JSONResponse:
    """An `application/problem+json` response."""
    document = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(document, status, media_type="application/problem+json")


def answer_with_problems(app: FastAPI) -> None:
    """Let `app` describe requests it cannot read as problem details."""

    async def unreadable(_request: Request, error: Exception) -> JSONResponse:
        faults = error.errors() if isinstance(error, RequestValidationError) else []
        wrong = [
            {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
            for fault in faults
        ]
        return problem(422, "The request does not have the expected form.", errors=wrong)

    async def unstorable(_request: Request, error: Exception) -> JSONResponse:
        return problem(422, f"{error}.".capitalize())

    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(UnstorableTextError, unstorable)
