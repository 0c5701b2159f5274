"""Pairs of texts to token ids as a BERT tokenizer makes them, word by word and remembered.

Words of titles come again and again, and a BERT tokenizer never looks beyond the blanks around
one: what was tokenised once is looked up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

REMEMBERED_WORDS = 10_000
# Not all that Unicode calls blank: some of it is dropped by the tokenizer, and parts nothing.
_BLANKS = re.compile(r"[ \t\n\r]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """Ids of `[CLS] first [SEP] second [SEP]`; the leading `first` of them are of type 0."""

    ids: list[int]
    first: int


class PairTokenizer:
    """A tokenizer's own ids of pairs, cut to so many tokens where they are longest."""

    def __init__(self, file: Path, most_tokens: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(file))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(most_tokens, strategy="longest_first")
        self._words = _word_tokenizer(self._tokenizer)
        self._ids: dict[str, tuple[int, ...]] = {}
        frame = self._tokenizer.encode("", "")
        self._frame = frame.ids
        self._room = most_tokens - len(frame.ids)

    def encode(self, first: str, seconds: Sequence[str]) -> list[Pair]:
        """The pairs of `first` with each of the other texts."""
        if self._words is None:
            encodings = self._tokenizer.encode_batch_fast([(first, one) for one in seconds])
            return [Pair(one.ids, one.type_ids.count(0)) for one in encodings]
        start, middle, end = self._frame
        own = self._words_ids(first)
        pairs: list[Pair] = []
        for one in seconds:
            other = self._words_ids(one)
            kept, kept_other = _longest_first(len(own), len(other), self._room)
            ids = [start, *own[:kept], middle, *other[:kept_other], end]
            pairs.append(Pair(ids, kept + 2))
        return pairs

    def _words_ids(self, text: str) -> list[int]:
        assert self._words is not None
        found: list[int] = []
        for word in _BLANKS.split(text):
            ids = self._ids.get(word)
            if ids is None:
                ids = tuple(self._words.encode(word, add_special_tokens=False).ids)
                if len(self._ids) >= REMEMBERED_WORDS:
                    self._ids.clear()
                self._ids[word] = ids
            found += ids
        return found


def _word_tokenizer(tokenizer: Tokenizer) -> Tokenizer | None:
    """The same without a limit; None where its words may depend on those beside them."""
    kinds = json.loads(tokenizer.to_str())
    parts = [(kinds[name] or {}).get("type") for name in ("normalizer", "pre_tokenizer", "model")]
    types = tokenizer.encode("", "").type_ids
    if parts != ["BertNormalizer", "BertPreTokenizer", "WordPiece"] or types != [0, 0, 1]:
        return None
    if any(_BLANKS.search(one["content"]) for one in kinds["added_tokens"]):
        return None
    words = Tokenizer.from_str(tokenizer.to_str())
    words.no_truncation()
    return words


def _longest_first(first: int, second: int, room: int) -> tuple[int, int]:
    """How many tokens of both are kept where there is room for so many in all."""
    if first + second <= room:
        return first, second
    short = min(first, second)
    long = max(short, room - short)
    if short + long > room:
        short, long = room // 2, room - room // 2
    return (short, long) if first <= second else (long, short)
