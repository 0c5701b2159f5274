"""What may be said of each product: its record, sorted by how far it can be trusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from assistant.text_safety import describing_sentences, gives_orders, plain
from retrieval.product import AttributeValue, Product

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NEGATION = re.compile(
    r"\b(?:not|no|never|without|none|neither|nor|cannot|lacks?|lacking|hardly|except|unless|"
    r"separately|instead)\b|n['’]t\b|不|没|無|无|未|非|别",
    re.IGNORECASE,
)
FEW_RATINGS = 5
"""With fewer ratings than this a product is not called best rated."""
_MATERIAL = re.compile(r"material|fabric|composition|lining|filling|upper|sole|材|面料", re.I)
_NO = {"no", "false", "none", "n/a", "not", "0", "否", "无", "没有", "不支持"}
_YES = {"yes", "true", "是", "有", "支持"}
_stemmer = Stemmer.Stemmer("english")


@lru_cache(maxsize=4_000)
def stem(word: str) -> str:
    """The English stem of a word, in lower case; Chinese words stay as they are."""
    return _stemmer.stemWord(word.casefold().replace("’", "'"))


def stems(text: str) -> set[str]:
    """The stems of the words of a text."""
    return {stem(word) for word in WORD.findall(text)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One product's record as a verifier reads it.

    `stated` are stems from title, brand, category and attributes; `described` those from
    sentences of the description that neither deny anything nor address a machine. `denied` are
    stems of attributes that are false, `materials` those of what it is made of. `measures`
    pairs a number as written with the stems that may stand beside it (its unit, its
    attribute's name); `text` is what `stated` is made of, in lower case.
    """

    product: Product
    names: tuple[str, ...]
    stated: frozenset[str]
    described: frozenset[str]
    denied: frozenset[str]
    materials: frozenset[str]
    measures: frozenset[tuple[str, str]]
    text: str


def evidence_of(product: Product) -> Evidence:
    """Read a product's record."""
    stated: list[str] = [product.title, product.brand or "", *product.category]
    denied: list[str] = []
    materials: list[str] = []
    measures: set[tuple[str, str]] = set()
    attributes = [product.attributes.items()]
    for translation in product.translations.values():
        stated += [translation.title, *translation.category]
        attributes.append(translation.attributes.items())
    for items in attributes:
        for name, value in items:
            words = name.replace("_", " ")
            match _truth(value):
                case True:
                    stated.append(words)
                case False:
                    denied.append(words)
                case None:
                    stated.append(f"{words} {value}")
                    if _MATERIAL.search(words):
                        materials.append(str(value))
                    measures |= _measures(words, str(value))
    for text in (product.title, *(each.title for each in product.translations.values())):
        measures |= _beside_numbers(text)
    descriptions = [product.description]
    descriptions += [each.description for each in product.translations.values()]
    described = {
        word
        for text in descriptions
        for sentence in describing_sentences(text)
        if not NEGATION.search(sentence)
        for word in stems(sentence)
    }
    # A title or an attribute can be poisoned too: what gives orders is evidence of nothing.
    trusted = [plain(text) for text in stated if text and not gives_orders(text)]
    text = " \n ".join(trusted).casefold()
    titles = (product.title, *(each.title for each in product.translations.values()))
    return Evidence(
        product=product,
        names=tuple(plain(title) for title in titles),
        stated=frozenset(stems(text)),
        described=frozenset(described),
        denied=frozenset(word for text in denied for word in stems(text)),
        materials=frozenset(word for text in materials for word in stems(text)),
        measures=frozenset(measures),
        text=text,
    )


def shared_words(products: Iterable[Product]) -> frozenset[str]:
    """Stems that descriptions of at least two unrelated products use.

    What only one description says may be a marker that someone put there to be repeated; a word
    that several products share is the language of the trade.
    """
    groups: dict[str, set[str]] = {}
    for product in products:
        group = product.brand or product.variant_group
        groups.setdefault(group, set()).update(stems(product.description))
    counts = Counter(word for words in groups.values() for word in words)
    return frozenset(word for word, count in counts.items() if count >= 2)


def _truth(value: AttributeValue) -> bool | None:
    """True or False for a yes or no, however it is written; None for everything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().casefold() in _NO:
        return False
    if isinstance(value, str) and value.strip().casefold() in _YES:
        return True
    return None


def _measures(name: str, value: str) -> set[tuple[str, str]]:
    """Numbers of an attribute with its name's words and the words beside them."""
    pairs = _beside_numbers(value)
    for number in NUMBER.findall(value):
        pairs |= {(number, stem(word)) for word in WORD.findall(name)}
    return pairs


def _beside_numbers(text: str) -> set[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    for found in NUMBER.finditer(text):
        pairs.add((found.group(), ""))
        after = re.match(r"[\s-]*([^\W\d_]+|%|[\"”″])", text[found.end() :])
        if after is not None:
            pairs.add((found.group(), stem(after.group(1))))
    return pairs
