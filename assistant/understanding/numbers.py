"""Numbers as people write them: `1,200`, `1.5k`, `fifty`, `一百五`, `两万`, `1.5万`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH = {word: value for value, word in enumerate(_UNITS)} | {
    word: value * 10 for value, word in enumerate(_TENS, start=2)
}
_ENGLISH_WORDS = "|".join(sorted(_ENGLISH, key=len, reverse=True))
ENGLISH_NUMBER = (
    rf"(?:(?:a|{_ENGLISH_WORDS})[ -](?=hundred|thousand))?"
    rf"(?:{_ENGLISH_WORDS}|hundred|thousand)"
    rf"(?:(?: and)?[ -](?:{_ENGLISH_WORDS}|hundred|thousand))*"
)
"""Regular expression of a number written out in English, up to 999,999."""

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d{1,6})?"
"""Regular expression of a number in digits, with or without thousands separators."""

CHINESE_NUMBER = r"(?:\d+(?:\.\d+)?[万千百]?|[零〇一二三四五六七八九十百千万两俩半]+)"
"""Regular expression of a number in a Chinese sentence, in digits or characters."""

_CHINESE_DIGITS = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    "〇": 0, "两": 2, "俩": 2,
}  # fmt: skip
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}


def parse_number(text: str) -> Decimal | None:
    """The value of a number in digits or in English words; None where it is neither.

    "k" stands for a thousand: `1.5k` is 1500.
    """
    text = text.strip().lower()
    scale = 1
    if text.endswith("k") and text[:-1]:
        text, scale = text[:-1], 1000
    try:
        return Decimal(text.replace(",", "")) * scale
    except InvalidOperation:
        return _english(text)


def _english(text: str) -> Decimal | None:
    total = current = 0
    words = re.split(r"[\s-]+", text)
    for word in words:
        if word in _ENGLISH:
            current += _ENGLISH[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total += max(current, 1) * 1000
            current = 0
        elif word not in ("a", "and"):
            return None
    return Decimal(total + current) if words and total + current else None


def parse_chinese_number(text: str) -> Decimal | None:
    """The value of a number in characters, digits or both: 一百五 150, 两千零五 2005, 1.5万 15000.

    A digit left over after a unit counts in the next smaller unit, as it is spoken; None
    where the text is no number.
    """
    if not text:
        return None
    mixed = re.fullmatch(r"(\d+(?:\.\d+)?)([万千百]?)", text)
    if mixed:
        return Decimal(mixed[1]) * _CHINESE_UNITS.get(mixed[2], 1)
    total, section, digit, last_unit = 0, 0, -1, 0
    for char in text:
        if char in _CHINESE_DIGITS:
            if digit > 0 and _CHINESE_DIGITS[char] and not last_unit:
                return None  # "三五": two numbers in a row, a vague range
            digit = _CHINESE_DIGITS[char]
            if digit == 0:
                last_unit = 0
        elif char == "万":
            total += (section + max(digit, 0) or 1) * 10000
            section, digit, last_unit = 0, -1, 10000
        elif char in _CHINESE_UNITS:
            unit = _CHINESE_UNITS[char]
            section += (digit if digit > 0 else 1) * unit
            digit, last_unit = -1, unit
        else:
            return None
    if digit > 0:
        section += digit * (last_unit // 10 if last_unit >= 100 else 1)
    value = total + section
    return Decimal(value) if value or text in ("零", "〇") else None
