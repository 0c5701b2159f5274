"""Tuning the text tower on several machines, or several processes of one, by Ray Train.

Needs the extra `ray`. The cluster is the one at RAY_ADDRESS; without it one is started on this
machine for as long as the training takes. Workers on other machines need the same installation,
the base checkpoint at the same path, and the models' folder on storage that all of them share.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from ranking.files import write_atomically
from ranking.model import PairEncoder, base_folder, load_tower, trained_tensors
from ranking.optimisation import Pairs, Point, Recipe, training_steps, tune
from ranking.team import Team
from retrieval.errors import ShopGuideError

TUNED, CURVE = "tuned.safetensors", "tuned-curve.json"
_JOB = "job"


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker is given: the same data and recipe, and where to put what it learnt."""

    base: str
    recipe: Recipe
    rated: bool
    train: Pairs
    validation: Pairs
    folder: Path


def tune_by_ray(
    job: Job, workers: int, watch: Callable[[Point], None]
) -> tuple[dict[str, Tensor], list[Point]]:
    """Tune with so many workers; returns the trained tensors and the learning curve.

    Raises:
        ShopGuideError: where Ray is not installed, or a worker failed.
    """
    try:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        import ray
        from ray.train import FailureConfig, RunConfig, ScalingConfig
        from ray.train.torch import TorchTrainer
    except ImportError as error:
        raise ShopGuideError(
            f"training by several workers needs Ray: pip install 'shopguide[ray]' ({error})"
        ) from None
    started = not ray.is_initialized()
    if started:
        local = "RAY_ADDRESS" not in os.environ
        ray.init(
            num_cpus=workers if local else None,
            include_dashboard=False if local else None,
            log_to_driver=False,
        )
    try:
        trainer = TorchTrainer(
            _work,
            train_loop_config={_JOB: job},
            scaling_config=ScalingConfig(num_workers=workers, use_gpu=False),
            # What a run has learnt is in its checkpoint: the same command goes on from there.
            run_config=RunConfig(
                name="ray",
                storage_path=str(job.folder.resolve()),
                failure_config=FailureConfig(max_failures=0),
            ),
        )
        trainer.fit()
    except Exception as error:
        raise ShopGuideError(f"training by {workers} workers failed: {error}") from error
    finally:
        if started:
            ray.shutdown()
    curve = [Point(**one) for one in json.loads((job.folder / CURVE).read_text("utf-8"))]
    for point in curve:
        watch(point)
    return load_file(job.folder / TUNED), curve


def _work(given: dict[str, Any]) -> None:
    """One worker's training; the leading one writes what was learnt."""
    from ray.train import get_context

    context: Any = get_context()
    team = Team(context.get_world_size(), context.get_world_rank())
    job: Job = given[_JOB]
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // team.size))
    steps = training_steps(job.train, job.recipe)
    tower = load_tower(
        job.base,
        job.recipe.method,
        job.recipe.seed,
        steps,
        rated=job.rated,
        dropout=job.recipe.dropout,
    )
    curve = tune(
        tower,
        PairEncoder(base_folder(job.base) / "tokenizer.json"),
        job.train,
        job.validation,
        job.recipe,
        job.folder / "checkpoint.safetensors",
        lambda done, total: None,
        team=team,
    )
    if team.leads:
        write_atomically(job.folder / TUNED, save(trained_tensors(tower)))
        document = json.dumps([asdict(one) for one in curve])
        write_atomically(job.folder / CURVE, document.encode())
