"""Texts in English and Chinese as the words of one full-text index.

English is stemmed here, and Chinese becomes overlapping pairs of characters: a database's own
tokenizer would take a Chinese sentence for one word, and a trigram index finds no word of two
characters, which most are. A search for several characters is a phrase of their pairs, so that
it finds exactly what has them side by side.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from retrieval.tokenize import is_chinese, tokenize

MOST_TERMS = 12
_LONGEST = 40
_RUN = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")
_DIGITS = str.maketrans("0123456789abcdef", "ghijklmnopabcdef")

Term = tuple[tuple[str, ...], bool]
"""Words that stand side by side, and whether the last is only the beginning of one."""


def searchable(text: str) -> list[str]:
    """The words of a text, in order."""
    words: list[str] = []
    for run in _RUN.findall(_folded(text)):
        if is_chinese(run):
            # The last character alone too, so that every single one begins some word.
            words += [run[at : at + 2] for at in range(len(run))]
        else:
            words += [_plain(token) for token in tokenize(run)]
    return words


def terms_of(query: str) -> list[Term]:
    """What a search asks for, all of it; empty where the query has no word."""
    terms: dict[Term, None] = {}
    for run in _RUN.findall(_folded(query)):
        if is_chinese(run):
            pairs = tuple(run[at : at + 2] for at in range(len(run) - 1))
            terms[(pairs, False) if pairs else ((run,), True)] = None
        else:
            terms.update({((_plain(token),), False): None for token in tokenize(run)})
    return list(terms)[:MOST_TERMS]


def mark_word(mark: str) -> str:
    """The word that stands for a mark ("intent:recommend") in the index: nobody types it."""
    digest = hashlib.blake2s(mark.encode(), digest_size=9).hexdigest()
    return "zq" + digest.translate(_DIGITS)


def for_sqlite(terms: Iterable[Term]) -> str:
    """An FTS5 query for all the terms."""
    return " AND ".join(f'"{" ".join(words)}"{"*" if open_ else ""}' for words, open_ in terms)


def for_postgresql(terms: Iterable[Term]) -> str:
    """A text for `to_tsquery` for all the terms."""
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'{':*' if open_ else ''}" for word in words) + ")"
        for words, open_ in terms
    )


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if not unicodedata.combining(each)).lower()


def _plain(token: str) -> str:
    """The token in letters and digits alone: databases differ in what they make of a full stop."""
    return "".join(each for each in token if each.isalnum())[:_LONGEST]
