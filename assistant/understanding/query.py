"""What to search for: the wish in the words retrieval wants, standing alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.language import HAN, has_chinese
from assistant.state import WishPart
from assistant.understanding.reading import Reading, Stated
from assistant.understanding.vocabulary import Span
from assistant.understanding.words import concept_index, grammar_pattern, grammar_words
from retrieval.facets import Facets

_WORD = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:['.,\-/&+][^\W_{HAN}]+)*[+%\"]?")
_FILLER = grammar_words("query", "filler")
_ZH_FILLER = grammar_pattern("query", "zh_filler")
_ZH_OTHER = re.compile(rf"[^{HAN}\w]+")


@dataclass(frozen=True, slots=True)
class CatalogueLanguages:
    """Which languages the catalogue's own words are in."""

    english: bool
    chinese: bool


def catalogue_languages(facets: Facets) -> CatalogueLanguages:
    """Look at the names of categories and the attribute values; translations count as well."""
    own: list[str] = [*list(facets.categories)[:200], *list(facets.attributes)[:200]]
    own += [
        str(value) for values in list(facets.attributes.values())[:50] for value in list(values)[:5]
    ]
    lettered = [name for name in own if any(char.isalpha() for char in name)]
    chinese = sum(map(has_chinese, lettered))
    translated = set(facets.translations)
    return CatalogueLanguages(
        english=chinese < 0.7 * len(lettered) or not lettered or "en" in translated,
        chinese=chinese > 0.3 * len(lettered) or "zh" in translated,
    )


def wish_parts(reading: Reading) -> tuple[WishPart, ...]:
    """The words of a message worth searching for, each with the condition it states."""
    stated = {item.start: item for item in reading.stated if item.entry is not None}
    parts: list[WishPart] = []
    place = 0
    stops = sorted(
        [(span.start, span.end, span) for span in reading.spans]
        + [(start, end, None) for start, end in reading.masked],
        key=lambda stop: (stop[0], stop[2] is not None),
    )
    for start, end, span in stops:
        if start < place:
            continue
        parts += _plain(reading.text[place:start])
        place = end
        if span is not None:
            parts.append(_part(span, stated.get(start)))
    parts += _plain(reading.text[place:])
    return tuple(parts)


def compose_query(parts: Iterable[WishPart], languages: CatalogueLanguages) -> str:
    """The query of a wish: each word once, in the languages the catalogue is written in.

    Words without a counterpart in the catalogue's language stay as they are: a model number
    or a brand may be all that finds the product.
    """
    words: list[str] = []
    seen: set[str] = set()
    for part in parts:
        chinese = has_chinese(part.text)
        wanted = languages.chinese if chinese else languages.english
        texts = [part.text] if wanted or not part.mapped else []
        if part.mapped and (languages.english if chinese else not languages.english):
            texts.append(part.mapped)
        for text in texts:
            if text.casefold() not in seen:
                seen.add(text.casefold())
                words.append(text)
    return " ".join(words)


def _part(span: Span, stated: Stated | None) -> WishPart:
    path = stated.path if stated and stated.path else None
    entry = (stated.entry if stated else None) or span.entries[0]
    mapped = ""
    concept = next(
        (
            found
            for e in (entry, *span.entries)
            if (found := concept_index().get((e.kind, e.value)))
        ),
        None,
    )
    if has_chinese(span.text):
        mapped = concept.key if concept else entry.value
        if concept and concept.kind == "style" and path is None:
            mapped = " ".join(concept.en)  # a catalogue without the field may have any of them
        if has_chinese(mapped):
            mapped = ""
    elif concept and concept.zh:
        mapped = concept.zh[0]
    elif has_chinese(entry.value):
        mapped = entry.value
    return WishPart(text=span.text, path=path, mapped=mapped)


def _plain(text: str) -> list[WishPart]:
    words: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if has_chinese(word):
            words += [piece for piece in _ZH_FILLER.sub(" ", word).split() if piece]
        elif word not in _FILLER:
            words.append(word)
    return [WishPart(text=word) for word in words]
