"""Whether products are what a wish names, and not merely things for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.evidence import WORD, stem, stems
from assistant.language import has_chinese
from assistant.state import Wish
from assistant.terse_titles import is_titled
from assistant.understanding.roles import lexicon_names
from assistant.understanding.words import concept_index, named
from retrieval.product import Product

ANYTHING = ("present", "gift", "something", "thing", "item", "product", "礼物", "东西", "商品")
_AFTER_NAME = frozenset(
    ("for", "with", "in", "and", "or", "set", "by", "of", "to", "from", "without", "kit", "pack")
)


def is_known(wish: Wish) -> bool:
    """Whether the lexicon knows the kind of thing that is wished for."""
    return len(names_of(wish.subject)) > 1


def lacks(wish: Wish, products: Sequence[Product]) -> bool:
    """Whether none of the products found is such a thing, though the lexicon knows its names.

    Nothing is said of a thing the lexicon does not know: its words may be in no title.
    """
    names = names_of(wish.subject)
    if len(names) < 2:
        return False
    if any(_names_it(level, name) for level in wish.constraints.category for name in names):
        return False
    return not any(is_one(product, name) for product in products for name in names)


def names_of(subject: str) -> list[str]:
    """The subject of a wish with its other names, in both languages.

    A name that means another thing as well ("notebook") proves nothing.
    """
    if not subject or subject in ANYTHING:
        return []
    concept = concept_index().get(("product", subject))
    if concept is None:
        return [subject]
    if concept.implies and concept.parent:
        # A vacuum flask is told by the feature: its record may just call it a bottle.
        return list(dict.fromkeys((subject, *concept.en, *concept.zh, *names_of(concept.parent))))
    others = [name for name in (*concept.en, *concept.zh) if len(named(name, "product")) == 1]
    return list(dict.fromkeys((subject, *others)))


def is_for_others(product: Product, wish: Wish) -> bool:
    """Whether a product is made for children or pets, which the wish does not speak of.

    Who does not say for whom a thing is, or wants it for a man or a woman, means no kids' coat.
    """
    if wish.constraints.for_whom in _SMALL_ONES:
        return False
    values = [value for value in product.attributes.values() if isinstance(value, str)]
    told = {text.casefold() for text in (*values, *product.category)}
    ages = [
        value
        for name, value in product.attributes.items()
        if _AGE.search(name) and isinstance(value, int | float)
    ]
    if not told & _names_of_small_ones() and min(ages, default=GROWN_UP) >= GROWN_UP:
        return False
    asked = " ".join(
        [wish.subject, *(part.text for part in wish.parts), *wish.constraints.category]
    ).casefold()
    words = stems(asked)
    return not any(
        (name in asked) if has_chinese(name) else stems(name) <= words
        for name in _names_of_small_ones()
    )


GROWN_UP = 6
"""Years. What is made for an age below is for children; a game from eight on may be for all."""
_AGE = re.compile(r"(?:^|[_ ])age(?:$|[_ ])|年龄")
_SMALL_ONES = ("kids", "boys", "girls", "baby", "dog", "cat")


@cache
def _names_of_small_ones() -> frozenset[str]:
    names = [name.casefold() for key in _SMALL_ONES for name in lexicon_names("audience", key)]
    return frozenset([*names, "toys", "toy", "plush toys", "pets", "pet", "玩具", "宠物", "婴童"])


def has_words(texts: Sequence[str], words: str) -> bool:
    """Whether all the words stand in one of the texts, in whatever form."""
    if has_chinese(words):
        return any(words in text for text in texts)
    wanted = stems(words)
    return bool(wanted) and any(wanted <= stems(text) for text in texts)


def is_one(product: Product, name: str) -> bool:
    """Whether a product is what the name says, and not a thing for it: no "Laptop Stand"."""
    texts = [product.title, *product.category]
    for translation in product.translations.values():
        texts += [translation.title, *translation.category]
    if not product.category and not has_chinese(name):
        return any(is_titled(text, name) for text in texts)
    return any(_names_it(text, name) for text in texts)


def _names_it(text: str, name: str) -> bool:
    """Whether the name is the head of what a title or a category says."""
    if has_chinese(name):
        ends = re.escape(name) + r"(?:$|[（(，,、/\s\d])"
        return name in text and re.search(ends, text) is not None
    wanted = [stem(word) for word in WORD.findall(name)]
    words = [(stem(match.group()), match.end()) for match in WORD.finditer(text)]
    for start in range(len(words) - len(wanted) + 1):
        chunk = words[start : start + len(wanted)]
        if wanted and [word for word, _ in chunk] == wanted:
            follows = re.match(r"[\s-]+([A-Za-z]+)", text[chunk[-1][1] :])
            if follows is None or follows.group(1).casefold() in _AFTER_NAME:
                return True
    return False
