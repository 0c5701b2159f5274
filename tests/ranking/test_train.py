"""Training end to end on a tiny BERT; see conftest for the examples."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ranking import optimisation
from ranking.evaluate import ClickMetrics, evaluate_clicks
from ranking.export import export_tower
from ranking.fusion import read_fusion
from ranking.model import PairEncoder, base_folder, load_tower, trained_tensors
from ranking.optimisation import Pairs, Recipe, text_logits, training_steps, tune
from ranking.registry import Registry
from ranking.serving import TextScorer, workers
from ranking.settings import RankingSettings
from ranking.tracking import open_tracker
from ranking.train import is_better, train_clicks
from retrieval.embeddings import Embedder
from retrieval.errors import MissingWeightsError, ShopGuideError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RankingSettings:
    """A shop without a click model: the first one has the cosine to beat."""
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path / "nothing-shipped")
    return RankingSettings(data_dir=tmp_path / "data")


@pytest.mark.parametrize("method", ["full", "head", "top-1", "lora", "adalora", "prefix", "ia3"])
def test_every_method_trains_registers_and_promotes(
    settings: RankingSettings, embedder: Embedder, examples_file: Path, tiny_base: str, method: str
) -> None:
    steps: list[str] = []
    report = train_clicks(
        settings,
        embedder,
        [examples_file],
        base=tiny_base,
        method=method,
        epochs=1,
        progress=lambda step, done, total: steps.append(step),
    )
    assert report.promoted, report.reason
    assert report.after["auc"] > report.before["auc"]
    assert "Training" in steps
    registry = Registry(settings.models_dir)
    assert registry.champion() == report.version == "v1"
    manifest = registry.manifest("v1")
    assert manifest.method == method
    assert manifest.metrics == report.after
    assert not list(registry.folder.glob(".training-*"))
    curve = json.loads((registry.path("v1") / "curve.json").read_text())
    assert [point["step"] for point in curve] == sorted({point["step"] for point in curve})
    watched = list((registry.folder / "logs").glob("*/events.out.tfevents.*"))
    assert watched
    # What customers wrote is in no learning curve.
    queries = {json.loads(line)["query"].encode() for line in examples_file.open()}
    assert not [query for query in queries for file in watched if query in file.read_bytes()]
    tower = load_tower(tiny_base, method)
    everything = sum(one.numel() for one in tower.parameters())
    assert 0 < report.trained_parameters < everything
    metrics = evaluate_clicks(settings, embedder, examples_file)
    assert metrics.to_json().keys() == {
        "model", "pairs", "queries", "auc", "ndcg@10", "logloss", "ece", "latency_ms_50"
    }  # fmt: skip
    base = evaluate_clicks(settings, embedder, examples_file, model="base")
    assert metrics.auc > base.auc


def test_a_worse_model_is_registered_but_serves_only_by_force(
    settings: RankingSettings,
    embedder: Embedder,
    examples_file: Path,
    tiny_base: str,
    tmp_path: Path,
) -> None:
    train_clicks(settings, embedder, [examples_file], base=tiny_base, method="head", epochs=1)
    poisoned = tmp_path / "poisoned.jsonl"
    lines = [json.loads(line) for line in examples_file.read_text().splitlines()]
    dice = np.random.default_rng(0)
    for line in lines:
        line["label"] = int(dice.random() < 0.3)
    poisoned.write_text("".join(json.dumps(line) + "\n" for line in lines))
    told: dict[bool, str] = {}
    for force in (False, True):
        report = train_clicks(
            settings, embedder, [poisoned], base=tiny_base, method="head", epochs=1, force=force
        )
        told[force] = report.reason
        better = report.reason.startswith("better")
        assert report.promoted == (better or force)
        assert report.version in {one.version for one in Registry(settings.models_dir).list()}
    assert "AUC" in told[False]


def test_a_training_goes_on_from_a_version_when_told_to(
    settings: RankingSettings, embedder: Embedder, examples_file: Path, tiny_base: str
) -> None:
    first = train_clicks(
        settings, embedder, [examples_file], base=tiny_base, method="top-1", epochs=1
    )
    second = train_clicks(settings, embedder, [examples_file], start=first.version, epochs=1)
    manifest = Registry(settings.models_dir).manifest(second.version)
    assert (manifest.parent, manifest.base, manifest.method) == ("v1", tiny_base, "top-1")
    assert second.after["auc"] > first.after["auc"] - 0.02
    with pytest.raises(ShopGuideError, match="'base' is no registered version"):
        train_clicks(settings, embedder, [examples_file], start="base")
    with pytest.raises(ShopGuideError, match="no click model 'v9'"):
        train_clicks(settings, embedder, [examples_file], start="v9")
    with pytest.raises(ShopGuideError, match="one worker"):
        train_clicks(settings, embedder, [examples_file], start="v1", workers=2)
    lines = map(json.loads, examples_file.read_text("utf-8").splitlines())
    simulated = settings.data_dir / "simulated.jsonl"
    simulated.write_text("".join(json.dumps(one | {"simulated": True}) + "\n" for one in lines))
    with pytest.raises(ShopGuideError, match="simulated examples"):
        train_clicks(settings, embedder, [simulated], start="v1")


def metrics(auc: float, ndcg: float) -> ClickMetrics:
    return ClickMetrics("v1", 100, 10, auc, ndcg, 0.3, 0.01, 5.0)


def test_only_a_better_model_replaces_the_champion() -> None:
    assert is_better(metrics(0.80, 0.85), metrics(0.81, 0.85))[0]
    assert is_better(metrics(0.80, 0.85), metrics(0.81, 0.849))[0]
    assert not is_better(metrics(0.80, 0.85), metrics(0.81, 0.84))[0]
    assert not is_better(metrics(0.80, 0.85), metrics(0.80, 0.90))[0]


def test_what_cannot_be_used_is_named(
    settings: RankingSettings, embedder: Embedder, examples_file: Path, tiny_base: str
) -> None:
    with pytest.raises(ShopGuideError, match="unknown training method 'magic'"):
        train_clicks(settings, embedder, [examples_file], base=tiny_base, method="magic")
    with pytest.raises(MissingWeightsError, match="no such folder"):
        train_clicks(settings, embedder, [examples_file], base="nowhere")
    assert Registry(settings.models_dir).list() == []


def test_weights_that_are_not_safetensors_are_refused(tiny_base: str, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((Path(tiny_base) / name).read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(MissingWeightsError, match=r"model\.safetensors is missing"):
        base_folder(str(tmp_path))


def pairs(count: int, seed: int) -> Pairs:
    dice = np.random.default_rng(seed)
    clicked = (dice.random(count) < 0.4).astype(np.float32)
    texts = [
        ("lamp", f"{'good lamp' if one else 'lamp shade'} {dice.integers(9)}") for one in clicked
    ]
    return Pairs(texts, np.zeros(count, np.float32), clicked)


class KilledError(Exception):
    pass


@pytest.mark.parametrize(
    ("method", "optimizer"),
    [("lora", "adamw"), ("adalora", "adamw"), ("prefix", "adamw"), ("top-1", "sgd")],
)
def test_a_killed_run_goes_on_bit_for_bit(
    tiny_base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, optimizer: str
) -> None:
    monkeypatch.setattr(optimisation, "CHECKPOINT_SECONDS", 0.0)
    encode = PairEncoder(base_folder(tiny_base) / "tokenizer.json")
    recipe = Recipe(method, epochs=2, batch=8, optimizer=optimizer)

    def run(checkpoint: Path, kill_at: int | None) -> dict[str, torch.Tensor]:
        def watch(done: int, total: int) -> None:
            if done == kill_at:
                raise KilledError

        tower = load_tower(tiny_base, method, 0, training_steps(pairs(80, 0), recipe))
        tune(tower, encode, pairs(80, 0), pairs(40, 1), recipe, checkpoint, watch)
        return trained_tensors(tower)

    unbroken = run(tmp_path / "a.safetensors", None)
    with pytest.raises(KilledError):
        run(tmp_path / "b.safetensors", 7)
    resumed = run(tmp_path / "b.safetensors", None)
    assert all(torch.equal(unbroken[name], resumed[name]) for name in unbroken)


def test_a_damaged_checkpoint_starts_the_run_afresh(tiny_base: str, tmp_path: Path) -> None:
    encode = PairEncoder(base_folder(tiny_base) / "tokenizer.json")
    checkpoint = tmp_path / "checkpoint.safetensors"
    checkpoint.write_bytes(b"half a file")
    tower = load_tower(tiny_base, "head", 0)
    recipe = Recipe("head", epochs=1, batch=8)
    tune(tower, encode, pairs(16, 0), pairs(16, 1), recipe, checkpoint, lambda done, total: None)


def test_training_ends_when_the_validation_loss_rises(tiny_base: str, tmp_path: Path) -> None:
    encode = PairEncoder(base_folder(tiny_base) / "tokenizer.json")
    upside_down = pairs(40, 1)
    upside_down = replace(upside_down, clicked=1 - upside_down.clicked)
    recipe = Recipe("full", epochs=30, batch=8, learning_rate=0.01, patience=3)
    tower = load_tower(tiny_base, "full", 0)
    checkpoint = tmp_path / "checkpoint.safetensors"
    curve = tune(tower, encode, pairs(80, 0), upside_down, recipe, checkpoint, lambda *_: None)
    losses = [point.validation_loss for point in curve]
    assert len(losses) < 30 * recipe.evaluations
    assert losses.index(min(losses)) == len(losses) - 1 - recipe.patience
    left = text_logits(tower, encode, upside_down.texts)
    likelihood = np.log1p(np.exp(np.where(upside_down.clicked == 1, -left, left)))
    assert likelihood.mean() <= min(losses) + 0.01


def test_unknown_optimizers_and_layers_are_named(tiny_base: str) -> None:
    with pytest.raises(ShopGuideError, match="top-3: the base has only 2 layers"):
        load_tower(tiny_base, "top-3")
    with pytest.raises(ShopGuideError, match="unknown training tracker 'nothing'"):
        open_tracker("nothing", Path(), "run")


def test_a_base_may_be_cut_to_fewer_layers(tiny_base: str) -> None:
    whole, cut = load_tower(tiny_base, "lora"), load_tower(f"{tiny_base}:1", "lora")
    assert any("layer.1." in name for name in trained_tensors(whole))
    assert all("layer.0." in name for name in trained_tensors(cut) if "layer." in name)
    assert base_folder(f"{tiny_base}:1") == base_folder(tiny_base)
    with pytest.raises(ShopGuideError, match="cannot prune to 2 layers: the base has 2"):
        load_tower(f"{tiny_base}:2")


def test_the_exported_model_agrees_with_torch(tiny_base: str, tmp_path: Path) -> None:
    """int8 against fp32 on the head's scale: correlation above 0.99, small error."""
    tower = load_tower(tiny_base, "lora", 0)
    torch.nn.init.normal_(tower.head.weight, std=0.5)
    encode = PairEncoder(base_folder(tiny_base) / "tokenizer.json")
    texts = [f"lamp {number} of {'wood' * (number % 7)}" for number in range(40)]
    exact = text_logits(tower, encode, [("red lamp", text) for text in texts])
    export_tower(tower, tiny_base, tmp_path)
    scorer = TextScorer(tmp_path / "text.onnx", tmp_path / "tokenizer.json", workers(2))
    served = scorer.logits("red lamp", texts)
    assert np.corrcoef(exact, served)[0, 1] > 0.99
    assert np.abs(exact - served).max() < 0.25 * exact.std() + 0.05
    assert np.array_equal(served, scorer.logits("red lamp", texts))


