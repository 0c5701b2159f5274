"""A registered click model ready to score: ONNX Runtime and NumPy, without torch.

Pairs are scored in batches of similar length, so that little is computed for padding, and text
logits are remembered by text and model version. Batches of all requests go through one queue of
a process, to as many workers as there are threads to spend: a request that is alone has all of
them, and requests that come together take turns instead of fighting over the processor.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate
from ranking.features import feature_matrix
from ranking.fusion import FloatArray, Fusion, read_fusion
from ranking.rates import RATES, Rates, read_rates
from retrieval.errors import ShopGuideError

TEXT_MODEL, FUSION, TOKENIZER = "text.onnx", "fusion.json", "tokenizer.json"
RATING = "rating.json"
MAX_TOKENS = 32
# Small enough to be shared out among workers and other requests, large enough to be computed fast.
BATCH = 8
CACHED_PAIRS = 10_000
Batch = tuple[list[int], dict[str, NDArray[np.int64]]]


@cache
def workers(threads: int) -> Executor:
    """The process's workers, which score the batches of all requests and models in their order."""
    return ThreadPoolExecutor(threads, thread_name_prefix="rerank")


def background_worker() -> Executor:
    """One worker whose work waits, where the system can tell, for that of everybody else."""

    def yielding() -> None:
        if hasattr(os, "setpriority"):  # on Linux the priority is the thread's own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)

    return ThreadPoolExecutor(1, thread_name_prefix="background", initializer=yielding)


class TextScorer:
    """The exported text tower; `logits` may be called from several threads."""

    def __init__(
        self, model: Path, tokenizer: Path, pool: Executor, threads_a_batch: int = 1
    ) -> None:
        """Load both files; batches are scored by the workers of `pool`, each by so many threads.

        Raises:
            ShopGuideError: where a file is missing.
        """
        from ranking.tokens import PairTokenizer
        from retrieval.onnx_session import open_session

        if not model.is_file() or not tokenizer.is_file():
            raise ShopGuideError(f"{model.parent}: {model.name} or {tokenizer.name} is missing")
        self._session = open_session(model, threads_a_batch)
        self._pool = pool
        # An encoder with a prefix takes no token types.
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._tokenizer = PairTokenizer(tokenizer, MAX_TOKENS)
        self._cache: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def logits(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Text logits of a query with each text, shape (len(texts),)."""
        keys = {text: _digest(query, text) for text in texts}
        with self._lock:
            known = {text: self._cache.get(key) for text, key in keys.items()}
        missing = [text for text, logit in known.items() if logit is None]
        if missing:
            fresh = dict(zip(missing, self._compute(query, missing), strict=True))
            known.update(fresh)
            with self._lock:
                self._cache.update((keys[text], logit) for text, logit in fresh.items())
                while len(self._cache) > CACHED_PAIRS:
                    self._cache.popitem(last=False)
        return np.array([known[text] for text in texts], np.float32)

    def _compute(self, query: str, texts: Sequence[str]) -> list[float]:
        logits = np.zeros(len(texts), np.float32)

        def score(batch: Batch) -> None:
            places, inputs = batch
            logits[places] = self._run(inputs)

        # The longest first, so that the workers end at about the same time.
        list(self._pool.map(score, reversed(self._batches(query, texts))))
        return logits.tolist()

    def _run(self, inputs: dict[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        return np.asarray(self._session.run(["logit"], inputs)[0])

    def _batches(self, query: str, texts: Sequence[str]) -> list[Batch]:
        """Places of texts and their padded tokens, in batches of rising length."""
        pairs = self._tokenizer.encode(query, texts)
        order = sorted(range(len(texts)), key=lambda place: len(pairs[place].ids))
        batches: list[Batch] = []
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            width = len(pairs[places[-1]].ids)
            ids = np.zeros((3, len(places), width), np.int64)
            for row, place in enumerate(places):
                one = pairs[place]
                size = len(one.ids)
                ids[0, row, :size] = one.ids
                ids[1, row, :size] = 1
                ids[2, row, one.first : size] = 1
            given = {"input_ids": ids[0], "attention_mask": ids[1], "token_type_ids": ids[2]}
            batches.append(
                (places, {name: one for name, one in given.items() if name in self._inputs})
            )
        return batches

    def forget(self) -> None:
        """Empty the cache, for measurements."""
        with self._lock:
            self._cache.clear()


def _digest(query: str, text: str) -> bytes:
    """What a pair is remembered by: the texts themselves would be tens of megabytes."""
    pair = f"{len(query)} {query}{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(pair, digest_size=16).digest()


class ServedModel:
    """One version: the text tower and the plain numbers, fused; rates and ratings if learnt."""

    def __init__(
        self,
        version: str,
        fusion: Fusion,
        text: TextScorer | None,
        rates: Rates | None = None,
        rating: Fusion | None = None,
    ) -> None:
        self.version = version
        self.fusion = fusion
        self.rating = rating
        self._rates = rates
        counted = fusion.text_weight or (rating is not None and rating.text_weight)
        self.text = text if counted else None

    def inputs(
        self, query: str, candidates: Sequence[Candidate]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Features (n, f) and text logits (n,) of one query's candidates."""
        features = feature_matrix(query, candidates)
        if self._rates is not None:
            self._rates.fill(features, candidates)
        if self.text is None:
            return features, np.zeros(len(candidates), np.float32)
        return features, self.text.logits(query, [one.text for one in candidates])

    def probabilities(self, query: str, candidates: Sequence[Candidate]) -> FloatArray:
        """Click probabilities of one query's candidates, in their order."""
        return self.fusion.probabilities(*self.inputs(query, candidates))

    def ratings(self, query: str, candidates: Sequence[Candidate]) -> FloatArray:
        """Expected ratings, in the stars or grades that were learnt from.

        Raises:
            ShopGuideError: where this version learnt from none.
        """
        if self.rating is None:
            raise ShopGuideError(f"click model {self.version} has not learnt from any ratings")
        return self.rating.logits(*self.inputs(query, candidates))


def load_served(
    folder: Path, version: str, threads: int = 2, pool: Executor | None = None
) -> ServedModel:
    """Load an exported model from its folder.

    `threads` of the process score it, together with what else they score, or the workers of
    `pool`, where one is given.

    Raises:
        ShopGuideError: where a file is missing or damaged.
    """
    fusion = read_fusion(folder / FUSION)
    text = TextScorer(folder / TEXT_MODEL, folder / TOKENIZER, pool or workers(threads))
    return ServedModel(
        version,
        fusion,
        text,
        read_rates(folder / RATES) if (folder / RATES).is_file() else None,
        read_fusion(folder / RATING) if (folder / RATING).is_file() else None,
    )
