"""Filters written as text, for the command line: `price<=100`, `brand=Acme`, `color!=black`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from retrieval.errors import ShopGuideError
from retrieval.filters import Filters
from retrieval.product import AttributeValue, Availability

_EXPRESSION = re.compile(r"^\s*([^<>=!]+?)\s*(<=|>=|!=|=|<|>)\s*(.+?)\s*$")
_CENT = Decimal("0.0001")


class FilterExpressionError(ShopGuideError):
    """A filter that cannot be read."""


def parse_filter_expressions(expressions: Iterable[str]) -> Filters:
    """Filters from expressions `field operator value`, joined by AND.

    `price` takes <=, <, >=, >, =; `rating` takes >=; `category`, `brand`, `availability`,
    `id` and any attribute take =, where one field given twice means either; != with any field
    excludes the value. `true`, `false` and numbers are read as such for attributes.

    Raises:
        FilterExpressionError: naming the expression and what is wrong with it.
    """
    prices: dict[str, Decimal] = {}
    rating: float | None = None
    named: defaultdict[str, list[str]] = defaultdict(list)
    attributes: defaultdict[str, list[AttributeValue]] = defaultdict(list)
    exclude: list[str] = []
    for expression in expressions:
        match = _EXPRESSION.match(expression)
        if match is None:
            raise FilterExpressionError(
                f"filter '{expression}' is not of the form field<=value (or >=, <, >, =, !=)"
            )
        field, operator, value = match[1], match[2], match[3]
        name = field.lower()
        if operator == "!=":
            exclude.append(value)
        elif name == "price":
            amount = _number(expression, value)
            if operator in {"<=", "<", "="}:
                prices["max"] = amount - _CENT if operator == "<" else amount
            if operator in {">=", ">", "="}:
                prices["min"] = amount + _CENT if operator == ">" else amount
        elif name == "rating":
            if operator != ">=":
                raise FilterExpressionError(f"filter '{expression}': rating takes >= only")
            rating = float(_number(expression, value))
        elif operator != "=":
            raise FilterExpressionError(
                f"filter '{expression}': {field} takes = and != (only price and rating compare)"
            )
        elif name in {"category", "brand", "availability", "id"}:
            named[name].append(value)
        else:
            attributes[field].append(_attribute_value(value))
    return Filters(
        price_min=prices.get("min"),
        price_max=prices.get("max"),
        categories=tuple(named["category"]),
        brands=tuple(named["brand"]),
        attributes={name: tuple(values) for name, values in attributes.items()},
        exclude=tuple(exclude),
        availability=tuple(_availability(value) for value in named["availability"]),
        rating_min=rating,
        product_ids=tuple(named["id"]),
    )


def _number(expression: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise FilterExpressionError(f"filter '{expression}': '{value}' is not a number")
    return number


def _attribute_value(value: str) -> AttributeValue:
    if value.lower() in {"true", "false"}:
        return value.lower() == "true"
    try:
        return float(value)
    except ValueError:
        return value


def _availability(value: str) -> Availability:
    try:
        return Availability(value.lower())
    except ValueError:
        known = ", ".join(one.value for one in Availability)
        raise FilterExpressionError(
            f"filter 'availability={value}': it is one of {known}"
        ) from None
