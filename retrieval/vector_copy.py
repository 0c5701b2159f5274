"""A copy of the products' vectors beside the embedded Chroma, as the matrix that searches scan.

A start reads it in milliseconds; to import Chroma, open its folder and ask for every vector
takes seconds, or minutes in a large shop. It is kept under a fingerprint of the products' ids and
texts: a copy of anything else is not found. Prices and stock are in no text, so that their changes
need no Chroma either.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.embeddings import Embedder, Vectors
from retrieval.files import whole_folder

_MATRIX = "matrix.npy"
log = logging.getLogger(__name__)


class VectorCopy:
    """The copy of one embedder's vectors of products in one order."""

    def __init__(
        self, parent: Path, embedder: Embedder, ids: Sequence[str], hashes: Sequence[str]
    ) -> None:
        """`ids` and `hashes`: of each row, the product's id and its text's hash."""
        model = hashlib.sha256(embedder.name.encode()).hexdigest()[:10]
        rows = hashlib.sha256()
        for id_, text_hash in zip(ids, hashes, strict=True):
            rows.update(f"{len(id_)} {id_} {text_hash}\n".encode())
        self._shape = (len(ids), embedder.dimensions)
        self._others = f"vectors-{model}-*"
        self.folder = parent / f"vectors-{model}-{rows.hexdigest()[:32]}"

    def read(self) -> Vectors | None:
        """The vectors, shape (rows, d); None where there is no copy of them, or a damaged one."""
        try:
            matrix = np.load(self.folder / _MATRIX)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError) as error:
            log.warning("%s is damaged (%s): it is made anew", self.folder, error)
            return None
        if matrix.shape != self._shape or matrix.dtype != np.float32:
            log.warning("%s is damaged (its shape): it is made anew", self.folder)
            return None
        return matrix

    def write(self, matrix: Vectors) -> None:
        """Keep the vectors, shape (rows, d), and remove copies of others."""
        try:
            with whole_folder(self.folder) as growing:
                np.save(growing / _MATRIX, matrix)
        except OSError as error:
            if not self.folder.is_dir():  # else another process was first, with the same
                log.warning("%s cannot be written (%s): starts stay slow", self.folder, error)
        for other in self.folder.parent.glob(self._others):
            if other != self.folder:
                shutil.rmtree(other, ignore_errors=True)
