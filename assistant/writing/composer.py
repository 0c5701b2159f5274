"""The deterministic composer: text made of facts alone, in the customer's language."""

from __future__ import annotations

from assistant.language import Language
from assistant.writing.chinese import Chinese
from assistant.writing.english import English

Composer = English | Chinese
_COMPOSERS: dict[Language, Composer] = {"en": English(), "zh": Chinese()}


def composer_for(language: Language) -> Composer:
    """The composer of a language."""
    return _COMPOSERS[language]
