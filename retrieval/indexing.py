"""Bringing the vectors and the word index in line with the catalogue, by difference.

SQL is the truth. What is stored here carries the hash of the text it was made from, so that
only new or changed texts are embedded, and a run that was killed is simply gone on with.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.catalog import Catalog
from retrieval.embeddings import Embedder, Vectors
from retrieval.files import whole_folder
from retrieval.ingest import Progress, no_progress
from retrieval.late import Tokens
from retrieval.lexical import LexicalIndex
from retrieval.product import Product
from retrieval.settings import RetrievalSettings
from retrieval.texts import lexical_text, product_text, text_hash
from retrieval.token_store import TokenStore
from retrieval.tokenize import TOKENIZER_VERSION
from retrieval.vector_copy import VectorCopy
from retrieval.vectors import DamagedStoreError, VectorStore, discard_vectors, open_vectors

_EMBEDDED_AT_ONCE = 512
# Two, so that no core waits while a batch ends.
_EMBEDDED_AHEAD = 2
_Embedded = tuple[Vectors, list[Tokens]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a refresh did: texts embedded, vectors stored and removed, seconds."""

    embedded: int
    stored: int
    removed: int
    seconds: float


def refresh_index(
    settings: RetrievalSettings,
    catalog: Catalog,
    embedder: Embedder,
    progress: Progress = no_progress,
    multilingual: Embedder | None = None,
) -> IndexReport:
    """Embed what is new or changed, remove what is gone, index the words; safe to repeat.

    The report counts the vectors of `embedder`; those of `multilingual` go with them.
    A damaged embedded store is discarded with a warning and made anew.

    Raises:
        ShopGuideError: where the store is kept by another process or its server is away.
    """
    started = time.perf_counter()
    revision = catalog.revision()
    products = list(catalog.products())
    with ThreadPoolExecutor(1, thread_name_prefix="words") as beside:
        words = beside.submit(lexical_index, settings, revision, products)
        embedded, stored, removed = _refresh_vectors(settings, products, embedder, progress)
        if multilingual is not None:
            step = "embedding, other languages"
            _refresh_vectors(settings, products, multilingual, progress, step)
        words.result()
    return IndexReport(embedded, stored, removed, round(time.perf_counter() - started, 3))


def load_vectors(
    settings: RetrievalSettings, products: Sequence[Product], embedder: Embedder
) -> Vectors:
    """Vectors of the products, shape (products, d); what is not stored yet is embedded first.

    Those of an embedded store are read from its copy, where there is one.

    Raises:
        ShopGuideError: as `refresh_index`.
    """
    if not products:
        return np.zeros((0, embedder.dimensions), np.float32)
    if settings.chroma_url is not None:
        return _stored_vectors(settings, products, embedder)
    hashes = [text_hash(product_text(product)) for product in products]
    ids = [product.id for product in products]
    copy = VectorCopy(settings.data_dir / "index", embedder, ids, hashes)
    with _tokens_open(settings, embedder) as tokens:
        has_tokens = tokens is None or not tokens.missing(hashes)
    copied = copy.read() if has_tokens else None
    if copied is not None:
        return copied
    matrix = _stored_vectors(settings, products, embedder)
    copy.write(matrix)
    return matrix


def _stored_vectors(
    settings: RetrievalSettings, products: Sequence[Product], embedder: Embedder
) -> Vectors:
    matrix = np.zeros((len(products), embedder.dimensions), np.float32)
    for attempt in (1, 2):
        try:
            with (
                open_vectors(settings, embedder) as store,
                _tokens_open(settings, embedder) as tokens,
            ):
                _store_missing(store, tokens, products, embedder, no_progress)
                found = store.vectors([product.id for product in products])
                if len(found) < len({product.id for product in products}):
                    raise DamagedStoreError("vectors that were stored are not given back")
            for row, product in enumerate(products):
                matrix[row] = found[product.id]
            return matrix
        except DamagedStoreError as error:
            _discard(settings, error, attempt)
    raise AssertionError("the second attempt returns or raises")


