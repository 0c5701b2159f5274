"""Quality and latency of registered versions on one page, beside sentence-transformers.

All rows score the same pairs in the same run, taking turns, so that what else the machine does
weighs on all of them alike.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ranking.candidates import Candidate
from ranking.evaluate import Score, metrics_of, open_model
from ranking.groups import Group
from ranking.registry import Registry
from ranking.serving import (
    FUSION,
    TEXT_MODEL,
    TOKENIZER,
    ServedModel,
    TextScorer,
    load_served,
    workers,
)
from ranking.settings import RankingSettings
from ranking.shipped import trained_tower

PAIRS, CROWD = 50, 4
Ask = Callable[[str, Sequence[Candidate]], object]


@dataclass(frozen=True, slots=True)
class VersionsBench:
    """`rows`: of each system the median milliseconds for 50 pairs of one query, nothing
    remembered, how many times faster that is than `CrossEncoder` in fp32, and on the examples
    AUC, nDCG@10 and its loss against the first version in torch's fp32, and the largest
    difference of a click probability from torch's.

    `crowd`: several requests at once, milliseconds each: all through the process's queue, or
    each for itself with all threads.
    """

    queries: int
    pairs: int
    threads: int
    rows: list[dict[str, object]]
    crowd: list[dict[str, object]]


def bench_versions(
    settings: RankingSettings,
    groups: Sequence[Group],
    versions: Sequence[str],
    *,
    rounds: int = 3,
    asked: int = 8,
) -> VersionsBench:
    """Measure registered versions ("champion" is one) on examples, and time them.

    Raises:
        ShopGuideError: where a version is not there, or the examples hold one class alone.
    """
    import torch
    from sentence_transformers import CrossEncoder

    from ranking.model import base_folder

    threads = settings.rerank_threads
    registry = Registry(settings.models_dir)
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as temporary:
        systems: dict[str, Score] = {}
        peers: dict[str, str] = {}
        forget: list[TextScorer] = []
        for number, version in enumerate(versions):
            served = open_model(registry, version, threads)
            exact = _in_torch(registry, served)
            folder = Path(temporary) / served.version
            plain = _in_fp32(registry, served, folder, threads)
            rows = {f"{served.version} onnx int8": served.probabilities}
            if number == 0:
                rows = {
                    f"{served.version} torch fp32": exact.probabilities,
                    f"{served.version} onnx fp32": plain.probabilities,
                } | rows
            else:
                systems[f"{served.version} torch fp32"] = exact.probabilities
            systems |= rows
            peers |= dict.fromkeys(rows, f"{served.version} torch fp32")
            forget += [one.text for one in (served, plain) if one.text is not None]
        base = registry.manifest(open_model(registry, versions[0], threads).version).base
        peer = CrossEncoder(str(base_folder(base)), num_labels=1, device="cpu",
                            local_files_only=True)  # fmt: skip

        def ask_peer(query: str, some: Sequence[Candidate]) -> object:
            pairs = [(query, one.text) for one in some]
            return peer.predict(pairs, show_progress_bar=False)

        timed: dict[str, Ask] = {"CrossEncoder fp32": ask_peer}
        for name in peers:
            timed[name] = systems[name]
        times = _times(timed, _requests(groups, asked), rounds, forget)
        said = {
            name: [score(one.query, one.candidates) for one in groups]
            for name, score in systems.items()
        }
        crowd = _crowd(registry, versions[0], _requests(groups, asked), threads)
    quality = {name: metrics_of(name, groups, one) for name, one in said.items()}
    best = quality[next(iter(peers))].ndcg_at_10
    slowest = times["CrossEncoder fp32"]
    report: list[dict[str, object]] = [
        {"system": "CrossEncoder fp32", "ms_50": slowest, "times_faster": 1.0, "auc": None,
         "ndcg@10": None, "ndcg_loss": None, "off_torch": None}
    ]  # fmt: skip
    for name, exact_name in peers.items():
        gap = np.abs(np.concatenate(said[name]) - np.concatenate(said[exact_name])).max()
        report.append(
            {
                "system": name,
                "ms_50": times[name],
                "times_faster": slowest / times[name],
                "auc": quality[name].auc,
                "ndcg@10": quality[name].ndcg_at_10,
                "ndcg_loss": best - quality[name].ndcg_at_10,
                "off_torch": float(gap),
            }
        )
    return VersionsBench(
        queries=len(groups),
        pairs=sum(len(one.candidates) for one in groups),
        threads=threads,
        rows=report,
        crowd=crowd,
    )


class _TorchText:
    """The text tower in torch's fp32, as `ServedModel` wants it."""

    def __init__(self, tower: Any, encode: Any) -> None:
        self._tower, self._encode = tower, encode

    def logits(self, query: str, texts: Sequence[str]) -> Any:
        from ranking.optimisation import text_logits

        return text_logits(self._tower, self._encode, [(query, text) for text in texts])


