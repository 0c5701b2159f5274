"""The guide's own dictionary of shopping words, English and Chinese, read from `lexicon/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing, colour or quality: `key` is its plain English word, `zh[0]` the Chinese one.

    `kind` is the lexicon's section (product, colour, material, feature, style, use,
    audience); `parent` the broader concept of the same kind, if there is one; `implies` a
    feature that the name says of the thing (a vacuum flask is insulated).
    """

    kind: str
    key: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    parent: str | None = None
    implies: str | None = None


@cache
def read_lexicon(name: str) -> dict[str, Any]:
    """The TOML file `lexicon/<name>.toml` of this package."""
    source = files("assistant.understanding").joinpath("lexicon", f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def grammar_pattern(module: str, name: str) -> re.Pattern[str]:
    """The compiled pattern `name` that `lexicon/grammar.toml` keeps for a module."""
    return re.compile(read_lexicon("grammar")[module][name])


def grammar_words(module: str, name: str) -> frozenset[str]:
    """The word list `name` that `lexicon/grammar.toml` keeps for a module."""
    return frozenset(str(read_lexicon("grammar")[module][name]).split())


@cache
def concepts() -> tuple[Concept, ...]:
    """All concepts of the lexicon."""
    found = [_concept("product", *item) for item in read_lexicon("products").items()]
    colours = read_lexicon("colours")
    found += [_concept("colour", *item) for item in colours.items() if item[0] != "weak"]
    for kind, section in read_lexicon("qualities").items():
        found += [_concept(kind, *item) for item in section.items()]
    return tuple(found)


@cache
def concept_index() -> Mapping[tuple[str, str], Concept]:
    """Concepts by (kind, key)."""
    return {(concept.kind, concept.key): concept for concept in concepts()}


@cache
def _by_name() -> Mapping[str, tuple[Concept, ...]]:
    found: dict[str, tuple[Concept, ...]] = {}
    for concept in concepts():
        for name in (*concept.en, *concept.zh):
            found[name] = (*found.get(name, ()), concept)
    return found


def named(word: str, *kinds: str) -> tuple[Concept, ...]:
    """The concepts of these kinds that `word` is a name of: "hood" gives the feature hooded."""
    return tuple(concept for concept in _by_name().get(word.lower(), ()) if concept.kind in kinds)


@cache
def weak_colours() -> frozenset[str]:
    """Colour names that are other things as often as colours."""
    return frozenset(cast(list[str], read_lexicon("colours")["weak"]))


def colour_family(name: str) -> str:
    """The plain colour that a colour of the lexicon belongs to: navy gives blue."""
    concept = concept_index().get(("colour", name))
    return (concept.parent or name) if concept else name


@cache
def colour_keys() -> Mapping[str, str]:
    """Every colour name of the lexicon, both languages, to its key; strong names only."""
    weak = weak_colours()
    return {
        name.lower(): concept.key
        for concept in concepts()
        if concept.kind == "colour"
        for name in (concept.key, *concept.en, *concept.zh)
        if name not in weak or name == concept.key
    }


def _concept(kind: str, key: str, entry: Mapping[str, Any]) -> Concept:
    return Concept(
        kind=kind,
        key=key,
        en=tuple(dict.fromkeys((key, *entry.get("en", ())))),
        zh=tuple(entry.get("zh", ())),
        parent=entry.get("kind") or entry.get("family"),
        implies=entry.get("implies"),
    )
