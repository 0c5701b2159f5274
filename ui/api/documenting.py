"""What the OpenAPI document says of refusals and streams."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

_MEANS = {
    401: "A key or a token is needed, or is not known.",
    403: "The key or the token does not open this.",
    404: "There is no such thing.",
    409: "The first request of this key is still being answered.",
    410: "What was asked for has been deleted.",
    413: "The request is too large.",
    422: "The request does not have the expected form.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
    503: "The guide cannot do this at present.",
}
_EXAMPLE_STREAM = (
    'event: products\ndata: {"conversation_id": "…", "turn": 1, "language": "en", '
    '"products": [], "constraints": {}, "wanted": []}\n\n'
    'event: text\ndata: {"text": "Two jackets are under $100. "}\n\n'
    'event: wanted\ndata: {"wanted": [{"path": "price", "label": "up to $100"}]}\n\n'
    'event: reply\ndata: {"conversation_id": "…", "turn": 1, "text": "…"}\n\n'
)


_EXAMPLE_NEWS = (
    'event: standing\ndata: {"state": "waiting", "agent": null, "staffed": true, '
    '"typing": false}\n\n'
    'event: message\ndata: {"number": 2, "after_turn": 3, "kind": "said", "name": "Mia", '
    '"text": "The blue one is here again tomorrow.", "language": "en", "products": []}\n\n'
)


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


Responses = dict[int | str, dict[str, Any]]

STREAMED: Responses = {
    200: {
        "description": "The reply; as events where `Accept` is `text/event-stream`: `products` "
        "first, then `text` any number of times, then `wanted` and `reply`, or `error`.",
        "content": {"text/event-stream": {"example": _EXAMPLE_STREAM}},
    }
}


STREAMED_NEWS: Responses = {
    200: {
        "description": "Who has the conversation, and the messages of colleagues; where `Accept` "
        "is `text/event-stream`, as events `standing` and `message` until the caller leaves, for "
        "half an hour at most.",
        "content": {"text/event-stream": {"example": _EXAMPLE_NEWS}},
    }
}


def refusals(*statuses: int) -> Responses:
    """The `responses` of a route that refuses so."""
    reference = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {
            "description": _MEANS.get(status, HTTPStatus(status).phrase),
            "content": {"application/problem+json": {"schema": reference}},
        }
        for status in (400, 413, *statuses)
    }
