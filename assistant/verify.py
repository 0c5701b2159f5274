"""The last word on what a language model writes: a sentence is sent if its facts are on record.

Each sentence is read on its own against the records of the products it speaks of. Whatever it
names, counts, prices, praises or promises must stand there; a word that is neither neutral nor
in evidence is enough to drop it. True sentences are dropped now and then; false ones are not
sent. This module knows nothing of prompts or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from assistant.claims import (
    COLOURS,
    FEATURES,
    MATERIALS,
    PROMISES,
    SUPERLATIVES,
    TELLING_NOUNS,
    ClaimError,
    check_comparisons,
    check_materials,
    check_negations,
    check_numbers,
    check_promises,
)
from assistant.evidence import WORD, Evidence, evidence_of, stem, stems
from assistant.language import Language, has_chinese
from assistant.neutral_words import ENGLISH
from assistant.text_safety import gives_orders, plain
from assistant.verify_chinese import check_chinese_words
from retrieval.facets import Facets
from retrieval.product import Product

SHORTEST, LONGEST = 3, 45
_LINKS = re.compile(
    r"https?:|www\.|\b[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|net|org|io|shop|cn)\b|//", re.IGNORECASE
)
_ODD = re.compile(r"[<>{}\[\]|`~^\\=_@#]")
_COMPLETE = re.compile(r"[.!?。！？][\"'”’)]*$")
_STUMBLE = re.compile(
    r"\b(?:is|are|has|have|a|an|the|of|in|with)\s+(?:is|are|has|have|comes?)\b", re.IGNORECASE
)
_CLAUSES = re.compile(r",\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_UP_TO_VERB = re.compile(
    r"^.*?\b(?:is|are|has|have|comes?)\s+(?:an?\s+)?|\W+$", re.IGNORECASE | re.DOTALL
)
_TITLE = " § "
_NEUTRAL = frozenset(stem(word) for word in ENGLISH)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be sent; `reason` says why not, `about` whom it speaks of."""

    reason: str = ""
    about: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Nothing speaks against the sentence."""
        return not self.reason


class Verifier:
    """Checks sentences on the products shown in one turn."""

    def __init__(
        self,
        shown: Sequence[Product],
        strict: frozenset[str] = frozenset(),
        *,
        limits: Iterable[str] = (),
        wish: str = "",
        shared: frozenset[str] = frozenset(),
    ) -> None:
        """Prepare the records.

        Args:
            shown: the products the text may speak of.
            strict: stems that need evidence in the record itself (`strict_words`).
            limits: amounts the customer named as limits, as plain decimals.
            wish: the customer's own words; one of them that a description uses is evidence.
            shared: stems that several unrelated descriptions use (`evidence.shared_words`).
        """
        self._shown = [evidence_of(product) for product in shown]
        self._limits = frozenset(limits)
        self._soft = shared | stems(wish)
        self._strict = strict | COLOURS | MATERIALS | FEATURES

    def check(self, sentence: str, language: Language = "en", about: Sequence[str] = ()) -> Verdict:
        """Judge one sentence.

        `about` are the ids of the products spoken of before, for a sentence that names none.
        """
        text = plain(sentence)
        if text != " ".join(normalize("NFKC", sentence).split()) or _ODD.search(text):
            return Verdict("unusual characters")
        if _LINKS.search(text):
            return Verdict("a link or an address")
        if gives_orders(text):
            return Verdict("speaks to a machine")
        if not SHORTEST <= len(WORD.findall(text)) <= LONGEST and not has_chinese(text):
            return Verdict("too short or too long")
        if not _COMPLETE.search(text):
            return Verdict("not a whole sentence")
        if text.endswith(("?", "？")):
            return Verdict("a question")
        masked, named = self._without_titles(text)
        if _STUMBLE.search(masked):
            return Verdict("no English")
        if _says_it_twice(masked):
            return Verdict("says it twice")
        subjects = named or [each for each in self._shown if each.product.id in about]
        subjects = subjects or self._shown
        ids = tuple(each.product.id for each in subjects)
        try:
            masked = check_numbers(masked, subjects, self._limits)
            check_materials(masked, subjects)
            masked = check_comparisons(masked, subjects, self._shown)
            masked = check_promises(masked, subjects)
            masked, told = check_negations(masked, subjects)
            if language == "zh":
                told += check_chinese_words(masked, subjects, self._soft)
            else:
                told += self._check_words(masked, subjects)
        except ClaimError as problem:
            return Verdict(str(problem), ids)
        if not told and not named and masked == text:
            return Verdict("says nothing of a product", ids)
        return Verdict("", ids)

    def _without_titles(self, text: str) -> tuple[str, list[Evidence]]:
        """The text with product titles masked, and whose they are, in the order named."""
        found: dict[str, int] = {}
        by_length = sorted(
            ((name, each) for each in self._shown for name in each.names),
            key=lambda pair: -len(pair[0]),
        )
        for name, each in by_length:
            edges = ("", "") if has_chinese(name) else (r"(?<!\w)", r"(?!\w)")
            pattern = re.compile(edges[0] + re.escape(name) + edges[1], re.IGNORECASE)
            if (match := pattern.search(text)) is not None:
                found.setdefault(each.product.id, match.start())
                text = pattern.sub(_TITLE, text)
        order = sorted(found, key=lambda key: found[key])
        by_id = {each.product.id: each for each in self._shown}
        return text, [by_id[key] for key in order]

    def _check_words(self, text: str, subjects: Sequence[Evidence]) -> int:
        """Every word must be neutral or in evidence; returns how many were evidence."""
        if has_chinese(text):
            raise ClaimError("not in the customer's language")
        words = WORD.findall(text)
        told = 0
        for word in words:
            root = stem(word)
            stated = all(root in each.stated for each in subjects)
            if root in SUPERLATIVES and not (stated and root in TELLING_NOUNS):
                raise ClaimError(f"a superlative: {word}")
            if root in PROMISES:
                raise ClaimError(f"a promise: {word}")
            if stated:
                told += root not in _NEUTRAL
                continue
            if root in _NEUTRAL and root not in self._strict:
                continue
            if word.casefold() in ENGLISH and len(word) <= 4:
                continue  # "in" and "for" stay function words even where a value contains them
            if root in self._strict:
                raise ClaimError(f"not in the record: {word}")
            if root in self._soft and all(root in each.described for each in subjects):
                told += 1
                continue
            raise ClaimError(f"no evidence for: {word}")
        return told


def _says_it_twice(text: str) -> bool:
    """ "The tent is machine washable, are machine washable and comes in blue"."""
    clauses = [_UP_TO_VERB.sub("", clause).casefold() for clause in _CLAUSES.split(text.strip())]
    return len(set(clauses)) < len(clauses)


def strict_words(facets: Facets) -> frozenset[str]:
    """Stems of the catalogue's brands, categories, yes-or-no attributes and short values."""
    found: set[str] = set()
    for name in (*facets.brands, *facets.categories):
        found |= stems(name)
    for name, values in facets.attributes.items():
        for value in values:
            if isinstance(value, bool):
                found |= stems(name.replace("_", " "))
            elif isinstance(value, str) and len(value) <= 40:
                found |= stems(value)
    return frozenset(found)
