"""Which of a catalogue's attributes is the colour, the size, the material, a yes-or-no."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable

from assistant.understanding.text import phrase
from assistant.understanding.words import Concept, colour_family, colour_keys, concepts
from retrieval.facets import Facets
from retrieval.product import AttributeValue

_COLOUR = re.compile(r"(?:^|.*_)colou?rs?(?:_name)?$|^颜色$|颜色$")
_NOT_COLOUR = re.compile(r"print|paper|cable|label|number|bubble|depth|toner|ink")
_SIZE = re.compile(r"^(?:size|sizes|clothing_size|shoe_size|size_name|尺码|尺寸|规格)$")
_MATERIAL = re.compile(r"^(?:.*_)?(?:materials?|fabric|material_name)$|^材质$|^面料$|材质$")
_PEOPLE = re.compile(r"(?:^|.*_)(?:persons?|people|sleeps|seats|berths?)$|人数$")
_AUDIENCE = re.compile(
    r"^(?:gender|for|for_whom|audience|target_group|department|适用人群|性别|适用性别)$"
)


class Roles:
    """The attributes of a catalogue that play a known part; found once.

    `colours` are all attributes for the colour of the thing itself, the fullest first;
    `booleans` maps an attribute to the value that says yes.
    """

    def __init__(self, facets: Facets) -> None:
        self.facets = facets
        names = {name: _plain(name) for name in facets.attributes}
        self.colours = [
            name
            for name, plain in names.items()
            if _COLOUR.match(plain)
            and not _NOT_COLOUR.search(plain)
            and not any(isinstance(value, bool) for value in facets.attributes[name])
        ][:3]
        worded = {
            name: plain
            for name, plain in names.items()
            if any(isinstance(value, str) for value in facets.attributes[name])
        }
        self.size = _first(worded, _SIZE)
        self.materials = [name for name, plain in names.items() if _MATERIAL.match(plain)][:3]
        self.audience = _first(names, _AUDIENCE)
        self.people = _first(
            {
                name: plain
                for name, plain in names.items()
                if any(_is_number(value) for value in facets.attributes[name])
            },
            _PEOPLE,
        )
        self.booleans = {
            name: yes
            for name, values in facets.attributes.items()
            if len(values) <= 2 and (yes := _yes_value(values)) is not None
        }
        self._by_phrase = {phrase(_words(name)): name for name in reversed(list(self.booleans))}
        self._by_value: dict[tuple[str, ...], tuple[str, AttributeValue]] = {}
        for name, values in reversed(list(facets.attributes.items())):
            if len(values) <= 200 and sum(values.values()) >= 0.02 * facets.products:
                for value in values:
                    if isinstance(value, str):
                        self._by_value[phrase(value) or (value,)] = (name, value)

    def colour_key(self, value: str) -> str | None:
        """The lexicon's key of a catalogue's colour value: "Heather Grey" gives grey."""
        keys = colour_keys()
        low = value.lower()
        if low in keys:
            return keys[low]
        words = re.findall(r"[^\W\d_]+", low)
        return next((keys[word] for word in reversed(words) if word in keys), None)

    def colour_values(self, name: str, wanted: str, family: str | None) -> list[str]:
        """The catalogue's values of colour attribute `name` that show the wanted colour.

        A value of several colours ("Black,Silver") counts for each. With `family`, values of
        that family's other colours count too: who asks for blue may be shown navy.
        """
        found: list[str] = []
        for value in self.facets.attributes.get(name, {}):
            for part in re.split(r"\s*(?:[,/;|&+]|\band\b)\s*", str(value)):
                key = self.colour_key(part)
                same = part.lower() == wanted.lower() or key == wanted
                if same or (family and key is not None and colour_family(key) == family):
                    found.append(str(value))
                    break
        return found

    def attribute_of(self, concept: Concept) -> str | None:
        """The attribute that states a concept of the lexicon, or None."""
        match concept.kind:
            case "colour":
                return self.colours[0] if self.colours else None
            case "material":
                return self.materials[0] if self.materials else None
            case "audience":
                return self.audience
            case "feature" | "style":
                names = (*concept.en, *concept.zh)
                for name in names:
                    if (found := self._by_phrase.get(phrase(name))) is not None:
                        return found
                for name in names:
                    if (found_value := self._by_value.get(phrase(name))) is not None:
                        return found_value[0]
                return None
            case _:
                return None

    def values_of(self, name: str, words: Iterable[str]) -> list[str]:
        """The values of text attribute `name` in which one of the words or phrases stands."""
        wanted = [_bounded(word) for word in words]
        return [
            str(value)
            for value in self.facets.attributes.get(name, {})
            if any(pattern.search(str(value).lower().replace("_", " ")) for pattern in wanted)
        ]


_opened: OrderedDict[int, Roles] = OrderedDict()


def roles_of(facets: Facets) -> Roles:
    """The roles of a catalogue, kept for the few catalogue revisions in use."""
    known = _opened.get(id(facets))
    if known is None or known.facets is not facets:
        known = _opened[id(facets)] = Roles(facets)
        while len(_opened) > 4:
            _opened.popitem(last=False)
    return known


def is_yes(value: AttributeValue) -> bool | None:
    """True for a value that says yes, False for one that says no, None for any other."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        low = value.strip().lower()
        if low in ("yes", "true", "y", "是", "有"):
            return True
        if low in ("no", "false", "n", "否", "无", "none"):
            return False
    return None


def lexicon_names(kind: str, key: str) -> tuple[str, ...]:
    """Every name of a concept, both languages; the key alone where the lexicon lacks it."""
    for concept in concepts():
        if concept.kind == kind and concept.key == key:
            return (*concept.en, *concept.zh)
    return (key,)


def _yes_value(values: Iterable[AttributeValue]) -> AttributeValue | None:
    listed = list(values)
    if any(is_yes(value) is None for value in listed):
        return None
    return next((value for value in listed if is_yes(value)), None)


def _bounded(word: str) -> re.Pattern[str]:
    escaped = re.escape(word.lower())
    return re.compile(rf"(?<![a-z]){escaped}(?![a-z])" if word.isascii() else escaped)


def _plain(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().lower())


def _words(name: str) -> str:
    return re.sub(r"^(?:is|has|with) ", "", name.replace("_", " ").replace("-", " "))


def _first(names: dict[str, str], pattern: re.Pattern[str]) -> str | None:
    return next((name for name, plain in names.items() if pattern.match(plain)), None)


def _is_number(value: AttributeValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
