"""One shop opened: its catalogue, its embedder and its search, and how it is filled."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.documents import remove_documents, store_documents
from retrieval.embeddings import Embedder, open_embedder
from retrieval.indexing import refresh_index
from retrieval.ingest import IngestReport, Progress
from retrieval.ingest import ingest as ingest_files
from retrieval.multilingual import open_multilingual
from retrieval.search import ProductSearch
from retrieval.settings import RetrievalSettings
from retrieval.shop_name import NAME_FILE


@dataclass(frozen=True, slots=True)
class Shop:
    """The parts of one shop's retrieval, sharing one database and its embedders."""

    settings: RetrievalSettings
    engine: Engine
    catalog: Catalog
    embedder: Embedder
    multilingual: Embedder | None
    search: ProductSearch


@contextmanager
def open_shop(settings: RetrievalSettings) -> Generator[Shop]:
    """Open the shop of the settings' data directory; release it at the end.

    Raises:
        ShopGuideError: where the database, the weights or the index cannot be had.
    """
    engine = open_database(settings.resolved_database_url)
    try:
        catalog = Catalog(engine)
        embedder = open_embedder(settings)
        multilingual = open_multilingual(settings)
        with closing(ProductSearch.open(settings, catalog, embedder, multilingual)) as search:
            yield Shop(settings, engine, catalog, embedder, multilingual, search)
    finally:
        engine.dispose()


def fill_shop(
    shop: Shop,
    files: Sequence[Path],
    *,
    format: str = "auto",
    field_map: Path | None = None,
    sync: bool = False,
    progress: Progress,
) -> IngestReport:
    """Read catalogue files into the shop and bring its indexes in line."""
    return ingest_files(
        files,
        catalog=shop.catalog,
        index=lambda report: refresh_index(
            shop.settings, shop.catalog, shop.embedder, report, shop.multilingual
        ),
        format=format,
        field_map=field_map,
        sync=sync,
        rejects_dir=shop.settings.data_dir / "rejects",
        progress=progress,
    )


def load_demo_shop(shop: Shop, progress: Progress) -> IngestReport:
    """Fill the shop with the demo catalogue and its documents, both ours."""
    from retrieval.demo import DEMO_SHOP_NAME, demo_catalog_path, demo_documents

    report = fill_shop(shop, [demo_catalog_path()], progress=progress)
    store_documents(shop.engine, demo_documents())
    (shop.settings.data_dir / NAME_FILE).write_text(DEMO_SHOP_NAME + "\n", encoding="utf-8")
    return report


def exchange_shop(
    shop: Shop, catalog: Path, *, field_map: Path | None = None, progress: Progress
) -> IngestReport:
    """Let one file be the whole catalogue; what was the demo shop's goes."""
    report = fill_shop(shop, [catalog], field_map=field_map, sync=True, progress=progress)
    name_file = shop.settings.data_dir / NAME_FILE
    if name_file.exists():
        remove_documents(shop.engine)
        name_file.unlink()
    return report
