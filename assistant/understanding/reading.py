"""One message read on its own: which conditions it states, and which of its words state them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assistant.constraints import Constraints, Preference
from assistant.language import HAN, has_chinese
from assistant.understanding.exclusions import Exclusion, find_exclusions
from assistant.understanding.filtering import is_telling
from assistant.understanding.numbers import parse_chinese_number, parse_number
from assistant.understanding.prices import find_prices
from assistant.understanding.sizes import find_sizes
from assistant.understanding.text import phrase, tokenise
from assistant.understanding.vocabulary import Entry, Span, Vocabulary
from assistant.understanding.words import (
    concept_index,
    grammar_pattern,
    grammar_words,
    named,
)
from retrieval.product import AttributeValue


@dataclass(frozen=True, slots=True)
class Stated:
    """A condition stated by the words at `start`..`end`; `path` is its path in Constraints."""

    start: int
    end: int
    path: str
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that is wanted: where it is named, its subject and its categories."""

    start: int
    end: int
    subject: str
    categories: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """What one message says. `stated` are its positive conditions in order; `masked` are the
    stretches that are no search words (prices, exclusions, quantities).
    """

    text: str
    category: list[str] = field(default_factory=list)
    brand: list[str] = field(default_factory=list)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str | None = None
    attributes: dict[str, list[AttributeValue]] = field(default_factory=dict)
    exclude: list[str] = field(default_factory=list)
    rating_min: float | None = None
    quantity: int | None = None
    occasion: list[str] = field(default_factory=list)
    for_whom: str | None = None
    prefer: Preference | None = None
    subject: str = ""
    things: list[Thing] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    masked: list[tuple[int, int]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @property
    def names_product(self) -> bool:
        """Whether the message names a kind of thing, in the catalogue or not."""
        return bool(self.category or self.subject)

    @property
    def states_condition(self) -> bool:
        """Whether the message states anything a search can use, besides the thing itself."""
        return bool(
            self.brand or self.attributes or self.exclude or self.occasion or self.for_whom
            or self.prefer or self.rating_min is not None or self.quantity is not None
            or self.price_min is not None or self.price_max is not None
        )  # fmt: skip


_PREFER: tuple[Preference, ...] = ("cheapest", "dearest", "best_rated", "newest", "cheap")
_PREFER_CUES: dict[Preference, re.Pattern[str]] = {
    preference: grammar_pattern("prefer", preference) for preference in _PREFER
}
_RATING = grammar_pattern("reading", "rating")
_ZH_RATING = grammar_pattern("reading", "zh_rating")
_QUANTITY = grammar_pattern("reading", "quantity")
_QUANTITY_CUE = re.compile(r"\b(?:quantity|qty)(?: of)?:?\s*(?P<number>\d{1,3})\b")
_ZH_QUANTITY = grammar_pattern("reading", "zh_quantity")

# Words after a noun which leave it the head of its phrase; any other word makes it a modifier:
# in "phone stand" the wish is no phone.
_AFTER_HEAD = grammar_words("reading", "after_head")
_ZH_AFTER_HEAD = frozenset(
    "的了吗呢吧啊呀么哦呐和或跟与及、要有是能可给送推怎多哪什不没在比价便适用,。!"
    "?;:)( 大小颜款哪好质请谢我你他她带别除预最也都就才比买卖想看帮求~穿会牌"
)
_NOT_HEAD_BEFORE = grammar_pattern("reading", "not_head_before")
_FOR_THING = re.compile(
    r"\b(?:something|anything|stuff|accessor(?:y|ies)|gift|case|cover|parts?) (?:for|to go with) "
    r"(?:(?:my|a|an|the|our)\s+)?$"
)
_SOMETHING_FOR = re.compile(
    r"\b(?:something|anything|things?|stuff|some (?:items?|products?)|products?) "
    r"(?:\w+ ){0,2}for (?:(?:my|the|our|a|an|your)\s+)?$"
)
# "A gown for a wedding and matching earrings": the second thing is counted on its own.
_AND_ANOTHER = re.compile(
    r"\b(?:and|plus) (?:also )?(?:an?|some|matching|two|three|the|\d+) (?:\w+ )?$"
)
_SEASON = re.compile(r"season|季")
_ALL_SEASONS = re.compile(r"\ball\b|year[- ]round|\b(?:4|four)[- ]season|四季")
_INTEREST = grammar_pattern("reading", "interest")
_WHEN = grammar_pattern("reading", "when")
_COMPANY = grammar_pattern("reading", "company")
_PEOPLE = grammar_pattern("reading", "people")
_COLOUR_CUE_AFTER = re.compile(r"[\s\-]*(?:colou?r(?:ed|s)?|one|ones|version|shade|tone|finish|色)")
_NO_COLOUR_AFTER = grammar_pattern("reading", "no_colour_after")
_BRAND_CUE_BEFORE = grammar_pattern("reading", "brand_cue_before")
_BRAND_CUE_AFTER = re.compile(r"\s*(?:brand|branded|products?|的|牌|家的|品牌)")


def read_message(
    text: str, vocabulary: Vocabulary, boundaries: set[int] | None, currency: str | None
) -> Reading:
    """Read a clean text; `boundaries` are the word boundaries of its Chinese, if it has any."""
    reading = Reading(text)
    tokens = tokenise(text)
    fields = vocabulary.named.find(text, tokens) if vocabulary.named else []
    reading.masked += [match.span() for match in _WHEN.finditer(text)]
    _read_measures(reading, currency, [(start, end) for start, end, *_ in fields])
    reading.spans = [
        span
        for span in vocabulary.find(text, tokens, boundaries)
        if not _overlaps(span.start, span.end, reading.masked)
    ]
    exclusions = find_exclusions(text, reading.spans, reading.masked)
    refused: list[tuple[int, int]] = []
    for exclusion in exclusions:
        _exclude(reading, exclusion)
        refused.append((exclusion.start, exclusion.end))
    reading.masked += refused
    wanted = [s for s in reading.spans if not _overlaps(s.start, s.end, refused)]
    interests = _read_interests(reading)
    wanted_things = [s for s in wanted if not _overlaps(s.start, s.end, interests)]
    _read_things(reading, wanted_things, vocabulary)
    _read_people(reading, vocabulary)
    for span in wanted:
        _read_property(reading, span, vocabulary)
    _read_quantity(reading, wanted)
    reading.stated.sort(key=lambda stated: stated.start)
    reading.masked.sort()
    return reading


def _read_measures(
    reading: Reading, currency: str | None, fields: Sequence[tuple[int, int]]
) -> None:
    """Prices, ratings, preferences and sizes; what is said of a field is no size."""
    text = reading.text
    for pattern in (_RATING, _ZH_RATING):
        match = pattern.search(text)
        if match:
            spoken = match["value"] or match["rated"]
            value = parse_number(spoken) or parse_chinese_number(spoken)
            if value is not None and 1 <= value <= 5:
                half = 0.5 if match.groupdict().get("half") else 0.0
                reading.rating_min = float(value) + half
                _mask(reading, match.start(), match.end(), "rating")
                break
    for limit in find_prices(text, currency):
        if _overlaps(limit.start, limit.end, reading.masked):
            continue
        reading.price_min = limit.minimum if limit.minimum is not None else reading.price_min
        reading.price_max = limit.maximum if limit.maximum is not None else reading.price_max
        reading.currency = limit.currency or reading.currency
        _mask(reading, limit.start, limit.end, "price")
    for preference, pattern in _PREFER_CUES.items():
        match = pattern.search(text)
        if match and not _overlaps(match.start(), match.end(), reading.masked):
            reading.prefer = preference
            _mask(reading, match.start(), match.end(), "prefer")
            break
    for size in find_sizes(text):
        if not _overlaps(size.start, size.end, [*reading.masked, *fields]):
            _add(reading.attributes.setdefault("size", []), size.value)
            _mask(reading, size.start, size.end, "attributes.size")


def _read_interests(reading: Reading) -> list[tuple[int, int]]:
    """What the person likes that a thing is for: "my dad, who likes coffee".

    Where that stands is given back: it is no name of a thing wished for.
    """
    places: list[tuple[int, int]] = []
    for match in _INTEREST.finditer(reading.text):
        what = (match["what"] or match["zh"]).strip()
        use = next(iter(named(what, "use")), None)
        _add(reading.occasion, use.key if use else what)
        verb_end = match.start("what") if match["what"] else match.start("zh")
        reading.masked.append((match.start("verb" if match["what"] else "verb2"), verb_end))
        places.append(match.span("what" if match["what"] else "zh"))
    return places


def _read_people(reading: Reading, vocabulary: Vocabulary) -> None:
    """For how many: "a tent for four"; as many as the catalogue has, where none is so big."""
    name = vocabulary.roles.people
    if name is None or not reading.category:
        return
    facets = vocabulary.roles.facets
    if not is_telling(name, Constraints(category=tuple(reading.category)), facets):
        return
    for match in _PEOPLE.finditer(reading.text):
        spoken = match["n"] or match["m"] or match["zh"]
        number = {"单": 1, "双": 2}.get(spoken) or _count(spoken)
        if not number or _overlaps(match.start(), match.end(), reading.masked):
            continue
        sizes = sorted(
            value
            for value in facets.attributes[name]
            if isinstance(value, int | float) and not isinstance(value, bool) and value >= number
        )
        values = [number] if number in sizes or not sizes else sizes
        reading.attributes[name] = [*values]
        _mask(reading, match.start(), match.end(), f"attributes.{name}")
        return


def _read_things(reading: Reading, spans: Sequence[Span], vocabulary: Vocabulary) -> None:
    """Which of the nouns are what is wanted, not what it is for, with, or a part of its name."""
    heads: list[Span] = []
    for index, span in enumerate(spans):
        following = spans[index + 1] if index + 1 < len(spans) else None
        if span.entry("category", "product") and _is_head(
            reading.text, span, following, bool(heads)
        ):
            if heads and not _listed(reading.text, heads[-1], span):
                if has_chinese(span.text):  # the head of a Chinese phrase comes last
                    heads[-1] = span
                continue
            heads.append(span)
    for span in heads:
        names = [entry.value for entry in span.entries if entry.kind == "category"]
        for entry in span.entries:
            if entry.kind == "product" and not names:
                names += vocabulary.categories_of.get(entry.value, ())
        _read_implied(reading, span, vocabulary)
        for name in names:
            _add(reading.category, name)
            reading.stated.append(Stated(span.start, span.end, f"category.{name}", span.entries[0]))
        product = span.entry("product") or span.entry("category")
        subject = product.value if product else span.text
        reading.things.append(Thing(span.start, span.end, subject, tuple(names)))
        if product and not reading.subject:
            reading.subject = product.value
        if not names:
            reading.stated.append(Stated(span.start, span.end, "", product))


def _read_implied(reading: Reading, span: Span, vocabulary: Vocabulary) -> None:
    """What the name of a thing says of it, where the catalogue's kind of it is broader."""
    entry = span.entry("product")
    concept = concept_index().get(("product", entry.value)) if entry else None
    if concept is None or concept.implies is None:
        return
    feature = concept_index()["feature", concept.implies]
    if (attribute := vocabulary.roles.attribute_of(feature)) in vocabulary.roles.booleans:
        _attribute(reading, attribute or concept.implies, True)


# "A tent for us and sleeping bags": for whom the first is says nothing of the second.
_FOR_WHOM_ASIDE = re.compile(
    r"\bfor (?:me|us|him|her|them|everyone|my \w+|the \w+)(?= (?:and|or|plus)\b)"
)


def _listed(text: str, left: Span, right: Span) -> bool:
    """Whether two things are wanted side by side ("jackets or coats") and not one of the other."""
    between = _FOR_WHOM_ASIDE.sub(" ", _PEOPLE.sub(" ", text[left.end : right.start]))
    if _AND_ANOTHER.search(between):
        return True
    return re.search(
        r"\b(?:or|and|plus|also)\b|[,、/&和或跟与及]", between
    ) is not None and not re.search(r"\b(?:for|with|that|which|to|can|fit|go)\b|配|搭", between)


def _is_head(text: str, span: Span, following: Span | None, after_head: bool) -> bool:
    if has_chinese(span.text):
        after = text[span.end : span.end + 1]
        if following is not None and following.start == span.end:
            return following.entry("category", "product") is None
        return not (re.match(f"[{HAN}]", after) and after not in _ZH_AFTER_HEAD)
    before = text[: span.start]
    if _NOT_HEAD_BEFORE.search(before) and (after_head or " with " in before[-20:]):
        return False
    if _FOR_THING.search(before):
        return False
    match = re.match(r"[\s\-/]*([a-z0-9][a-z0-9'/]*)", text[span.end :])
    if match is None or text[span.end : span.end + 1] in ",.;:!?()":
        return True
    if following is not None and text[span.end : following.start].strip(" -") == "":
        return (
            following.entry("category", "product") is None
            or following.entry("material", "colour", "feature") is not None
        )
    word = match.group(1)
    return word in _AFTER_HEAD or word[0].isdigit() or has_chinese(word)


def _read_property(reading: Reading, span: Span, vocabulary: Vocabulary) -> None:
    taken = any(stated.start == span.start and stated.path for stated in reading.stated)
    if taken and span.entry("category", "product"):
        return
    for entry in span.entries:
        path = _state(reading, span, entry, vocabulary)
        if path:
            reading.stated.append(Stated(span.start, span.end, path, entry))
            return


def _state(reading: Reading, span: Span, entry: Entry, vocabulary: Vocabulary) -> str | None:
    text = reading.text
    match entry.kind:
        case "colour":
            if _NO_COLOUR_AFTER.match(text, span.end):
                return None
            if entry.weak and not (
                _COLOUR_CUE_AFTER.match(text, span.end)
                or (re.search(r"\b(?:in|colou?r(?:ed)?|colou?r is)[\s:]*$", text[: span.start]))
            ):
                return None
            return _attribute(reading, entry.attribute or "color", entry.value)
        case "material":
            return _attribute(reading, entry.attribute or "material", entry.value)
        case "feature":
            name = entry.attribute if entry.attribute in vocabulary.roles.booleans else None
            return _attribute(reading, name or entry.value, True)
        case "style":
            if entry.attribute is None:
                return None
            name = entry.attribute if entry.attribute in vocabulary.roles.booleans else entry.value
            return _attribute(reading, name, True)
        case "value":
            if entry.weak or entry.attribute is None or span.entry("product", "category"):
                return None  # "headphones" is what is wanted, whatever field repeats the word
            if entry.attribute == vocabulary.roles.audience and _COMPANY.search(text[: span.start]):
                return None
            told = entry.value if entry.number is None else entry.number
            return _attribute(reading, entry.attribute, told)
        case "brand":
            cued = _BRAND_CUE_BEFORE.search(text[: span.start]) or _BRAND_CUE_AFTER.match(
                text, span.end
            )
            if entry.weak and not cued:
                return None
            _add(reading.brand, entry.value)
            return f"brand.{entry.value}"
        case "use":
            own = _department(entry.value, vocabulary)
            if own and not reading.category and _SOMETHING_FOR.search(text[: span.start]):
                _add(reading.category, own)
                return f"category.{own}"
            season = span.entry("value")
            if season and _SEASON.search(season.attribute or ""):
                return _season(reading, season, vocabulary)
            _add(reading.occasion, entry.value)
            return f"occasion.{entry.value}"
        case "audience":
            if _COMPANY.search(text[: span.start]):
                return None  # who comes along is not whom it is for
            reading.for_whom = reading.for_whom or entry.value
            return "for_whom" if reading.for_whom == entry.value else None
        case _:
            return None


def _department(name: str, vocabulary: Vocabulary) -> str | None:
    """The category of this very name: "something for my kitchen" is anything of Kitchen."""
    low = name.casefold()
    return next((own for own in vocabulary.roles.facets.categories if own.casefold() == low), None)


def _season(reading: Reading, entry: Entry, vocabulary: Vocabulary) -> str:
    """What is made for a season, or for all of them."""
    attribute = entry.attribute or "season"
    values = vocabulary.roles.facets.attributes.get(attribute, {})
    every = [value for value in values if _ALL_SEASONS.search(str(value).casefold())]
    for value in every:
        _attribute(reading, attribute, value)
    return _attribute(reading, attribute, entry.value)


def _attribute(reading: Reading, name: str, value: AttributeValue) -> str:
    _add(reading.attributes.setdefault(name, []), value)
    return f"attributes.{name}.{value}"


def _read_quantity(reading: Reading, spans: Sequence[Span]) -> None:
    text = reading.text
    match = _QUANTITY_CUE.search(text)
    fields = [(s.start, s.end) for s in spans if (entry := s.entry("value")) and entry.number]
    if match and not _overlaps(match.start(), match.end(), fields):
        reading.quantity = int(match["number"])
        _mask(reading, match.start(), match.end(), "quantity")
        return
    for pattern in (_QUANTITY, _ZH_QUANTITY):
        for match in pattern.finditer(text):
            start, end = match.start("number"), match.end("number")
            if _overlaps(start, end, reading.masked):
                continue
            heads = {
                stated.start
                for stated in reading.stated
                if stated.entry and stated.entry.kind in ("category", "product")
            }
            place = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
            place = _past_properties(text, place, heads, spans)
            of_them = "next" in match.groupdict() and not match["next"]
            chinese = pattern is _ZH_QUANTITY
            if not (of_them or place in heads or (chinese and spans)):
                continue
            number = _count(match["number"])
            if number and number > 1:
                reading.quantity = number
                _mask(reading, match.start(), match.end(), "quantity")
                return


def _past_properties(text: str, place: int, heads: set[int], spans: Sequence[Span]) -> int:
    """The place of the thing that is counted, past its colour and the like: "two red bags"."""
    starts = {span.start: span for span in spans}
    while place not in heads and place in starts:
        place = starts[place].end
        while text[place : place + 1] == " ":
            place += 1
    return place


def _count(spoken: str) -> int | None:
    words = {"a pair of": 1, "a couple of": 2, "a dozen of": 12}
    if spoken in words:
        return words[spoken]
    value = parse_number(spoken) or parse_chinese_number(spoken)
    return int(value) if value else None


def _exclude(reading: Reading, exclusion: Exclusion) -> None:
    for span in exclusion.spans:
        if has_chinese(span.text) and span.entry("feature", "style"):
            _add(reading.exclude, span.text)
            continue
        entry = span.entry("colour", "brand", "material", "value") or span.entries[0]
        named = entry.kind in ("colour", "brand", "material", "value") or has_chinese(span.text)
        _add(reading.exclude, entry.value if named else " ".join(phrase(span.text)))
    for words in exclusion.words:
        _add(reading.exclude, words)


def _mask(reading: Reading, start: int, end: int, path: str) -> None:
    reading.masked.append((start, end))
    reading.stated.append(Stated(start, end, path))


def _overlaps(start: int, end: int, places: Sequence[tuple[int, int]]) -> bool:
    return any(start < b and a < end for a, b in places)


def _add(values: list[AttributeValue] | list[str], value: AttributeValue) -> None:
    if value not in values:
        values.append(value)  # pyright: ignore[reportArgumentType]
