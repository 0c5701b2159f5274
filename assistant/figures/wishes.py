"""What customers ask for most and what the shop lacks: wishes, those of like meaning together.

Groups are made by average linkage over the cosine of embeddings (Sokal and Michener, "A
statistical method for evaluating systematic relationships", 1958), within a language, and each
is named by the wish in it that most customers used, or that is nearest to its middle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from sqlalchemy import Engine, func, select

from assistant.figures.reading import Asked
from assistant.figures.tables import wishes
from retrieval.database import reading
from retrieval.embeddings import Embedder, Vectors, open_embedder
from retrieval.multilingual import open_multilingual
from retrieval.settings import RetrievalSettings

MOST_WISHES = 20_000
"""So many are looked at, the newest of the span."""
MOST_DISTINCT = 300
FARTHEST = 0.45
"""Mean cosine distance up to which two groups become one."""
_REMEMBERED = 4000

Embed = Callable[[Sequence[str]], Vectors]
"""Texts to vectors of length 1, shape (n, dimensions)."""


@dataclass(frozen=True, slots=True)
class WishGroup:
    """Wishes of like meaning: how many, the words that name them, and others' words."""

    label: str
    language: str
    wishes: int
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wished:
    """How many wishes were looked at, and the groups, biggest first."""

    wishes: int
    groups: Sequence[WishGroup]


def grouped_wishes(
    engine: Engine, asked: Asked, embed: Embed, *, found: bool | None = None, limit: int = 12
) -> Wished:
    """The biggest groups of wishes of a span; `found` only of those that found products or not."""
    newest = select(wishes.c.language, wishes.c.wish).where(asked.of(wishes))
    newest = newest.where(wishes.c.found.in_((False, True) if found is None else (found,)))
    newest = newest.order_by(wishes.c.day.desc()).limit(MOST_WISHES).subquery()
    query = select(newest.c.language, newest.c.wish, func.count().label("times"))
    query = query.group_by(newest.c.language, newest.c.wish)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    by_language: dict[str, list[tuple[str, int]]] = {}
    for row in sorted(rows, key=lambda row: (-row.times, row.wish)):
        by_language.setdefault(row.language, []).append((row.wish, row.times))
    groups = [
        group
        for language, said in by_language.items()
        for group in _groups(language, said[:MOST_DISTINCT], embed)
    ]
    groups.sort(key=lambda group: (-group.wishes, group.label))
    return Wished(sum(row.times for row in rows), groups[:limit])


def remembering(embed: Embed) -> Embed:
    """The same, but for texts it has seen lately."""

    @lru_cache(_REMEMBERED)
    def one(text: str) -> Vectors:
        return embed([text])[0]

    return lambda texts: np.stack([one(text) for text in texts])


def meanings(settings: RetrievalSettings) -> Embed:
    """The shop's embedder, for several languages where there is such; loaded when first used."""

    @cache
    def opened() -> Embedder:
        return open_multilingual(settings) or open_embedder(settings)

    return remembering(lambda texts: opened().embed_array(texts))


def _groups(language: str, said: Sequence[tuple[str, int]], embed: Embed) -> list[WishGroup]:
    vectors = embed([wish for wish, _ in said])
    if len(said) == 1:
        return [WishGroup(said[0][0], language, said[0][1], ())]
    from sklearn.cluster import AgglomerativeClustering  # a second, and no turn needs it

    clustering = AgglomerativeClustering(
        n_clusters=None,  # pyright: ignore[reportArgumentType] # as its documentation has it
        metric="cosine",
        linkage="average",
        distance_threshold=FARTHEST,
    )
    of_group = clustering.fit_predict(vectors)
    groups: list[WishGroup] = []
    for group in range(of_group.max() + 1):
        members: list[int] = np.flatnonzero(of_group == group).tolist()
        times = np.array([said[at][1] for at in members])
        middle = (vectors[members] * times[:, None]).sum(axis=0)
        nearness = vectors[members] @ middle
        order = sorted(range(len(members)), key=lambda at: (-times[at], -nearness[at]))
        words = [said[members[at]][0] for at in order]
        groups.append(WishGroup(words[0], language, int(times.sum()), tuple(words[1:4])))
    return groups
