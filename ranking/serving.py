"""A registered click model ready to score: ONNX Runtime and NumPy, without torch.

Pairs are scored in batches of similar length, so that little is computed for padding, and text
logits are remembered by text and model version.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate
from ranking.features import feature_matrix
from ranking.fusion import FloatArray, Fusion, read_fusion
from retrieval.errors import ShopGuideError

TEXT_MODEL, FUSION, TOKENIZER = "text.onnx", "fusion.json", "tokenizer.json"
MAX_TOKENS = 48
BATCH = 16
CACHED_PAIRS = 20_000


class TextScorer:
    """The exported text tower; `logits` may be called from several threads."""

    def __init__(self, model: Path, tokenizer: Path, threads: int = 2) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        if not model.is_file() or not tokenizer.is_file():
            raise ShopGuideError(f"{model.parent}: {model.name} or {tokenizer.name} is missing")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        # An encoder with a prefix takes no token types.
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._cache: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def logits(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Text logits of a query with each text, shape (len(texts),)."""
        with self._lock:
            known = {text: self._cache.get((query, text)) for text in texts}
        missing = [text for text, logit in known.items() if logit is None]
        if missing:
            fresh = dict(zip(missing, self._compute(query, missing), strict=True))
            known.update(fresh)
            with self._lock:
                self._cache.update(((query, text), logit) for text, logit in fresh.items())
                while len(self._cache) > CACHED_PAIRS:
                    self._cache.popitem(last=False)
        return np.array([known[text] for text in texts], np.float32)

    def _compute(self, query: str, texts: Sequence[str]) -> list[float]:
        encodings = self._tokenizer.encode_batch([(query, text) for text in texts])
        order = sorted(range(len(texts)), key=lambda place: len(encodings[place].ids))
        logits = np.zeros(len(texts), np.float32)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            width = len(encodings[places[-1]].ids)
            ids = np.zeros((3, len(places), width), np.int64)
            for row, place in enumerate(places):
                one = encodings[place]
                size = len(one.ids)
                ids[0, row, :size] = one.ids
                ids[1, row, :size] = 1
                ids[2, row, :size] = one.type_ids
            given = {"input_ids": ids[0], "attention_mask": ids[1], "token_type_ids": ids[2]}
            inputs = {name: one for name, one in given.items() if name in self._inputs}
            logits[places] = np.asarray(self._session.run(["logit"], inputs)[0])
        return logits.tolist()

    def forget(self) -> None:
        """Empty the cache, for measurements."""
        with self._lock:
            self._cache.clear()


class ServedModel:
    """One version: the text tower and the plain numbers, fused."""

    def __init__(self, version: str, fusion: Fusion, text: TextScorer | None) -> None:
        self.version = version
        self.fusion = fusion
        self.text = text if fusion.text_weight else None

    def inputs(
        self, query: str, candidates: Sequence[Candidate]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Features (n, f) and text logits (n,) of one query's candidates."""
        features = feature_matrix(query, candidates)
        if self.text is None:
            return features, np.zeros(len(candidates), np.float32)
        return features, self.text.logits(query, [one.text for one in candidates])

    def probabilities(self, query: str, candidates: Sequence[Candidate]) -> FloatArray:
        """Click probabilities of one query's candidates, in their order."""
        return self.fusion.probabilities(*self.inputs(query, candidates))


def load_served(folder: Path, version: str, threads: int = 2) -> ServedModel:
    """Load an exported model from its folder.

    Raises:
        ShopGuideError: where a file is missing or damaged.
    """
    fusion = read_fusion(folder / FUSION)
    text = TextScorer(folder / TEXT_MODEL, folder / TOKENIZER, threads)
    return ServedModel(version, fusion, text)
