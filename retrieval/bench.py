"""Retrieval and ingest beside the plain way: LangChain's Chroma with sentence-transformers.

Both sides run in one process on the same products and queries, so that their ratio holds on a
noisy machine; the times themselves are of that run alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.embeddings import Embedder, open_embedder
from retrieval.errors import ShopGuideError
from retrieval.indexing import refresh_index
from retrieval.minilm import minilm_folder
from retrieval.product import Product
from retrieval.search import ProductSearch
from retrieval.settings import RetrievalSettings
from retrieval.texts import product_text

if TYPE_CHECKING:
    from langchain_chroma import Chroma

INGEST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class RetrievalBench:
    """Median and 95th percentile of milliseconds a query, 50 products each."""

    products: int
    queries: int
    hybrid_p50_ms: float
    hybrid_p95_ms: float
    filtered_p50_ms: float
    peer_products: int
    peer_p50_ms: float
    peer_p95_ms: float


@dataclass(frozen=True, slots=True)
class IngestBench:
    """Products a second, medians of alternating rounds.

    Ours is everything from validated products to a searchable shop.
    """

    products: int
    products_per_second: float
    peer_products_per_second: float
    times_faster: float


def bench_retrieval(
    search: ProductSearch, catalog: Catalog, queries: Sequence[str], peer_products: int = 2000
) -> RetrievalBench:
    """Time the hybrid search over the whole catalogue, and the peer over a part of it.

    Raises:
        ShopGuideError: where the peer is not installed (extra `dev`).
    """
    from retrieval.filters import Filters

    prices = [price for one in catalog.products() if (price := one.current_price) is not None]
    cheap = Filters(price_max=sorted(prices)[len(prices) // 2]) if prices else Filters()
    some = list(islice(catalog.products(), peer_products))
    with TemporaryDirectory() as folder:
        peer = _peer([product_text(product) for product in some], Path(folder))
        ours = _milliseconds(lambda query: search.search(query, limit=50), queries)
        filtered = _milliseconds(lambda query: search.search(query, cheap, limit=50), queries)
        theirs = _milliseconds(lambda query: peer.similarity_search(query, k=50), queries)
    return RetrievalBench(
        products=catalog.count(),
        queries=len(queries),
        hybrid_p50_ms=float(np.percentile(ours, 50)),
        hybrid_p95_ms=float(np.percentile(ours, 95)),
        filtered_p50_ms=float(np.percentile(filtered, 50)),
        peer_products=len(some),
        peer_p50_ms=float(np.percentile(theirs, 50)),
        peer_p95_ms=float(np.percentile(theirs, 95)),
    )


def bench_ingest(settings: RetrievalSettings, products: Sequence[Product]) -> IngestBench:
    """Build a fresh shop of the products, and the peer's store of the same texts.

    Raises:
        ShopGuideError: where the peer is not installed (extra `dev`).
    """
    embedder = open_embedder(settings)
    embeddings = SentenceTransformerEmbeddings()
    rounds: list[tuple[float, float]] = []
    for some in (products[:8], *[products] * INGEST_ROUNDS):
        texts = [product_text(product) for product in some]
        rounds.append((_build(settings, embedder, some), _build_peer(embeddings, texts)))
    # The first round imports and warms up.
    ours, theirs = np.median(np.array(rounds[1:]), axis=0).tolist()
    return IngestBench(
        products=len(products),
        products_per_second=len(products) / ours,
        peer_products_per_second=len(products) / theirs,
        times_faster=theirs / ours,
    )


class SentenceTransformerEmbeddings(Embeddings):
    """The peer's embedder: the same weights in fp32, as its documentation uses them."""

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(minilm_folder()), device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        return np.asarray(self._model.encode(texts)).tolist()

    def embed_query(self, text: str) -> list[float]:
        """The vector of a query."""
        return self.embed_documents([text])[0]


def _build(settings: RetrievalSettings, embedder: Embedder, products: Sequence[Product]) -> float:
    """Seconds to make a new shop of the products, from an empty folder to a searchable index."""
    with TemporaryDirectory() as folder:
        fresh = settings.model_copy(
            update={"data_dir": Path(folder), "database_url": None, "chroma_url": None}
        )
        started = time.perf_counter()
        engine = open_database(fresh.resolved_database_url)
        catalog = Catalog(engine)
        catalog.upsert(products)
        refresh_index(fresh, catalog, embedder)
        seconds = time.perf_counter() - started
        engine.dispose()
    return seconds


def _build_peer(embeddings: Embeddings, texts: list[str]) -> float:
    """Seconds that the peer takes for the vectors of the same texts alone."""
    with TemporaryDirectory() as folder:
        started = time.perf_counter()
        _peer(texts, Path(folder), embeddings)
        return time.perf_counter() - started


def _peer(texts: list[str], folder: Path, embeddings: Embeddings | None = None) -> Chroma:
    try:
        from langchain_chroma import Chroma
    except ImportError as error:
        raise ShopGuideError("the peer is not installed: pip install 'shopguide[dev]'") from error
    from chromadb.config import Settings

    return Chroma.from_texts(
        texts,
        embeddings or SentenceTransformerEmbeddings(),
        persist_directory=str(folder),
        client_settings=Settings(
            anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder)
        ),
    )


def _milliseconds(search: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    for query in queries[:5]:
        search(query)
    times: list[float] = []
    for query in queries:
        started = time.perf_counter()
        search(query)
        times.append((time.perf_counter() - started) * 1000)
    return times
