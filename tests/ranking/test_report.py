"""The report on a click model, and the intervals in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ranking.candidates import Candidate
from ranking.features import FEATURES
from ranking.groups import Group
from ranking.intervals import compare
from ranking.report import report_clicks, segments_of, write_report
from ranking.settings import RankingSettings
from ranking.train import train_clicks
from retrieval.embeddings import Embedder


def group(clicked: np.ndarray) -> Group:
    return Group(
        query="lamp",
        candidates=(),
        features=np.zeros((len(clicked), len(FEATURES)), np.float32),
        clicked=clicked,
        gains=clicked,
        product_ids=tuple(map(str, range(len(clicked)))),
    )


def test_intervals_hold_the_value_and_tell_a_good_system_from_chance() -> None:
    dice = np.random.default_rng(0)
    groups = [group((dice.random(8) < 0.4).astype(float)) for _ in range(80)]
    good = [np.clip(0.4 * one.clicked + 0.5 * dice.random(8), 0.01, 0.99) for one in groups]
    chance = [dice.uniform(0.01, 0.99, 8) for _ in groups]
    told = compare(groups, {"good": good, "chance": chance}, resamples=100)
    clicked = np.concatenate([one.clicked for one in groups])
    auc = told.systems["good"]["auc"]
    assert auc.value == pytest.approx(roc_auc_score(clicked, np.concatenate(good)))
    assert auc.low < auc.value < auc.high
    assert told.systems["chance"]["auc"].high < auc.low
    difference = told.differences["chance"]
    assert difference["auc"].low > 0
    assert difference["logloss"].high < 0
    assert difference["mrr@10"].value == pytest.approx(
        told.systems["good"]["mrr@10"].value - told.systems["chance"]["mrr@10"].value
    )


def test_more_queries_make_narrower_intervals() -> None:
    dice = np.random.default_rng(1)
    groups = [group((dice.random(6) < 0.5).astype(float)) for _ in range(400)]
    scores = [np.clip(0.3 * one.clicked + 0.6 * dice.random(6), 0.01, 0.99) for one in groups]

    def width(count: int) -> float:
        one = compare(groups[:count], {"a": scores[:count]}, resamples=100).systems["a"]["auc"]
        return one.high - one.low

    assert width(400) < 0.6 * width(40)


def test_a_report_is_written_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    embedder: Embedder,
    examples_file: Path,
    tiny_base: str,
) -> None:
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path / "nothing-shipped")
    settings = RankingSettings(data_dir=tmp_path / "data")
    train_clicks(settings, embedder, [examples_file], base=tiny_base, method="head", epochs=1)
    report = report_clicks(settings, embedder, examples_file, resamples=20)
    assert list(report.overall.systems) == ["v1", "cosine", "BM25"]
    assert report.importance.keys() == {"text", *FEATURES.values()}
    assert max(report.importance.values()) > 0.02
    assert report.curve
    path = write_report(report, tmp_path / "report")
    text = path.read_text()
    for name in ("reliability", "importance", "curve"):
        assert f"({name}.png)" in text
        assert (tmp_path / "report" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    told = json.loads((tmp_path / "report" / "report.json").read_text())
    assert told["overall"]["systems"]["v1"]["auc"]["value"] == pytest.approx(
        report.overall.systems["v1"]["auc"].value
    )
    beside = report_clicks(settings, embedder, examples_file, model="base", resamples=5)
    assert list(beside.overall.systems) == ["base", "v1 (champion)", "cosine", "BM25"]


def test_shops_and_segments_of_customers_are_measured_apart() -> None:
    clicked = np.array([1.0, 0.0])
    groups = [
        replace(
            group(clicked),
            shop="north" if number % 2 else "south",
            candidates=tuple(Candidate("lamp", segment="business") for _ in clicked),
        )
        for number in range(24)
    ]
    parts = segments_of(groups)
    assert parts["Shop: north"] == list(range(1, 24, 2))
    assert len(parts["Customers: business"]) == 24
    assert "Shop: south" in parts
    assert segments_of(groups[:5]) == {}  # too few to say anything
