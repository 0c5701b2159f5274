"""`POST /v1/conversations/{id}/consent`: what a customer agrees to, or refuses."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, StrictBool
from starlette.requests import Request
from starlette.responses import Response

from assistant.log import UnknownTurnError
from assistant.turn import Guide
from ui.api.access import count_guess, reporter
from ui.api.documenting import refusals
from ui.problems import problem


class ConsentBody(BaseModel):
    """A decision; the newest of a purpose counts."""

    model_config = ConfigDict(extra="forbid")

    purpose: Literal["training"]
    given: StrictBool


def consent_router(guide: Guide) -> APIRouter:
    """The route, bound to the guide that logs."""
    router = APIRouter(prefix="/v1/conversations", tags=["consent"])

    @router.post(
        "/{conversation_id}/consent",
        status_code=204,
        responses=refusals(404, 429, 503),
        dependencies=[Depends(reporter)],
    )
    def record(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        conversation_id: Annotated[str, Path(min_length=1, max_length=100)],
        body: ConsentBody,
    ) -> Response:
        """Log whether models may be trained on this conversation."""
        try:
            guide.record_consent(conversation_id, body.purpose, given=body.given)
        except UnknownTurnError as error:
            count_guess(request)
            return problem(404, str(error))
        return Response(status_code=204)

    return router
