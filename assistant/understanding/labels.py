"""Conditions in the customer's words, for chips."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, format_decimal

from assistant.constraints import Constraints
from assistant.language import Language, has_chinese
from assistant.understanding.words import concept_index, concepts, read_lexicon

_UNIT_WORDS = "g kg mg l ml cl cm mm m km w v h kwh hz db lm mah in ft oz lb bar persons"
UNITS = frozenset(_UNIT_WORDS.split())
"""How a name ends that says in what its value is counted: `weight_g`, `capacity_persons`."""
CENT = Decimal("0.01")
_PREFER = {
    "cheap": ("good value", "实惠"),
    "cheapest": ("cheapest first", "最便宜优先"),
    "dearest": ("most expensive first", "最贵优先"),
    "best_rated": ("best rated first", "评分最高优先"),
    "newest": ("newest first", "最新优先"),
}


_PLURAL_AUDIENCE = {"dog": "dogs", "cat": "cats", "baby": "babies"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One removable belief of the guide: `path` for `Constraints.without`, `label` to show."""

    path: str
    label: str


def condition_chips(
    constraints: Constraints, language: Language, currency: str | None = None
) -> list[Chip]:
    """The conditions in the customer's words, each removable by its path.

    `currency` is the shop's (ISO 4217), for prices; without it they are bare numbers.
    """
    currency = constraints.currency or currency
    return [
        Chip(path, chip_label(constraints, path, language, currency))
        for path in constraints.paths()
    ]


def chip_label(
    constraints: Constraints, path: str, language: Language, currency: str | None
) -> str:
    """What a chip of `path` says, such as "under $100", "not black", "防水"."""
    head, _, rest = path.partition(".")
    chinese = language == "zh"
    match head:
        case "price":
            text = _price(constraints, language, currency)
            if not constraints.is_total:
                return text
            return f"一共{text}" if chinese else f"{text} together"
        case "exclude":
            return f"不要{word_in(rest, 'zh')}" if chinese else f"not {word_in(rest, 'en')}"
        case "attributes":
            return _attribute(constraints, rest, language)
        case "rating":
            stars = f"{constraints.rating_min:g}"
            return f"{stars}星以上" if chinese else f"{stars} stars and up"
        case "quantity":
            return f"{constraints.quantity}件" if chinese else f"quantity {constraints.quantity}"
        case "occasion":
            return f"用于{word_in(rest, 'zh')}" if chinese else f"for {word_in(rest, 'en')}"
        case "for_whom":
            who = constraints.for_whom or ""
            return f"{audience_in(who, 'zh')}用" if chinese else f"for {audience_in(who, 'en')}"
        case "prefer":
            return _PREFER[constraints.prefer or "cheap"][int(chinese)]
        case _:
            return word_in(rest, language) if has_chinese(rest) != chinese else rest


def audience_in(who: str, language: Language) -> str:
    """Whom a thing is for, as one says it: 女士 and not 女, "dogs" and not "dog"."""
    concept = concept_index().get(("audience", who.lower()))
    if concept is None:
        return word_in(who, language)
    if language == "en":
        return _PLURAL_AUDIENCE.get(concept.key, concept.key)
    return next((name for name in concept.zh if len(name) > 1), who)


def word_in(word: str, language: Language) -> str:
    """A lexicon word in the language asked for; unchanged where the lexicon lacks it."""
    for kind in ("colour", "material", "feature", "style", "use", "audience", "product"):
        concept = concept_index().get((kind, word.lower()))
        if concept is not None:
            return concept.zh[0] if language == "zh" and concept.zh else concept.key
    if language == "en" and has_chinese(word):
        return next((concept.key for concept in concepts() if word in concept.zh), word)
    return word


def attribute_word(name: str, language: Language) -> str:
    """What an attribute is usually called; unchanged where the lexicon does not know it."""
    if language == "en":
        return name
    return read_lexicon("attributes")["zh"].get(name.casefold()) or word_in(name, language)


def _attribute(constraints: Constraints, path: str, language: Language) -> str:
    name, values = _find(constraints, path)
    shown = [str(value) for value in values if value is not True]
    readable = name.replace("_", " ").strip()
    if not shown:
        return attribute_word(readable, language)
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) == len(values):  # "bigger" makes a list of them
        *named, unit = readable.split()
        unit = f" {word_in(unit, language)}" if named and unit in UNITS else ""
        name = attribute_word(" ".join(named), language) if unit else readable
        low, high = min(numbers), max(numbers)
        span = f"{low:g}–{high:g}" if low != high else f"{low:g}"
        return f"{name} {span}{unit}"
    words = [word_in(value, language) for value in shown]
    if language == "zh":
        return f"{attribute_word(readable, language)}：{'、'.join(words)}"
    if name.lower() == "size":
        return f"size {' or '.join(words)}"
    return f"{readable}: {' or '.join(words)}"


def _find(constraints: Constraints, path: str) -> tuple[str, tuple[object, ...]]:
    if path in constraints.attributes:
        return path, constraints.attributes[path]
    for name, values in constraints.attributes.items():
        if path.startswith(f"{name}."):
            wanted = path.removeprefix(f"{name}.")
            return name, tuple(value for value in values if str(value) == wanted)
    return path, ()


def _price(constraints: Constraints, language: Language, currency: str | None) -> str:
    low, high = constraints.price_min, constraints.price_max
    chinese = language == "zh"
    if low is not None and high is not None:
        return f"{_money(low, language, currency)}–{_money(high, language, currency)}"
    if high is not None and is_just_below(high):
        amount = _money(high + CENT, language, currency)
        return f"低于{amount}" if chinese else f"under {amount}"
    if high is not None:
        amount = _money(high, language, currency)
        return f"{amount}以内" if chinese else f"up to {amount}"
    if low is not None and _is_just_above(low):
        amount = _money(low - CENT, language, currency)
        return f"高于{amount}" if chinese else f"over {amount}"
    amount = _money(low or Decimal(0), language, currency)
    return f"{amount}以上" if chinese else f"{amount} and up"


def is_just_below(amount: Decimal) -> bool:
    """Whether a limit is a cent less than a plainer amount: 74.49 says "under 74.50"."""
    return int(amount * 100) % 10 == 9


def _is_just_above(amount: Decimal) -> bool:
    return int(amount * 100) % 10 == 1


def _money(amount: Decimal, language: Language, currency: str | None) -> str:
    locale = "zh_CN" if language == "zh" else "en_US"
    whole = amount == amount.to_integral_value()
    if currency is None:
        return format_decimal(amount, locale=locale)
    return format_currency(
        amount, currency, format="¤#,##0" if whole else None, locale=locale,
        currency_digits=not whole,
    )  # fmt: skip
