"""Small shops for the search tests."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from retrieval.embeddings import Embedder, Vectors
from retrieval.product import Availability, Product, Translation
from retrieval.tokenize import tokenize

OUTDOOR: tuple[Product, ...] = (
    Product(
        id="rain-blue-m",
        group_id="rain",
        title="Brackenfold rain jacket, blue",
        description="A waterproof shell for hiking in the rain.",
        brand="Brackenfold",
        category=("Clothing", "Rain Jackets"),
        price=Decimal("89.90"),
        currency="USD",
        rating=4.6,
        rating_count=212,
        attributes={"color": "Blue", "size": "M", "waterproof": True, "hood": True},
        translations={"zh": Translation(title="防水登山夹克", category=("服装", "雨衣"))},
    ),
    Product(
        id="rain-blue-l",
        group_id="rain",
        title="Brackenfold rain jacket, blue",
        description="A waterproof shell for hiking in the rain.",
        brand="Brackenfold",
        category=("Clothing", "Rain Jackets"),
        price=Decimal("89.90"),
        currency="USD",
        availability=Availability.OUT_OF_STOCK,
        attributes={"color": "Blue", "size": "L", "waterproof": True, "hood": True},
    ),
    Product(
        id="rain-black-m",
        group_id="rain",
        title="Brackenfold rain jacket, black",
        description="A waterproof shell for hiking in the rain.",
        brand="Brackenfold",
        category=("Clothing", "Rain Jackets"),
        price=Decimal("100.00"),
        currency="USD",
        attributes={"color": "Black", "size": "M", "waterproof": True, "hood": True},
    ),
    Product(
        id="fleece",
        title="Marlstone fleece jacket",
        description="Warm on a dry day; goes with black trousers.",
        brand="Marlstone",
        category=("Clothing", "Fleece Jackets"),
        price=Decimal("59.00"),
        currency="USD",
        rating=3.1,
        rating_count=40,
        attributes={"colour": "Grey, Green", "waterproof": False, "weight_g": 420},
    ),
    Product(
        id="stick",
        title="USB stick 64GB",
        description="Holds 64 gigabytes.",
        brand="Quillback",
        category=("Electronics", "Storage"),
        price=Decimal("12.50"),
        currency="USD",
        attributes={"capacity_gb": 64},
    ),
    Product(id="gift", title="Gift wrapping", category=("Services",)),
)


class WordEmbedder(Embedder):
    """Texts as counts of hashed words: quick, and close where words are shared."""

    name = "words"
    dimensions = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        vectors = np.full((len(texts), self.dimensions), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in tokenize(text):
                vectors[row, sum(map(ord, word)) % self.dimensions] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
