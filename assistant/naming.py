"""How products, categories and attributes are called in the customer's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.constraints import Constraints
from assistant.language import Language
from assistant.money import number_text
from assistant.understanding.labels import UNITS, attribute_word, word_in
from retrieval.facets import Facets
from retrieval.product import AttributeValue, Product

# Category names that stand for many things without a plural.
_MASS_WORDS = (
    "footwear clothing luggage furniture jewelry jewellery equipment gear cookware bedding "
    "lighting storage apparel outerwear knitwear sportswear swimwear underwear sleepwear "
    "tableware drinkware bakeware cutlery stationery software hardware electronics audio video "
    "care food coffee tea decor skincare makeup fitness camping hiking cycling running yoga "
    "fishing gardening travel kitchen home garden office beauty health outdoor baby men women "
    "kids children"
)
_MASS = frozenset(_MASS_WORDS.split())
_ABBREVIATION = 3
_IRREGULAR = {"mouse": "mice", "shelf": "shelves", "knife": "knives", "scarf": "scarves"}
_SPELT = frozenset(["usb", "hdmi", "led", "lcd", "ssd", "gps", "tv", "pc", "cd", "dvd"])


_ADJECTIVE_ENDINGS = (
    "proof able ible less free ic ed ant ent an safe made ing al resistant friendly vegan dry "
    "ctive slip"
)
_NOUNS_OF_SUCH_ENDINGS = (
    "fabric plastic music mic manual metal pedal terminal material fan lining ring spring charging "
    "printing mounting recycling heating lighting bed led shed speed cable table"
)


# How yes-or-no attributes begin in Chinese that are denied with 不 and not with 没有.
_ZH_ADJECTIVE = ("防", "可", "适", "透", "保温", "降噪", "速", "抗", "环保", "便携", "遮光")


def is_adjective(feature: str) -> bool:
    """Whether a yes-or-no attribute reads as an adjective ("waterproof") or a noun ("hood")."""
    *_, last = feature.casefold().split() or [""]
    ends_so = last.endswith(tuple(_ADJECTIVE_ENDINGS.split()))
    return ends_so and last not in _NOUNS_OF_SUCH_ENDINGS.split()


_TOLD_BY_VALUE = re.compile(r"(?:^|[ _])(?:colou?r|material)$|颜色$|材质$", re.IGNORECASE)


def is_told_by_value(attribute: str) -> bool:
    """Whether an attribute's value says it all: "blue" is a colour, "cotton" a material."""
    return _TOLD_BY_VALUE.search(attribute) is not None


