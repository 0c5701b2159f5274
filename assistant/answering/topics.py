"""What a question on a product is about, where it does not say the word that answers it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.evidence import stem


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of questions: the attributes that answer it, and the words that are about it.

    `fields` are words of attribute names; `words` are stems of English words and Chinese words.
    """

    name: str
    asks: re.Pattern[str]
    fields: frozenset[str]
    words: frozenset[str]

    def is_answered_by(self, attribute: str) -> bool:
        """Whether an attribute of this name answers a question on the topic."""
        name = attribute.casefold()
        parts = set(re.split(r"[\s_\-]+", name))
        return (
            name in self.fields
            or bool(parts & self.fields)
            or any(field in name for field in self.fields if not field.isascii())
        )


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, as `topics.toml` beside this module lists them."""
    source = files("assistant.answering").joinpath("topics.toml").read_text(encoding="utf-8")
    return tuple(
        Topic(
            name,
            re.compile(entry["asks"]),
            frozenset(entry["fields"]),
            frozenset(stem(word) for word in entry["words"]),
        )
        for name, entry in tomllib.loads(source).items()
    )


def topics_of(question: str) -> Sequence[Topic]:
    """The topics of a clean question."""
    return [topic for topic in topics() if topic.asks.search(question)]
