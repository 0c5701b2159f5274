"""Reranking search hits by the probability that the customer clicks them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ranking.asker import NOBODY, Asker
from ranking.candidates import hit_candidates
from ranking.experiments import EXPERIMENTS, Experiment, Experiments
from ranking.registry import Registry
from ranking.serving import ServedModel, background_worker, load_served
from ranking.settings import RankingSettings
from ranking.shipped import Progress, install_shipped
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from retrieval.embeddings import Embedder
    from retrieval.search import SearchHit

ACROSS_LOOKED_AT = 10
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RankedHit:
    """A search hit with its click probability (0 to 1) and the parts of its click logit.

    `contributions` names parts such as "text", "words", "meaning", "rating", "price",
    "discount", "availability"; what is positive spoke for the product. `model_version` is the
    model that scored it.
    """

    hit: SearchHit
    click_probability: float
    contributions: Mapping[str, float]
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class _Serving:
    """What serves at one moment: replaced as a whole, so that a request sees one state of it."""

    stamp: tuple[object, ...]
    champion: ServedModel
    experiment: Experiment | None = None
    challenger: ServedModel | None = None

    def model_for(self, unit: str | None) -> ServedModel:
        """The model that serves a unit of the experiment; the champion without one."""
        if unit is None or self.experiment is None or self.challenger is None:
            return self.champion
        is_challenged = self.experiment.arm_of(unit) == "challenger"
        return self.challenger if is_challenged else self.champion


class ClickRanker:
    """The champion of a registry, and its challenger while an experiment runs.

    What is promoted, started or stopped is taken up with the next request: that one loads what
    is new, and those that come meanwhile are served by what served before.
    """

    def __init__(self, registry: Registry, threads: int = 2) -> None:
        self._registry = registry
        self._threads = threads
        self._background = background_worker()
        self._lock = threading.Lock()
        stamp = self._stamp()
        champion = registry.champion()
        if champion is None:
            raise ShopGuideError(f"{registry.folder}: no click model is registered")
        self._failed: tuple[object, ...] | None = None
        self._serving = _Serving((), self._load(champion))
        self._serving = self._taken_up(stamp)

    @property
    def version(self) -> str:
        """The champion's version, as it serves now."""
        return self._serving.champion.version

    def rank(
        self,
        query: str,
        hits: Sequence[SearchHit],
        customer_id: str | None = None,
        *,
        unit: str | None = None,
        asker: Asker = NOBODY,
    ) -> list[RankedHit]:
        """Hits by falling click probability; equal ones keep their order.

        Where one of the best hits is named in another language than the wish, the text tower
        cannot compare the two: the search's order stays, and takes up the probabilities in
        their order.
        Of a `customer_id` no model learns anything, so that none has to forget when a customer
        is erased; `asker` is what they may know of who asks. `unit` is what an experiment splits
        by; without one the champion ranks.
        """
        if not hits:
            return []
        model = self._current().model_for(unit)
        features, text = model.inputs(query, hit_candidates(query, hits, asker))
        probabilities = model.fusion.probabilities(features, text)
        contributions = model.fusion.contributions(features, text)
        order = np.argsort(-probabilities, kind="stable").tolist()
        if any(hit.across for hit in hits[:ACROSS_LOOKED_AT]):
            probabilities = probabilities[order]
            order = range(len(hits))
        return [
            RankedHit(
                hit=hits[place],
                click_probability=float(probabilities[place]),
                contributions=contributions[place],
                model_version=model.version,
            )
            for place in order
        ]

    def version_for(self, unit: str) -> str:
        """The version that ranks for a unit of the experiment."""
        return self._current().model_for(unit).version

    def model(self, version: str) -> ServedModel | None:
        """A version that serves now; None where it is another."""
        serving = self._current()
        known = (serving.champion, serving.challenger)
        return next((one for one in known if one is not None and one.version == version), None)

    def shadow(self) -> ServedModel | None:
        """A challenger that is to score unseen what the champion ranked; None where none is."""
        serving = self._current()
        is_shadow = serving.experiment is not None and serving.experiment.shadow
        return serving.challenger if is_shadow else None

    def score_pairs(self, query: str, texts: Sequence[str]) -> list[float]:
        """Logits of the text tower alone for a query with each text."""
        text = self._current().champion.text
        return [0.0] * len(texts) if text is None else text.logits(query, texts).tolist()

    def refresh(self) -> None:
        """Take up a newly promoted version now, instead of with the next request."""
        self._current()

    def _current(self) -> _Serving:
        stamp = self._stamp()
        if stamp in (self._serving.stamp, self._failed) or not self._lock.acquire(blocking=False):
            return self._serving
        try:
            self._serving, self._failed = self._taken_up(stamp), None
        except ShopGuideError as error:
            self._failed = stamp
            log.error("a new click model is not taken up: %s", error)
        finally:
            self._lock.release()
        return self._serving

    def _taken_up(self, stamp: tuple[object, ...]) -> _Serving:
        """What is to serve now; models that serve already are not loaded again."""
        before = self._serving
        version = self._registry.champion() or before.champion.version
        known = {before.champion.version: before.champion}
        if before.challenger is not None and not (before.experiment and before.experiment.shadow):
            known[before.challenger.version] = before.challenger
        champion = known.get(version) or self._load(version)
        if champion is not before.champion:
            log.info("click model %s serves now", version)
        experiment, challenger = self._challenged(version, known)
        return _Serving(stamp, champion, experiment, challenger)

    def _challenged(
        self, champion: str, known: Mapping[str, ServedModel]
    ) -> tuple[Experiment | None, ServedModel | None]:
        """The experiment on this champion and its challenger; none where that cannot be loaded."""
        try:
            experiment = Experiments(self._registry).running()
            if experiment is None or experiment.control != champion:
                return None, None
            if experiment.shadow:
                return experiment, self._load(experiment.challenger, self._background)
            challenger = known.get(experiment.challenger) or self._load(experiment.challenger)
        except ShopGuideError as error:
            log.error("the experiment does not run here: %s", error)
            return None, None
        log.info("%s challenges %s", experiment.challenger, champion)
        return experiment, challenger

    def _load(self, version: str, pool: Executor | None = None) -> ServedModel:
        return load_served(self._registry.verify(version), version, self._threads, pool)

    def _stamp(self) -> tuple[object, ...]:
        return _stamp(self._registry.pointer), _stamp(self._registry.folder / EXPERIMENTS)


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when a file is replaced."""
    try:
        status = path.stat()
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
