"""`POST /v1/conversations/{id}/events`: what a customer does with a reply."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from assistant.events import Event, EventKind
from assistant.ids import new_id
from assistant.log import UnknownTurnError
from assistant.turn import Guide
from ui.api.access import count_guess, reporter
from ui.api.documenting import refusals
from ui.problems import problem

_ABOUT_PRODUCTS = frozenset(EventKind) - {EventKind.FEEDBACK}


class EventBody(BaseModel):
    """One event as a page reports it; the same `id` again is not recorded twice."""

    model_config = ConfigDict(extra="forbid")

    kind: EventKind
    turn: Annotated[int, Field(ge=1, le=100_000)]
    product_id: Annotated[str | None, Field(min_length=1, max_length=500)] = None
    position: Annotated[int | None, Field(ge=1, le=1000)] = None
    value: Annotated[
        Annotated[str, Field(max_length=2000)] | float | None, Field(union_mode="left_to_right")
    ] = None
    id: Annotated[str, Field(min_length=1, max_length=100)] = Field(default_factory=new_id)

    @model_validator(mode="after")
    def _names_its_product(self) -> EventBody:
        if self.kind in _ABOUT_PRODUCTS and self.product_id is None:
            raise ValueError(f"an event of kind {self.kind.value} names its product_id")
        return self


def events_router(guide: Guide) -> APIRouter:
    """The route, bound to the guide that logs."""
    router = APIRouter(prefix="/v1/conversations", tags=["events"])

    @router.post(
        "/{conversation_id}/events",
        status_code=204,
        responses=refusals(404, 429, 503),
        dependencies=[Depends(reporter)],
    )
    def record(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        conversation_id: Annotated[str, Path(min_length=1, max_length=100)],
        body: EventBody,
    ) -> Response:
        """Log an event about a product that was shown, or a verdict on a reply."""
        try:
            guide.record_event(Event(conversation_id=conversation_id, **body.model_dump()))
        except UnknownTurnError as error:
            count_guess(request)
            return problem(404, str(error))
        return Response(status_code=204)

    return router
