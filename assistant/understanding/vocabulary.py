"""The words a shop's wishes can be made of: the catalogue's facets and the lexicon, indexed.

English phrases are keyed by the lemmas of their words, Chinese ones by their characters; both
are found longest first. Built once a catalogue revision; icecat's 5,354 attributes take well
under a second because only short, lettered, repeated values are words a customer would say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz, process

from assistant.language import has_chinese
from assistant.understanding.named_values import NamedValues
from assistant.understanding.roles import Roles, is_yes, roles_of
from assistant.understanding.text import Token, clean, phrase
from assistant.understanding.words import Concept, concepts, read_lexicon, weak_colours
from retrieval.facets import Facets

Kind = Literal[
    "category", "product", "brand", "colour", "material", "feature", "style", "use", "audience",
    "value",
]  # fmt: skip

MAX_VALUE_WORDS = 3
MAX_VALUES_PER_ATTRIBUTE = 400
FUZZY_MIN_LETTERS = 5
FUZZY_SCORE = 84.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One reading of a phrase.

    `value` is the catalogue's own value (category, brand, value) or the lexicon's key;
    `attribute` the catalogue's attribute for it, where there is one. A `weak` reading is an
    ordinary word as often and needs a cue; `number` is the value where it is one.
    """

    kind: Kind
    value: str
    attribute: str | None = None
    weak: bool = False
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the clean text with its readings, best first."""

    start: int
    end: int
    text: str
    entries: tuple[Entry, ...]

    def entry(self, *kinds: Kind) -> Entry | None:
        """The first reading of one of these kinds."""
        return next((entry for entry in self.entries if entry.kind in kinds), None)


@dataclass(slots=True)
class Vocabulary:
    """Phrases to readings for one catalogue; see the module."""

    roles: Roles
    english: dict[tuple[str, ...], list[Entry]] = field(default_factory=dict)
    chinese: dict[str, list[Entry]] = field(default_factory=dict)
    categories_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest_english: dict[str, int] = field(default_factory=dict)
    longest_chinese: dict[str, int] = field(default_factory=dict)
    fuzzy_words: dict[str, list[str]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    named: NamedValues | None = None

    def add(self, words: str, entry: Entry) -> None:
        """Make `words` (either language) mean `entry`; a later meaning ranks behind."""
        if has_chinese(words):
            key = clean(words).replace(" ", "")
            table = self.chinese.setdefault(key, [])
            first = key[:1]
            self.longest_chinese[first] = max(self.longest_chinese.get(first, 0), len(key))
        else:
            lemmas = phrase(words)
            if not lemmas:
                return
            table = self.english.setdefault(lemmas, [])
            first = lemmas[0]
            self.longest_english[first] = max(self.longest_english.get(first, 0), len(lemmas))
            self.known.update(lemmas)
        if entry not in table:
            table.append(entry)

    def find(self, text: str, tokens: list[Token], boundaries: set[int] | None) -> list[Span]:
        """The phrases of a clean text, longest first from the left, none overlapping.

        `boundaries` are the word boundaries of the Chinese parts; a Chinese phrase of one or
        two characters must stand between two of them ("红" is not in "网红").
        """
        spans = [*self._find_english(text, tokens), *self._find_chinese(text, boundaries)]
        for start, end, name, value in self.named.find(text, tokens) if self.named else ():
            # A field and its value say more than either word alone.
            spans = [span for span in spans if span.end <= start or end <= span.start]
            number = None if isinstance(value, str) else value
            entry = Entry("value", str(value), name, number=number)
            spans.append(Span(start, end, text[start:end], (entry,)))
        spans.sort(key=lambda span: (span.start, -span.end))
        kept: list[Span] = []
        for span in spans:
            if not kept or span.start >= kept[-1].end:
                kept.append(span)
        return kept

    def _find_english(self, text: str, tokens: list[Token]) -> Iterator[Span]:
        words = [self._corrected(token) for token in tokens if token.is_word]
        index = 0
        while index < len(words):
            token = words[index]
            step = 1
            for length in range(self.longest_english.get(token.lemma, 0), 0, -1):
                chunk = words[index : index + length]
                entries = self.english.get(tuple(word.lemma for word in chunk))
                if entries and len(chunk) == length and _joined(text, chunk):
                    start, end = chunk[0].start, chunk[-1].end
                    yield Span(start, end, text[start:end], tuple(entries))
                    step = length
                    break
            index += step

    def _corrected(self, token: Token) -> Token:
        """The token with the lemma of the word that a misspelt one was meant for.

        The first letter must be right and the word unknown: most wrong guesses come from
        taking one ordinary word for another ("boats" is not "boots").
        """
        word = token.lemma
        if len(word) < FUZZY_MIN_LETTERS or not word.isalpha() or not word.isascii():
            return token
        if word in self.known or word in ordinary_words() or token.text in ordinary_words():
            return token
        match = process.extractOne(
            word, self.fuzzy_words.get(word[0], ()), scorer=fuzz.ratio, score_cutoff=FUZZY_SCORE
        )
        if match is None or abs(len(match[0]) - len(word)) > 2:
            return token
        return replace(token, lemma=match[0])

    def _find_chinese(self, text: str, boundaries: set[int] | None) -> Iterator[Span]:
        if boundaries is None:
            return
        index = 0
        while index < len(text):
            longest = min(self.longest_chinese.get(text[index], 0), len(text) - index)
            for length in range(longest, 0, -1):
                entries = self.chinese.get(text[index : index + length])
                end = index + length
                if entries and _whole(text, index, end, boundaries):
                    yield Span(index, end, text[index:end], tuple(entries))
                    index = end - 1
                    break
            index += 1


def build_vocabulary(facets: Facets) -> Vocabulary:
    """Index the facets of a catalogue together with the lexicon."""
    roles = roles_of(facets)
    vocabulary = Vocabulary(roles)
    category_entries = list(_category_entries(facets))
    vocabulary.categories_of = _categories_of_concepts(facets)
    for words, entry in category_entries:
        vocabulary.add(words, entry)
    for concept in concepts():
        for words, entry in _concept_entries(concept, roles):
            vocabulary.add(words, entry)
    for brand in facets.brands:
        vocabulary.add(brand, Entry("brand", brand, weak=_is_ordinary(brand, vocabulary)))
    for words, entry in _value_entries(facets, roles):
        vocabulary.add(words, entry)
    for table in facets.translations.values():
        for words, own in table.items():
            for entry in _entries_of_value(own, facets, roles):
                vocabulary.add(words, entry)
    vocabulary.named = NamedValues(facets)
    vocabulary.fuzzy_words = _fuzzy_words(vocabulary)
    return vocabulary


def _fuzzy_words(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The words a misspelt word may be corrected to, by first letter: not those of mere values."""
    words = {
        lemma
        for lemmas, entries in vocabulary.english.items()
        if any(entry.kind != "value" and not entry.weak for entry in entries)
        for lemma in lemmas
        if len(lemma) >= FUZZY_MIN_LETTERS and lemma.isalpha()
    }
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        found.setdefault(word[0], []).append(word)
    return found


