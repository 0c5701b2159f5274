"""Products named by the customer that were not shown: found by the rare words of their titles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from rapidfuzz import fuzz, process

from assistant.understanding.text import clean, tokenise
from assistant.understanding.vocabulary import ordinary_words

RARE_GROUPS = 3
"""A word in the titles of more products than this names none of them."""
SHORTEST = 4
FUZZY_LETTERS = 6
FUZZY_SCORE = 90.0


class TitleIndex:
    """The rare words of a catalogue's titles; built once a revision, then only read."""

    def __init__(self, titles: Iterable[tuple[str, str, str]], known: Iterable[str] = ()) -> None:
        """Index titles given as (product id, variant group, title).

        `known` are lemmas that mean something else first: kinds of things, features, colours.
        """
        self._groups: defaultdict[str, set[str]] = defaultdict(set)
        self._products: defaultdict[str, list[str]] = defaultdict(list)
        words_of: dict[str, set[str]] = {}
        lemmas: dict[str, str] = {}
        for key, group, title in titles:
            self._products[group].append(key)
            for token in tokenise(clean(title)):
                if token.is_word:
                    words_of.setdefault(group, set()).add(token.text)
                    lemmas[token.text] = token.lemma
        self._words = words_of
        counts = Counter(word for words in words_of.values() for word in words)
        self._known = other = frozenset((*known, *ordinary_words()))
        for group, words in words_of.items():
            for word in words:
                names = len(word) >= SHORTEST and not word.isdigit()
                plain = word in other or lemmas[word] in other
                if names and not plain and counts[word] <= RARE_GROUPS:
                    self._groups[word].add(group)
        self._long = sorted(word for word in self._groups if len(word) >= FUZZY_LETTERS)

    def find(self, text: str) -> tuple[str, ...]:
        """The ids of all variants of the products that a clean text names, best match first.

        A product is named by a rare word of its title together with another of its words, or
        by a rare word that stands after "the", "your" or an opening such as "do you have".
        """
        spoken = [token.text for token in tokenise(text) if token.is_word]
        matched: defaultdict[str, set[str]] = defaultdict(set)
        for word in spoken:
            for rare in self._rare(word):
                for group in self._groups[rare]:
                    matched[group].add(word)
        scores: dict[str, int] = {}
        for group, rares in matched.items():
            shared = {word for word in spoken if word in self._words[group]} | rares
            cued = any(_is_cued(text, word) for word in rares)
            if len(shared) > 1 or cued:
                scores[group] = len(shared)
        best = max(scores.values(), default=0)
        named = [group for group, score in scores.items() if score == best]
        return tuple(key for group in named for key in self._products[group])

    def _rare(self, word: str) -> list[str]:
        if word in self._groups:
            return [word]
        if len(word) < FUZZY_LETTERS or not word.isalpha() or word in self._known:
            return []
        near = process.extractOne(word, self._long, scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE)
        return [near[0]] if near and near[0][0] == word[0] else []


_CUE = (
    r"(?:\bthe|\byour|\bhave|\bsell|\bcarry|\bshow me|\babout|\bcalled|\bnamed"
    r"|有|叫|看看|找|那款|的)\s*(?:\w+ )?"
)


def _is_cued(text: str, word: str) -> bool:
    alone = text.strip(" ?!.？。") == word
    return alone or re.search(_CUE + re.escape(word), text) is not None
