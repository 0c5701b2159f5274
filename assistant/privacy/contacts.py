"""E-mail addresses, plain or spelt out, and names in messengers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.privacy.findings import Finding, Kind

_LETTER = r"[A-Za-z0-9\u00c0-\u024f]"
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}"
    r"\s?(?:@|[\[(]\s?(?:at|@)\s?[\])])\s?"
    rf"(?:{_LETTER}(?:{_LETTER}|-)*(?:\.|\s?[\[(]\s?dot\s?[\])]\s?))+[A-Za-z]{{2,24}}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SPELT = re.compile(
    r"\b[a-z0-9_]+(?: dot [a-z0-9_]+)* at [a-z0-9-]+(?: dot [a-z0-9-]+)* dot (?:[a-z]{2,3}|info)\b",
    re.IGNORECASE,
)
_MESSENGER = re.compile(
    r"(?:\b(?:we ?chat|whatsapp|telegram|skype|signal|instagram|line id|kakao)"
    r"(?: id| name| handle| account)?\s?(?:is|:|：|@(?=\w)|=)\s?"
    r"|微信号?(?:是|为|:|：)?\s?|qq号?码?(?:是|为|:|：)?\s?(?=\d{5}))"
    r"(?P<value>@?[A-Za-z0-9_][A-Za-z0-9_.-]{3,30}[A-Za-z0-9_])",
    re.IGNORECASE | re.ASCII,
)
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
"""Often a messenger's name as well, and then found as a telephone number."""


def find_contacts(text: str) -> Iterator[Finding]:
    """E-mail addresses and messenger names in half-width text."""
    for pattern in (_EMAIL, _SPELT):
        for match in pattern.finditer(text):
            yield Finding(Kind.EMAIL, *match.span())
    for match in _MESSENGER.finditer(text):
        if not _MOBILE.fullmatch(match["value"]):
            yield Finding(Kind.CONTACT, *match.span("value"))
