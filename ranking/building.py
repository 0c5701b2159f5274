"""From groups of examples to a registered version, with a checkpoint that survives a kill."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking.evaluate import ClickMetrics, measure
from ranking.features import BEHAVIOUR, FEATURES, TRANSFERABLE
from ranking.fitting import Trained, fit
from ranking.groups import Group
from ranking.numbers import fit_numbers
from ranking.rates import RATES, count_rates, with_rates, with_rates_of_others
from ranking.rating import fit_rating, is_rated
from ranking.registry import Manifest, Registry
from ranking.serving import load_served
from ranking.settings import RankingSettings
from ranking.shipped import Progress
from ranking.stacking import fit_stacked
from ranking.tracking import open_tracker
from ranking.warm_start import Start, kept_near
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.optimisation import Recipe


@dataclass(frozen=True, slots=True)
class Built:
    """A registered version that serves nobody yet, and its metrics on the test queries."""

    manifest: Manifest
    trained: Trained
    metrics: ClickMetrics


def build_version(
    registry: Registry,
    settings: RankingSettings,
    train: Sequence[Group],
    validation: Sequence[Group],
    test: Sequence[Group],
    *,
    recipe: Recipe,
    base: str,
    details: dict[str, Any],
    run_of: tuple[object, ...],
    resume: bool,
    progress: Progress,
    workers: int = 1,
    start: Start | None = None,
) -> Built:
    """Fit, export, measure on the test queries and register.

    How often products, kinds and segments were clicked is counted on the training queries.

    With a `start` the model goes on from the one that serves (see `ranking.warm_start`).

    `details` are what the manifest says besides what is known here. With the same `run_of` and
    recipe a killed run goes on from its last checkpoint, unless `resume` is False.

    Raises:
        ShopGuideError: where the base or the method cannot be used, or simulated examples were to
            go on from a version.
    """
    simulated = bool(details["simulated"])
    rates = None if simulated else count_rates(train)
    if rates is not None:
        train = with_rates_of_others(train, recipe.seed)
        validation = with_rates(validation, rates)
    fit_sum = partial(fit_numbers, names=TRANSFERABLE if simulated else FEATURES.keys())
    if start is not None:
        if simulated:
            raise ShopGuideError("simulated examples teach a model from nothing, not a served one")
        train, validation = start.with_text(train), start.with_text(validation)
        fit_sum = partial(kept_near, start.served.fusion)
    with registry.building() as folder:
        run = _run_folder(registry, (*run_of, *asdict(recipe).values()), resume)
        tracker = open_tracker(settings.training_tracker, registry.folder / "logs", run.name[1:])
        trained = fit(
            train,
            validation,
            numbers=fit_sum(train),
            stacked=None if simulated else fit_stacked(train, recipe.seed, fit_sum),
            rating=fit_rating(train, recipe.seed) if is_rated(train) else None,
            prior=fit_numbers(train, BEHAVIOUR) if simulated else None,
            base=base,
            recipe=recipe,
            run=run,
            folder=folder,
            progress=progress,
            watch=tracker.watch,
            workers=workers,
            start=start,
        )
        tracker.close()
        if rates is not None:
            rates.save(folder / RATES)
        progress("Evaluating", 0, None)
        after = measure(load_served(folder, "new", settings.rerank_threads), test)
        own = {
            "method": recipe.method,
            "base": base,
            "seed": recipe.seed,
            "layers": recipe.layers,
            "metrics": after.quality(),
        }
        manifest = registry.register(folder, own | details)
        shutil.rmtree(run, ignore_errors=True)
    return Built(manifest, trained, after)


def _run_folder(registry: Registry, inputs: tuple[object, ...], resume: bool) -> Path:
    """Where a run keeps its checkpoint; the same inputs always lead to the same folder."""
    name = hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]
    folder = registry.folder / f".training-{name}"
    if not resume:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    return folder