def lexical_index(
    settings: RetrievalSettings, revision: int, products: Sequence[Product]
) -> LexicalIndex:
    """The word index of this revision of the catalogue: loaded if it was saved, else built."""
    folder = _words_folder(settings, revision)
    if folder.is_dir():
        try:
            index = LexicalIndex.load(folder)
            if index.rows == len(products):
                return index
        except (OSError, ValueError, KeyError) as error:
            log.warning("%s is damaged (%s): it is built anew", folder, error)
    index = LexicalIndex.build(lexical_text(product) for product in products)
    with whole_folder(folder) as growing:
        index.save(growing)
    for other in folder.parent.glob("words-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return index


def keep_words(settings: RetrievalSettings, before: int, now: int) -> None:
    """Let the saved word index of one revision be that of another, which has the same words."""
    with suppress(OSError):  # it was not saved, or another process was first
        _words_folder(settings, before).rename(_words_folder(settings, now))


def _words_folder(settings: RetrievalSettings, revision: int) -> Path:
    return settings.data_dir / "index" / f"words-{TOKENIZER_VERSION}-{revision}"


def open_tokens(settings: RetrievalSettings, embedder: Embedder) -> TokenStore | None:
    """The store of the products' token vectors; None where the embedder gives none.

    Raises:
        ShopGuideError: where its file cannot be written.
    """
    if not embedder.has_tokens:
        return None
    return TokenStore(settings.data_dir / "index" / f"tokens-{embedder.name}.db")


def _refresh_vectors(
    settings: RetrievalSettings,
    products: Sequence[Product],
    embedder: Embedder,
    progress: Progress,
    step: str = "embedding",
) -> tuple[int, int, int]:
    for attempt in (1, 2):
        try:
            with (
                open_vectors(settings, embedder) as store,
                _tokens_open(settings, embedder) as tokens,
            ):
                embedded, stored = _store_missing(store, tokens, products, embedder, progress, step)
                gone = sorted(store.hashes().keys() - {product.id for product in products})
                store.delete(gone)
                if tokens is not None:
                    tokens.keep_only(text_hash(product_text(product)) for product in products)
                return embedded, stored, len(gone)
        except DamagedStoreError as error:
            _discard(settings, error, attempt)
    raise AssertionError("the second attempt returns or raises")


@contextmanager
def _tokens_open(settings: RetrievalSettings, embedder: Embedder) -> Generator[TokenStore | None]:
    """`open_tokens` for the time of an indexing."""
    tokens = open_tokens(settings, embedder)
    try:
        yield tokens
    finally:
        if tokens is not None:
            tokens.close()


def _store_missing(
    store: VectorStore,
    tokens: TokenStore | None,
    products: Sequence[Product],
    embedder: Embedder,
    progress: Progress,
    step: str = "embedding",
) -> tuple[int, int]:
    """Returns how many texts were embedded and how many products they stand for."""
    known = store.hashes()
    hashes: dict[str, str] = {}
    owners: dict[str, list[str]] = {}
    for product in products:
        text = product_text(product)
        hash_ = hashes.setdefault(text, text_hash(text))
        if known.get(product.id) != hash_:
            owners.setdefault(text, []).append(product.id)
    without_tokens = tokens.missing(hashes.values()) if tokens is not None else set[str]()
    # Texts of one length together: a batch costs what its longest text costs.
    texts = sorted(
        (text for text, hash_ in hashes.items() if text in owners or hash_ in without_tokens),
        key=len,
    )
    batches = [texts[at : at + _EMBEDDED_AT_ONCE] for at in range(0, len(texts), _EMBEDDED_AT_ONCE)]

    def embed(batch: list[str]) -> _Embedded:
        return (embedder.embed_array(batch), []) if tokens is None else embedder.embed_tokens(batch)

    done = 0
    for batch, (vectors, token_vectors) in zip(batches, _embedded(batches, embed), strict=True):
        if tokens is not None:
            tokens.add([hashes[text] for text in batch], token_vectors)
        # Variants often share their text: it is embedded once and stored for each.
        stored = [(row, id_) for row, text in enumerate(batch) for id_ in owners.get(text, ())]
        if stored:
            rows = [row for row, _ in stored]
            store.upsert(
                [id_ for _, id_ in stored], [hashes[batch[row]] for row in rows], vectors[rows]
            )
        done += len(batch)
        progress(step, done, len(texts))
    return len(texts), sum(map(len, owners.values()))


def _embedded(
    batches: Sequence[list[str]], embed: Callable[[list[str]], _Embedded]
) -> Iterator[_Embedded]:
    """What each batch is embedded as, in order; the next are computed while one is stored."""
    with ThreadPoolExecutor(_EMBEDDED_AHEAD, thread_name_prefix="ahead") as ahead:
        following: deque[Future[_Embedded]] = deque()
        for batch in batches:
            following.append(ahead.submit(embed, batch))
            if len(following) > _EMBEDDED_AHEAD:
                yield following.popleft().result()
        while following:
            yield following.popleft().result()


def _discard(settings: RetrievalSettings, error: DamagedStoreError, attempt: int) -> None:
    """Drop an embedded store that cannot be read, once; a server's is not ours to drop."""
    if attempt > 1 or settings.chroma_url is not None:
        raise error
    log.warning("the vector store is damaged (%s): it is made anew from the catalogue", error)
    discard_vectors(settings)
