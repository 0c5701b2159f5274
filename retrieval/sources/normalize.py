"""From loosely typed values of a foreign row to a valid product, or every reason why not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from retrieval.cleaning import has_control_characters, one_line, plain_text
from retrieval.money import exact_amount, known_currencies
from retrieval.product import AttributeValue, Availability, Product

ID_LIMIT = 500
TITLE_LIMIT = 2_000
TEXT_LIMIT = 200_000
ATTRIBUTE_LIMIT = 20_000
ATTRIBUTES_LIMIT = 2_000

_AVAILABILITY = {
    **dict.fromkeys(
        ("in_stock", "instock", "in_store", "instoreonly", "onlineonly", "limitedavailability",
         "limited_availability", "available", "available_for_order", "true", "yes"),
        Availability.IN_STOCK,
    ),
    **dict.fromkeys(
        ("out_of_stock", "outofstock", "soldout", "sold_out", "discontinued", "unavailable",
         "false", "no"),
        Availability.OUT_OF_STOCK,
    ),
    **dict.fromkeys(("preorder", "pre_order", "presale"), Availability.PREORDER),
    **dict.fromkeys(("backorder", "back_order", "madetoorder"), Availability.BACKORDER),
}  # fmt: skip
_IMAGES = re.compile(r"\s*[|\n]\s*|\s*[,;]\s*(?=https?://|/)|\s+(?=https?://)")
_SCHEME = re.compile(r"^\s*([a-zA-Z][a-zA-Z0-9+.-]*):")
_FIELDS = frozenset(Product.model_fields)


class RowError(ValueError):
    """Why a row is no product: every wrong field by name, joined by semicolons."""


def product_from(values: Mapping[str, Any]) -> Product:
    """Clean and validate values given under the product's own field names.

    Empty texts count as missing; texts lose HTML and control characters; numbers may be
    decimals or texts; `category` and `image_urls` may be one text.

    Raises:
        RowError: naming each wrong field.
    """
    problems: list[str] = []
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _FIELDS:
            problems.append(
                f"{name}: not a field of a product; put it under attributes, or use a field map"
            )
            continue
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        cleaner = _CLEANERS.get(name)
        try:
            clean[name] = value if cleaner is None else cleaner(value)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    problems.extend(
        f"{name}: missing" for name in ("id", "title") if not clean.get(name) and
        not any(problem.startswith(f"{name}:") for problem in problems)
    )  # fmt: skip
    if problems:
        raise RowError("; ".join(problems))
    clean = {name: value for name, value in clean.items() if value is not None}
    price, sale_price = clean.get("price"), clean.get("sale_price")
    if price is not None and sale_price is not None:
        if sale_price > price:
            raise RowError(f"sale_price: {sale_price} is above the price {price}")
        if sale_price == price:
            del clean["sale_price"]
    try:
        return Product.model_validate(clean)
    except ValidationError as error:
        raise RowError(
            "; ".join(
                f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False)
            )
        ) from error


def availability_from(value: object) -> Availability:
    """Availability as feeds write it: words, schema.org addresses, a flag, a stock count.

    Raises:
        ValueError: for a word that is none of these.
    """
    if isinstance(value, bool):
        return Availability.IN_STOCK if value else Availability.OUT_OF_STOCK
    if isinstance(value, int | float | Decimal):
        return Availability.IN_STOCK if value > 0 else Availability.OUT_OF_STOCK
    text = str(value).strip()
    word = re.sub(r"[\s-]+", "_", text.rstrip("/").rsplit("/", 1)[-1].lower())
    if word in _AVAILABILITY:
        return _AVAILABILITY[word]
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return availability_from(Decimal(text))
    raise ValueError(f"'{text[:60]}' is none of {', '.join(Availability)}")


def category_levels(value: object, separator: str | None = None) -> tuple[str, ...]:
    """Category levels from a list, or from one text with `separator` (by default ">") in it.

    Raises:
        ValueError: for a level that is no text.
    """
    if isinstance(value, str):
        value = value.split(separator or ">")
    if not isinstance(value, list | tuple):
        raise ValueError("should be a list of texts, general to special")
    if not all(isinstance(level, str) for level in value):
        raise ValueError("should hold texts only")
    return tuple(level for level in (one_line(str(level)) for level in value) if level)


def attribute_value(value: object) -> AttributeValue | None:
    """One attribute value; a list of values is joined by commas, nothing is None.

    Raises:
        ValueError: for an object, an infinite number, or a text over `ATTRIBUTE_LIMIT`.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        number = float(value)
        if not math.isfinite(number):
            raise ValueError("not a finite number")
        return int(value) if value == int(value) and abs(number) < 2**53 else number
    if isinstance(value, list | tuple):
        parts = [str(part) for part in map(attribute_value, value) if part is not None]
        return attribute_value(", ".join(parts))
    if not isinstance(value, str):
        raise ValueError("should be a text, a number, true or false")
    text = plain_text(value)
    if len(text) > ATTRIBUTE_LIMIT:
        raise ValueError(f"{len(text):,} characters, at most {ATTRIBUTE_LIMIT:,}")
    return text or None


