"""Telephone numbers: international ones, those of the shop's countries, and announced ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from assistant.privacy.findings import Finding, Kind, digits_of, names_a_product

REGIONS = ("CN", "US", "GB", "DE", "FR", "HK", "TW", "AU", "ES", "IT", "NL", "JP")
"""Countries whose national numbers are known without a country code."""

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9@_#/])(?<!\d[.,:])(?:\(?\+|\(?0)?\(?\d(?:[ .()-]{0,2}\d){5,16}(?![A-Za-z0-9_@])"
)
_CHINESE_MOBILE = re.compile(r"(?:86[ -]?)?1[3-9](?:\d{9}|\d([ -])\d{4}\1\d{4})")
_AMERICAN = re.compile(
    r"(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}|\([2-9]\d{2}\) ?\d{3}-\d{4}"
)
_DATE = re.compile(r"(?:19|20)\d\d[-. ]\d\d?[-. ]\d\d?$|\d\d?[-. ]\d\d?[-. ](?:19|20)\d\d$")
_CUE = re.compile(
    r"(?:\b(?:phone|mobile|cell|cellphone|tel|telephone|call|ring|text|sms|whatsapp|reach|fax|dial"
    r"|contact|(?:my|our|his|her) number)\b[^\d\n]{0,28}"
    r"|(?:电话|手机|座机|号码|拨打|致电|打给|短信|热线|传真|微信)[^\d\n]{0,8})\(?\+?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s?(?:是我的?(?:电话|手机|号码)|is (?:my (?:phone|cell|mobile)|where you))", re.I
)


def find_phones(text: str, regions: Sequence[str] = REGIONS) -> Iterator[Finding]:
    """Telephone numbers in half-width text."""
    for match in _CANDIDATE.finditer(text):
        start, end = match.start(), match.end()
        written = match[0]
        if written.startswith("(") and ")" not in written:
            start, written = start + 1, written[1:]
        if names_a_product(text, start, end) or _DATE.match(written):
            continue
        announced = bool(_CUE.search(text[max(0, start - 48) : start]) or _AFTER.match(text, end))
        if _is_phone(written, announced, regions):
            yield Finding(Kind.PHONE, start, end)


def _is_phone(written: str, announced: bool, regions: Sequence[str]) -> bool:
    digits = digits_of(written)
    groups = re.findall(r"\d+", written)
    if not 7 <= len(digits) <= 15 or (len(groups) > 4 and "-" in written):
        return False
    if written.lstrip("(").startswith("+") or digits.startswith("00"):
        plain = digits.startswith("00") and len(groups) == 1 and not announced
        return not plain and _is_number(f"+{digits.removeprefix('00')}", None, announced)
    if _CHINESE_MOBILE.fullmatch(written) or _AMERICAN.fullmatch(written):
        return True
    grouped = len(digits) < len(written)
    if digits.startswith("0") and 9 <= len(digits) <= 12 and (grouped or announced):
        return any(_is_number(digits, region, announced=False) for region in regions)
    # "iPhone 14 13 12 11" announces no number.
    return announced and max(map(len, groups)) > 2


def _is_number(text: str, region: str | None, announced: bool) -> bool:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    if announced:
        return phonenumbers.is_possible_number(number)
    return phonenumbers.is_valid_number(number)
