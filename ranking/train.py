"""`train clicks`: from examples to a registered version, promoted if it is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranking.building import build_version
from ranking.debias import debiased
from ranking.evaluate import ClickMetrics, measure, open_model
from ranking.examples import fingerprint, read_examples, split_by_query
from ranking.groups import Group, build_groups
from ranking.registry import Registry
from ranking.serving import ServedModel
from ranking.settings import RankingSettings
from ranking.shipped import Progress, silent
from ranking.warm_start import start_from
from retrieval.errors import MissingWeightsError, ShopGuideError

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

EPOCHS = {"full": 2, "head": 4, "lora": 2}
# nDCG@10 may fall by this much (noise of small test sets) if AUC rises.
TOLERANCE = 0.002


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What a training run did; metrics are on held-out queries, before: of the champion.

    `rmse` is the error of the expected rating there, where the examples have ratings.
    """

    version: str
    promoted: bool
    reason: str
    method: str
    base: str
    seed: int
    train_pairs: int
    test_pairs: int
    trained_parameters: int
    text_weight: float
    before: dict[str, float]
    after: dict[str, float]
    rmse: float | None
    seconds: float


def train_clicks(
    settings: RankingSettings,
    embedder: Embedder,
    examples: Sequence[Path],
    *,
    base: str | None = None,
    method: str | None = None,
    start: str | None = None,
    seed: int = 0,
    epochs: int | None = None,
    optimizer: str = "adamw",
    learning_rate: float | None = None,
    patience: int = 4,
    listwise: float = 0.0,
    rating_weight: float = 0.0,
    dropout: float = 0.1,
    most_queries: int | None = None,
    workers: int = 1,
    layers: int | None = None,
    debias: str = "given",
    resume: bool = True,
    force: bool = False,
    progress: Progress | None = None,
) -> TrainReport:
    """Fine-tune, compare with the champion on held-out queries, register, perhaps promote.

    Split by query into 70 % to train on, 15 % to choose and calibrate on, 15 % to report on.
    The same command after a kill goes on from the last checkpoint, unless `resume` is False.
    With `start`, a version or "champion", the model goes on from that one, and `base` and
    `method` are its own unless others are named; otherwise they are "minilm" and "lora".
    `optimizer`, `learning_rate`, `patience`, `listwise`, `rating_weight`, `dropout` and `layers`
    are as in `Recipe`, `most_queries` as in `read_examples`, `debias` as in `ranking.debias`;
    more than one of `workers` train by Ray.

    Raises:
        ShopGuideError: where the examples, the base, the method or the start cannot be used.
    """
    from ranking.optimisation import Recipe

    started = datetime.now(UTC)
    report = progress or silent
    registry = Registry(settings.models_dir)
    begun = None
    if start is not None:
        if workers > 1:
            raise ShopGuideError("to go on from a version is for one worker")
        first = open_model(registry, start, settings.rerank_threads)
        begun = start_from(registry, first, base, method)
        if begun is None:
            raise ShopGuideError(f"{start!r} is no registered version to go on from")
        base, method = begun.base, begun.method
    base, method = base or "minilm", method or "lora"
    read = read_examples(examples, most_queries=most_queries)
    split = split_by_query(read, seed)
    parts = (split.train, split.validation, split.test)
    train, validation, test = (build_groups(part, embedder) for part in parts)
    train = debiased(train, debias)
    check_both_classes(train, "training")
    check_both_classes(validation, "validation")
    data = fingerprint(read)
    simulated = any(one.simulated for one in read)
    recipe = Recipe(
        method=method,
        epochs=epochs or EPOCHS.get(method, 2),
        seed=seed,
        optimizer=optimizer,
        learning_rate=learning_rate,
        patience=patience,
        listwise=listwise,
        rating_weight=rating_weight,
        dropout=dropout,
        layers=layers,
    )

    champion = rival(registry, settings)
    before = measure(champion, test)
    built = build_version(
        registry,
        settings,
        train,
        validation,
        test,
        recipe=recipe,
        base=base,
        details={
            "created_at": started.isoformat(timespec="seconds"),
            "data_fingerprint": data,
            "examples": len(read),
            "parent": begun.served.version if begun else champion.version,
            "simulated": simulated,
            "metrics_before": before.quality(),
        },
        run_of=(data, base, debias, begun and begun.served.version),
        resume=resume,
        progress=report,
        workers=workers,
        start=begun,
    )
    manifest, trained, after = built.manifest, built.trained, built.metrics
    better, reason = is_better(before, after)
    if better or force:
        registry.promote(manifest.version)
    return TrainReport(
        version=manifest.version,
        promoted=better or force,
        reason=reason if better or not force else f"{reason}; promoted all the same, as told",
        method=method,
        base=base,
        seed=seed,
        train_pairs=len(split.train),
        test_pairs=len(split.test),
        trained_parameters=trained.parameters,
        text_weight=trained.fusion.text_weight,
        before=before.quality(),
        after=after.quality(),
        rmse=after.rmse,
        seconds=round((datetime.now(UTC) - started).total_seconds(), 1),
    )


def is_better(before: ClickMetrics, after: ClickMetrics) -> tuple[bool, str]:
    """Whether a new model may replace the champion, and why, in words."""
    auc, ndcg = after.auc - before.auc, after.ndcg_at_10 - before.ndcg_at_10
    told = (
        f"on {after.queries} held-out queries AUC {before.auc:.3f} → {after.auc:.3f}, "
        f"nDCG@10 {before.ndcg_at_10:.3f} → {after.ndcg_at_10:.3f}"
    )
    if auc > 0 and ndcg >= -TOLERANCE:
        return True, f"better than {before.model}: {told}"
    return False, f"not better than {before.model}: {told}"


def rival(registry: Registry, settings: RankingSettings) -> ServedModel:
    """The model to beat; cosine alone where there is neither a champion nor a shipped model."""
    try:
        return open_model(registry, "champion", settings.rerank_threads)
    except MissingWeightsError:
        return open_model(registry, "base")


def check_both_classes(groups: Sequence[Group], part: str) -> None:
    """Refuse groups of which all products are clicked, or none is.

    Raises:
        ShopGuideError: naming the part of the examples that they are.
    """
    clicked = np.concatenate([one.clicked for one in groups])
    if clicked.min() == clicked.max():
        raise ShopGuideError(
            f"the {part} queries hold only {'clicked' if clicked[0] else 'unclicked'} products"
        )
