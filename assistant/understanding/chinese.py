"""Word boundaries of Chinese text, by jieba's dictionary."""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from typing import Any

_lock = threading.Lock()
_tokenizer: Any = None


@lru_cache(maxsize=512)
def _boundaries(text: str) -> frozenset[int]:
    # Search mode gives the words within a word too: 无线 and 耳机 of 无线耳机. Without the hidden
    # Markov model, which joins unknown neighbours into one made-up word.
    words = _jieba().tokenize(text, mode="search", HMM=False)
    return frozenset({0, len(text), *(place for _, start, end in words for place in (start, end))})


def word_boundaries(text: str) -> set[int]:
    """The offsets between the words of `text`; loads the dictionary (about 1 s) on first use."""
    return set(_boundaries(text))


def _jieba() -> Any:
    global _tokenizer
    with _lock:
        if _tokenizer is None:
            import jieba

            jieba.setLogLevel(logging.WARNING)
            jieba.initialize()
            _tokenizer = jieba
        return _tokenizer
