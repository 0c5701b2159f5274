"""Words of queries and titles as the features compare them."""

from __future__ import annotations

import re
from functools import lru_cache
from sys import intern

import Stemmer

_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_CHINESE_OR_NOT = re.compile(r"[\u3400-\u9fff]|[^\u3400-\u9fff]+")
# What follows these says what a product is for or comes with, not what it is.
_AFTER_NAME = re.compile(
    r"\s(?:for|with|w/|by|from|in|fits|compatible|featuring|-|–|—)\s|[,(|;:–—/]", re.IGNORECASE
)
_FILLERS = frozenset((
    "a", "an", "the", "for", "of", "and", "or", "to", "in", "on", "with", "from", "by", "is",
    "are", "i", "me", "my", "want", "need", "some", "any", "looking", "show", "at", "please",
    "something", "buy", "find", "get", "cheap", "best", "good", "nice", "under", "over",
    "below", "above",
))  # fmt: skip
# Texts and words of the last lists, which come again in the next turn. More would only fill memory,
# for to take them apart anew costs a few milliseconds a list.
REMEMBERED = 4_000
_stemmer = Stemmer.Stemmer("english")


def is_chinese(text: str) -> bool:
    """Whether any Chinese character stands in the text."""
    return _CHINESE.search(text) is not None


@lru_cache(maxsize=REMEMBERED)
def stems(text: str) -> tuple[str, ...]:
    """Stemmed lower-case words in their order; each Chinese character is a word."""
    words: list[str] = []
    for word in _WORD.findall(text.lower()):
        if is_chinese(word):
            words += _CHINESE_OR_NOT.findall(word)
        else:
            words.append(word)
    return tuple(map(intern, _stemmer.stemWords(words)))


@lru_cache(maxsize=REMEMBERED // 8)
def query_stems(query: str) -> tuple[str, ...]:
    """Stems of a query without filler words, unless it has nothing else."""
    kept = " ".join(word for word in query.split() if word.lower().strip(",.!?") not in _FILLERS)
    return stems(kept) or stems(query)


@lru_cache(maxsize=REMEMBERED // 2)
def name_stems(title: str) -> tuple[str, ...]:
    """Stems of the part of a title that names the thing itself: "bag" of "bag for laptops"."""
    return stems(_AFTER_NAME.split(title, maxsplit=1)[0]) or stems(title)


@lru_cache(maxsize=REMEMBERED)
def _trigrams(word: str) -> frozenset[str]:
    marked = f"^{word}$"
    return frozenset(marked[start : start + 3] for start in range(len(marked) - 2)) or frozenset(
        {marked}
    )


def spelling_similarity(word: str, others: frozenset[str]) -> float:
    """The best Jaccard similarity of character trigrams of a word with any of the others."""
    if word in others:
        return 1.0
    mine, best = _trigrams(word), 0.0
    for other in others:
        if abs(len(other) - len(word)) > 3:
            continue
        theirs = _trigrams(other)
        shared = len(mine & theirs)
        if shared:
            best = max(best, shared / (len(mine) + len(theirs) - shared))
    return best