def _joined(text: str, chunk: list[Token]) -> bool:
    """Whether only spaces, hyphens and the like stand between the words of a phrase."""
    return all(
        re.fullmatch(r"[\s\-'./&]*", text[left.end : right.start])
        for left, right in pairwise(chunk)
    )


def _whole(text: str, start: int, end: int, boundaries: set[int]) -> bool:
    if end - start >= 3 and (start in boundaries or end in boundaries):
        return True
    return start in boundaries and end in boundaries


def category_phrases(category: str) -> Iterator[str]:
    """What a customer may call a category: the whole name and its parts, "Sofas & Couches"."""
    yield category
    parts = re.split(r"\s*(?:&|,|/|\||\band\b|、|>)\s*", category)
    if len(parts) > 1:
        yield from (part for part in parts if part)
    for part in parts:
        bare = re.sub(r"^(?:wo)?men'?s?'?s?\s+|^(?:kids'?|boys'?|girls'?)\s+", "", part.lower())
        if bare and bare != part.lower():
            yield bare


@cache
def _no_category_words() -> frozenset[tuple[str, ...]]:
    """Phrases which say something else first: "Women", "Camping" and "New" are no wish."""
    stop = {phrase(word) for word in read_lexicon("ordinary")["category_stop"]}
    kinds = ("use", "audience", "feature", "style", "colour", "material")
    taken = {phrase(word) for concept in concepts() if concept.kind in kinds for word in concept.en}
    return frozenset(stop | taken)


def _category_entries(facets: Facets) -> Iterator[tuple[str, Entry]]:
    skipped = _no_category_words()
    for category in facets.categories:
        for words in category_phrases(category):
            if has_chinese(words) or (phrase(words) and phrase(words) not in skipped):
                yield words, Entry("category", category)


