"""Conditions told by the catalogue's own field names: "with USB ports 4", "interface: SATA".

Who reads specifications writes as they do: the name of a field and a value that the catalogue
has for it. Only such pairs count, so that no word is taken for a field by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from assistant.understanding.labels import UNITS
from assistant.understanding.text import Token, phrase
from retrieval.facets import Facets
from retrieval.product import AttributeValue

LONGEST_NAME = 5
LONGEST_VALUE = 5
_JOINTS = frozenset((":", "=", "of", "is", "at"))
_OWN_RULES = re.compile(r"^(?:price|colou?r|size|brand|category|gender)$")
Found = tuple[int, int, str, AttributeValue]
"""Where a pair stands in the clean text, the attribute, and the catalogue's own value."""


class NamedValues:
    """The names of a catalogue's fields; their values are indexed when one is first named."""

    def __init__(self, facets: Facets) -> None:
        self._facets = facets
        self._names: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for name, values in facets.attributes.items():
            if all(isinstance(value, bool) for value in values) or _OWN_RULES.match(name.lower()):
                continue
            self._names[_key(name)].append(name)
        self._values = lru_cache(maxsize=500)(self._indexed)

    def find(self, text: str, tokens: Sequence[Token]) -> list[Found]:
        """The pairs of a clean text and its tokens from the left, none overlapping."""
        found: list[Found] = []
        tokens = [token for token in tokens if token.is_word or token.text in _JOINTS]
        at = 0
        while at < len(tokens):
            pair = self._pair_at(text, tokens, at)
            if pair is None:
                at += 1
                continue
            place, name, value = pair
            found.append((tokens[at].start, tokens[place - 1].end, name, value))
            at = place
        return found

    def _pair_at(
        self, text: str, tokens: Sequence[Token], at: int
    ) -> tuple[int, str, AttributeValue] | None:
        """The longest name at a place that a value of its own follows: (end, name, value)."""
        for length in range(min(LONGEST_NAME, len(tokens) - at), 0, -1):
            key = tuple(token.lemma for token in tokens[at : at + length])
            names = self._names.get(key)
            if not names:
                continue
            place = at + length
            if place < len(tokens) and tokens[place].text in _JOINTS:
                place += 1
            for name in names:
                known = self._values(name)
                for words in range(min(LONGEST_VALUE, len(tokens) - place), 0, -1):
                    last = tokens[place + words - 1]
                    value = known.get(_spoken(text[tokens[place].start : last.end]))
                    if value is not None:
                        end = place + words
                        return end + _unit_after(tokens, end), name, value
        return None

    def _indexed(self, name: str) -> Mapping[str, AttributeValue]:
        """How each value of a field may be said, to the value."""
        known: dict[str, AttributeValue] = {}
        for value in self._facets.attributes.get(name, {}):
            if isinstance(value, bool):
                continue
            text = f"{value:g}" if isinstance(value, int | float) else " ".join(phrase(value))
            if text:
                known.setdefault(text, value)
        return known


def _key(name: str) -> tuple[str, ...]:
    """The words of a name without the unit or the number that it ends with."""
    words = list(phrase(name.replace("_", " ")))
    while len(words) > 1 and (words[-1] in UNITS or words[-1].isdigit()):
        words.pop()
    return tuple(words)


def _spoken(text: str) -> str:
    """A value as it is keyed."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return f"{float(text):g}"
    return " ".join(phrase(text))


def _unit_after(tokens: Sequence[Token], at: int) -> int:
    return int(at < len(tokens) and tokens[at].text in UNITS)
