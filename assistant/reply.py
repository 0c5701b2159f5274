"""What one turn gives back: the reply of the contract, and the events that stream it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.cart import CartView


class Intent(StrEnum):
    """What a customer's message wants."""

    RECOMMEND = "recommend"
    REFINE = "refine"
    COMPARE = "compare"
    PRODUCT_QUESTION = "product_question"
    SHOP_QUESTION = "shop_question"
    CART = "cart"
    GREETING = "greeting"
    OUT_OF_SCOPE = "out_of_scope"
    UNSAFE = "unsafe"
    HANDOFF = "handoff"


class ProductCard(BaseModel):
    """One product as the customer sees it; money as decimal text."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    title: str
    price: str | None
    list_price: str | None = None
    currency: str | None
    url: str | None
    image_url: str | None
    availability: str = "in_stock"
    rating: float | None = None
    rating_count: int | None = None
    click_probability: float
    reasons: list[str] = Field(default_factory=list)
    sponsored: bool = False


class ComparisonRow(BaseModel):
    """One fact in which the compared products differ, a value for each; "–" where none is known."""

    name: str
    values: list[str]


class Comparison(BaseModel):
    """Two to four products side by side, a column each."""

    product_ids: list[str]
    titles: list[str]
    rows: list[ComparisonRow] = Field(default_factory=list[ComparisonRow])


class Latency(BaseModel):
    """Milliseconds since the message arrived for `first_text` and `total`; else of the step."""

    understand: int = 0
    retrieve: int = 0
    rerank: int = 0
    products: int = 0
    first_text: int = 0
    total: int = 0


class Reply(BaseModel):
    """A whole reply, as in the contract, with the table of a comparison or the cart it is about.

    `agent` names the colleague who has the conversation: the answer is theirs, and comes as a
    message of its own, so that the text is empty.
    """

    conversation_id: str
    turn: int
    language: Literal["en", "zh"]
    text: str
    products: list[ProductCard] = Field(default_factory=list)
    constraints: dict[str, object] = Field(default_factory=dict)
    intent: Intent
    handoff: bool = False
    suggestions: list[str] = Field(default_factory=list)
    comparison: Comparison | None = None
    cart: CartView | None = None
    agent: str | None = None
    writer: Literal["llm", "composer"]
    models: dict[str, str | None] = Field(default_factory=dict)
    latency_ms: Latency = Field(default_factory=Latency)

    @property
    def compares(self) -> bool:
        """Whether it has a table of its products' facts."""
        return self.comparison is not None and bool(self.comparison.rows)


@dataclass(frozen=True, slots=True)
class ProductsReady:
    """Sent first: what is shown, before a word is written.

    Where the reply `compares`, a table of the products' facts comes with it.
    """

    conversation_id: str
    turn: int
    language: Literal["en", "zh"]
    products: list[ProductCard]
    constraints: dict[str, object]
    compares: bool = False


@dataclass(frozen=True, slots=True)
class TextReady:
    """A verified piece of the text, a sentence or more, to be appended as it is."""

    text: str


TurnEvent = ProductsReady | TextReady | Reply
"""`ProductsReady` once, then `TextReady` any number of times, then one `Reply`."""