def _in_torch(registry: Registry, served: ServedModel) -> ServedModel:
    from ranking.model import PairEncoder, merged

    folder = registry.path(served.version)
    tower = merged(trained_tower(folder, registry.manifest(served.version)))
    text: Any = _TorchText(tower, PairEncoder(folder / TOKENIZER))
    return ServedModel(served.version, served.fusion, text)


def _in_fp32(registry: Registry, served: ServedModel, folder: Path, threads: int) -> ServedModel:
    from ranking.export import export_plain
    from ranking.model import merged

    source = registry.path(served.version)
    folder.mkdir()
    for file in source.iterdir():
        if file.is_file() and file.name != TEXT_MODEL:
            (folder / file.name).write_bytes(file.read_bytes())
    tower = merged(trained_tower(source, registry.manifest(served.version)))
    export_plain(tower, folder / TEXT_MODEL)
    assert (folder / FUSION).is_file()
    return load_served(folder, served.version, threads)


def _requests(groups: Sequence[Group], count: int) -> list[tuple[str, list[Candidate]]]:
    """Queries, each with 50 candidates: its own and those of the groups that follow."""
    pool = [one for group in groups for one in group.candidates]
    some: list[tuple[str, list[Candidate]]] = []
    start = 0
    for group in groups[:count]:
        some.append((group.query, [pool[(start + at) % len(pool)] for at in range(PAIRS)]))
        start += len(group.candidates)
    return some


def _times(
    systems: Mapping[str, Ask],
    requests: Sequence[tuple[str, Sequence[Candidate]]],
    rounds: int,
    forget: Sequence[TextScorer],
) -> dict[str, float]:
    """Median milliseconds of each system for one request, after a round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in systems}
    for number in range(rounds + 1):
        for query, candidates in requests:
            for name, score in systems.items():
                for scorer in forget:
                    scorer.forget()
                started = time.perf_counter()
                score(query, candidates)
                if number:
                    times[name].append((time.perf_counter() - started) * 1000)
    return {name: float(np.median(one)) for name, one in times.items()}


class _AtOnce(Executor):
    """Does what it is given in the thread that asks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def _crowd(
    registry: Registry,
    version: str,
    requests: Sequence[tuple[str, Sequence[Candidate]]],
    threads: int,
) -> list[dict[str, object]]:
    """So many requests at once, by one queue and each for itself, in turns."""
    folder = registry.path(open_model(registry, version, threads).version)
    files = folder / TEXT_MODEL, folder / TOKENIZER
    scorers = {
        "one queue": TextScorer(*files, workers(threads)),
        "each for itself": TextScorer(*files, _AtOnce(), threads_a_batch=threads),
    }
    times: dict[str, list[float]] = {name: [] for name in scorers}

    def ask(name: str, request: tuple[str, Sequence[Candidate]]) -> None:
        started = time.perf_counter()
        scorers[name].logits(request[0], [one.text for one in request[1]])
        times[name].append((time.perf_counter() - started) * 1000)

    with ThreadPoolExecutor(CROWD) as pool:
        for _ in range(3):
            for name, scorer in scorers.items():
                scorer.forget()
                list(pool.map(partial(ask, name), requests))
    return [
        {
            "requests_at_once": CROWD,
            "batches": name,
            "p50_ms": float(np.quantile(one, 0.5)),
            "p95_ms": float(np.quantile(one, 0.95)),
        }
        for name, one in times.items()
    ]