class Naming:
    """Words for one language, from the catalogue's own translations."""

    def __init__(self, facets: Facets, language: Language) -> None:
        self.language: Language = language
        self._words: dict[str, str] = {}
        if language == "zh":
            for foreign, own in facets.translations.get("zh", {}).items():
                self._words.setdefault(own.casefold(), foreign)

    def word(self, text: str) -> str:
        """A category, brand or value as this language has it; else as the catalogue has it."""
        if self.language == "en":
            return text
        return self._words.get(text.casefold()) or word_in(text, "zh")

    def title(self, product: Product) -> str:
        """The product's title, translated where the record has a translation."""
        translation = product.translations.get(self.language)
        return product.title if translation is None else translation.title

    def noun(self, products: Iterable[Product], constraints: Constraints) -> str:
        """What all the products are: the category asked for, or the most special they share."""
        paths = [product.category for product in products]
        if not paths or not all(paths):
            return ""
        shared = [level for level in paths[0] if all(level in path for path in paths[1:])]
        asked = {name.casefold() for name in constraints.category}
        named = [level for level in shared if level.casefold() in asked] or shared
        kinds = [next((level for level in path if level.casefold() in asked), "") for path in paths]
        distinct = list(dict.fromkeys(kinds))
        if len(distinct) == 2 and all(distinct) and not asked & {n.casefold() for n in named}:
            return self.listed([self.plural(kind) for kind in distinct])
        if not named:
            return ""
        last = all(path[-1] == named[-1] for path in paths)
        if self.language == "zh" and named is shared and not last:
            return f"{self.word(named[-1])}类商品"  # a department's name counts nothing
        return self.plural(named[-1])

    def attribute_name(self, name: str) -> str:
        """What an attribute is called: by the catalogue's own words, else by the usual ones."""
        words = name.replace("_", " ")
        if self.language == "en":
            return words
        own = self._words.get(words.casefold())
        return own or attribute_word(words, "zh")

    def attribute(self, name: str, value: AttributeValue) -> str:
        """One attribute as a short phrase: "waterproof", "color: blue"."""
        words = self.attribute_name(name)
        if value is True:
            return words
        if value is False:
            if self.language == "zh":
                return f"不{words}" if words.startswith(_ZH_ADJECTIVE) else f"没有{words}"
            return f"not {words}" if is_adjective(words) else f"without {words}"
        colon = "：" if self.language == "zh" else ": "
        label, told = self.measured(name, value)
        return f"{label}{colon}{told}"

    def measured(self, name: str, value: AttributeValue) -> tuple[str, str]:
        """An attribute's name and value; a unit in the name goes to the value ("weight_g")."""
        *words, last = name.replace("_", " ").split() or [""]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and words and last in UNITS:
            unit = last[:-1] if value == 1 and last.endswith("s") and len(last) > 3 else last
            return self.attribute_name(" ".join(words)), f"{self.value(value)} {self.word(unit)}"
        return self.attribute_name(" ".join([*words, last])), self.value(value)

    def value(self, value: AttributeValue) -> str:
        """The value of an attribute, formatted."""
        if isinstance(value, bool):
            return (
                ("是" if value else "否") if self.language == "zh" else ("yes" if value else "no")
            )
        if isinstance(value, int | float):
            return number_text(value, self.language)
        return self.word(value)

    def attributes(self, product: Product) -> list[tuple[str, str]]:
        """Names and values of a product, in its translation where it has one."""
        translation = product.translations.get(self.language)
        source = (translation.attributes if translation else None) or product.attributes
        return [self.measured(name, value) for name, value in source.items()]

    def departments(self, facets: Facets, count: int) -> list[str]:
        """The biggest top categories, for a greeting."""
        tops: dict[str, int] = {}
        for path, products in facets.category_paths.items():
            if path:
                tops[path[0]] = tops.get(path[0], 0) + products
        biggest: Sequence[str] = sorted(tops, key=lambda name: -tops[name])[:count]
        return [self.department(name) for name in biggest]

    def department(self, category: str) -> str:
        """A category's name within a sentence."""
        return self._lower(self.word(category))

    def listed(self, names: Sequence[str]) -> str:
        """Several names joined: "tents and tarps", 帐篷和天幕."""
        if self.language == "zh":
            return "、".join(names[:-1]) + ("和" if len(names) > 1 else "") + names[-1]
        return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]

    def plural(self, category: str) -> str:
        """A category as a noun for several things: "rain jackets", "footwear"."""
        name = self.word(category)
        if self.language == "zh" or not name.isascii():
            return name
        name = self._lower(name)
        *before, last = name.split()
        if last in _IRREGULAR:
            return " ".join([*before, _IRREGULAR[last]])
        if last.endswith("ss"):
            return f"{name}es"
        if last.endswith("s") or last in _MASS or not last.isalpha():
            return name if last not in _MASS or last.endswith("s") else f"{name} products"
        if last.endswith(("x", "ch", "sh")):
            return f"{name}es"
        if last.endswith("y") and last[-2:-1] not in "aeiou":
            return f"{name[:-1]}ies"
        return f"{name}s"

    def _lower(self, name: str) -> str:
        """Lower case, except for abbreviations ("TVs", "USB hubs")."""
        return " ".join(
            word.upper() if word.lower() in _SPELT else word if _is_spelt(word) else word.lower()
            for word in name.replace("_", " ").split()
        )


def _is_spelt(word: str) -> bool:
    return sum(c.isupper() for c in word) > 1 and len(word) <= _ABBREVIATION + 1
