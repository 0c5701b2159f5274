"""A registry's versions and search hits, made small."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ranking.features import FEATURES
from ranking.fusion import Fusion
from ranking.registry import Registry
from ranking.serving import FUSION
from retrieval.product import Product
from retrieval.search import SearchHit

DETAILS = {
    "method": "head",
    "base": "tiny",
    "seed": 0,
    "created_at": "2026-01-01T00:00:00+00:00",
    "data_fingerprint": "0" * 64,
    "examples": 10,
}


def weighing(**weights: float) -> Fusion:
    values = np.array([weights.get(name, 0.0) for name in FEATURES])
    return Fusion(values, 0.0, text_weight=weights.get("text", 0.0))


def register(registry: Registry, exported: Path, fusion: Fusion) -> str:
    with registry.building() as folder:
        for file in exported.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        fusion.save(folder / FUSION)
        version = registry.register(folder, DETAILS).version
    registry.promote(version)
    return version


def hit(number: int, *, cosine: float = 0.5, **fields: object) -> SearchHit:
    product = Product.model_validate({"id": str(number), "title": f"Lamp {number}", **fields})
    return SearchHit(
        product=product,
        score=1.0 / number,
        lexical_rank=number,
        dense_rank=number,
        lexical_score=1.0,
        dense_score=cosine,
    )
