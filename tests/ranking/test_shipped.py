"""The model that comes with the project, as a new shop gets it at its first start."""

from __future__ import annotations

from pathlib import Path

import pytest

from ranking.features import FEATURES, TRANSFERABLE
from ranking.registry import Registry
from ranking.rerank import ClickRanker, open_ranker
from ranking.settings import RankingSettings
from ranking.shipped import SHIPPED, read_shipped
from retrieval.embeddings import Embedder
from retrieval.errors import MissingWeightsError
from retrieval.product import Product
from retrieval.search import SearchHit


@pytest.fixture(scope="module")
def ranker(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> ClickRanker:
    settings = RankingSettings(data_dir=tmp_path_factory.mktemp("shop"))
    steps: list[int] = []
    first = open_ranker(settings, embedder, lambda step, done, total: steps.append(done))
    assert steps == [0, 1, 2, 3]
    assert first.version == "v1"
    assert Registry(settings.models_dir).champion() == "v1"
    return open_ranker(settings, embedder)


def hit(title: str, cosine: float) -> SearchHit:
    product = Product(id=title, title=title)
    return SearchHit(product, cosine, None, 1, 1.0, cosine)


def test_it_is_small_marked_as_simulated_and_names_its_examples() -> None:
    manifest = read_shipped()
    assert manifest.simulated
    assert manifest.method == "lora"
    assert len(manifest.data_fingerprint) == 64
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 3_000_000


def test_it_weighs_only_numbers_that_hold_in_any_shop() -> None:
    import json

    weights = json.loads((SHIPPED / "fusion.json").read_text())["weights"]
    assert {name for name, weight in weights.items() if weight} <= TRANSFERABLE
    assert FEATURES.keys() >= TRANSFERABLE


@pytest.mark.parametrize(
    ("query", "wanted", "made_for_it"),
    [
        ("laptop", "Norvex notebook 15 inch silver", "Norvex laptop sleeve 15 inch silver"),
        ("gaming mouse", "Tarwel gaming mouse black", "Tarwel gaming mouse pad black"),
        ("guitar", "Orlin acoustic guitar, natural", "Orlin guitar stand, black"),
    ],
)
def test_at_equal_cosine_the_thing_is_before_what_is_made_for_it(
    ranker: ClickRanker, query: str, wanted: str, made_for_it: str
) -> None:
    ranked = ranker.rank(query, [hit(made_for_it, 0.5), hit(wanted, 0.5)])
    assert ranked[0].hit.product.title == wanted


def test_a_missing_or_damaged_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path)
    (tmp_path / "fusion.json").write_text("{}")
    with pytest.raises(MissingWeightsError, match=r"fusion\.json: missing or damaged"):
        read_shipped()
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(MissingWeightsError, match="not here"):
        read_shipped()
