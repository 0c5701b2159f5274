"""Which colours and sizes a product comes in: "does it come in blue?", 有什么尺码."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.cart import can_be_bought, fitting, is_size, options_of
from assistant.naming import Naming
from assistant.understanding.cart_request import options_in
from assistant.understanding.text import clean
from assistant.understanding.words import colour_family, colour_keys, grammar_pattern
from assistant.writing.composer import composer_for
from retrieval.product import Product

MOST_LISTED = 12
_WHICH_COLOUR = grammar_pattern("answering", "which_colour")
_WHICH_SIZE = grammar_pattern("answering", "which_size")
_SIZE_SAID = re.compile(
    r"\b(?:size|in|an?)\s+(?P<size>\d{1,2}(?:\.5)?|xxs|xs|s|m|l|xl|xxl|xxxl|[234]xl)\b"
    r"|(?P<zh>\d{2}(?:\.5)?|xxs|xs|s|m|l|xl|xxl|xxxl)(?:码|号)",
)
_SHORTEST_NAME = 8


@dataclass(frozen=True, slots=True)
class VariantAnswer:
    """What is said, and the variants to show; none where the cards may stay as they are."""

    said: list[str]
    show: Sequence[Product] = ()


def answer_on_variants(
    question: str, product: Product, variants: Sequence[Product], naming: Naming
) -> VariantAnswer | None:
    """The answer to a question on colours and sizes; None where the question is on neither.

    Args:
        question: the customer's words.
        product: the variant it is about; its colour is meant where only sizes are asked for.
        variants: all variants of it, itself among them.
        naming: how things are called in the customer's language.
    """
    text = clean(question)
    options = options_of(variants) or _own_options(product)
    told = _values_named(text, options, variants, naming)
    wanted = [name for name in options if _asks_which(text, is_size(name))]
    if not told.matched and not told.missing and not wanted:
        return None
    composer, name = composer_for(naming.language), shared_name(variants, naming)
    said: list[str] = []
    show: list[Product] = []
    if told.matched:
        fits = _near(product, fitting_any(variants, told.matched), variants)
        if fits:
            best = next((each for each in fits if can_be_bought(each)), fits[0])
            show.append(best)
            words = [naming.word(str(best.attributes[each])) for each in told.matched]
            said += composer.comes_in(name, words, is_in_stock=can_be_bought(best))
        else:
            every = [naming.word(v) for values in told.matched.values() for v in values[:1]]
            said += composer.comes_not_in(name, every, [])
    for option, word in told.missing.items():
        there = [naming.word(value) for value in _values(option, variants, {})]
        said += composer.comes_not_in(name, [word], there[:MOST_LISTED])
        wanted = [each for each in wanted if each != option]
    for option in wanted:
        if option in told.matched:
            continue
        pinned = {
            other: str(product.attributes.get(other, ""))
            for other in options
            if is_size(option) and not is_size(other)
        }
        values = _values(option, variants, pinned)
        gone = _values(option, variants, pinned, bought=False)
        listed = [naming.word(value) for value in values]
        of = [naming.word(value) for value in pinned.values() if value]
        size = is_size(option)
        said += composer.options(name, listed[:MOST_LISTED], of, is_size=size)
        if gone:
            said += composer.options_gone([naming.word(value) for value in gone])
        if not size:
            show += _one_of_each(option, variants)
    return VariantAnswer(said, show)


def shared_name(variants: Sequence[Product], naming: Naming) -> str:
    """What all variants are called, without the colour or size at the end of their titles."""
    titles = [naming.title(each) for each in variants]
    if len(set(titles)) == 1:
        return titles[0]
    common = _common_beginning(titles)
    is_cut = common[-1:].isascii() and common[-1:].isalnum()
    whole = common.rpartition(" ")[0] if is_cut else common
    name = re.sub(r"[\s\-–—,，(（·|/]+$", "", whole)
    return name if len(name) >= _SHORTEST_NAME or (name and not name.isascii()) else titles[0]


def _common_beginning(titles: Sequence[str]) -> str:
    first, last = min(titles), max(titles)
    same = next((at for at, char in enumerate(first) if last[at : at + 1] != char), len(first))
    return first[:same]


@dataclass(frozen=True, slots=True)
class _Told:
    """Option values a question names: those there are, and the words for those there are not."""

    matched: Mapping[str, list[str]]
    missing: Mapping[str, str]


def _values_named(
    text: str, options: Mapping[str, Sequence[str]], variants: Sequence[Product], naming: Naming
) -> _Told:
    names = {
        value: list(dict.fromkeys([*_translations(name, value, variants), naming.word(value)]))
        for name, values in options.items()
        for value in values
    }
    chosen = options_in(text, options, names)
    matched = {name: [value] for name, value in chosen.items()}
    missing: dict[str, str] = {}
    for name, values in options.items():
        if name in matched:
            continue
        if is_size(name):
            found = _SIZE_SAID.search(text)
            if found is not None:
                missing[name] = (found["size"] or found["zh"]).upper()
            continue
        for word, key in _colours_in(text):
            family = colour_family(key)
            same = [value for value in values if _family_of(value) in (family, key)]
            if same:
                matched[name] = same
            else:
                missing[name] = word
            break
    return _Told(matched, missing)


def _colours_in(text: str) -> list[tuple[str, str]]:
    """Colours named in a text, as (word, key of the lexicon), the longest first."""
    found = [
        (word, key)
        for word, key in colour_keys().items()
        if (word in text if not word.isascii() else re.search(rf"\b{re.escape(word)}\b", text))
    ]
    return sorted(found, key=lambda pair: -len(pair[0]))


def _family_of(value: str) -> str:
    """The plain colour in the name of a colour ("Ocean Blue")."""
    for _, key in _colours_in(value.casefold()):
        return colour_family(key)
    return ""


def _translations(option: str, value: str, variants: Sequence[Product]) -> list[str]:
    return [
        str(words.attributes[option])
        for product in variants
        if str(product.attributes.get(option)) == value
        for words in product.translations.values()
        if option in words.attributes
    ]


def _asks_which(text: str, size: bool) -> bool:
    return (_WHICH_SIZE if size else _WHICH_COLOUR).search(text) is not None


def _own_options(product: Product) -> dict[str, list[str]]:
    """The colour and size of a product without variants."""
    return {
        name: [str(value)]
        for name, value in product.attributes.items()
        if is_size(name) or name.casefold() in ("color", "colour", "颜色")
    }


def fitting_any(variants: Sequence[Product], chosen: Mapping[str, Sequence[str]]) -> list[Product]:
    """The variants that have one of the values of every option."""
    found: list[Product] = []
    for product in variants:
        own = {name: str(product.attributes.get(name)) for name in chosen}
        if all(own[name] in values for name, values in chosen.items()):
            found += fitting([product], own)
    return found


def _near(product: Product, fits: Sequence[Product], variants: Sequence[Product]) -> list[Product]:
    """Those that share most with the one asked about first: its size in the other colour."""
    options = options_of(variants)

    def shared(each: Product) -> int:
        return sum(each.attributes.get(name) == product.attributes.get(name) for name in options)

    return sorted(fits, key=shared, reverse=True)


def _values(
    option: str, variants: Sequence[Product], pinned: Mapping[str, str], *, bought: bool = True
) -> list[str]:
    """The values of an option that can be bought, in the order of the catalogue; or those not."""
    some = fitting(variants, {name: value for name, value in pinned.items() if value})
    values = list(
        dict.fromkeys(str(each.attributes[option]) for each in some if option in each.attributes)
    )
    there = {str(each.attributes.get(option)) for each in some if can_be_bought(each)}
    return [value for value in values if (value in there) == bought]


def _one_of_each(option: str, variants: Sequence[Product]) -> list[Product]:
    """One variant of each value, one that can be bought where there is one."""
    found: dict[str, Product] = {}
    for each in sorted(variants, key=lambda each: not can_be_bought(each)):
        found.setdefault(str(each.attributes.get(option, "")), each)
    return list(found.values())
