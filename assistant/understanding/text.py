"""Messages as the rules see them: cleaned, in lower case, cut into words with their places."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from assistant.language import HAN

MAX_CHARS = 2000

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]"
)
_TOKEN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:'[a-z]+)?|[^\w\s]")
_SPACES = re.compile(r"\s+")

# Nouns whose plural is another thing than their singular, or that have none.
_PLURAL_ONLY = frozenset(
    [
        *("shorts", "pants", "glasses", "sunglasses", "tights", "shades", "kicks", "runners"),
        *("slides", "studs", "flats", "pumps", "slacks", "bottoms", "briefs", "boxers", "pjs"),
        *("trousers", "news", "this", "his", "its", "plus", "always", "less", "us", "yes", "was"),
        *("is", "as", "has", "does", "gas", "bus", "lens", "canvas", "mess", "bass", "christmas"),
        *("series", "wireless"),
    ]
)
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "mice": "mouse", "feet": "foot",
    "knives": "knife", "shelves": "shelf", "scarves": "scarf", "wolves": "wolf", "leaves": "leaf",
    "halves": "half", "people": "person", "jewellery": "jewelry", "colour": "color",
    "colours": "color", "colors": "color", "coloured": "colored", "grey": "gray",
    "fibre": "fiber", "centre": "center", "shoes": "shoe", "aluminium": "aluminum",
    "cookies": "cookie", "movies": "movie", "ties": "tie", "heavies": "heavy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, Chinese run or mark; `start` and `end` are offsets in the clean text."""

    text: str
    lemma: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether this is a word or number and not a punctuation mark."""
        return self.text[0].isalnum()


def clean(message: str) -> str:
    """The message in lower case and one width, without hidden characters, cut to a bound."""
    text = unicodedata.normalize("NFKC", message[:MAX_CHARS]).translate(_QUOTES)
    return _SPACES.sub(" ", _HIDDEN.sub(" ", text)).strip().lower()


def tokenise(text: str) -> list[Token]:
    """Words, numbers, runs of Chinese and single marks of a clean text, with their places."""
    return [
        Token(match.group(), lemma(match.group()), match.start(), match.end())
        for match in _TOKEN.finditer(text)
    ]


@lru_cache(maxsize=4_000)  # words of the vocabulary that come again with every message
def phrase(words: str) -> tuple[str, ...]:
    """The key of a phrase of the vocabulary: the lemmas of its words, marks dropped."""
    return tuple(token.lemma for token in tokenise(clean(words)) if token.is_word)


def lemma(word: str) -> str:
    """The singular of an English word, roughly; both sides of every comparison go through it."""
    if word.endswith("'s"):
        word = word[:-2]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word in _PLURAL_ONLY:
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith(("ss", "us", "is")):
        return word
    return word[:-1]
