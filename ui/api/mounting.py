"""The API as a part of the web application."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ui.api import completions, conversations, news, products
from ui.api.access import Api
from ui.api.documenting import ProblemDetails, refusals
from ui.api.errors import RefusedError, answer_refusals
from ui.api.examples import EXAMPLES

_DESCRIPTION = """\
Talk to the shop's guide, search its catalogue and keep it up to date.

A key goes into `Authorization: Bearer sg_…`. A conversation is opened by its own token, in
`X-Conversation-Token`, or by a key with the scope `conversations`. Errors are problem details
(RFC 9457). Every answer has an `X-Request-Id`, and what is counted against a limit has
`RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds).
"""


def mount_api(app: FastAPI, api: Api) -> None:
    """Add the API's routes; call before anything is mounted at `/`."""
    app.state.api = api
    answer_refusals(app)
    for part in (conversations, news, products, completions):
        app.include_router(part.router)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]


class _Nothing:
    """What is not there, as an ASGI application: an endpoint of this kind takes any method."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = _methods_of(self._app, scope["path"])
        if allowed:
            detail = f"This address takes {allowed} only."
            refusal = RefusedError(405, detail, {"Allow": allowed})
        else:
            refusal = RefusedError(404, "There is nothing at this address.")
        await refusal.response()(scope, receive, send)


def close_unknown(app: FastAPI) -> None:
    """Answer what is under `/v1` and not there with a problem; call after all other routes."""
    app.router.routes.append(Route("/v1/{path:path}", endpoint=_Nothing(app)))


def _mend(operation: dict[str, Any]) -> None:
    """Say how requests are really refused, where a key may be left out, and what it is about."""
    operation["summary"] = operation["description"].splitlines()[0].rstrip(".")
    if "422" in operation["responses"]:
        operation["responses"]["422"] = refusals(422)[422]
    if operation.pop("x-open", False):
        operation["security"] = [*operation.get("security", []), {}]


def _methods_of(app: FastAPI, path: str) -> str:
    """The methods that the API documents for an address; none where it documents no such one."""
    operations = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    found: set[str] = set()
    for template, methods in _document(app)["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            found |= {method.upper() for method in methods} & operations
    return ", ".join(sorted(found))


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Shop guide",
            version="1",
            description=_DESCRIPTION,
            routes=app.routes,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
        for name, example in EXAMPLES.items():
            if name in schemas:
                schemas[name]["examples"] = [example]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for operations in document["paths"].values():
            for operation in operations.values():
                _mend(operation)
        app.openapi_schema = document
    return app.openapi_schema
