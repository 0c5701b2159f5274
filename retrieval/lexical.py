"""BM25 over the products' words, by bm25s; misspelt query words are led to known ones."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from retrieval.tokenize import is_chinese, tokenize

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG

# Chosen with the fusion's weight on Icecat; see `retrieval.fusion`.
K1 = 0.6
B = 0.6


class LexicalIndex:
    """Scores of all rows for a query; safe to share between threads."""

    def __init__(self, index: bm25s.BM25 | None, rows: int) -> None:
        """`index` is None for a catalogue without a word."""
        self._index = index
        self.rows = rows
        vocabulary: dict[str, int] = {} if index is None else index.vocab_dict
        self._vocabulary = frozenset(vocabulary)
        self._spellings = tuple(
            word for word in vocabulary if len(word) > 3 and word.isalpha() and word.isascii()
        )
        self._spelt_like = lru_cache(maxsize=10_000)(self._closest)

    @classmethod
    def build(cls, texts: Iterable[str]) -> LexicalIndex:
        """Index one text a row."""
        tokens = [tokenize(text) for text in texts]
        if not any(tokens):
            return cls(None, len(tokens))
        index = bm25s.BM25(k1=K1, b=B)
        index.index(tokens, show_progress=False)
        return cls(index, len(tokens))

    def save(self, folder: Path) -> None:
        """Write the index into an existing folder."""
        (folder / "rows.json").write_text(json.dumps(self.rows), encoding="utf-8")
        if self._index is not None:
            self._index.save(folder / "bm25", show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what `save` wrote.

        Raises:
            OSError, ValueError: where the folder does not hold a whole index.
        """
        rows = int(json.loads((folder / "rows.json").read_text(encoding="utf-8")))
        if not (folder / "bm25").is_dir():
            return cls(None, rows)
        return cls(bm25s.BM25.load(folder / "bm25"), rows)

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every row, shape (rows,); 0 where no word of the query stands in it."""
        tokens = self._known(tokenize(query))
        if self._index is None or not tokens:
            return np.zeros(self.rows, np.float32)
        return self._index.get_scores(tokens)

    def _known(self, tokens: Sequence[str]) -> list[str]:
        known: list[str] = []
        for token in tokens:
            if token in self._vocabulary:
                known.append(token)
            elif len(token) > 3 and token.isalpha() and not is_chinese(token):
                known += self._spelt_like(token)
        return known

    def _closest(self, token: str) -> tuple[str, ...]:
        """The known word within one edit (two from eight letters on), if there is one."""
        found = process.extractOne(
            token,
            self._spellings,
            scorer=DamerauLevenshtein.distance,
            score_cutoff=2 if len(token) >= 8 else 1,
        )
        return () if found is None else (found[0],)
