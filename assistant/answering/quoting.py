"""Quoting descriptions, reviews and documents: which sentence answers, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evidence import stems
from assistant.language import Language

QUOTE_CHARS = 400


def best_sentence(
    sentences: Sequence[str], asked: set[str], topic: frozenset[str], language: Language
) -> str:
    """The sentence with most of the words asked for, or on the topic; empty if none has enough.

    Enough is two thirds of the words asked for, or one word of the topic.
    """

    def shared(sentence: str) -> tuple[int, int]:
        if language == "zh":
            return sum(word in sentence for word in asked), sum(word in sentence for word in topic)
        words = stems(sentence)
        return len(words_in(asked, words)), len(topic & words)

    best = max(sentences, key=shared, default="")
    named, on_topic = shared(best) if best else (0, 0)
    return shortened(best) if on_topic or (named and named * 3 >= 2 * len(asked)) else ""


def words_in(asked: set[str], words: set[str]) -> set[str]:
    """Which of the stems asked for stand among others, or begin one: "lock" in "lockable"."""
    return {
        stem
        for stem in asked
        if stem in words or (len(stem) >= 4 and any(word.startswith(stem) for word in words))
    }


def shortened(text: str, limit: int = QUOTE_CHARS) -> str:
    """The first whole sentences that fit into a quotation of so many characters."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[:limit]
    end = max(cut.rfind(mark) for mark in (". ", "。", "! ", "！"))
    return cut[: end + 1].strip() if end > limit // 3 else f"{cut.rsplit(' ', 1)[0]}…"
