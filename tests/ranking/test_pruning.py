"""Pruned towers: taught by the whole one, rebuilt from what is kept, registered like any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ranking.model import PairEncoder, base_folder, load_tower
from ranking.optimisation import Pairs, text_logits
from ranking.pruning import check_prunable, distilled, pruned
from ranking.registry import Registry
from ranking.serving import load_served
from ranking.settings import RankingSettings
from ranking.shipped import trained_tower
from ranking.train import train_clicks
from retrieval.embeddings import Embedder
from retrieval.errors import ShopGuideError


def test_a_student_learns_what_its_teacher_says(tiny_base: str) -> None:
    teacher = load_tower(tiny_base, "head", 0)
    torch.nn.init.normal_(teacher.head.weight, std=0.5)
    # The layer that the student goes without says much.
    for weights in teacher.encoder.encoder.layer[1].parameters():  # type: ignore[union-attr]
        torch.nn.init.normal_(weights, std=0.5)
    encode = PairEncoder(base_folder(tiny_base) / "tokenizer.json")
    things = ["lamp", "chair", "tent", "kettle", "drill", "sofa"]
    texts = [(f"red {one}", f"{other} {n}") for one in things for other in things for n in range(6)]
    said = text_logits(teacher, encode, texts)
    nothing = np.zeros(len(texts), np.float32)
    pairs = Pairs(texts, nothing, (said > np.median(said)).astype(np.float32))
    untaught = text_logits(pruned(teacher, 1), encode, texts)
    student = distilled(teacher, encode, pairs, pairs, 1, 0, lambda done, total: None)
    taught = text_logits(student, encode, texts)
    assert len(student.encoder.encoder.layer) == 1  # type: ignore[union-attr,arg-type]
    assert np.square(taught - said).mean() < np.square(untaught - said).mean()


def test_what_cannot_be_pruned_is_refused(tiny_base: str) -> None:
    tower = load_tower(tiny_base, "head")
    for layers in (0, 2, 5):
        with pytest.raises(ShopGuideError, match=f"to {layers} layers: the base has 2"):
            pruned(tower, layers)
    with pytest.raises(ShopGuideError, match="take another method"):
        check_prunable(tower, 1, "prefix")


def test_a_pruned_version_is_registered_and_serves_what_torch_says(
    tmp_path: Path, embedder: Embedder, examples_file: Path, tiny_base: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from ranking import shipped

    monkeypatch.setattr(shipped, "SHIPPED", Path("nothing-shipped"))
    settings = RankingSettings(data_dir=tmp_path)
    report = train_clicks(
        settings, embedder, [examples_file], base=tiny_base, method="lora", epochs=1, layers=1
    )
    registry = Registry(settings.models_dir)
    manifest = registry.manifest(report.version)
    assert manifest.layers == 1
    folder = registry.verify(report.version)
    tower = trained_tower(folder, manifest).eval()
    encode = PairEncoder(folder / "tokenizer.json")
    texts = [f"lamp {number}" for number in range(20)]
    exact = text_logits(tower, encode, [("red lamp", text) for text in texts])
    served = load_served(folder, report.version).text.logits("red lamp", texts)
    assert np.abs(exact - served).max() < 0.05 + 0.25 * exact.std()
