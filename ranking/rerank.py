"""Reranking search hits by the probability that the customer clicks them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ranking.candidates import hit_candidates
from ranking.registry import Registry
from ranking.serving import ServedModel, load_served
from ranking.settings import RankingSettings
from ranking.shipped import Progress, install_shipped
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder
    from retrieval.search import SearchHit

ACROSS_LOOKED_AT = 10
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RankedHit:
    """A search hit with its click probability (0 to 1) and the parts of its click logit.

    `contributions` names parts such as "text", "words", "meaning", "rating", "price",
    "discount", "availability"; what is positive spoke for the product.
    """

    hit: SearchHit
    click_probability: float
    contributions: Mapping[str, float]


class ClickRanker:
    """The champion of a registry; a newly promoted one is taken up with the next request."""

    def __init__(self, registry: Registry, threads: int = 2) -> None:
        self._registry = registry
        self._threads = threads
        self._lock = threading.Lock()
        self._seen = self._stamp()
        champion = registry.champion()
        if champion is None:
            raise ShopGuideError(f"{registry.folder}: no click model is registered")
        self._model = self._load(champion)

    @property
    def version(self) -> str:
        """The version that serves now."""
        return self._model.version

    def rank(
        self, query: str, hits: Sequence[SearchHit], customer_id: str | None = None
    ) -> list[RankedHit]:
        """Hits by falling click probability; equal ones keep their order.

        Where one of the best hits is named in another language than the wish, the text tower
        cannot compare the two: the search's order stays, and takes up the probabilities in
        their order.
        `customer_id` is accepted for models that know customers; this one does not.
        """
        if not hits:
            return []
        model = self._current()
        features, text = model.inputs(query, hit_candidates(query, hits))
        probabilities = model.fusion.probabilities(features, text)
        order = np.argsort(-probabilities, kind="stable").tolist()
        if any(hit.across for hit in hits[:ACROSS_LOOKED_AT]):
            probabilities = probabilities[order]
            order = range(len(hits))
        return [
            RankedHit(
                hit=hits[place],
                click_probability=float(probabilities[place]),
                contributions=model.fusion.contributions(features[place], float(text[place])),
            )
            for place in order
        ]

    def score_pairs(self, query: str, texts: Sequence[str]) -> list[float]:
        """Logits of the text tower alone for a query with each text."""
        text = self._current().text
        return [0.0] * len(texts) if text is None else text.logits(query, texts).tolist()

    def refresh(self) -> None:
        """Take up a newly promoted version now, instead of with the next request."""
        self._current()

    def _current(self) -> ServedModel:
        if self._stamp() != self._seen and self._lock.acquire(blocking=False):
            # Requests that come meanwhile are answered by the model that serves now.
            try:
                self._seen = self._stamp()
                champion = self._registry.champion()
                if champion is not None and champion != self._model.version:
                    self._model = self._load(champion)
                    log.info("click model %s serves now", champion)
            except ShopGuideError as error:
                log.error("a new click model is not taken up: %s", error)
            finally:
                self._lock.release()
        return self._model

    def _load(self, version: str) -> ServedModel:
        return load_served(self._registry.verify(version), version, self._threads)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._registry.pointer.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns


def open_ranker(
    settings: RankingSettings, embedder: Embedder, progress: Progress | None = None
) -> ClickRanker:
    """The ranker of a shop; the very first start installs the shipped model as version 1.

    That takes some seconds, for the adapter is merged into the base and exported; every later
    start only loads what was exported. `embedder` is the one whose cosines the hits carry.

    Raises:
        ShopGuideError: where weights are missing or damaged.
    """
    registry = Registry(settings.models_dir)
    if registry.champion() is None:
        install_shipped(registry, progress)
    return ClickRanker(registry, settings.rerank_threads)
