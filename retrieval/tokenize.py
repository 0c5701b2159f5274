"""Words of queries and products as BM25 and the filters compare them."""

from __future__ import annotations

import logging
import re
import threading
from functools import cache, lru_cache
from types import ModuleType

import Stemmer

TOKENIZER_VERSION = 1
"""Raised when the same text gives other tokens: indexes of an older version are rebuilt."""

_WORD = re.compile(r"[^\W_]+(?:[.\-'’][^\W_]+)*")
_PART = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
_JOINT = re.compile(r"[\-'’]")
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_stemmer = Stemmer.Stemmer("english")
_stemmer_lock = threading.Lock()


def tokenize(text: str) -> list[str]:
    """Lower-case stemmed words of a text in order.

    A compound gives its parts and itself in one piece, so that "64GB" is found by "64 gb",
    "wi-fi" by "wifi". Chinese runs are segmented by jieba in its search mode.
    """
    tokens: list[str] = []
    for word in _WORD.findall(text.lower()):
        if word.isascii():
            tokens += _compound(word)
            continue
        for run in _CHINESE_RUN.findall(word):
            tokens += _segment(run) if is_chinese(run) else _compound(run)
    return tokens


def is_chinese(text: str) -> bool:
    """Whether a Chinese character stands in the text."""
    return _CHINESE.search(text) is not None


def without_chinese(text: str) -> str:
    """The text with a space for each run of Chinese characters."""
    return _CHINESE.sub(" ", text)


# A catalogue says the same words over and over.
@lru_cache(maxsize=100_000)
def _compound(word: str) -> tuple[str, ...]:
    parts: list[str] = _PART.findall(word)
    tokens = [_stem(part) for part in parts]
    if len(parts) > 1:
        tokens.append(_stem(_JOINT.sub("", word)))
    return tuple(tokens)


def _stem(word: str) -> str:
    # One stemmer keeps one buffer: two threads in it at once would mix their words.
    with _stemmer_lock:
        return _stemmer.stemWord(word)


def _segment(run: str) -> list[str]:
    return [word for word in _jieba().cut_for_search(run) if word.strip()]


@cache
def _jieba() -> ModuleType:
    """Segments Chinese; a second to load its dictionary, so only where there is Chinese."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba
