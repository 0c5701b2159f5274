"""What a customer does with a reply: the events of the contract."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from assistant.ids import new_id


class EventKind(StrEnum):
    """The kinds of event; `feedback` is a thumb up or down on a whole reply."""

    IMPRESSION = "impression"
    CLICK = "click"
    ADD_TO_CART = "add_to_cart"
    PURCHASE = "purchase"
    RATING = "rating"
    DISMISS = "dismiss"
    FEEDBACK = "feedback"


class Event(BaseModel):
    """One act of a customer on one turn; an `id` seen before is not recorded again.

    `value` is the number of stars of a `rating`, the amount of a `purchase`, or "up", "down"
    and, after a colon, a comment for `feedback` ("down: too dear").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation_id: Annotated[str, Field(min_length=1, max_length=100)]
    kind: EventKind
    turn: Annotated[int, Field(ge=1)]
    product_id: Annotated[str | None, Field(max_length=500)] = None
    position: Annotated[int | None, Field(ge=1)] = None
    value: Annotated[str | float | None, Field(union_mode="left_to_right")] = None
    id: Annotated[str, Field(min_length=1, max_length=100)] = Field(default_factory=new_id)
