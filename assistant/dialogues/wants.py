"""What a simulated customer wants: the traits of one product of the catalogue, as people say them.

Only the record is read; how the guide understands words plays no part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from assistant.dialogues.records import has_attribute, has_words, naming_texts
from assistant.language import Language, has_chinese
from assistant.money import limit_text
from assistant.naming import is_adjective
from retrieval.product import AttributeValue, Availability, Product
from retrieval.tokenize import tokenize

Kind = Literal["price", "brand", "attribute", "word"]

RICH = 5
"""Attributes of a product that has enough of them to be looked for by them."""

# What stands in records for the warehouse and the customs, and nobody asks for.
_UNSPOKEN = re.compile(
    r"package|packaging|pallet|master|outer|operating|storage temp|storage relative|humidity"
    r"|country|certif|code|harmoni|compliance|shelf life|altitude|dimensions|archival"
    r"|\bnew\b|\bsale\b|recommend|also in|weight|width|depth|height|status|warranty|bundled"
    r"|产地|标准|提示|执行|编号|净重|毛重"
)
_COLOUR = re.compile(r"colou?r|颜色", re.IGNORECASE)
_SIZE = re.compile(r"\bsize\b|尺码|尺寸", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}")
_LONGEST_VALUE = 24
_BUDGETS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing a customer can say of what they want.

    `name` is the attribute's (or "price", "brand", "word"), `value` the record's, `said` the
    words for it within a sentence.
    """

    kind: Kind
    name: str
    value: AttributeValue | Decimal
    said: str

    def holds(self, product: Product) -> bool:
        """Whether a product has it, as far as its record says."""
        match self.kind:
            case "price":
                price = product.current_price
                return price is not None and price <= Decimal(str(self.value))
            case "brand":
                return (product.brand or "").casefold() == str(self.value).casefold()
            case "word":
                return has_words([" ".join(product.texts())], str(self.value))
            case "attribute":
                value = self.value
                assert not isinstance(value, Decimal)
                if has_attribute(product, self.name, [value]):
                    return True
                return isinstance(value, str) and has_words(naming_texts(product), value)


@dataclass(frozen=True, slots=True)
class Want:
    """A hidden target and what its customer knows of it; `nouns` are names for such a thing."""

    target: Product
    language: Language
    nouns: Sequence[str]
    traits: Sequence[Trait]


