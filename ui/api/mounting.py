"""The API as a part of the web application."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from sqlalchemy import Engine

from assistant.turn import Guide
from retrieval.catalog import Catalog
from ui.api import completions, conversations, products
from ui.api.access import Api
from ui.api.documenting import ProblemDetails
from ui.api.errors import RefusedError, answer_refusals
from ui.settings import Settings

_DESCRIPTION = """\
Talk to the shop's guide, search its catalogue and keep it up to date.

A key goes into `Authorization: Bearer sg_…`. A conversation is opened by its own token, in
`X-Conversation-Token`, or by a key with the scope `conversations`. Errors are problem details
(RFC 9457). Every answer has an `X-Request-Id`.
"""


def mount_api(
    app: FastAPI, settings: Settings, engine: Engine, guide: Guide, catalog: Catalog
) -> Api:
    """Add the API's routes; call before anything is mounted at `/`."""
    api = Api(settings, engine, guide, catalog)
    app.state.api = api
    answer_refusals(app)
    for part in (conversations, products, completions):
        app.include_router(part.router)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return api


def close_unknown(app: FastAPI) -> None:
    """Answer what is under `/v1` and not there with a problem; call after all other routes."""

    @app.api_route(
        "/v1/{path:path}",
        methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        include_in_schema=False,
    )
    def nothing(request: Request, path: str) -> None:  # pyright: ignore[reportUnusedFunction]
        allowed = _methods_of(app, request.url.path)
        if allowed:
            raise RefusedError(405, f"This address takes {allowed} only.", {"Allow": allowed})
        raise RefusedError(404, "There is nothing at this address.")


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
        app.openapi_schema = document
    return app.openapi_schema
