"""The products' vectors in Chroma: embedded in the data directory, or on a server.

Chroma is the store; a search scans a copy of the vectors in memory (see `retrieval.snapshot`,
and `retrieval.vector_copy` for a start), so a store is open only while an index is brought up to
date. That matters for the embedded
one: two processes in one Chroma folder damage it, so its opener holds a lock between
processes, and a running server must not keep an import waiting.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httpx
import numpy as np
from filelock import FileLock, Timeout

from retrieval.embeddings import Embedder, Vectors
from retrieval.errors import SettingsError, ShopGuideError
from retrieval.settings import RetrievalSettings

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

LOCK_SECONDS = 600.0
ANSWER_SECONDS = 5.0
_PAGE = 2000
# A rough graph is soon built, and no search here walks it.
_GRAPH: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 16,
    "max_neighbors": 8,
}
log = logging.getLogger(__name__)


class DamagedStoreError(ShopGuideError):
    """The embedded store cannot be read; what it held can be computed again."""


class VectorStore:
    """One vector a product id, with the hash of the text it was made from."""

    def __init__(self, collection: Collection, page: int) -> None:
        self._collection = collection
        self._page = page

    def hashes(self) -> dict[str, str]:
        """Product id to text hash, of everything stored."""
        found: dict[str, str] = {}
        for offset in range(0, self._collection.count(), self._page):
            page = self._collection.get(limit=self._page, offset=offset, include=["metadatas"])
            for id_, metadata in zip(page["ids"], page["metadatas"] or [], strict=True):
                found[id_] = str((metadata or {}).get("text_hash", ""))
        return found

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Vectors (d,) of those of the ids that are stored."""
        found: dict[str, Vectors] = {}
        for start in range(0, len(ids), self._page):
            page = self._collection.get(
                ids=list(ids[start : start + self._page]), include=["embeddings"]
            )
            embeddings = np.asarray(page["embeddings"], np.float32)
            found.update(zip(page["ids"], embeddings, strict=True))
        return found

    def upsert(self, ids: Sequence[str], hashes: Sequence[str], vectors: Vectors) -> None:
        """Store vectors (n, d) under n ids."""
        for start in range(0, len(ids), self._page):
            part = slice(start, start + self._page)
            self._collection.upsert(
                ids=list(ids[part]),
                embeddings=vectors[part],
                metadatas=[{"text_hash": text_hash} for text_hash in hashes[part]],
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove ids."""
        for start in range(0, len(ids), self._page):
            self._collection.delete(ids=list(ids[start : start + self._page]))


@contextmanager
def open_vectors(settings: RetrievalSettings, embedder: Embedder) -> Generator[VectorStore]:
    """Open the store of the embedder's vectors; of the embedded Chroma one process at a time.

    Raises:
        ShopGuideError: where another process keeps the embedded store for ten minutes, or the
            server does not answer.
        DamagedStoreError: where the embedded store cannot be read.
    """
    from chromadb.errors import ChromaError

    if settings.chroma_url is not None:
        try:
            yield _collection(_server(settings), embedder)
        except (ChromaError, httpx.HTTPError) as error:
            raise ShopGuideError(f"the Chroma server {settings.chroma_url}: {error}") from error
        return
    folder = chroma_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{folder}.lock", timeout=LOCK_SECONDS):
            client = _embedded(folder)
            try:
                yield _collection(client, embedder)
            except ChromaError as error:
                raise DamagedStoreError(f"{folder}: {error}") from error
            finally:
                client.close()
    except Timeout as error:
        raise ShopGuideError(f"{folder} is in use by another process; try again later") from error


def discard_vectors(settings: RetrievalSettings) -> None:
    """Remove a damaged embedded store, so that it is made anew."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()  # it would hand out the client that failed again
    folder = chroma_folder(settings)
    with FileLock(f"{folder}.lock", timeout=LOCK_SECONDS):
        shutil.rmtree(folder, ignore_errors=True)


def chroma_folder(settings: RetrievalSettings) -> Path:
    """Where the embedded Chroma keeps its files."""
    return settings.data_dir / "chroma"


def _embedded(folder: Path) -> Client:
    import chromadb

    try:
        return cast("Client", chromadb.PersistentClient(str(folder), settings=_quiet()))
    except Exception as error:
        # Chroma raises its own errors, SQLite's, Rust's panics and plain ValueError here.
        raise DamagedStoreError(f"{folder} cannot be opened: {error}") from error


def check_server(settings: RetrievalSettings) -> None:
    """See whether the Chroma server answers, within seconds; its own client waits for ever.

    Raises:
        ShopGuideError: it does not, or its proxy refuses the token.
    """
    url = settings.chroma_url
    if url is None:
        return
    try:
        address = url.rstrip("/") + "/api/v2/heartbeat"
        answer = httpx.get(address, headers=_headers(settings), timeout=ANSWER_SECONDS)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ShopGuideError(f"chroma_url: no Chroma server answers at {url} ({error})") from error


def _headers(settings: RetrievalSettings) -> dict[str, str]:
    token = settings.chroma_token
    return {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}


def _server(settings: RetrievalSettings) -> ClientAPI:
    import chromadb

    url = settings.chroma_url or ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.hostname is None:
        raise SettingsError(f"chroma_url: '{url}' is not of the form http(s)://host:port")
    tls = parts.scheme == "https"
    check_server(settings)
    try:
        return chromadb.HttpClient(
            parts.hostname,
            parts.port or (443 if tls else 80),
            ssl=tls,
            headers=_headers(settings),
            settings=_quiet(),
        )
    except ValueError as error:
        raise ShopGuideError(f"chroma_url: no Chroma server answers at {url}") from error


def _quiet():
    from chromadb.config import Settings as ChromaSettings

    return ChromaSettings(anonymized_telemetry=False)


def _collection(client: ClientAPI, embedder: Embedder) -> VectorStore:
    readable = re.sub(r"[^a-zA-Z0-9]+", "-", embedder.name).strip("-")[-40:]
    digest = hashlib.sha256(embedder.name.encode()).hexdigest()[:10]
    collection = client.get_or_create_collection(
        f"products-{readable}-{digest}",
        embedding_function=None,
        configuration={"hnsw": _GRAPH},
    )
    return VectorStore(collection, min(_PAGE, client.get_max_batch_size()))