KILLED = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from conftest import WordEmbedder
from ranking import optimisation, shipped
from ranking.settings import RankingSettings
from ranking.train import train_clicks
optimisation.CHECKPOINT_SECONDS = 0.0
shipped.SHIPPED = Path("nothing-shipped")
report = train_clicks(
    RankingSettings(data_dir=Path({data!r})), WordEmbedder(), [Path({examples!r})],
    base={base!r}, method="lora", epochs=2,
)
print(report.version)
"""


def test_kill_9_in_training_then_the_same_command(
    tmp_path: Path, examples_file: Path, tiny_base: str
) -> None:
    here = Path(__file__).parent
    script = KILLED.format(
        paths=[str(here), str(here.parents[1])],
        data=str(tmp_path / "data"),
        examples=str(examples_file),
        base=tiny_base,
    )
    command = [sys.executable, "-c", script]
    registry = Registry(tmp_path / "data" / "models")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if list(registry.folder.glob(".training-*/checkpoint.safetensors")):
                break
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.wait()
    assert registry.list() == []
    assert registry.champion() is None
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.stdout.strip() == "v1", again.stderr[-2000:]
    assert registry.champion() == "v1"
    registry.verify("v1")
    assert sorted(one.name for one in registry.folder.iterdir()) == [
        ".lock",
        "champion.json",
        "logs",
        "v1",
    ]
    assert read_fusion(registry.path("v1") / "fusion.json").slope > 0
