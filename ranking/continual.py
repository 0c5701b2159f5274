"""Learning from each day's log without forgetting what was learnt before.

The new model goes on from the one that serves (`ranking.warm_start`), and new examples are mixed
with as many old ones (rehearsal, Robins, 1995). It takes over only if it is better on queries of
the new log that it was not trained on, and no measure on a frozen old test set is worse by more
than `FORGETTING`; otherwise the report says why not, and nothing of the log is remembered. The
calibration error is the one measure that is mostly chance on a few hundred pairs (it is above
zero for a perfectly calibrated model, too), so a rise of it has to show on resamples as well; log
loss, which holds calibration, has no such allowance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ranking.building import build_version
from ranking.debias import debiased
from ranking.evaluate import ClickMetrics, measure
from ranking.examples import Example, fingerprint, group_by_query, split_by_query
from ranking.groups import Group, build_groups
from ranking.intervals import LOWER_IS_BETTER, Interval, compare
from ranking.memory import Memory
from ranking.registry import Registry
from ranking.serving import ServedModel, load_served
from ranking.settings import RankingSettings
from ranking.shipped import Progress, silent
from ranking.train import EPOCHS, check_both_classes, is_better, rival
from ranking.warm_start import start_from

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

FORGETTING = 0.005


@dataclass(frozen=True, slots=True)
class LearntReport:
    """What came of one log: metrics on its held-out queries and on the frozen ones.

    `settled` says that the log is done with: learnt from, or refused because the model forgot.
    Otherwise its examples were too few to tell, and come again with the next ones.
    """

    version: str
    promoted: bool
    settled: bool
    reason: str
    champion: str
    examples: int
    replayed: int
    frozen_pairs: int
    new_before: dict[str, float]
    new_after: dict[str, float]
    frozen_before: dict[str, float]
    frozen_after: dict[str, float]
    seconds: float


def learn(
    settings: RankingSettings,
    embedder: Embedder,
    new: Sequence[Example],
    *,
    base: str | None = None,
    method: str | None = None,
    seed: int = 0,
    epochs: int | None = None,
    debias: str = "given",
    force: bool = False,
    progress: Progress = silent,
) -> LearntReport:
    """Train on a log's new examples and old ones, judge on both, perhaps promote.

    The first log sets some of its queries aside as the frozen test set. `base` and `method` are
    the champion's own unless others are named; "minilm" and "lora" where nothing serves yet.

    Raises:
        ShopGuideError: where the examples, the base or the method cannot be used.
    """
    from ranking.optimisation import Recipe

    started = datetime.now(UTC)
    registry = Registry(settings.models_dir)
    memory = Memory(registry)
    champion = rival(registry, settings)
    split_by_query(new, seed)  # says so before anything is kept where there are too few queries
    frozen = memory.frozen()
    known = {one.query for one in frozen}
    fresh = [one for one in new if one.query not in known] if frozen else memory.freeze(new, seed)
    frozen = frozen or memory.frozen()
    split = split_by_query(fresh, seed)
    old = _sample(memory.replay(), len(group_by_query(fresh)), seed)
    old_train, old_validation = _parted(old)
    train = debiased(build_groups([*split.train, *old_train], embedder), debias)
    validation = build_groups([*split.validation, *old_validation], embedder)
    test, kept = build_groups(split.test, embedder), build_groups(frozen, embedder)
    for groups, part in ((train, "training"), (validation, "validation"), (test, "test")):
        check_both_classes(groups, part)
    check_both_classes(kept, "frozen")
    new_before, frozen_before = measure(champion, test), measure(champion, kept)
    data = fingerprint([*fresh, *old])
    start = start_from(registry, champion, base, method)
    base = start.base if start else base or "minilm"
    method = start.method if start else method or "lora"
    recipe = Recipe(method=method, epochs=epochs or EPOCHS.get(method, 2), seed=seed)
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
            "examples": len(fresh) + len(old),
            "parent": champion.version,
            "simulated": any(one.simulated for one in fresh),
            "metrics_before": new_before.quality(),
        },
        run_of=(data, base, debias, champion.version),
        resume=True,
        progress=progress,
        start=start,
    )
    version = built.manifest.version
    served = load_served(registry.path(version), version, settings.rerank_threads)
    frozen_after = measure(served, kept)
    lost = forgetting(frozen_before, frozen_after, ece_rise(kept, champion, served))
    better, reason = judge(new_before, built.metrics, lost)
    if better or force:
        registry.promote(version)
        memory.remember([*split.train, *split.validation], seed)
    return LearntReport(
        version=version,
        promoted=better or force,
        settled=better or force or bool(lost),
        reason=reason if better or not force else f"{reason}; promoted all the same, as told",
        champion=champion.version,
        examples=len(new),
        replayed=len(old),
        frozen_pairs=len(frozen),
        new_before=new_before.quality(),
        new_after=built.metrics.quality(),
        frozen_before=frozen_before.quality(),
        frozen_after=frozen_after.quality(),
        seconds=round((datetime.now(UTC) - started).total_seconds(), 1),
    )


def judge(
    new_before: ClickMetrics, new_after: ClickMetrics, lost: Sequence[str]
) -> tuple[bool, str]:
    """Whether the model may take over, and why, in words; `lost` is what `forgetting` found."""
    if lost:
        return False, f"it forgets: on the frozen queries {', '.join(lost)}"
    return is_better(new_before, new_after)


def forgetting(before: ClickMetrics, after: ClickMetrics, rise: Interval) -> list[str]:
    """The measures that are worse by more than `FORGETTING`, in words.

    `rise` is that of the calibration error, which counts only where all of it is above zero.
    """
    old, new = before.quality(), after.quality()
    lost = {
        name: (new[name] - old[name]) * (1 if name in LOWER_IS_BETTER else -1)
        for name in old
        if name != "ece" or rise.low > 0
    }
    return [
        f"{name} {old[name]:.3f} → {new[name]:.3f}"
        for name, loss in lost.items()
        if loss > FORGETTING
    ]


def ece_rise(groups: Sequence[Group], before: ServedModel, after: ServedModel) -> Interval:
    """By how much the second model's calibration error is above the first one's."""
    told = {
        name: [model.probabilities(one.query, one.candidates) for one in groups]
        for name, model in (("after", after), ("before", before))
    }
    return compare(groups, told).differences["before"]["ece"]


def _sample(examples: Sequence[Example], queries: int, seed: int) -> list[Example]:
    grouped = group_by_query(examples)
    if len(grouped) > queries:
        grouped = random.Random(seed).sample(grouped, queries)  # noqa: S311
    return [one for _, members in grouped for one in members]


def _parted(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Old examples to train on, and every sixth query of them to calibrate on."""
    grouped = group_by_query(examples)
    return (
        [one for at, (_, members) in enumerate(grouped) if at % 6 for one in members],
        [one for at, (_, members) in enumerate(grouped) if at % 6 == 0 for one in members],
    )
