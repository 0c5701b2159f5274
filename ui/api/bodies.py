"""What the API's routes take and give, with examples for its documentation."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from assistant.reply import Reply
from assistant.settings import SEGMENT
from assistant.takeover.timeline import StaffMessage, Standing
from retrieval.product import Availability, Money

MOST_IMAGE_CHARS = 7_000_000
"""Five megabytes in Base64."""

ProductId = Annotated[str, Field(min_length=1, max_length=500)]
Message = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


_DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4"
    "YaMBAAL8AS3/gzpXAAAAAElFTkSuQmCC"
)


class Body(BaseModel):
    """A request; a field that is not known is a mistake, and told."""

    model_config = ConfigDict(extra="forbid")


class Started(BaseModel):
    """A conversation that can begin."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": "019a0c3e-5b7e-7c1d-9f0a-2b1f6f0f9a11",
                    "token": "mJ9V3l0cW1Zg8bX2yqPAtk6ZJm5o4Hn7sQwR1uT0xYc",
                }
            ]
        }
    )

    conversation_id: str
    token: Annotated[str, Field(description="opens this conversation; keep it")]


class Said(Body):
    """A customer's message."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"message": "waterproof jacket for hiking under $100, not black"},
                {"message": "like this, in blue", "image": _DOT},
            ]
        }
    )

    message: Annotated[Message, Field(description="may be left out where there is an image")] = ""
    image: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=MOST_IMAGE_CHARS,
            description="JPEG, PNG, WebP or GIF up to 5 MB, as Base64 or a `data:` URL; looked at "
            "where the shop has it so (`pictures` of `/v1/widget`), and not kept",
        ),
    ] = None
    language: Annotated[
        Literal["en", "zh"], Field(description="of the interface, for the labels of chips")
    ] = "en"
    customer_id: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            description="the shop's own name of the customer; only with the scope “conversations”",
        ),
    ] = None

    segment: Annotated[
        str | None,
        Field(
            pattern=SEGMENT,
            description="the group of customers that this one belongs to, one of the shop's "
            "`SHOPGUIDE_CUSTOMER_SEGMENTS`: what a group likes counts in ranking; a conversation "
            "keeps the first one told",
        ),
    ] = None

    @model_validator(mode="after")
    def _says_something(self) -> Said:
        if not self.message and self.image is None:
            raise ValueError("there is neither a message nor an image")
        return self


class Removed(Body):
    """A condition of the wish that is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"condition": "price"}]})

    condition: Annotated[str, Field(min_length=1, max_length=500, description="a chip's path")]
    language: Literal["en", "zh"] = "en"


class CartChange(Body):
    """So many of a product are to be in the cart; without a quantity, one is to be added."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"product_id": "jkt-0012", "quantity": 2}]}
    )

    product_id: ProductId
    quantity: Annotated[int | None, Field(ge=0, le=99)] = None
    language: Literal["en", "zh"] = "en"


class Feedback(Body):
    """A verdict on a reply; the newest counts."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"turn": 1, "helpful": False, "comment": "too dear"}]}
    )

    turn: Annotated[int, Field(ge=1, le=100_000)]
    helpful: StrictBool
    comment: Annotated[str, Field(max_length=2000)] = ""


class ChipJson(BaseModel):
    """One condition as a removable chip."""

    path: str
    label: str


class PastTurn(BaseModel):
    """A turn of the history; `message` is None where a click began it, which `act` tells."""

    turn: int
    message: str | None
    act: dict[str, Any] | None = None
    reply: Reply | None
    created_at: datetime
    helpful: bool | None


class StandingJson(BaseModel):
    """Who has the conversation: the guide alone, the guide while a person is waited for, an agent.

    `staffed` tells whether anybody is there, `typing` that the agent writes now.
    """

    state: Literal["guide", "waiting", "agent"]
    agent: Annotated[str | None, Field(description="the name of the colleague who has it")]
    staffed: bool
    typing: bool

    @classmethod
    def of(cls, standing: Standing) -> StandingJson:
        """The same as the desk knows it."""
        return cls(
            state=standing.state,
            agent=standing.agent,
            staffed=standing.is_staffed,
            typing=standing.is_typing,
        )


class NewsJson(BaseModel):
    """What happened beside the guide's replies since the message that was asked for."""

    standing: StandingJson
    messages: list[StaffMessage]


class History(BaseModel):
    """Turns in order; `more` tells that there are earlier ones.

    `messages` are those of colleagues: each belongs behind the turn `after_turn`.
    """

    conversation_id: str
    turns: list[PastTurn]
    messages: list[StaffMessage] = Field(default_factory=list[StaffMessage])
    standing: StandingJson
    wanted: list[ChipJson]
    more: bool


class Found(BaseModel):
    """A product that a search found."""

    rank: int
    product_id: str
    title: str
    price: Decimal | None
    currency: str | None
    availability: Availability
    url: str | None
    image_url: str | None
    score: float
    click_probability: float
    sources: dict[str, int | None]


class Results(BaseModel):
    """What a search found, best first."""

    results: list[Found]


_PRODUCT: dict[str, Any] = {
    "id": "tent-2p",
    "title": "Two-person tent",
    "category": ["Outdoor", "Tents"],
    "price": "149.00",
    "currency": "USD",
    "availability": "in_stock",
    "attributes": {"weight_g": 1900, "waterproof": True},
}


class Products(Body):
    """Products as in a catalogue's JSON Lines."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"products": [_PRODUCT]}]})

    products: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class Change(Body):
    """What is new of a product that the catalogue has; what is left out stays."""

    id: ProductId
    price: Money | None = None
    sale_price: Money | None = None
    availability: Availability | None = None


class Changes(Body):
    """New prices and stock; an explicit null takes a price away."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"changes": [{"id": "tent-2p", "price": "139.00", "availability": "in_stock"}]}
            ]
        }
    )

    changes: Annotated[list[Change], Field(min_length=1, max_length=1000)]


class Retired(Body):
    """Products that the shop no longer has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["tent-2p"]}]})

    ids: Annotated[list[ProductId], Field(min_length=1, max_length=1000)]


class Reject(BaseModel):
    """A product that was not taken, and why; `index` counts from 0 in the request."""

    index: int
    id: str | None
    reason: str


class CatalogReport(BaseModel):
    """What was done; customers find it so when this answer arrives."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    rejected: list[Reject] = Field(default_factory=list[Reject])
    revision: int
    searchable: Annotated[
        bool,
        Field(
            description="false: stored, and found as soon as the search has taken it up; "
            "a new product of a large shop takes longer than a price"
        ),
    ] = True
    seconds: float
