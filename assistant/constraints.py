"""What the customer has asked for so far, as typed conditions that can be shown and removed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from retrieval.product import AttributeValue

Preference = Literal["cheap", "cheapest", "dearest", "best_rated", "newest"]
SUPERLATIVES: tuple[Preference, ...] = ("cheapest", "dearest", "best_rated")
"""Preferences that only the first of all products in that order satisfies."""


RANGE_FROM = 1
"""More numbers than this are a range and no list of alternatives."""


class Constraints(BaseModel):
    """The conditions of a wish. Values of one condition are alternatives, conditions add up.

    Names and values are the catalogue's own where it has them, and plain words of the lexicon
    ("blue", "waterproof") where it has not; `assistant.understanding.filtering` decides which
    of them a search can be held to. A path names a condition or one value of it: `price`,
    `price.max`, `category.Jackets`, `brand.Acme`, `attributes.color`, `attributes.color.blue`,
    `exclude.down`, `rating`, `quantity`, `occasion.hiking`, `for_whom`, `prefer`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    is_total: bool = Field(
        default=False, description="whether the price is for everything wanted together"
    )
    currency: str | None = Field(
        default=None, description="ISO 4217, only where the customer named another than the shop's"
    )
    attributes: dict[str, tuple[AttributeValue, ...]] = Field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    rating_min: float | None = None
    quantity: int | None = None
    occasion: tuple[str, ...] = ()
    for_whom: str | None = None
    prefer: Preference | None = Field(
        default=None, description='how to order what passes: "cheap", "your cheapest laptop"'
    )

    def __bool__(self) -> bool:
        return self != Constraints()

    def to_json(self) -> dict[str, object]:
        """The contract's shape: empty parts left out, money as decimal text, one value bare.

        Categories are in lower case, as the contract writes them.
        """
        price: dict[str, object] = {
            key: decimal_text(limit)
            for key, limit in (("min", self.price_min), ("max", self.price_max))
            if limit is not None
        }
        if price and self.currency:
            price["currency"] = self.currency
        if price and self.is_total:
            price["total"] = True
        attributes = {
            name: values[0] if len(values) == 1 else list(values)
            for name, values in self.attributes.items()
            if values
        }
        parts: dict[str, object] = {
            "category": [name.lower() for name in self.category],
            "brand": list(self.brand),
            "price": price,
            "attributes": attributes,
            "exclude": list(self.exclude),
            "rating": {} if self.rating_min is None else {"min": self.rating_min},
            "quantity": self.quantity,
            "occasion": list(self.occasion),
            "for_whom": self.for_whom,
            "prefer": self.prefer,
        }
        return {key: part for key, part in parts.items() if part not in ([], {}, None)}

    def paths(self) -> tuple[str, ...]:
        """The path of every condition that is set, one a value where there are several."""
        found = [f"category.{name}" for name in self.category]
        found += [f"brand.{name}" for name in self.brand]
        if self.price_min is not None or self.price_max is not None:
            found.append("price")
        for name, values in self.attributes.items():
            if len(values) == 1 or is_range(values):
                found.append(f"attributes.{name}")
            else:
                found += [f"attributes.{name}.{value}" for value in values]
        found += [f"exclude.{word}" for word in self.exclude]
        found += [f"occasion.{use}" for use in self.occasion]
        scalars = {
            "rating": self.rating_min,
            "quantity": self.quantity,
            "for_whom": self.for_whom,
            "prefer": self.prefer,
        }
        return (*found, *(path for path, value in scalars.items() if value is not None))

    def without(self, path: str) -> Constraints:
        """These constraints less the condition that `path` names; unchanged if it is not set."""
        head, _, rest = path.partition(".")
        match head:
            case "category" | "brand" | "exclude" | "occasion":
                kept = _without_value(getattr(self, head), rest)
                return self.model_copy(update={head: kept})
            case "price":
                update: dict[str, object] = {}
                if rest in ("", "min"):
                    update["price_min"] = None
                if rest in ("", "max"):
                    update |= {"price_max": None, "is_total": False}
                if not rest:
                    update["currency"] = None
                return self.model_copy(update=update)
            case "attributes":
                return self.model_copy(
                    update={"attributes": _without_attribute(self.attributes, rest)}
                )
            case "rating":
                return self.model_copy(update={"rating_min": None})
            case "quantity" | "for_whom" | "prefer":
                return self.model_copy(update={head: None})
            case _:
                return self

    def relaxations(self) -> list[tuple[str, Constraints]]:
        """What to give up when nothing is found: the least important condition first.

        Each entry drops one condition that narrows the search; `relaxations()` of an entry
        goes on from there. Ratings go first, then attributes (the last named before the first;
        sizes after all others because a thing that does not fit is no use), brands, the price,
        the category, and exclusions last: who says "no leather" means it.
        """
        order: list[str] = []
        if self.rating_min is not None:
            order.append("rating")
        names = list(reversed(self.attributes))
        names.sort(key=lambda name: "size" in name.lower() or "尺" in name)
        order += [f"attributes.{name}" for name in names]
        if self.brand:
            order.append("brand")
        if self.price_min is not None or self.price_max is not None:
            order.append("price")
        if self.category:
            order.append("category")
        order += [f"exclude.{word}" for word in reversed(self.exclude)]
        return [(path, self.without(path)) for path in order]


def is_range(values: tuple[AttributeValue, ...]) -> bool:
    """Whether the alternatives are a range of numbers ("a bigger one"), one condition to see."""
    numbers = [value for value in values if isinstance(value, int | float)]
    return len(numbers) == len(values) > RANGE_FROM and not any(v is True for v in values)


def decimal_text(amount: Decimal) -> str:
    """Money in plain digits, without an exponent and without empty decimals: `100`, `39.99`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if text.endswith((".0", ".00", ".000")) else text


def _without_value(values: tuple[str, ...], dropped: str) -> tuple[str, ...]:
    if not dropped:
        return ()
    return tuple(value for value in values if value.casefold() != dropped.casefold())


def _without_attribute(
    attributes: Mapping[str, tuple[AttributeValue, ...]], path: str
) -> dict[str, tuple[AttributeValue, ...]]:
    if not path or path in attributes:
        return {name: values for name, values in attributes.items() if path and name != path}
    kept: dict[str, tuple[AttributeValue, ...]] = {}
    for name, values in attributes.items():
        if path.startswith(f"{name}."):
            wanted = path.removeprefix(f"{name}.").casefold()
            values = tuple(value for value in values if str(value).casefold() != wanted)
        if values:
            kept[name] = values
    return kept
