"""Late interaction: a query compared with a product word by word, in MiniLM's own vectors.

A text's one vector blurs what it is about; here every token keeps its vector, and a query token
counts by the product token that is closest to it (MaxSim; Khattab and Zaharia, "ColBERT", 2020).
MiniLM was not trained for it, yet its last layer's token vectors serve well beside its mean.

The vectors are projected from 384 to 128 dimensions by the leading eigenvectors of the token
vectors of the demo shop's texts, which the package carries in half precision. To make them again:

    python -m retrieval.late_projection
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Token vectors of one text, shape (tokens, TOKEN_DIMENSIONS), each of length 127.
Tokens = NDArray[np.int8]

TOKEN_DIMENSIONS = 128
PROJECTION_FILE = Path(__file__).parent / "late_projection.npy"


def pack_tokens(vectors: NDArray[np.float32]) -> Tokens:
    """Token vectors of length 1, shape (…, d), as int8."""
    return np.clip(np.rint(vectors * 127), -127, 127).astype(np.int8)


@dataclass(frozen=True, slots=True)
class LateScores:
    """Of n documents, each of shape (n,): how close they come to the query's tokens.

    `mean` is over all of the query's tokens; `least` is of the word that is met worst, so that
    a product that has all but one of the words asked for is told from one that has them all.
    """

    mean: NDArray[np.float32]
    least: NDArray[np.float32]


def late_scores(query: Tokens, documents: Sequence[Tokens]) -> LateScores:
    """The cosine of the closest document token, for each token of the query, in brief.

    Each document has at least one token; the query begins with [CLS] and ends with [SEP].
    """
    if not documents:
        return LateScores(np.zeros(0, np.float32), np.zeros(0, np.float32))
    starts = np.cumsum([0] + [len(document) for document in documents[:-1]])
    tokens = np.concatenate(documents).astype(np.float32) / 127
    similarities = tokens @ (query.astype(np.float32) / 127).T
    closest = np.maximum.reduceat(similarities, starts, axis=0)
    words = closest[:, 1:-1] if closest.shape[1] > 2 else closest
    return LateScores(closest.mean(axis=1), words.min(axis=1))


def projection() -> NDArray[np.float32]:
    """The matrix from MiniLM's hidden states to token vectors, shape (384, TOKEN_DIMENSIONS)."""
    return np.load(PROJECTION_FILE, allow_pickle=False).astype(np.float32)
