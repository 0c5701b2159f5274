"""Reading amounts of money exactly: decimals in, decimals out, never a binary float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from babel.numbers import list_currencies
from price_parser import Price

_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_RANGE = re.compile(r"\s+(?:-|–|—|to|bis|至)\s+|\s*[–—~～]\s*|(?<=\d)\s*-\s*(?=[^\d\s]*\d)")
_NEGATIVE = re.compile(r"^\W*[-−]\s*\D?\s*\d|^\(.*\)$")
_AMOUNT = re.compile(r"\d[\d.,' \u00a0\u202f]*\d|\d")
_CODE = re.compile(r"\b[A-Z]{3}\b")
_SYMBOLS = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "A$": "AUD",
    "C$": "CAD", "HK$": "HKD", "R$": "BRL", "元": "CNY", "￥": "CNY", "zł": "PLN", "₽": "RUB",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceText:
    """What a price text says; `upper` is set for a range, whose lower bound is `amount`."""

    amount: Decimal
    upper: Decimal | None = None
    currency: str | None = None


def exact_amount(value: object) -> Decimal:
    """A number, or text that is one ("89.00"), as an exact decimal with 2 to 4 decimals kept.

    Raises:
        ValueError: not a number, negative, not finite, or finer than 1/10,000.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"{value!r} is not an amount")
    try:
        # A float's shortest text is what its writer wrote.
        amount = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError(f"'{_short(str(value))}' is not an amount") from error
    if not amount.is_finite():
        raise ValueError(f"{value} is not a finite amount")
    if amount < 0:
        raise ValueError(f"{value} is negative")
    if amount.adjusted() >= 10:
        raise ValueError(f"{_short(str(value))} is too large: at most 10 digits before the point")
    exponent = int(amount.as_tuple().exponent)
    if exponent > 0:
        return amount.quantize(Decimal(1))
    if exponent < -2:
        shortest = amount.normalize()
        exponent = int(shortest.as_tuple().exponent)
        if exponent < -4:
            raise ValueError(f"{_short(str(value))} has more than 4 decimals")
        return shortest.quantize(Decimal(1).scaleb(min(exponent, -2)))
    return amount


def parse_price(value: object, currency: str | None = None) -> PriceText | None:
    """A price as a person or a feed writes it: "$1,299.00", "15.00 USD", "$9.99 - $19.99".

    None where nothing is written. A price written twice ("$6.94 $ 6 . 94", as scraped pages
    have it) counts once. `currency` is what a bare symbol such as "$" stands for.

    Raises:
        ValueError: no amount, several amounts that are no range, negative, too fine.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        return PriceText(exact_amount(value))
    text = " ".join(value.split())
    if not text:
        return None
    if _PLAIN.fullmatch(text):
        return PriceText(exact_amount(text))
    if _NEGATIVE.search(text):
        raise ValueError(f"'{_short(text)}' is negative")
    parts = _RANGE.split(text)
    if len(parts) == 2 and all(_AMOUNT.search(part) for part in parts):
        low, high = (_one_price(part, currency) for part in parts)
        if high.amount < low.amount:
            raise ValueError(f"'{_short(text)}' runs from the higher to the lower")
        upper = high.amount if high.amount > low.amount else None
        return PriceText(low.amount, upper, low.currency or high.currency)
    return _one_price(text, currency)


@cache
def known_currencies() -> frozenset[str]:
    """The ISO 4217 codes, from Babel's copy of the CLDR."""
    return frozenset(list_currencies())


def _one_price(text: str, hint: str | None) -> PriceText:
    amounts = [match.group() for match in _AMOUNT.finditer(text)]
    if not amounts:
        raise ValueError(f"'{_short(text)}' has no amount")
    if len(amounts) > 1:
        first = text.split()[0]
        if "".join(text.split()) != first * 2:
            raise ValueError(f"'{_short(text)}' has more than one amount")
        text, amounts = first, amounts[:1]
    written = amounts[0].strip()
    if _PLAIN.fullmatch(written) and not re.fullmatch(r"\d{1,3}\.\d{3}", written):
        amount = exact_amount(written)
    else:
        parsed = Price.fromstring(text)
        if parsed.amount is None:
            raise ValueError(f"'{_short(text)}' is not an amount")
        amount = exact_amount(parsed.amount)
    return PriceText(amount, None, _currency(text, hint))


def _currency(text: str, hint: str | None) -> str | None:
    for code in _CODE.findall(text):
        if code in known_currencies():
            return code
    symbol = re.sub(r"[\d.,'\s\u00a0\u202f-]", "", text)
    return hint or _SYMBOLS.get(symbol)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
