"""Makes the projection of `retrieval.late` from the demo shop's texts: run it as a module."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retrieval.demo import demo_catalog_path
from retrieval.late import PROJECTION_FILE, TOKEN_DIMENSIONS
from retrieval.minilm import minilm_folder
from retrieval.sources import GoodRow, open_source
from retrieval.texts import product_text


def leading_directions(states: NDArray[np.float32]) -> NDArray[np.float32]:
    """Leading eigenvectors of the second moment of states (n, d), shape (d, TOKEN_DIMENSIONS)."""
    _, vectors = np.linalg.eigh(states.T.astype(np.float64) @ states)
    leading = vectors[:, ::-1][:, :TOKEN_DIMENSIONS]
    largest = np.take_along_axis(leading, np.abs(leading).argmax(axis=0)[None], axis=0)
    return (leading * np.sign(largest)).astype(np.float32)


def main() -> None:
    """Make the projection again from the demo shop's texts."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    rows = open_source(demo_catalog_path())
    texts = sorted({product_text(row.product) for row in rows if isinstance(row, GoodRow)})
    tokenizer = AutoTokenizer.from_pretrained(minilm_folder(), local_files_only=True)  # nosec B615
    model = AutoModel.from_pretrained(
        minilm_folder(), local_files_only=True, use_safetensors=True
    ).eval()  # nosec B615
    states: list[NDArray[np.float32]] = []
    with torch.no_grad():
        for text in texts:
            inputs = tokenizer(text, truncation=True, max_length=96, return_tensors="pt")
            found = model(**inputs).last_hidden_state[0]
            states.append(torch.nn.functional.normalize(found, dim=-1).numpy())
    np.save(PROJECTION_FILE, leading_directions(np.concatenate(states)).astype(np.float16))


if __name__ == "__main__":
    main()
