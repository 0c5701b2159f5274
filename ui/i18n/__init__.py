"""The interface's own words, one JSON file a language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assistant.language import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@cache
def words(language: Language) -> Mapping[str, str]:
    """All texts of the interface in one language, by key."""
    file = Path(__file__).parent / f"{language}.json"
    return json.loads(file.read_text(encoding="utf-8"))


def preferred_language(accept_language: str) -> Language:
    """The first language of an Accept-Language header (RFC 9110) that the interface speaks."""
    wishes: list[tuple[float, Language]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";q=")
        for language in LANGUAGES:
            if tag.strip().lower().split("-")[0] == language:
                wishes.append((_quality(weight), language))
    wishes.sort(key=lambda wish: -wish[0])
    return wishes[0][1] if wishes and wishes[0][0] > 0 else "en"


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
