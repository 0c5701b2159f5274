"""Texts to vectors, behind LangChain's `Embeddings`: MiniLM by ONNX Runtime, or another."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from pydantic import SecretStr

from retrieval.errors import MissingWeightsError, SettingsError, ShopGuideError
from retrieval.late import Tokens, pack_tokens
from retrieval.settings import RetrievalSettings

Vectors = NDArray[np.float32]

_MAX_TOKENS = 96
# Of a batch: small enough for what it computes to stay in a core's cache.
_BATCH_TOKENS = 320
_BATCH_TEXTS = 16
_MINILM_NAME = "minilm-int8-96"
_EXPORT_NAME = f"{_MINILM_NAME}-tokens-unmasked"


class Embedder(Embeddings):
    """An embedder with a name, whose vectors have length 1.

    `name` changes whenever the vectors would: a store of vectors is kept under it. One that
    `has_tokens` gives a vector of each token too, for late interaction.
    """

    name: str
    dimensions: int
    has_tokens: bool = False

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        """Vectors of n texts, shape (n, dimensions), float32, L2-normalised."""
        raise NotImplementedError

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """Vectors as `embed_array` gives them, and each text's token vectors, in one pass."""
        raise NotImplementedError(f"{self.name} gives no token vectors")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `embed_array`."""
        return self.embed_array(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form for one text."""
        return self.embed_array([text])[0].tolist()


def open_embedder(settings: RetrievalSettings) -> Embedder:
    """The embedder of the settings; MiniLM is exported for ONNX Runtime at its first start.

    Raises:
        MissingWeightsError: where the weights are not on this machine.
        SettingsError: where an endpoint is named without its address.
    """
    if settings.embedder == "minilm":
        return MiniLmEmbedder(settings.data_dir / "models" / "embedder")
    if settings.embedder.startswith("openai:"):
        return _endpoint(settings)
    return _sentence_transformer(settings.embedder)


class MiniLmEmbedder(Embedder):
    """all-MiniLM-L6-v2 in int8 (weights per channel, activations dynamic), 384 dimensions.

    Texts are cut at 96 tokens; those of a batch are of one length. On Icecat int8 costs no quality
    (judged nDCG@10 of the dense search 0.908 against 0.903 in fp32; mean cosine between the
    two 0.993) and embeds several times as many texts a second.
    """

    def __init__(self, folder: Path) -> None:
        """Load the exported model from `folder`, or export it there first.

        Raises:
            MissingWeightsError: where the package with the weights is not installed.
        """
        from tokenizers import Tokenizer

        from retrieval.minilm import exported_minilm, minilm_folder
        from retrieval.onnx_session import open_session

        self.name = _MINILM_NAME
        self.dimensions = 384
        self.has_tokens = True
        model = exported_minilm(folder / _EXPORT_NAME)
        self._tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        try:
            self._session = open_session(model)
        except Exception as error:
            raise ShopGuideError(
                f"{model} cannot be loaded ({error}); delete its folder to have it made anew"
            ) from error
        # More than cores: Chroma holds Python's lock while it stores, and those that are within
        # ONNX Runtime by then go on.
        self._workers = ThreadPoolExecutor(2 * (os.cpu_count() or 1), thread_name_prefix="embed")

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for batch, (means,) in self._run(texts, ["embedding"]):
            vectors[batch] = means
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """See `Embedder`."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        tokens: dict[int, Tokens] = {}
        for batch, (means, states) in self._run(texts, ["embedding", "tokens"]):
            vectors[batch] = means
            tokens.update(zip(batch, pack_tokens(states), strict=True))
        return vectors, [tokens[place] for place in range(len(texts))]

    def _run(
        self, texts: Sequence[str], outputs: list[str]
    ) -> Iterator[tuple[list[int], list[NDArray[np.float32]]]]:
        """Places of the texts of a batch, with the outputs asked for."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        batches = _batches([len(one) for one in ids])

        def compute(batch: list[int]) -> list[NDArray[np.float32]]:
            feeds = {"input_ids": np.array([ids[place] for place in batch], np.int64)}
            return [np.asarray(one, np.float32) for one in self._session.run(outputs, feeds)]

        # One batch, such as a query, is not worth another thread.
        found = self._workers.map(compute, batches) if len(batches) > 1 else map(compute, batches)
        yield from zip(batches, found, strict=True)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts of one length together, the longest first.

    So there is no padding to compute, and the workers end at about the same time.
    """
    by_length: dict[int, list[int]] = {}
    for place, length in enumerate(lengths):
        by_length.setdefault(length, []).append(place)
    batches: list[list[int]] = []
    for length in sorted(by_length, reverse=True):
        places = by_length[length]
        texts = min(max(_BATCH_TOKENS // length, 1), _BATCH_TEXTS)
        batches += [places[at : at + texts] for at in range(0, len(places), texts)]
    return batches


class _Encoder(Protocol):
    """What is used of a LangChain or sentence-transformers model."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Vectors (n, d) of n texts."""
        ...


class OtherEmbedder(Embedder):
    """Any other model; one call at a time, its vectors brought to length 1."""

    def __init__(self, name: str, encode: _Encoder) -> None:
        """Ask the model for one vector to learn its dimensions."""
        self.name = name
        self._encode = encode
        self._lock = threading.Lock()
        self.dimensions = self.embed_array(["dimensions"]).shape[1]

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        with self._lock:
            vectors = np.asarray(self._encode(texts), np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(norms, 1e-12)


def _sentence_transformer(name: str) -> Embedder:
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(name, device="cpu", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise MissingWeightsError(
            f"embedder: '{name}' is neither a folder with weights nor to be had from the model "
            f"hub from here ({str(error).splitlines()[0]})"
        ) from error
    # numpy comes back by default; asking for it narrows the type.
    return OtherEmbedder(name, lambda texts: np.asarray(model.encode(list(texts))))


def _endpoint(settings: RetrievalSettings) -> Embedder:
    import openai
    from langchain_openai import OpenAIEmbeddings

    model = settings.embedder.removeprefix("openai:")
    if settings.embedder_base_url is None:
        raise SettingsError(f"embedder_base_url: the embedder '{settings.embedder}' needs it")
    client = OpenAIEmbeddings(
        model=model,
        base_url=settings.embedder_base_url,
        # Local endpoints read no key, but the client wants one.
        api_key=settings.embedder_api_key or SecretStr("none"),
        check_embedding_ctx_length=False,
        timeout=30,
        max_retries=2,
    )

    def encode(texts: Sequence[str]) -> NDArray[np.floating]:
        try:
            return np.asarray(client.embed_documents(list(texts)), np.float32)
        except openai.OpenAIError as error:
            raise ShopGuideError(f"embedder_base_url: no vectors from it ({error})") from error

    return OtherEmbedder(settings.embedder, encode)
