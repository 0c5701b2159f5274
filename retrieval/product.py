"""The product of record: what a shop's catalogue says, validated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
RequiredText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]
AttributeValue = bool | int | float | str

_SEARCHED_VALUE_CHARACTERS = 60


class Availability(StrEnum):
    """Whether a product can be had, in the words of the feed formats."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    PREORDER = "preorder"
    BACKORDER = "backorder"


class Review(BaseModel):
    """What one customer wrote of a product; `rating` is 1 to 5 stars."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: RequiredText
    title: Text = ""
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    language: str | None = None


class Translation(BaseModel):
    """A product's words in a further language; facts such as the price are not translated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: RequiredText
    description: Text = ""
    category: tuple[RequiredText, ...] = ()
    attributes: dict[RequiredText, AttributeValue] = Field(default_factory=dict)


class Product(BaseModel):
    """One thing that can be bought; variants of one product share `group_id`.

    `price_upper` is set where the source gave a range: `price` is then its lower bound.
    `translations` maps a language code ("zh") to the product's words in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: RequiredText
    title: RequiredText
    description: Text = ""
    brand: Text | None = None
    category: tuple[RequiredText, ...] = ()
    price: Money | None = None
    sale_price: Money | None = None
    price_upper: Money | None = None
    currency: CurrencyCode | None = None
    availability: Availability = Availability.IN_STOCK
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    rating_count: Annotated[int, Field(ge=0)] | None = None
    url: str | None = None
    image_urls: tuple[str, ...] = ()
    attributes: dict[RequiredText, AttributeValue] = Field(default_factory=dict)
    group_id: RequiredText | None = None
    language: str | None = None
    updated_at: datetime | None = None
    reviews: tuple[Review, ...] = ()
    translations: dict[str, Translation] = Field(default_factory=dict)

    @property
    def current_price(self) -> Decimal | None:
        """What a customer pays now: the sale price where there is one."""
        return self.price if self.sale_price is None else self.sale_price

    @property
    def variant_group(self) -> str:
        """The id that all variants of this product share; its own id where it has none."""
        return self.group_id or self.id

    def texts(self) -> Iterator[str]:
        """Everything written of the product in all its languages, for indexing by words."""
        yield self.title
        yield self.brand or ""
        yield from self.category
        for name, value in self.attributes.items():
            yield _attribute_text(name, value)
        yield self.description
        for translation in self.translations.values():
            yield translation.title
            yield from translation.category
            for name, value in translation.attributes.items():
                yield _attribute_text(name, value)
            yield translation.description


def _attribute_text(name: str, value: AttributeValue) -> str:
    words = name.replace("_", " ")
    if value is True:
        return words
    # A long value is a list of compatible models or a disclaimer, which no one searches for.
    too_long = isinstance(value, str) and len(value) > _SEARCHED_VALUE_CHARACTERS
    return "" if value is False or too_long else f"{words} {value}"
