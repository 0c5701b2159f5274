"""Postal addresses: house number and street, boxes, postcodes that are announced."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.privacy.findings import Finding, Kind

_UK = r"(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2})"
_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    r"|T[NX]|UT|V[AT]|W[AIVY])"
)
_POSTCODE = rf"(?:{_STATE}\s+)?\d{{5}}(?:-\d{{4}})?|{_UK}"
_CITY = r"[A-ZÀ-Þ](?:[^\W\d_]|['’.-])+(?!\w)(?:\s[A-ZÀ-Þ](?:[^\W\d_]|['’-])+(?!\w)){0,2}"
_TAIL = (
    rf"(?:,?\s(?:apt|apartment|suite|ste|unit|flat|floor|room|rm)\.?\s[\w-]{{1,6}}|,?\s#\d\w{{0,4}})?"
    rf"(?:,?\s(?:{_POSTCODE})(?:\s{_CITY})?|(?:,\s{_CITY})(?:,?\s(?:{_POSTCODE}|{_STATE}\b))?)?"
)
_STRONG = r"street|st|road|rd|avenue|ave|lane|ln|boulevard|blvd|terrace|crescent|parkway|highway"
_WEAK = r"drive|dr|way|court|ct|place|pl|square|sq|close|circle|row|walk|gardens|grove|mews|hill"
_HOUSE = (
    r"(?<![\w.,$€£/-])(?:(?:flat|apt|apartment|unit)\.?\s\w{1,5},?\s)?\d{1,5}[A-Za-z]?(?:-\d{1,4})?"
)
_NAME = (
    r"(?:\s(?!(?:inch|way|star|piece|pack|gb|tb|mb|cm|mm|kg|ml|ft|x|in|on|of|to)\b)[\w.'’-]+){1,4}?"
)
_STREET = re.compile(
    rf"(?i:{_HOUSE})(?P<name>(?i:{_NAME}))\s(?P<suffix>(?i:{_STRONG}|{_WEAK}))\b\.?(?![\w-])"
    rf"(?P<tail>{_TAIL.replace('(?:apt', '(?i:apt')})"
)
_GERMAN = re.compile(
    r"(?<!\w)(?:[A-ZÄÖÜ][a-zäöüß]+(?P<suffix>straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer)"
    r"|(?:Am|An der|Im|Unter den|Zum) [A-ZÄÖÜ][a-zäöüß]+)"
    r"\s\d{1,4}\s?[a-z]?(?P<tail>,?\s(?:D-)?\d{5}\s[A-ZÄÖÜ][\w-]+)?(?!\w)"
)
_FRENCH = re.compile(
    r"(?<![\w.,])\d{1,4}(?:\s?bis)?,?\s(?i:rue|avenue|boulevard|place|chemin|allée|quai|impasse|via"
    r"|calle)\s(?:(?:de|du|des|la|le|della|del)\s|l')*[A-ZÀ-Þ][\w'’-]+(?:\s[\w'’-]+){0,4}?(?:,\s\d{5}\s[A-ZÀ-Þ][\w-]+|(?=[,.;!?\n]|$))"
)
_BOX = re.compile(rf"(?i:\bP\.?\s?O\.?\s?Box)\s\d{{1,6}}{_TAIL.replace('(?:apt', '(?i:apt')}")
_ANNOUNCED_CODE = re.compile(
    rf"(?i:\b(?:post ?code|postal code|zip(?: code)?))(?i:\s(?:is|for)|:)?"
    rf"\s(?P<value>{_UK}|\d{{5}}(?:-\d{{4}})?)\b"
)
_CUE = re.compile(
    r"(?i:\b(?:live|lives|living|moved|address|ship|deliver|delivered|send|sent|bring|go|drop|pick"
    r"|located|reside|house|office|home|i'm|i am|come)\b)[^\d\n]{0,30}$"
)
# What may follow a street that nothing announces: "12 Street Fighter" and "700c Road Bike" go on.
_ENDS = re.compile(r"\s*(?:$|[,.;:!?)\n'\"]|(?:in|and|is|at|please|for|near|by)\b)")

_HAN = r"[\u4e00-\u9fff]"
_ROOMS = (
    r"(?:\s?[A-Za-z0-9一二三四五六七八九十]{1,4}(?:号楼|号院|栋|幢|座|单元|楼|层|室|户)"
    r"|\s?\d{3,4}(?!\d))*"
)
_BUILDING = rf"(?:{_HAN}{{2,8}}(?:广场|大厦|中心|花园|小区|公寓|家园|苑)(?:{_HAN}座)?)?"
_CHINESE_STREET = re.compile(
    rf"(?P<place>{_HAN}{{2,30}}?(?:路|街|大道|道|巷|弄|胡同)(?:[东南西北中]段)?)"
    rf"\s?\d{{1,5}}(?:[-之]\d+)?(?:弄\d+)?号{_ROOMS}{_BUILDING}{_ROOMS}"
)
_CHINESE_ESTATE = re.compile(
    rf"(?P<place>{_HAN}{{2,24}}?(?:小区|花园|公寓|家园|新村|苑|大厦))"
    rf"\s?\d{{1,4}}(?:号楼|栋|幢|座){_ROOMS}"
)
_CHINESE_CODE = re.compile(r"(?:邮编|邮政编码)(?:是|为|:)?\s?(?P<value>\d{6})(?!\d)")
_LEADING = re.compile(
    rf"^{_HAN}*?(?:寄到|送到|发到|送货到|寄往|地址是|地址在|地址|住在|家在|(?<!城)在|[寄送到是给去往])"
)


def find_addresses(text: str) -> Iterator[Finding]:
    """Postal addresses in half-width text; a city or country alone is none."""
    for match in _STREET.finditer(text):
        if _is_street(text, match):
            yield Finding(Kind.ADDRESS, match.start(), match.start() + len(match[0].rstrip(" ,")))
    for match in _GERMAN.finditer(text):
        plain = match["suffix"] in ("straße", "strasse", "str.")
        if plain or match["tail"] or _CUE.search(text[max(0, match.start() - 45) : match.start()]):
            yield Finding(Kind.ADDRESS, *match.span())
    for pattern in (_FRENCH, _BOX):
        for match in pattern.finditer(text):
            yield Finding(Kind.ADDRESS, *match.span())
    for pattern in (_ANNOUNCED_CODE, _CHINESE_CODE):
        for match in pattern.finditer(text):
            yield Finding(Kind.ADDRESS, *match.span("value"))
    for pattern in (_CHINESE_STREET, _CHINESE_ESTATE):
        for match in pattern.finditer(text):
            yield Finding(Kind.ADDRESS, match.start() + _announcement(match["place"]), match.end())


def _is_street(text: str, match: re.Match[str]) -> bool:
    """Written as a name, or announced; "a 5 star road bike" is neither."""
    words = match["name"].split()
    as_name = match["suffix"][0].isupper() and all(
        word[0].isupper() or word[0].isdigit() for word in words
    )
    announced = bool(_CUE.search(text[max(0, match.start() - 45) : match.start()]))
    strong = re.fullmatch(_STRONG, match["suffix"], re.IGNORECASE) is not None
    if as_name and (announced or match["tail"]):
        return True
    if as_name:
        return strong and _ENDS.match(text, match.end()) is not None
    return announced and (strong or bool(match["tail"]))


def _announcement(place: str) -> int:
    """How many characters before the address belong to the sentence: "请寄到"."""
    cut = 0
    while (leading := _LEADING.match(place[cut:])) and cut + leading.end() < len(place) - 1:
        cut += leading.end()
    return cut
