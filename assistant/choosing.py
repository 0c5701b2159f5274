"""Which of several products to take: by what is measured, else by what it is wanted for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.answering.quoting import best_sentence
from assistant.answering.topics import topics_of
from assistant.comparing import price_of, rating_of
from assistant.evidence import stems
from assistant.money import price_text
from assistant.naming import Naming
from assistant.neutral_words import ENGLISH
from assistant.reasons import rating_text
from assistant.text_safety import describing_sentences
from assistant.understanding.words import grammar_pattern
from retrieval.product import Product

_ASKS_WHICH = grammar_pattern("comparing", "asks_which")
_LESS = grammar_pattern("comparing", "less")
_MORE = grammar_pattern("comparing", "more")
_CHEAPER = grammar_pattern("comparing", "cheaper")
_DEARER = grammar_pattern("comparing", "dearer")
_RATED = grammar_pattern("comparing", "rated")
_PURPOSE = grammar_pattern("comparing", "purpose")
_OF_THE_PARCEL = re.compile(r"package|packag|pallet|carton|shipping|master|包装", re.IGNORECASE)
_LOWER_IS_MORE = ("comfort_temperature", "temperature")
"""Measures of warmth: the colder it may be, the warmer the thing is."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Products by one measure, the one asked for first; `unknown` do not state it.

    `told` are titles with the measure in words.
    """

    ordered: tuple[Product, ...]
    told: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    is_tie: bool


def asks_which(question: str) -> bool:
    """Whether a clean question asks for one of several, and not for all their differences."""
    return _ASKS_WHICH.search(question) is not None


def by_measure(question: str, products: Sequence[Product], naming: Naming) -> Measured | None:
    """The products by what a clean question measures them; None where it measures nothing.

    A measure that fewer than two of them state is none.
    """
    found = _measure(question, products, naming)
    if found is None:
        return None
    measure, told = found
    known = [each for each in products if measure(each) is not None]
    ordered = sorted(known, key=lambda each: measure(each) or 0.0)
    rest = [each for each in products if each not in known]
    return Measured(
        ordered=(*ordered, *rest),
        told=tuple((naming.title(each), told(each)) for each in ordered),
        unknown=tuple(naming.title(each) for each in rest),
        is_tie=len({measure(each) for each in ordered[:2]}) == 1,
    )


def measures(question: str) -> bool:
    """Whether a clean question asks for more or less of something that could be measured."""
    return bool((_MORE.search(question) or _LESS.search(question)) and topics_of(question))


def purpose_of(question: str) -> str:
    """What a clean question wants the product for: "which would you take for a marathon?"."""
    match = _PURPOSE.search(question)
    return (match["en"] or match["zh"] or "").strip() if match else ""


def suits(product: Product, purpose: str, naming: Naming) -> str:
    """The sentence of a product's description or reviews that speaks of a purpose, if one."""
    if not purpose:
        return ""
    words = {purpose}
    if naming.language == "en":
        words = stems(purpose) - stems(" ".join(ENGLISH)) or stems(purpose)
    translation = product.translations.get(naming.language)
    texts = [(translation.description if translation else "") or product.description]
    texts += [review.text for review in product.reviews]
    quotes = (
        best_sentence(describing_sentences(text), words, frozenset(), naming.language)
        for text in texts
    )
    return next((quote for quote in quotes if quote), "") if words else ""


def _measure(
    question: str, products: Sequence[Product], naming: Naming
) -> tuple[Callable[[Product], float | None], Callable[[Product], str]] | None:
    """How to sort products for a question, least first, and how to say the measure of one."""
    sign = -1.0 if _MORE.search(question) else 1.0 if _LESS.search(question) else 0.0
    if _CHEAPER.search(question) or _DEARER.search(question):
        sign = 1.0 if _CHEAPER.search(question) else -1.0

        def price(each: Product) -> float | None:
            own = price_of(each)
            return None if own is None else sign * own

        return price, lambda each: price_text(
            each.current_price or Decimal(0), each.currency, naming.language
        )
    if _RATED.search(question):
        return rating_of, lambda each: rating_text(each, naming.language)
    if not sign:
        return None
    fields = _numeric_fields(question, products)
    return _by_field(fields[0], sign, naming) if fields else None


def _by_field(
    name: str, sign: float, naming: Naming
) -> tuple[Callable[[Product], float | None], Callable[[Product], str]]:
    way = -sign if name.casefold() in _LOWER_IS_MORE else sign

    def measure(each: Product) -> float | None:
        own = _number(each, name)
        return None if own is None else way * own

    return measure, lambda each: naming.attribute(name, each.attributes[name])


def _numeric_fields(question: str, products: Sequence[Product]) -> list[str]:
    """Attributes that are numbers, stated by two products at least and on the question's topic."""
    topics = topics_of(question)
    names = dict.fromkeys(name for product in products for name in product.attributes)
    found = [
        name
        for name in names
        if not _OF_THE_PARCEL.search(name)
        and sum(_number(product, name) is not None for product in products) > 1
        and any(topic.is_answered_by(name) for topic in topics)
    ]
    # "The longest battery life" is no length: the more special topic counts.
    special = [t for t in topics if t.name != "size"]
    return sorted(found, key=lambda name: not any(t.is_answered_by(name) for t in special))


def _number(product: Product, name: str) -> float | None:
    value = product.attributes.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
