"""Trees, stacking, and cross-validation of methods over queries."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ranking_parts import hit
from sklearn.ensemble import HistGradientBoostingClassifier
from typer.testing import CliRunner

from ranking.cross_validation import MethodRow, bench_methods
from ranking.examples import ExampleError, read_examples
from ranking.folds import folds_by_query, parted
from ranking.footprint import Footprint
from ranking.fusion import read_fusion
from ranking.groups import Group, build_groups
from ranking.stacking import fit_stacked
from ranking.standing import with_standing
from ranking.transfer import JudgedSearch, bench_transfer
from ranking.trees import TREES, Trees, _joined, arranged, fit_grades, read_trees
from retrieval.embeddings import Embedder
from retrieval.errors import ShopGuideError
from ui.cli.app import app


@pytest.fixture(scope="module")
def groups(examples_file: Path, embedder: Embedder) -> list[Group]:
    return build_groups(read_examples([examples_file]), embedder)


def test_standing_tells_a_number_s_place_in_its_list() -> None:
    features = np.array([[1.0, 5.0], [3.0, 5.0], [2.0, 5.0]], np.float32)
    matrix = with_standing(features)
    assert matrix.shape == (3, 11)
    assert np.array_equal(matrix[:, :2], features)
    assert matrix[1, 2] > 1.2 > matrix[2, 2] == pytest.approx(0.0)
    assert np.allclose(matrix[:, 4], [1 / 6, 5 / 6, 3 / 6])
    assert np.allclose(matrix[:, 5], 0.5)  # equal numbers share a place
    assert np.allclose(matrix[:, 6], 2.0)
    assert np.allclose(matrix[:, -1], np.log(3))
    assert with_standing(np.zeros((0, 2), np.float32)).shape == (0, 11)


def test_trees_score_as_those_that_were_trained(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    features = dice.normal(size=(400, 3)).astype(np.float32)
    matrix = with_standing(features)
    clicked = (features[:, 0] * features[:, 1] > 0).astype(float)
    models = [
        HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6, random_state=seed).fit(
            matrix, clicked
        )
        for seed in range(2)
    ]
    expected = np.mean([one.decision_function(matrix) for one in models], axis=0)
    trees = _joined(models)
    assert np.allclose(trees.scores(features), expected)
    trees.save(tmp_path / TREES)
    assert np.array_equal(read_trees(tmp_path / TREES).scores(features), trees.scores(features))
    (tmp_path / TREES).write_bytes(b"something else")
    with pytest.raises(ShopGuideError, match="not the trees of a click model"):
        read_trees(tmp_path / TREES)


def test_trees_tell_which_numbers_they_counted() -> None:
    dice = np.random.default_rng(0)
    features = dice.normal(size=(600, 3)).astype(np.float32)
    clicked = (features[:, 1] > 0.3).astype(float)
    model = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6)
    trees = _joined([model.fit(with_standing(features), clicked)])
    moved = trees.contributions(features)
    assert moved.shape == (600, 4)  # and the length of the list
    assert np.allclose(trees.expected + moved.sum(1), trees.scores(features))
    assert np.abs(moved[:, 1]).mean() > 10 * np.abs(moved[:, [0, 2, 3]]).mean()
    assert moved[clicked == 1, 1].min() > 0 > moved[clicked == 0, 1].max()
    assert trees.contributions(features[:0]).shape == (0, 4)


def test_graded_trees_predict_grades(groups: list[Group]) -> None:
    groups = [replace(one, ratings=one.gains) for one in groups]
    trees = fit_grades(groups[:40])
    assert isinstance(trees, Trees)
    wanted = np.concatenate([one.gains for one in groups[40:]])
    told = np.concatenate([trees.scores(one.features) for one in groups[40:]])
    assert np.square(told - wanted).mean() < 0.7 * wanted.var()


def test_a_stacked_model_is_kept_with_its_trees(groups: list[Group], tmp_path: Path) -> None:
    fusion = fit_stacked(groups)
    assert fusion.trees is not None
    assert fusion.trees_weight > 0
    fusion.save(tmp_path / "fusion.json")
    again = read_fusion(tmp_path / "fusion.json")
    features = groups[0].features
    assert np.array_equal(again.number_logits(features), fusion.number_logits(features))
    (tmp_path / TREES).unlink()
    with pytest.raises(ShopGuideError, match="not the trees of a click model"):
        read_fusion(tmp_path / "fusion.json")
    assert fit_stacked(groups[:20]).trees is None  # so few would be learnt by heart


def test_folds_hold_each_query_once() -> None:
    folds = folds_by_query(17, 4, seed=3)
    assert sorted(np.concatenate(folds).tolist()) == list(range(17))
    rest, held = parted("abcde", np.array([1, 3]))
    assert (rest, held) == (list("ace"), list("bd"))


def test_methods_are_measured_on_the_same_unseen_queries(
    groups: list[Group], embedder: Embedder, tiny_base: str
) -> None:
    report = bench_methods(
        groups,
        embedder,
        folds=2,
        tuned_folds=1,
        methods=("fused", "cosine", "nine", "head"),
        base=tiny_base,
    )
    assert (report.pairs, report.queries, report.folds, report.tuned_folds) == (480, 60, 2, 1)
    rows = {one.method: one for one in report.rows}
    assert list(rows) == ["cosine", "nine", "head", "fused"]
    assert [one.folds for one in report.rows] == [2, 2, 1, 1]
    assert rows["nine"].auc > 0.8 > 0.5 < rows["cosine"].auc
    assert rows["nine"].ece < 0.15
    assert rows["cosine"].with_numbers_auc is None
    assert rows["head"].with_numbers_auc == pytest.approx(
        rows["head"].auc - rows["head"].gain_auc, abs=0.2
    )
    assert rows["head"].trained_parameters == 65  # a weight for each of 2 · 32 states, a bias
    assert rows["nine"].trained_parameters == 10
    for one in report.rows:
        assert one.minutes > 0
        assert one.peak_mb > 50
    with pytest.raises(ShopGuideError, match="unknown method 'magic'"):
        bench_methods(groups, embedder, methods=("magic",))
    with pytest.raises(ShopGuideError, match="7 queries are too few for 5 folds"):
        bench_methods(groups[:7], embedder)


def test_each_fold_s_figures_are_told_as_soon_as_they_are_there(
    groups: list[Group], embedder: Embedder
) -> None:
    told: list[tuple[int, MethodRow]] = []
    steps: list[str] = []

    def follow(step: str, done: int, total: int | None) -> None:
        steps.append(f"{step} after {len(told)} rows")

    rated = [replace(one, ratings=one.gains) for one in groups]
    methods = ("cosine", "numbers")
    report = bench_methods(
        rated,
        embedder,
        folds=2,
        methods=methods,
        progress=follow,
        tell=lambda fold, row: told.append((fold, row)),
    )
    in_turn = [(1, "numbers"), (1, "cosine"), (2, "numbers"), (2, "cosine")]
    assert [(fold, row.method) for fold, row in told] == in_turn
    assert steps == [
        f"Fold {fold} of 2, {method} after {before} rows"
        for before, (fold, method) in enumerate(in_turn)
    ]
    for whole in report.rows:
        parts = [row for _, row in told if row.method == whole.method]
        assert [one.folds for one in parts] == [1, 1]
        low, high = sorted(one.ndcg_at_10 for one in parts)
        assert low <= whole.ndcg_at_10 <= high
        assert sum(one.minutes for one in parts) == pytest.approx(whole.minutes)
        assert max(one.peak_mb for one in parts) == whole.peak_mb
        assert all(one.gain_auc == pytest.approx(0) for one in parts) == (whole.method == "numbers")
        assert all((one.rmse is not None) == (whole.method == "numbers") for one in parts)


def test_a_fold_without_a_click_has_no_figures_of_its_own(
    groups: list[Group], embedder: Embedder
) -> None:
    told: list[int] = []
    places = set(folds_by_query(len(groups), 3, seed=0)[0].tolist())
    barren = [
        replace(one, clicked=np.zeros_like(one.clicked)) if place in places else one
        for place, one in enumerate(groups)
    ]
    report = bench_methods(
        barren, embedder, folds=3, methods=("cosine",), tell=lambda fold, row: told.append(fold)
    )
    assert told == [2, 3]
    assert report.rows[0].folds == 3


def test_a_footprint_sees_memory_that_is_taken_meanwhile() -> None:
    before = Footprint()
    with before:
        pass
    taken = Footprint()
    with taken:
        block = np.ones(40_000_000)
        assert block.sum() == 40_000_000
    assert taken.peak_mb > before.peak_mb + 200
    assert taken.seconds > 0


def test_grades_that_count_as_clicks_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "graded.jsonl"
    file.write_text(
        "".join(json.dumps({"query": "q", "title": "t", "grade": one}) + "\n" for one in (1, 2, 3))
    )
    assert [one.clicked for one in read_examples([file])] == [False, False, True]
    assert [one.clicked for one in read_examples([file], 2)] == [False, True, True]
    with pytest.raises(ExampleError, match="grade 4 tells nothing apart: grades go from 1 to 3"):
        read_examples([file], 4)


def test_the_command_measures_on_a_file(
    examples_file: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    monkeypatch.setattr("retrieval.embeddings.open_embedder", lambda settings: embedder)
    command = ["bench", "methods", "--folds", "2", "--methods", "cosine, numbers", "--json"]
    told = CliRunner().invoke(app, [*command, "--examples", str(examples_file)])
    rows = json.loads(told.stdout)["rows"]
    assert [one["method"] for one in rows] == ["cosine", "numbers"]
    assert rows[1]["auc"] > rows[0]["auc"]
    lines = [line for line in told.stderr.splitlines() if line.startswith("Fold")]
    assert [line.partition(":")[0] for line in lines] == [
        f"Fold {fold} of 2, {method}" for fold in (1, 2) for method in ("numbers", "cosine")
    ]
    figures = r"AUC 0\.\d{4}, nDCG@10 [01]\.\d{4}, (RMSE \d\.\d{4}, )?\d+\.\d minutes"
    assert all(re.fullmatch(figures, line.partition(": ")[2]) for line in lines)
    failed = CliRunner().invoke(app, command)
    assert isinstance(failed.exception, ShopGuideError)
    assert "needs --examples" in str(failed.exception)


def test_trees_look_at_the_same_numbers_when_others_are_added(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    features = dice.normal(size=(60, 2)).astype(np.float32)
    matrix = with_standing(features)
    wanted = (features[:, 0] > features[:, 1]).astype(float)
    trees = _joined(
        [HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5).fit(matrix, wanted)]
    )
    wider = np.column_stack([features[:, 1], dice.normal(size=60), features[:, 0]])
    moved = arranged(trees, ["a", "b"], ["b", "new", "a"])
    assert np.array_equal(moved.scores(wider.astype(np.float32)), trees.scores(features))
    assert arranged(trees, ["a", "b"], ["a", "b"]) is trees
    with pytest.raises(ShopGuideError, match="known no more"):
        arranged(trees, ["a", "b"], ["b", "new"])


def test_shops_teach_each_other(examples_file: Path, embedder: Embedder) -> None:
    groups = build_groups(read_examples([examples_file]), embedder)
    shops = {"first": groups[:30], "second": groups[30:]}
    bench = bench_transfer(shops)
    assert [(one.trained_on, one.tested_on) for one in bench.rows] == [
        (trained, tested)
        for trained in ("first", "second", "together")
        for tested in ("first", "second")
    ] + [("first, then second", "second"), ("second, then first", "first")]
    by_name = {(one.trained_on, one.tested_on): one for one in bench.rows}
    assert by_name["together", "first"].train_queries == 22 + 22
    assert all(one.auc > 0.8 for one in bench.rows)
    assert bench.search == []
    with pytest.raises(ShopGuideError, match="two shops or more"):
        bench_transfer({"first": groups})
    with pytest.raises(ShopGuideError, match="unknown method 'magic'"):
        bench_transfer(shops, method="magic")


def test_shops_are_tried_on_another_shop_s_search(examples_file: Path, embedder: Embedder) -> None:
    groups = build_groups(read_examples([examples_file]), embedder)
    shops = {"first": groups[:30], "second": groups[30:]}
    hits = [hit(1, cosine=0.1), hit(2, cosine=0.9), hit(3, cosine=0.5)]
    judged = JudgedSearch({"lamp": hits}, {"lamp": {"2": 3, "1": 1}}, candidates=2)
    bench = bench_transfer(shops, method="transferable", search=judged)
    as_found, *ranked = bench.search
    assert as_found.ranked_by == "nothing: as found"
    assert (as_found.queries, as_found.mrr_at_10) == (1, 0.5)
    assert [one.ranked_by for one in ranked] == ["first", "second", "together"]
    assert all(one.mrr_at_10 == 1 and one.ndcg_at_10_judged == 1 for one in ranked)
