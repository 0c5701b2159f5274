"""Reranking side by side with sentence-transformers' CrossEncoder on the same pairs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ranking.candidates import hit_candidates
from ranking.model import base_folder
from ranking.registry import Registry
from ranking.serving import load_served
from ranking.settings import RankingSettings
from ranking.shipped import install_shipped

if TYPE_CHECKING:
    from retrieval.search import SearchHit


@dataclass(frozen=True, slots=True)
class RerankBench:
    """Median milliseconds for one query's candidates, both in fresh runs on the same texts.

    `ours_ms` is everything from hits to probabilities, nothing remembered; `remembered_ms` is
    the same with text logits from the cache; `peer_ms` is `CrossEncoder.predict` in fp32.
    """

    queries: int
    pairs_a_query: float
    threads: int
    ours_ms: float
    remembered_ms: float
    peer_ms: float
    times_faster: float


def bench_rerank(
    settings: RankingSettings,
    searches: Sequence[tuple[str, Sequence[SearchHit]]],
    *,
    base: str = "minilm",
    rounds: int = 3,
) -> RerankBench:
    """Time both on queries with their hits, alternating, so that noise hits both alike.

    Raises:
        ShopGuideError: where a model is missing.
    """
    import torch
    from sentence_transformers import CrossEncoder

    registry = Registry(settings.models_dir)
    version = registry.champion() or install_shipped(registry)
    served = load_served(registry.verify(version), version, settings.rerank_threads)
    torch.set_num_threads(settings.rerank_threads)
    peer = CrossEncoder(str(base_folder(base)), num_labels=1, device="cpu", local_files_only=True)
    ours: list[float] = []
    remembered: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        for query, hits in searches:
            pairs = [(query, one.text) for one in hit_candidates(query, hits)]
            if served.text is not None:
                served.text.forget()
            score = lambda q=query, h=hits: served.probabilities(q, hit_candidates(q, h))  # noqa: E731
            times = (
                _milliseconds(score),
                _milliseconds(score),
                _milliseconds(lambda p=pairs: peer.predict(p, show_progress_bar=False)),
            )
            if number:  # the first round warms up
                for kept, one in zip((ours, remembered, theirs), times, strict=True):
                    kept.append(one)
    our_median, peer_median = float(np.median(ours)), float(np.median(theirs))
    return RerankBench(
        queries=len(searches),
        pairs_a_query=float(np.mean([len(hits) for _, hits in searches])),
        threads=settings.rerank_threads,
        ours_ms=our_median,
        remembered_ms=float(np.median(remembered)),
        peer_ms=peer_median,
        times_faster=peer_median / our_median,
    )


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
