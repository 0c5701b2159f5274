"""Which of the products shown a message means: "the second one", "the Storm Shell", 第二个."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import fuzz

from assistant.state import DialogueState
from assistant.understanding.text import phrase
from assistant.understanding.words import grammar_pattern

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "sixth": 6, "6th": 6, "seventh": 7, "eighth": 8,
}  # fmt: skip
_ENGLISH_ORDINAL = grammar_pattern("referents", "english_ordinal")
_NUMBERED = re.compile(r"(?:\b(?:number|no\.?|option|item|product|nr\.?)\s?|#)(?P<number>[1-9])\b")
_CHINESE_ORDINAL = re.compile(
    r"第(?P<number>[一二三四五六七八1-8])(?:个|款|件|双|条|台|只|张|把|种|样|套)?|(?P<last>最后一?(?:个|款|件|双|条|台|只))"
)
_FIRST_FEW = re.compile(
    r"\b(?:first|top) (?P<count>two|three|four|2|3|4)\b|前(?P<zh>[两二三四])(?:个|款|件)"
)
_ALL = grammar_pattern("referents", "all")
_PLURAL = grammar_pattern("referents", "plural")
_THAT = grammar_pattern("referents", "that")
_POSITION = grammar_pattern("referents", "position")
_COUNTS = {
    "two": 2,
    "2": 2,
    "three": 3,
    "3": 3,
    "four": 4,
    "4": 4,
    "两": 2,
    "二": 2,
    "三": 3,
    "四": 4,
}
_ZH_DIGIT = {char: value for value, char in enumerate("一二三四五六七八", start=1)}
TITLE_SCORE = 90.0


def find_referents(text: str, state: DialogueState, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the products a clean text points at, in the order it names them.

    Ordinals count the cards last shown. A title is recognised by its distinctive words, at
    least two or one that no other title shown has. "It" and "that one" mean the focus, or
    the first card where there is none; "they" mean the focus, or all cards. Nothing shown,
    nothing meant, except by title.
    """
    shown = [product.product_id for product in state.last_shown]
    found: list[str] = []
    if shown:
        found += _by_position(text, shown, state)
    found += [key for key in _by_title(text, titles) if key not in found]
    if not found and shown:
        if _ALL.search(text):
            found = list(state.focus) if len(state.focus) > 1 else shown
        elif _PLURAL.search(text):
            found = [key for key in state.focus if key in titles or key in shown] or shown
        elif _THAT.search(text):
            found = [key for key in state.focus if key in titles or key in shown][:1] or shown[:1]
    return tuple(dict.fromkeys(found))


def points_at_shown(text: str) -> bool:
    """Whether the text uses a word that points ("it", "that one", "the second", 第二个)."""
    patterns = (_THAT, _ALL, _PLURAL, _ENGLISH_ORDINAL, _CHINESE_ORDINAL, _NUMBERED, _POSITION)
    return any(pattern.search(text) for pattern in patterns)


def _by_position(text: str, shown: list[str], state: DialogueState) -> list[str]:
    few = _FIRST_FEW.search(text)
    if few:
        return shown[: _COUNTS[few["count"] or few["zh"]]]
    places: list[int] = []
    for match in _ENGLISH_ORDINAL.finditer(text):
        word = match["word"]
        places.append(_ORDINALS[word] if word in _ORDINALS else len(shown))
    places += [int(match["number"]) for match in _NUMBERED.finditer(text)]
    for match in _CHINESE_ORDINAL.finditer(text):
        number = match["number"]
        if match["last"]:
            places.append(len(shown))
        else:
            places.append(_ZH_DIGIT.get(number) or int(number))
    found = [shown[place - 1] for place in places if 1 <= place <= len(shown)]
    match = _POSITION.search(text)
    priced = [product for product in state.last_shown if product.price is not None]
    if match and priced and not found:
        cheap = "cheap" in (match["word"] or "") or match["zh"] == "最便宜"
        ordered = sorted(priced, key=lambda product: product.price or 0, reverse=not cheap)
        found.append(ordered[0].product_id)
    return found


def _by_title(text: str, titles: Mapping[str, str]) -> list[str]:
    words = phrase(text)
    if not words:
        return _by_chinese_title(text, titles)
    spoken = set(words)
    lemmas = {key: phrase(title) for key, title in titles.items()}
    found: list[tuple[int, str]] = []
    for key, title in lemmas.items():
        name = [word for word in title if len(word) > 2 or word.isdigit()]
        shared = [word for word in name if word in spoken]
        others = {word for other, words_ in lemmas.items() if other != key for word in words_}
        own = [word for word in shared if word not in others and not word.isdigit()]
        whole = " ".join(title)
        run = len(title) > 1 and any(
            " ".join(title[i : i + 2]) in " ".join(words) for i in range(len(title) - 1)
        )
        said = " ".join(words)
        named = len(title) > 1 and len(whole) <= len(said)
        if named and fuzz.partial_ratio(whole, said) >= TITLE_SCORE:
            found.append((len(title) + 2, key))
        elif run and own:
            found.append((len(shared), key))
        elif any(
            re.search(rf"\b(?:the|and|or|vs\.?|about|with) {re.escape(word)}", text) for word in own
        ):
            found.append((len(own), key))
    best = max((score for score, _ in found), default=0)
    kept = [key for score, key in found if score == best or score >= 2]
    return sorted(kept, key=lambda key: _place(text, titles[key]))


def _by_chinese_title(text: str, titles: Mapping[str, str]) -> list[str]:
    return [key for key, title in titles.items() if len(title) >= 4 and title.lower() in text]


def _place(text: str, title: str) -> int:
    places = [text.find(word) for word in title.lower().split() if len(word) > 2]
    return min((place for place in places if place >= 0), default=len(text))
