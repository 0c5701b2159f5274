"""Hybrid search: what is found, what is filtered out, and how changes arrive."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.filters import Filters
from retrieval.indexing import load_vectors, refresh_index
from retrieval.lexical import LexicalIndex
from retrieval.product import Availability
from retrieval.search import ProductSearch
from retrieval.settings import RetrievalSettings
from retrieval.vectors import chroma_folder, open_vectors
from tests.retrieval.shops import OUTDOOR, WordEmbedder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> RetrievalSettings:
    return RetrievalSettings(data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def search(settings: RetrievalSettings) -> Iterator[ProductSearch]:
    engine = open_database(settings.resolved_database_url)
    catalog = Catalog(engine)
    catalog.upsert(OUTDOOR)
    yield ProductSearch.open(settings, catalog, WordEmbedder())
    engine.dispose()


def found(search: ProductSearch, query: str = "", **conditions: object) -> list[str]:
    hits = search.search(query, Filters(**conditions))  # pyright: ignore[reportArgumentType]
    return [hit.product.id for hit in hits]


def test_what_is_asked_for_comes_first(search: ProductSearch) -> None:
    assert found(search, "fleece jacket")[0] == "fleece"
    assert found(search, "usb stick")[0] == "stick"


def test_variants_are_one_hit_and_it_is_one_that_can_be_bought(search: ProductSearch) -> None:
    ids = found(search, "brackenfold rain jacket")
    assert sum(id_.startswith("rain-") for id_ in ids) == 1
    large = Filters(attributes={"size": ("L",)})
    assert [hit.product.id for hit in search.search("rain jacket", large)] == ["rain-blue-l"]
    sellable = Filters(availability=(Availability.IN_STOCK,), attributes={"size": ("L",)})
    assert search.search("rain jacket", sellable) == []


def test_without_collapse_every_variant_is_a_hit(search: ProductSearch) -> None:
    hits = search.search("rain jacket", collapse=False)
    assert {"rain-blue-m", "rain-blue-l", "rain-black-m"} <= {hit.product.id for hit in hits}


@pytest.mark.parametrize("system", ["bm25", "dense", "hybrid"])
def test_hard_filters_hold_in_every_system(search: ProductSearch, system: str) -> None:
    hits = search.search("black rain jacket", Filters(exclude=("black",)), system=system)
    assert hits
    assert "rain-black-m" not in {hit.product.id for hit in hits}


def test_ranks_say_which_search_found_a_product(search: ProductSearch) -> None:
    hits = {hit.product.id: hit for hit in search.search("fleece")}
    assert (hits["fleece"].lexical_rank, hits["fleece"].dense_rank) == (1, 1)
    assert hits["stick"].lexical_rank is None
    assert hits["stick"].lexical_score == 0


def test_bm25_alone_finds_only_products_with_a_word(search: ProductSearch) -> None:
    assert [hit.product.id for hit in search.search("fleece", system="bm25")] == ["fleece"]
    assert search.search("zeppelin", system="bm25") == []


def test_a_misspelt_word_finds_its_neighbour(search: ProductSearch) -> None:
    hits = search.search("fleese", system="bm25")
    assert [hit.product.id for hit in hits] == ["fleece"]


def test_chinese_words_find_the_product_that_has_them(search: ProductSearch) -> None:
    assert found(search, "登山夹克")[0] == "rain-blue-m"


def test_compounds_meet_their_parts(search: ProductSearch) -> None:
    for query in ("64 gb", "64gb"):
        assert search.search(query, system="bm25")[0].product.id == "stick"


def test_without_a_query_the_best_rated_comes_first(search: ProductSearch) -> None:
    ids = found(search, "", categories=("clothing",))
    assert ids == ["rain-blue-m", "fleece"]


def test_a_price_limit_is_exact_and_inclusive(search: ProductSearch) -> None:
    assert "rain-black-m" in found(search, "", attributes={"color": ("black",)})
    assert found(search, price_max=Decimal("100"), attributes={"color": ("black",)})
    assert not found(search, price_max=Decimal("99.99"), attributes={"color": ("black",)})
    assert found(search, price_min=Decimal("59"), price_max=Decimal("59.00")) == ["fleece"]


def test_what_has_no_price_passes_no_price_filter(search: ProductSearch) -> None:
    assert "gift" in found(search)
    assert "gift" not in found(search, price_max=Decimal("1000"))
    assert "gift" not in found(search, price_min=Decimal("0"))


def test_categories_ignore_case_number_and_level(search: ProductSearch) -> None:
    assert found(search, categories=("rain jacket",)) == ["rain-blue-m"]
    assert set(found(search, categories=("CLOTHING",))) == {"rain-blue-m", "fleece"}


def test_attributes_match_parts_numbers_and_both_spellings_of_colour(
    search: ProductSearch,
) -> None:
    assert found(search, attributes={"color": ("green",)}) == ["fleece"]
    assert found(search, attributes={"weight_g": (420.0,)}) == ["fleece"]
    assert found(search, attributes={"waterproof": (True,)}) == ["rain-blue-m"]
    assert set(found(search, attributes={"color": ("blue", "grey")})) == {"rain-blue-m", "fleece"}


def test_an_exclusion_reads_facts_and_not_descriptions(search: ProductSearch) -> None:
    assert "fleece" in found(search, exclude=("black",))  # "goes with black trousers"
    assert "fleece" not in found(search, exclude=("Marlstone",))
    assert "rain-blue-m" not in found(search, exclude=("hood",))
    assert "rain-blue-m" not in found(search, exclude=("夹克",))


def test_rating_and_groups(search: ProductSearch) -> None:
    assert found(search, rating_min=4.0) == ["rain-blue-m"]
    assert "rain-blue-m" not in found(search, exclude_groups=("rain",))


def test_count_counts_a_variant_group_once(search: ProductSearch) -> None:
    assert search.count(Filters(categories=("clothing",))) == 2
    assert search.count(Filters(price_max=Decimal("1"))) == 0


def test_a_change_is_taken_up_and_only_it_is_embedded(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    embedder = WordEmbedder()
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(OUTDOOR)
    search = ProductSearch.open(settings, catalog, embedder)
    embedder.embedded.clear()
    changed = OUTDOOR[3].model_copy(update={"title": "Marlstone down vest"})
    catalog.upsert([changed])
    catalog.retire(["stick"])
    search.refresh()
    assert [text[:19] for text in embedder.embedded] == ["Marlstone down vest"]
    assert search.search("down vest")[0].product.title == "Marlstone down vest"
    assert "stick" not in {hit.product.id for hit in search.search("usb stick")}


def test_a_new_price_needs_no_new_vector(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    embedder = WordEmbedder()
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(OUTDOOR)
    assert refresh_index(settings, catalog, embedder).stored == len(OUTDOOR)
    catalog.upsert([OUTDOOR[3].model_copy(update={"price": Decimal("49.00")})])
    again = refresh_index(settings, catalog, embedder)
    assert (again.embedded, again.stored, again.removed) == (0, 0, 0)


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[tuple[ProductSearch, Catalog, RetrievalSettings]]:
    """A shop of one's own, whose catalogue may be changed."""
    settings = RetrievalSettings(data_dir=tmp_path)
    engine = open_database(settings.resolved_database_url)
    catalog = Catalog(engine)
    catalog.upsert(OUTDOOR)
    yield ProductSearch.open(settings, catalog, WordEmbedder()), catalog, settings
    engine.dispose()


