"""Ratings: learnt from stars or grades, told in the same units."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from ranking.evaluate import evaluate_clicks
from ranking.examples import read_examples
from ranking.fusion import read_fusion
from ranking.groups import Group, build_groups
from ranking.losses import list_loss
from ranking.rating import fit_rating, fit_ridge, is_rated, rating_error, ratings_of, with_text
from ranking.registry import Registry
from ranking.serving import load_served
from ranking.settings import RankingSettings
from ranking.train import train_clicks
from retrieval.embeddings import Embedder
from retrieval.errors import ShopGuideError


@pytest.fixture(scope="module")
def graded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grades 1 to 3 by how many of the query's words stand in the title."""
    dice = random.Random(0)
    words = ["oak", "steel", "red", "lamp", "table", "chair"]
    lines: list[dict[str, object]] = []
    for number in range(80):
        query = " ".join(dice.sample(words, 2))
        for _ in range(6):
            title = " ".join(dice.sample(words, 3))
            grade = 1 + sum(word in title.split() for word in query.split())
            lines.append({"query": f"{query} {number}", "title": title, "grade": grade})
    path = tmp_path_factory.mktemp("graded") / "graded.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def groups(graded_file: Path, embedder: Embedder) -> list[Group]:
    return build_groups(read_examples([graded_file]), embedder)


def test_ratings_are_grades_or_stars(tmp_path: Path, embedder: Embedder) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"query":"a","title":"b","label":1,"rating":4.5}\n{"query":"a","title":"c","label":0}\n'
    )
    (group,) = build_groups(read_examples([path]), embedder)
    assert ratings_of([group])[0] == 4.5
    assert np.isnan(ratings_of([group])[1])
    assert not is_rated([group])


def test_expected_ratings_are_near_those_of_unseen_queries(
    groups: list[Group], tmp_path: Path
) -> None:
    rating = fit_rating(groups[:65])
    assert rating.trees is not None
    rating.save(tmp_path / "rating.json")
    kept = read_fusion(tmp_path / "rating.json")
    features = groups[-1].features
    assert np.array_equal(kept.number_logits(features), rating.number_logits(features))
    held_out = groups[65:]
    told = np.concatenate([rating.number_logits(one.features) for one in held_out])
    assert rating_error(told, held_out) < 0.6 * float(np.nanstd(ratings_of(held_out)))


def test_the_text_logit_counts_as_far_as_it_helps(groups: list[Group]) -> None:
    plain = fit_ridge(groups)
    telling = ratings_of(groups).astype(np.float32) - 2
    informed = with_text(plain, groups, telling)
    told = [
        informed.logits(one.features, text)
        for one, text in zip(
            groups, np.split(telling, np.cumsum([len(g.clicked) for g in groups])[:-1]), strict=True
        )
    ]
    assert rating_error(np.concatenate(told), groups) < 0.01
    noise = -telling  # a logit that falls with the rating does not help
    assert with_text(plain, groups, noise).text_weight == 0


def test_a_trained_version_tells_ratings_and_is_measured_by_them(
    graded_file: Path,
    embedder: Embedder,
    tiny_base: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    groups: list[Group],
) -> None:
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path / "nothing-shipped")
    settings = RankingSettings(data_dir=tmp_path / "data", training_tracker="none")
    report = train_clicks(
        settings,
        embedder,
        [graded_file],
        base=tiny_base,
        method="head",
        epochs=1,
        rating_weight=0.5,
        listwise=0.5,
        force=True,
    )
    assert report.rmse is not None
    assert report.rmse < 0.5 * float(np.nanstd(ratings_of(groups)))
    folder = Registry(settings.models_dir).verify(report.version)
    served = load_served(folder, report.version)
    told = served.ratings(groups[0].query, groups[0].candidates)
    assert np.abs(told - groups[0].gains - 1).mean() < 0.6
    metrics = evaluate_clicks(settings, embedder, graded_file)
    assert metrics.rmse is not None
    assert metrics.to_json()["rmse"] == metrics.rmse
    (folder / "rating.json").unlink()
    with pytest.raises(ShopGuideError, match="has not learnt from any ratings"):
        load_served(folder, "v1").ratings("lamp", groups[0].candidates)


def test_the_list_loss_is_the_softmax_s_cross_entropy() -> None:
    logits = torch.tensor([2.0, 1.0, 0.0, 5.0, 5.0])
    clicked = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0])
    lists = np.array([0, 0, 0, 1, 1])  # of the second nothing can be learnt
    expected = -np.log(np.exp(2) / (np.exp(2) + np.exp(1) + 1))
    assert list_loss(logits, clicked, lists).item() == pytest.approx(expected, rel=1e-5)
