"""A small world for the click model: a tiny BERT, an embedder by words, and examples."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from retrieval.embeddings import Embedder

THINGS = [
    "lamp",
    "chair",
    "kettle",
    "jacket",
    "tent",
    "bottle",
    "mouse",
    "laptop",
    "phone",
    "camera",
    "drill",
    "sofa",
]
PARTS = ["bag", "stand", "cover", "cable", "holder"]
COLOURS = ["red", "blue", "green", "black", "white"]


class WordEmbedder(Embedder):
    """Hashed bags of words: close texts share words. No weights needed."""

    name = "words"
    dimensions = 256

    def embed_array(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.full((len(texts), self.dimensions), 1e-4, np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().replace(".", " ").split():
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return WordEmbedder()


def example_lines(queries: int = 60, seed: int = 0) -> list[dict[str, object]]:
    """Things asked for by name; the thing itself is clicked, what is made for it is not."""
    dice = random.Random(seed)
    lines: list[dict[str, object]] = []
    for number in range(queries):
        thing, colour = dice.choice(THINGS), dice.choice(COLOURS)
        query = f"{colour} {thing} {number}"
        for _ in range(8):
            other, part = dice.choice(THINGS), dice.choice(PARTS)
            wanted = dice.random() < 0.4
            title = f"{dice.choice(COLOURS)} {thing}" if wanted else f"{thing} {part} {other}"
            lines.append(
                {
                    "query": query,
                    "title": title,
                    "description": f"made of {dice.choice(('wood', 'steel', 'wool'))}",
                    "label": int(wanted and dice.random() < 0.9),
                }
            )
    return lines


@pytest.fixture(scope="session")
def examples_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("examples") / "examples.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in example_lines()), "utf-8")
    return path


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, tiny_base: str) -> Path:
    import torch

    from ranking.export import export_tower
    from ranking.model import load_tower

    folder = tmp_path_factory.mktemp("exported")
    tower = load_tower(tiny_base, "head", 0)
    torch.nn.init.normal_(tower.head.weight, std=0.3)
    export_tower(tower, tiny_base, folder)
    return folder