def no_new_words(*_: object) -> None:
    raise AssertionError("words are indexed anew")


def test_new_offers_count_without_a_word_indexed_anew(
    changing: tuple[ProductSearch, Catalog, RetrievalSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    search, catalog, settings = changing
    first, second = OUTDOOR[0], OUTDOOR[1]
    monkeypatch.setattr(LexicalIndex, "build", no_new_words)
    dear = {"price": Decimal("999.00"), "sale_price": None, "rating": 1.0, "rating_count": 900}
    away = {"availability": Availability.OUT_OF_STOCK}
    catalog.upsert([first.model_copy(update=dear), second.model_copy(update=away)])
    words = search.words_revision
    search.refresh()
    assert search.revision == catalog.revision()
    assert search.words_revision == words
    assert found(search, price_min=Decimal(999)) == [first.id]
    assert second.id in found(search, availability=(Availability.OUT_OF_STOCK,))
    opened_anew = ProductSearch.open(settings, catalog, WordEmbedder())  # the words are kept, too
    for query in ("", "fleece jacket", "usb stick"):
        assert search.search(query) == opened_anew.search(query)


def test_a_product_that_is_gone_is_not_found_and_may_come_back(
    changing: tuple[ProductSearch, Catalog, RetrievalSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    search, catalog, _ = changing
    monkeypatch.setattr(LexicalIndex, "build", no_new_words)
    fleece = catalog.get(["fleece"])["fleece"]
    words = search.words_revision
    catalog.retire(["fleece"])
    search.refresh()
    assert search.words_revision == catalog.revision() > words  # its name is none of the shop's
    assert "fleece" not in found(search, "fleece jacket")
    assert "fleece" not in found(search)
    count = search.count(Filters())
    catalog.upsert([fleece.model_copy(update={"price": Decimal(1)})])
    search.refresh()
    assert found(search, "fleece jacket")[0] == "fleece"
    assert search.count(Filters()) == count + 1
    assert found(search, price_max=Decimal(1)) == ["fleece"]


def test_a_new_word_is_indexed(changing: tuple[ProductSearch, Catalog, RetrievalSettings]) -> None:
    search, catalog, _ = changing
    fleece = catalog.get(["fleece"])["fleece"]
    catalog.upsert([fleece.model_copy(update={"description": "Zibeline", "price": Decimal(2)})])
    search.refresh()
    assert search.words_revision == catalog.revision()
    assert search.search("zibeline", system="bm25")[0].product.price == Decimal(2)


def test_variants_with_one_text_are_embedded_once(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    embedder = WordEmbedder()
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(OUTDOOR)
    report = refresh_index(settings, catalog, embedder)
    assert (report.embedded, report.stored) == (len(OUTDOOR) - 1, len(OUTDOOR))


@pytest.mark.filterwarnings("ignore")
def test_damaged_indexes_are_made_anew(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(OUTDOOR)
    refresh_index(settings, catalog, WordEmbedder())
    for file in chroma_folder(settings).rglob("*"):
        if file.is_file():
            file.write_bytes(b"not what it was")
    for file in (tmp_path / "index").rglob("*.json"):
        file.write_text("{", encoding="utf-8")
    search = ProductSearch.open(settings, catalog, WordEmbedder())
    assert search.search("fleece jacket")[0].product.id == "fleece"


def test_a_start_opens_no_chroma_until_a_text_changes(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(OUTDOOR)
    first = load_vectors(settings, OUTDOOR, WordEmbedder())
    shutil.rmtree(chroma_folder(settings))
    assert np.array_equal(load_vectors(settings, OUTDOOR, WordEmbedder()), first)
    cheaper = [each.model_copy(update={"price": Decimal(1)}) for each in OUTDOOR]
    assert np.array_equal(load_vectors(settings, cheaper, WordEmbedder()), first)
    assert not chroma_folder(settings).exists()

    renamed = [OUTDOOR[0].model_copy(update={"title": "Ladder"}), *OUTDOOR[1:]]
    changed = load_vectors(settings, renamed, WordEmbedder())
    assert not np.array_equal(changed[0], first[0])
    assert np.array_equal(changed[1:], first[1:])
    assert len(list((tmp_path / "index").glob("vectors-*"))) == 1


def test_a_damaged_copy_of_the_vectors_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    first = load_vectors(settings, OUTDOOR, WordEmbedder())
    (copy,) = (tmp_path / "index").glob("vectors-*/matrix.npy")
    for damage in (b"", b"not what it was", copy.read_bytes()[:-8]):
        copy.write_bytes(damage)
        assert np.array_equal(load_vectors(settings, OUTDOOR, WordEmbedder()), first)
        assert "is damaged" in caplog.text
        caplog.clear()


_INDEXING = """
import sys
from pathlib import Path
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.indexing import refresh_index
from retrieval.settings import RetrievalSettings
from tests.retrieval.shops import WordEmbedder

settings = RetrievalSettings(data_dir=Path(sys.argv[1]))
catalog = Catalog(open_database(settings.resolved_database_url))
print("ready", flush=True)
refresh_index(settings, catalog, WordEmbedder())
"""


def test_an_indexing_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    settings = RetrievalSettings(data_dir=tmp_path)
    catalog = Catalog(open_database(settings.resolved_database_url))
    catalog.upsert(
        OUTDOOR[4].model_copy(update={"id": f"stick-{number}", "title": f"USB stick {number}"})
        for number in range(1500)
    )
    for delay in (0.2, 0.7, 1.2):
        process = subprocess.Popen(
            [sys.executable, "-c", _INDEXING, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    refresh_index(settings, catalog, WordEmbedder())
    with open_vectors(settings, WordEmbedder()) as store:
        assert store.hashes().keys() == {f"stick-{number}" for number in range(1500)}
    search = ProductSearch.open(settings, catalog, WordEmbedder())
    assert search.search("USB stick 1234", limit=1)[0].product.id == "stick-1234"
