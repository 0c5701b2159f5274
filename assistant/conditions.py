"""The single conditions of a wish, and whether a product's record says that it meets them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.constraints import Constraints
from assistant.evidence import NEGATION
from assistant.language import Language
from assistant.money import limit_text
from assistant.naming import is_told_by_value
from assistant.text_safety import describing_sentences
from assistant.understanding.filtering import soft_paths
from assistant.understanding.labels import condition_chips, is_just_below
from assistant.understanding.words import named
from retrieval.facets import Facets
from retrieval.product import AttributeValue, Product

_NO_CONDITION = ("quantity", "for_whom", "prefer", "occasion")


def condition_paths(constraints: Constraints) -> list[str]:
    """Paths of the conditions a product can meet or fail; a price range is one of them.

    Alternatives of one condition (two brands) count as one, named by its head.
    """
    heads: dict[str, None] = {}
    for path in constraints.paths():
        head, _, rest = path.partition(".")
        if head in ("category", "brand"):
            heads[head] = None
        elif head == "attributes":
            heads[f"attributes.{_attribute_name(constraints, rest)}"] = None
        elif head not in _NO_CONDITION:
            heads[path] = None
    return list(heads)


def meets(product: Product, constraints: Constraints, path: str, facets: Facets) -> bool:
    """Whether a product that was found for the constraints meets one of them.

    An attribute the search was held to is met; for every other condition the record must say
    so, and silence is no.
    """
    head, _, rest = path.partition(".")
    if head == "attributes" and path not in soft_paths(constraints, facets):
        return True
    match head:
        case "category":
            wanted = {name.casefold() for name in constraints.category}
            return any(level.casefold() in wanted for level in product.category)
        case "brand":
            return (product.brand or "").casefold() in {
                name.casefold() for name in constraints.brand
            }
        case "price":
            return _meets_price(product, constraints)
        case "rating":
            least = constraints.rating_min
            return least is None or (product.rating is not None and product.rating >= least)
        case "exclude":
            return not names_word(product, rest)
        case "attributes":
            return _meets_attribute(product, rest, constraints.attributes.get(rest, ()))
        case _:
            return False


def label(
    constraints: Constraints,
    path: str,
    language: Language,
    currency: str | None,
    products: Sequence[Product] = (),
) -> str:
    """The condition in the customer's words, as it holds for `products`.

    A price limit reads "under $100" where all of them cost less, else as its chip does.
    """
    least, most = constraints.price_min, constraints.price_max
    plain = most is not None and not is_just_below(most)
    if path == "price" and plain and least is None and language == "en" and products:
        prices = [product.current_price for product in products]
        if most is not None and all(price is not None and price < most for price in prices):
            return f"under {limit_text(most, constraints.currency or currency, language)}"
    joint = " / " if language == "zh" else " or "
    chips = condition_chips(constraints, language, currency)
    labels = [chip.label for chip in chips if chip.path == path]
    labels = labels or [chip.label for chip in chips if chip.path.startswith(f"{path}.")]
    if is_told_by_value(path.removeprefix("attributes.")):
        # "blue" needs no "color:" before it.
        labels = [re.sub(r"^[^:：]+[:：]\s*", "", text) for text in labels]
    return joint.join(labels)


def names_word(product: Product, word: str) -> bool:
    """Whether brand, categories, title or a true or worded attribute name the word."""
    texts = [product.title, product.brand or "", *product.category]
    for name, value in product.attributes.items():
        if value is True:
            texts.append(name.replace("_", " "))
        elif isinstance(value, str):
            texts.append(value)
    return any(_has_word(text, word) for text in texts)


def _meets_price(product: Product, constraints: Constraints) -> bool:
    price = product.current_price
    if price is None or constraints.currency not in (None, product.currency):
        return False
    if constraints.price_min is not None and price < constraints.price_min:
        return False
    return constraints.price_max is None or price <= constraints.price_max


def _meets_attribute(product: Product, name: str, wanted: Iterable[AttributeValue]) -> bool:
    own = {key.casefold(): value for key, value in product.attributes.items()}.get(name.casefold())
    for value in wanted:
        if isinstance(value, bool):
            words = _names(name.replace("_", " "))
            if own is value or (value and any(_has_word(product.title, word) for word in words)):
                return True
        elif isinstance(value, str):
            for name in _names(value):
                if isinstance(own, str) and _has_word(own, name):
                    return True
                if own is None and (names_word(product, name) or _described_as(product, name)):
                    return True
        elif own == value:
            return True
    return False


def _names(value: str) -> tuple[str, ...]:
    """A value with its names in both languages: cotton is also 棉."""
    found = [value]
    for concept in named(value, "material", "colour", "feature"):
        found += [*concept.en, *concept.zh]
    return tuple(dict.fromkeys(found))


def _described_as(product: Product, word: str) -> bool:
    """Whether a sentence of the description has the word and denies nothing."""
    descriptions = [product.description]
    descriptions += [each.description for each in product.translations.values()]
    return any(
        _has_word(sentence, word) and not NEGATION.search(sentence)
        for text in descriptions
        for sentence in describing_sentences(text)
    )


def _has_word(text: str, word: str) -> bool:
    if not word:
        return False
    if re.search(r"[\u3400-\u9fff]", word):
        return word in text
    pattern = rf"(?<!\w){re.escape(word.casefold())}(?!\w)"
    return re.search(pattern, text.casefold()) is not None


def _attribute_name(constraints: Constraints, rest: str) -> str:
    """The attribute a path names: the path may go on with one of its values."""
    named = [name for name in constraints.attributes if rest == name or rest.startswith(f"{name}.")]
    return max(named, key=len, default=rest)
