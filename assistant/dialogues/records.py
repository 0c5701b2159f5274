"""Whether a product's record meets a condition, read plainly from the record.

Shares nothing with the search or the understanding, which it is there to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from assistant.dialogues.script import ProductCondition
from assistant.language import has_chinese
from retrieval.product import AttributeValue, Product
from retrieval.tokenize import tokenize


def meets(product: Product, condition: ProductCondition) -> bool:
    """Whether the record meets every part of the condition."""
    return not failures(product, condition)


def failures(product: Product, condition: ProductCondition) -> list[str]:
    """Names of the parts of the condition that the record fails."""
    price = product.current_price
    low = None if condition.price is None else condition.price.min
    high = None if condition.price is None else condition.price.max
    parts: list[tuple[str, bool]] = [
        ("id", _one(condition.id, [product.id, product.variant_group])),
        ("category", _one(condition.category, product.category)),
        ("brand", _one(condition.brand, [product.brand or ""])),
        ("price.min", low is None or (price is not None and price >= low)),
        ("price.max", high is None or (price is not None and price <= high)),
        ("rating_min", not condition.rating_min or (product.rating or 0) >= condition.rating_min),
        (
            "availability",
            condition.availability is None or product.availability in condition.availability,
        ),
    ]
    for name, wanted in condition.attributes.items():
        parts.append((f"attributes.{name}", has_attribute(product, name, wanted)))
    if condition.words is not None:
        texts = [" ".join(product.texts())]
        parts.append(("words", any(has_words(texts, word) for word in condition.words)))
    if condition.without is not None:
        named = naming_texts(product)
        parts.append(("without", not any(has_words(named, word) for word in condition.without)))
    return [name for name, held in parts if not held]


def has_attribute(product: Product, names: str, wanted: Sequence[AttributeValue]) -> bool:
    """Whether an attribute called one of `names` ("a|b") has one of the wanted values."""
    asked = {_plain(name) for name in names.split("|")}
    return any(
        same_value(value, want)
        for name, value in attributes(product)
        if _plain(name) in asked
        for want in wanted
    )


def attributes(product: Product) -> list[tuple[str, AttributeValue]]:
    """Attributes in all languages of the record."""
    found = list(product.attributes.items())
    for translation in product.translations.values():
        found += translation.attributes.items()
    return found


def naming_texts(product: Product) -> list[str]:
    """What a product is called and said to be: no description, which also says what it is not."""
    texts = [product.title, product.brand or "", *product.category]
    for translation in product.translations.values():
        texts += [translation.title, *translation.category]
    for name, value in attributes(product):
        if value is True:
            texts.append(name.replace("_", " "))
        elif isinstance(value, str):
            texts.append(value)
    return texts


def has_words(texts: Iterable[str], words: str) -> bool:
    """Whether one of the texts has all the words, in whatever inflection."""
    if has_chinese(words):
        return any(words.casefold() in text.casefold() for text in texts)
    wanted = set(tokenize(words))
    return bool(wanted) and any(wanted <= set(tokenize(text)) for text in texts)


def same_value(value: object, wanted: object) -> bool:
    """Whether two values say the same: numbers by size, texts by their words, one in the other."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    numbers = _number(value), _number(wanted)
    if None not in numbers:
        return numbers[0] == numbers[1]
    mine, theirs = str(value).casefold().strip(), str(wanted).casefold().strip()
    if mine == theirs:
        return True
    if has_chinese(theirs):
        return theirs in mine
    return re.search(rf"(?<!\w){re.escape(theirs)}(?!\w)", mine) is not None


def _one(wanted: Sequence[str] | None, own: Iterable[str]) -> bool:
    if wanted is None:
        return True
    mine = {value.casefold() for value in own}
    return any(value.casefold() in mine for value in wanted)


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None


def _plain(name: str) -> str:
    return name.replace("_", " ").casefold()
