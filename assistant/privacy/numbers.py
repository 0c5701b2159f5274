"""Cards and documents: numbers that prove themselves by a check digit or are announced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import cycle

from assistant.privacy.findings import Finding, Kind, digits_of, names_a_product

_CARD = re.compile(r"(?<![A-Za-z0-9.+-])(?:\d[ -]?){12,18}\d(?![A-Za-z0-9])")
_CARD_CUE = re.compile(
    r"(?:\bcards?\b|\bvisa\b|master ?card|\bamex\b|american express|卡号|信用卡|银行卡|储蓄卡|卡)"
    r"[^\d\n]{0,24}$",
    re.IGNORECASE,
)
_DINERS = re.compile(r"3(?:0[0-5]|[689]\d)\d{11}")
_ISSUED = re.compile(r"3[0-9]|4|5[0-9]|6[0-9]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720")

_CHINESE_ID = re.compile(r"(?<![A-Za-z0-9])[1-9]\d{16}[\dXx](?![A-Za-z0-9])")
_CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_HONG_KONG_ID = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,2})(\d{6})\(([0-9A])\)")
_SOCIAL_SECURITY = re.compile(
    r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", re.ASCII
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
)
_INSURANCE = re.compile(
    r"(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d{2} \d{2} \d{2} [A-D](?![A-Za-z0-9])"
)
_ANNOUNCED = re.compile(
    r"(?:\b(?i:passport|driv(?:ing|er'?s?|ers'?|er’s) licen[cs]e|identity card|id card|national id"
    r"|personal id|chinese id|social security|ssn|national insurance|NI|tax id|an ID, mine"
    r"|my ID|id number)"
    r"|身份证|护照|通行证|台胞证|回乡证|驾驶证|驾照|社保卡?)"
    r"(?i:\s*(?:numbers?|no\.?|nr\.?|card|号码|号))?\s*(?i:(?:is|was|for|是|为|[:：#=,，])\s*){0,2}"
    r"(?P<value>[A-Z]{0,3}\d[A-Z0-9-]{4,17}|(?<=is )[A-Z0-9]{7,18})(?![A-Za-z0-9])"
)
_SAYS_NUMBER = re.compile(r"(?:numbers?|no|nr|is|was|id|ssn|mine|NI)$", re.IGNORECASE)


def find_numbers(text: str) -> Iterator[Finding]:
    """Identity documents, bank accounts and payment cards, in half-width text."""
    yield from _checked(text)
    for match in _ANNOUNCED.finditer(text):
        cue = text[match.start() : match.start("value")].rstrip()
        # "Honda Passport 8971506473" is a part for a car.
        bare = cue.isascii() and cue[-1:].isalpha() and not _SAYS_NUMBER.search(cue)
        if not bare and len(digits_of(match["value"])) >= 3:
            yield Finding(Kind.ID, *match.span("value"))
    yield from _cards(text)


def _checked(text: str) -> Iterator[Finding]:
    for match in _CHINESE_ID.finditer(text):
        if is_chinese_id(match[0]) and not names_a_product(text, *match.span()):
            yield Finding(Kind.ID, *match.span())
    for match in _HONG_KONG_ID.finditer(text):
        if _is_hong_kong_id(*match.groups()):
            yield Finding(Kind.ID, *match.span())
    for match in _IBAN.finditer(text):
        if is_iban(match[0]):
            yield Finding(Kind.ID, *match.span())
    for pattern in (_SOCIAL_SECURITY, _INSURANCE):
        for match in pattern.finditer(text):
            if not names_a_product(text, *match.span()):
                yield Finding(Kind.ID, *match.span())


def _cards(text: str) -> Iterator[Finding]:
    for match in _CARD.finditer(text):
        digits = digits_of(match[0])
        if names_a_product(text, *match.span()) or len(set(re.sub(r"\d", "", match[0]))) > 1:
            continue
        announced = _CARD_CUE.search(text[max(0, match.start() - 60) : match.start()])
        # A barcode of 13 digits passes the check one time in ten.
        likely = (len(digits) >= 15 and _ISSUED.match(digits)) or _DINERS.fullmatch(digits)
        if (announced or likely) and (passes_luhn(digits) or (announced and len(digits) >= 15)):
            yield Finding(Kind.CARD, *match.span())


def passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * times for digit, times in zip(reversed(digits), cycle((1, 2))))
    return len(set(digits)) > 1 and sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def is_chinese_id(value: str) -> bool:
    """A resident identity number of GB 11643: place, day of birth, check character."""
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _CHINESE_WEIGHTS, strict=False))
    return 1900 <= int(value[6:10]) <= 2099 and "10X98765432"[total % 11] == value[17].upper()


def is_iban(value: str) -> bool:
    """The check of ISO 13616: modulo 97 with letters as 10 to 35."""
    plain = value.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _is_hong_kong_id(letters: str, digits: str, check: str) -> bool:
    values = (
        [ord(letter) - 55 for letter in letters.rjust(2)]
        if len(letters) == 2
        else [
            36,
            ord(letters) - 55,
        ]
    )
    values += [int(digit) for digit in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0A987654321"[total % 11] == check
