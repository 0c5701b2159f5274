"""Several workers: they learn what one worker learns from the same batches."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from ranking.model import PairEncoder, base_folder, load_tower, trained_tensors
from ranking.optimisation import Pairs, Recipe, training_steps, tune
from ranking.team import ALONE, Team


def test_shares_are_disjoint_and_whole() -> None:
    places = [4, 7, 9, 2, 5]
    shares = [Team(2, rank).share(places, range(5)) for rank in range(2)]
    assert sorted(shares[0] + shares[1]) == sorted(places)
    assert Team(2, 0).share(places, [3, 3, 3, 2, 2]) == [2, 5]  # a list goes to one worker
    assert ALONE.share(places, range(5)) == places
    assert ALONE.told(0.5) == 0.5


def without_dropout(base: str, folder: Path) -> str:
    """A copy of a base whose encoder rolls no dice."""
    shutil.copytree(base, folder)
    config = json.loads((folder / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (extra 'ray')"
)
def test_two_local_workers_learn_what_one_does(tiny_base: str, tmp_path: Path) -> None:
    from ranking.ray_training import Job, tune_by_ray

    dice = np.random.default_rng(0)
    clicked = (dice.random(48) < 0.4).astype(np.float32)
    texts = [("lamp", f"{'good lamp' if one else 'shade'} {dice.integers(9)}") for one in clicked]
    pairs = Pairs(texts, np.zeros(48, np.float32), clicked)
    recipe = Recipe("head", epochs=2, batch=16, dropout=0.0)
    base = without_dropout(tiny_base, tmp_path / "base")
    steps = training_steps(pairs, recipe)
    alone = load_tower(base, "head", 0, steps, dropout=0.0)
    encode = PairEncoder(base_folder(base) / "tokenizer.json")
    curve = tune(
        alone, encode, pairs, pairs, recipe, tmp_path / "alone.safetensors", lambda *_: None
    )
    job = Job(base, recipe, False, pairs, pairs, tmp_path)
    watched: list[int] = []
    tensors, shared_curve = tune_by_ray(job, 2, lambda point: watched.append(point.step))
    assert watched == [one.step for one in curve]
    assert [one.validation_loss for one in shared_curve] == pytest.approx(
        [one.validation_loss for one in curve], rel=1e-3
    )
    for name, tensor in trained_tensors(alone).items():
        assert torch.allclose(tensors[name], tensor, atol=2e-3), name