def flag_or_text(text: str) -> bool | str:
    """What a table cell says: yes and true, no and false become flags."""
    return {"yes": True, "true": True, "no": False, "false": False}.get(text.strip().lower(), text)


def _identifier(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("should be a text or a whole number")
    text = str(value).strip()
    if has_control_characters(text):
        raise ValueError("holds control characters")
    return _limited(text, ID_LIMIT)


def _title(value: object) -> str:
    return _limited(one_line(_text(value)), TITLE_LIMIT)


def _description(value: object) -> str:
    return _limited(plain_text(_text(value)), TEXT_LIMIT)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("should be a text")
    return value


def _limited(text: str, limit: int) -> str:
    if len(text) > limit:
        raise ValueError(f"{len(text):,} characters, at most {limit:,}")
    return text


def _currency(value: object) -> str:
    code = _text(value).strip().upper()
    if code not in known_currencies():
        raise ValueError(f"'{code[:20]}' is not an ISO 4217 currency code")
    return code


def _rating(value: object) -> float:
    number = _number(value)
    if not 0 <= number <= 5:
        raise ValueError(f"{value} is not between 0 and 5")
    return number


def _count(value: object) -> int:
    number = _number(value)
    if number < 0 or number != int(number):
        raise ValueError(f"{value} is not a count")
    return int(number)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError("should be a number")
    try:
        number = float(value)
    except ValueError as error:
        raise ValueError(f"'{str(value)[:40]}' is not a number") from error
    if not math.isfinite(number):
        raise ValueError(f"{value} is not a finite number")
    return number


def _url(value: object) -> str:
    url = _text(value).strip()
    scheme = _SCHEME.match(url)
    if has_control_characters(url) or (scheme and scheme[1].lower() not in {"http", "https"}):
        raise ValueError(f"'{url[:60]!s}' is not a web address")
    return _limited(url, TITLE_LIMIT)


def _image_urls(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = _IMAGES.split(value.strip())
    if not isinstance(value, list | tuple):
        raise ValueError("should be a list of addresses")
    return tuple(dict.fromkeys(_url(url) for url in value if url))


def _attributes(value: object) -> dict[str, AttributeValue]:
    if not isinstance(value, Mapping):
        raise ValueError("should be an object of names and values")
    if len(value) > ATTRIBUTES_LIMIT:
        raise ValueError(f"{len(value):,} of them, at most {ATTRIBUTES_LIMIT:,}")
    attributes: dict[str, AttributeValue] = {}
    for name, given in value.items():
        key = one_line(str(name))
        try:
            kept = attribute_value(given)
        except ValueError as error:
            raise ValueError(f"{key[:60]}: {error}") from error
        if key and kept is not None:
            attributes[key] = kept
    return attributes


_CLEANERS: dict[str, Callable[[Any], object]] = {
    "id": _identifier,
    "title": _title,
    "description": _description,
    "brand": _title,
    "category": category_levels,
    "price": exact_amount,
    "sale_price": exact_amount,
    "price_upper": exact_amount,
    "currency": _currency,
    "availability": availability_from,
    "rating": _rating,
    "rating_count": _count,
    "url": _url,
    "image_urls": _image_urls,
    "attributes": _attributes,
    "group_id": _identifier,
    "language": lambda value: _limited(_text(value).strip(), 35),
}