def _categories_of_concepts(facets: Facets) -> dict[str, tuple[str, ...]]:
    """For each product concept the categories that hold such things.

    A category belongs to the concept it is named after ("Sofas & Couches": sofa), else to
    that of its last word ("Garden Chairs": chair). A concept without a category of its own
    takes those of its sorts (shoes: Sneakers, Boots), else that of what it is a sort of
    (raincoat: Jackets).
    """
    products = [concept for concept in concepts() if concept.kind == "product"]
    by_phrase: defaultdict[tuple[str, ...], list[Concept]] = defaultdict(list)
    by_chinese: defaultdict[str, list[Concept]] = defaultdict(list)
    for concept in products:
        for name in concept.en:
            by_phrase[phrase(name)].append(concept)
        for name in concept.zh:
            by_chinese[name.lower()].append(concept)
    direct: defaultdict[str, list[str]] = defaultdict(list)
    by_head: defaultdict[str, list[str]] = defaultdict(list)
    for category in facets.categories:
        for words in category_phrases(category):
            lemmas = phrase(words)
            exact = by_chinese.get(words.lower(), []) or by_phrase.get(lemmas, [])
            for concept in exact:
                direct[concept.key].append(category)
            ends = (lemmas[start:] for start in range(1, len(lemmas)))
            head = next((end for end in ends if end in by_phrase), None) if not exact else None
            for concept in by_phrase.get(head or (), []):
                by_head[concept.key].append(category)
    children: defaultdict[str, list[str]] = defaultdict(list)
    for concept in products:
        if concept.parent:
            children[concept.parent].append(concept.key)
    found: dict[str, tuple[str, ...]] = {}
    for concept in products:
        own = direct[concept.key]
        sorts = list(by_head[concept.key])
        for child in children[concept.key]:
            sorts += [*direct[child], *by_head[child]]
        names = [*own, *(name for name in sorts if not _inside(name, own, facets))]
        if not names and concept.parent:
            names = direct[concept.parent]
        if names:
            found[concept.key] = tuple(dict.fromkeys(names))
    return found


def _inside(category: str, parents: list[str], facets: Facets) -> bool:
    """Whether every path through `category` also goes through one of `parents`."""
    paths = [path for path in facets.category_paths if category in path]
    return bool(paths) and all(any(parent in path for parent in parents) for path in paths)


def _concept_entries(concept: Concept, roles: Roles) -> Iterator[tuple[str, Entry]]:
    weak = weak_colours() if concept.kind == "colour" else frozenset[str]()
    attribute = roles.attribute_of(concept)
    kind: Kind = concept.kind  # pyright: ignore[reportAssignmentType]
    for name in (*concept.en, *concept.zh):
        yield name, Entry(kind, concept.key, attribute, weak=name in weak)


def _value_entries(facets: Facets, roles: Roles) -> Iterator[tuple[str, Entry]]:
    """Text values that name themselves: short, lettered, on several products, of few values."""
    least = 1 if facets.products < 1000 else max(3, facets.products // 2000)
    for name, values in facets.attributes.items():
        if name in (roles.size, *roles.colours) or len(values) > MAX_VALUES_PER_ATTRIBUTE:
            continue
        weak = sum(values.values()) < 0.02 * facets.products
        for value, count in values.items():
            if not isinstance(value, str) or count < least or is_yes(value) is not None:
                continue
            lemmas = phrase(value)
            letters = sum(char.isalpha() for char in value)
            short = letters < (2 if has_chinese(value) else 4)
            if short or len(lemmas) > MAX_VALUE_WORDS or len(value) > 30:
                continue
            ordinary = len(lemmas) == 1 and lemmas[0] in ordinary_words()
            yield value, Entry("value", value, name, weak=weak or ordinary)
    for colour in roles.colours:
        for value in facets.attributes[colour]:
            if isinstance(value, str) and not re.search(r"[,/;|]", value) and value.isascii():
                key = roles.colour_key(value)
                if key is None and len(phrase(value)) <= MAX_VALUE_WORDS and len(value) > 2:
                    yield value, Entry("colour", value, colour)


def _entries_of_value(own: str, facets: Facets, roles: Roles) -> Iterable[Entry]:
    if own in facets.categories:
        return [] if phrase(own) in _no_category_words() else [Entry("category", own)]
    if own in facets.brands:
        return [Entry("brand", own)]
    found: list[Entry] = []
    for name, values in facets.attributes.items():
        if own in values:
            key = roles.colour_key(own) if name in roles.colours else None
            if name == roles.size:
                continue
            found.append(Entry("colour", key, name) if key else Entry("value", own, name))
    return found[:2]


def _is_ordinary(brand: str, vocabulary: Vocabulary) -> bool:
    lemmas = phrase(brand)
    return lemmas in vocabulary.english or (
        len(lemmas) == 1 and (lemmas[0] in ordinary_words() or len(lemmas[0]) < 3)
    )


def ordinary_words() -> frozenset[str]:
    """Everyday words which are never a misspelling and no brand without a cue."""
    return _ORDINARY


_ORDINARY = frozenset(" ".join(read_lexicon("ordinary")["words"]).split())
