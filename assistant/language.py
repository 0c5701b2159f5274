"""Which language a message is in, of the two the guide answers in."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "zh"]

# Han characters with the extension and compatibility blocks a phone keyboard can produce.
HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN = re.compile(f"[{HAN}]")
_OTHER_WORD = re.compile(r"[^\W\d_]+")
_KANA = re.compile(r"[\u3040-\u30ff]")


def has_chinese(text: str) -> bool:
    """Whether at least one Chinese character stands in the text."""
    return _HAN.search(text) is not None


def message_language(message: str, before: Language | None = None) -> Language:
    """The language to reply in.

    A Chinese character says about as much as an English word, so the two are counted against
    each other: brand names, sizes and model numbers in a Chinese sentence leave it Chinese
    ("我想要一双 Nike Air Max"), and one quoted Chinese word leaves an English one English.
    A message of neither ("50?", an emoji) keeps the language of the conversation.
    """
    han = len(_HAN.findall(message))
    if _KANA.search(message) and han < 8:
        han = 0
    words = sum(1 for word in _OTHER_WORD.findall(_HAN.sub(" ", message)) if len(word) > 1)
    if not han and not words:
        return before or "en"
    return "zh" if han >= words else "en"