class Wants:
    """Makes wants of the products of one catalogue."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.products = list(products)
        self._titles = Counter(
            phrase for each in self.products for phrase in set(_phrases(each.title, each.brand))
        )
        self._words = Counter(
            word for each in self.products for word in set(_words(each.description))
        )

    def targets(self, language: Language) -> list[Product]:
        """Products that can be bought and described in the language, one a variant group.

        Where half of the catalogue's products have `RICH` attributes, only those.
        """
        rich = [each for each in self.products if len(each.attributes) >= RICH]
        pool = rich if 2 * len(rich) >= len(self.products) else self.products
        found: dict[str, Product] = {}
        for each in pool:
            if each.current_price is None or each.availability is not Availability.IN_STOCK:
                continue
            want = self.want(each, language)
            if want is not None and len(want.traits) >= 2:
                found.setdefault(each.variant_group, each)
        return list(found.values())

    def want(self, target: Product, language: Language) -> Want | None:
        """What a customer of this language knows; None where the record has no words for it."""
        nouns = self._nouns(target, language)
        if not nouns:
            return None
        traits = [*_plain_traits(target, language), *_attributes(target, language)]
        if language == "en" and len(target.attributes) < RICH:
            traits += self._word_traits(target, nouns)
        return Want(target, language, nouns, traits)

    def _nouns(self, target: Product, language: Language) -> list[str]:
        """Names of its category and of the one above, if that is no department; else words."""
        category = target.category
        if language == "zh" and not (category and has_chinese(category[-1])):
            translation = target.translations.get("zh")
            category = translation.category if translation else ()
        if category and has_chinese(category[-1]) == (language == "zh"):
            levels = [category[-1], *(category[-2:-1] if len(category) > 2 else ())]
            if language == "zh":
                return levels
            return [_one_of(level, target.title) for level in levels]
        if language == "zh":
            return []
        phrases = _phrases(target.title, target.brand)
        # The words that most other titles of the kind share; two say more than one.
        pairs = [phrase for phrase in phrases if " " in phrase and self._titles[phrase] >= 5]
        singles = [phrase for phrase in phrases if " " not in phrase and self._titles[phrase] >= 5]
        common = pairs or singles
        return [max(common, key=lambda phrase: self._titles[phrase])] if common else []

    def _word_traits(self, target: Product, nouns: Sequence[str]) -> list[Trait]:
        """Words of the description that only a part of the catalogue shares."""
        most = max(2, len(self.products) // 7)
        known = set(tokenize(" ".join(nouns)))
        words = {
            word
            for word in _words(target.description)
            if 2 <= self._words[word] <= most and not known & set(tokenize(word))
        }
        return [Trait("word", "word", word, word) for word in sorted(words)]


def _plain_traits(target: Product, language: Language) -> list[Trait]:
    traits: list[Trait] = []
    price = target.current_price
    if price is not None and target.currency:
        budget = _budget(price)
        limit = limit_text(budget, target.currency, language)
        said = f"under {limit}" if language == "en" else f"{limit}以内"
        traits.append(Trait("price", "price", budget, said))
    if target.brand:
        said = f"from {target.brand}" if language == "en" else f"{target.brand}牌子"
        traits.append(Trait("brand", "brand", target.brand, said))
    return traits


def _attributes(target: Product, language: Language) -> list[Trait]:
    own: Mapping[str, AttributeValue] = target.attributes
    translation = target.translations.get(language)
    told = translation.attributes if translation and translation.attributes else own
    traits: list[Trait] = []
    for name, value in own.items():
        words = name.replace("_", " ").strip()
        say = told.get(name, value)
        if _UNSPOKEN.search(words) or len(words.split()) > 3 or value is False:
            continue
        if isinstance(value, str) and (len(value) > _LONGEST_VALUE or re.search(r"[;/\\,]", value)):
            continue
        said = _said(words, say) if language == "en" else _said_zh(words, say)
        if said:
            traits.append(Trait("attribute", name, value, said))
    return traits


def _said(name: str, value: AttributeValue) -> str:
    if value is True:
        return name if is_adjective(name) else f"with {name}"
    if isinstance(value, str):
        if _COLOUR.search(name):
            return f"in {value.lower()}"
        if _SIZE.search(name):
            return f"in size {value}"
        if name.split()[-1] in ("material", "activity", "gender", "season"):
            return {"activity": f"for {value}", "gender": f"for {value}"}.get(name, value)
        return f"with {re.sub(r' [0-9]+$', '', name)} {value}"
    *words, last = name.split()
    if words and last in ("g", "kg", "ml", "l", "cm", "mm", "w", "in", "km", "lm"):
        return f"with {' '.join(words)} {value:g} {last}"
    return f"with {name} {value:g}"


def _said_zh(name: str, value: AttributeValue) -> str:
    if isinstance(value, str) and has_chinese(value):
        return value
    if isinstance(value, str) and _SIZE.search(name):
        return f"尺码{value}"
    if has_chinese(name) and value is not True:
        return f"{name}{value}"
    return ""


def _budget(price: Decimal) -> Decimal:
    """The round sum above the price that a customer would name."""
    step = next((step for step in _BUDGETS if price < 10 * step), _BUDGETS[-1])
    steps = (price * Decimal("1.05") / step).to_integral_value(ROUND_CEILING)
    return steps * step


def _one_of(category: str, title: str) -> str:
    """A category's name for one of its things: "Rain jackets" is a rain jacket."""
    name = re.split(r"\s*[&/,]\s*| and ", category)[0].lower().strip()
    if name.count(" ") > 1:
        # A shelf of several kinds without a comma ("top blouse sweater"): the title's word.
        name = next((word for word in name.split() if has_words([title], word)), name.split()[0])
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    pairs = ("shoes", "boots", "pants", "shorts", "jeans", "earrings", "sunglasses", "sneakers")
    plain = name.endswith(pairs) or name.endswith("ss") or not name.endswith("s")
    return name if plain else name[:-1]


def _phrases(title: str, brand: str | None) -> list[str]:
    """Single words and pairs of a title in small letters, which are no name and no number."""
    known = {word.casefold() for word in (brand or "").split()}
    found: list[str] = []
    before = ""
    for word in title.split():
        plain = word.strip("(),")
        if not (plain.isalpha() and plain.islower() and len(plain) > 2 and plain not in known):
            before = ""
            continue
        if plain in ("with", "for", "and", "the", "compatible", "original"):
            before = ""
            continue
        found.append(plain)
        if before:
            found.append(f"{before} {plain}")
        before = plain
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
