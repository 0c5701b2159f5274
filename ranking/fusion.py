"""The fused click model: plain numbers and the text tower's logit to one click probability.

    numbers = bias + Σ weight · feature + trees_weight · trees(features)
    logit   = slope · (numbers + text_weight · text) + intercept      (Platt, 1999)
    P(click) = 1 / (1 + e^-logit)

All of it is plain numbers in one JSON file, and trees beside it where there are any, so nothing
but NumPy is needed to serve it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.features import FEATURES
from ranking.files import write_atomically
from ranking.trees import TREES, Trees, arranged, read_trees
from retrieval.errors import ShopGuideError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights in the features' own units; `text_weight` 0 leaves the text tower out."""

    weights: FloatArray
    bias: float
    text_weight: float = 0.0
    slope: float = 1.0
    intercept: float = 0.0
    trees: Trees | None = None
    trees_weight: float = 0.0

    def number_logits(self, features: NDArray[np.float32]) -> FloatArray:
        """Logits of the plain numbers alone, before calibration.

        `features` are those of one query's candidates: the trees see how each stands among them.
        """
        summed = features.astype(np.float64) @ self.weights + self.bias
        if self.trees is None:
            return summed
        return summed + self.trees_weight * self.trees.scores(features)

    def logits(self, features: NDArray[np.float32], text: NDArray[np.float32]) -> FloatArray:
        """Calibrated click logits; `text` are the text tower's."""
        raw = self.number_logits(features) + self.text_weight * text.astype(np.float64)
        return self.slope * raw + self.intercept

    def probabilities(self, features: NDArray[np.float32], text: NDArray[np.float32]) -> FloatArray:
        """Click probabilities."""
        return 1 / (1 + np.exp(-np.clip(self.logits(features, text), -50, 50)))

    @property
    def baseline(self) -> float:
        """The calibrated logit that `contributions` are added to."""
        trees = 0.0 if self.trees is None else self.trees_weight * self.trees.expected
        return self.slope * (self.bias + trees) + self.intercept

    def contributions(
        self, features: NDArray[np.float32], text: NDArray[np.float32]
    ) -> list[dict[str, float]]:
        """Named parts of each candidate's logit; with `baseline` they add up to it.

        In the weighted sum a number's neutral value contributes nothing; in the trees, what most
        of those that were trained on had in common.
        """
        moved = self.weights * features.astype(np.float64)
        lists = np.zeros(len(features))
        if self.trees is not None:
            of_trees = self.trees_weight * self.trees.contributions(features)
            moved += of_trees[:, :-1]
            lists += of_trees[:, -1]
        columns = {"text": self.text_weight * text.astype(np.float64)}
        for name, column in zip([*FEATURES.values(), "neighbours"], [*moved.T, lists], strict=True):
            columns[name] = columns.get(name, 0.0) + column
        return [
            {name: self.slope * float(column[place]) for name, column in columns.items()}
            for place in range(len(features))
        ]

    def to_json(self) -> str:
        """The JSON document that `read_fusion` reads."""
        return json.dumps(
            {
                "weights": dict(zip(FEATURES, self.weights.tolist(), strict=True)),
                "bias": self.bias,
                "text_weight": self.text_weight,
                "slope": self.slope,
                "intercept": self.intercept,
            }
            | ({"trees_weight": self.trees_weight} if self.trees is not None else {}),
            indent=1,
        )

    def save(self, path: Path) -> None:
        """Write what `read_fusion` reads: the document, and trees beside it if there are any."""
        if self.trees is not None:
            self.trees.save(_trees_of(path))
        write_atomically(path, self.to_json().encode())


def _trees_of(path: Path) -> Path:
    """Where the trees of a fusion are: trees.safetensors, or with its name before that."""
    return path.with_name(TREES if path.stem == "fusion" else f"{path.stem}-{TREES}")


def read_fusion(path: Path) -> Fusion:
    """Read what `Fusion.save` wrote; a feature unknown to the file weighs nothing.

    Raises:
        ShopGuideError: where the file is missing or holds something else.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        weights = content["weights"]
        trees_weight = float(content.get("trees_weight", 0.0))
        return Fusion(
            weights=np.array([float(weights.get(name, 0.0)) for name in FEATURES]),
            bias=float(content["bias"]),
            text_weight=float(content["text_weight"]),
            slope=float(content["slope"]),
            intercept=float(content["intercept"]),
            trees=arranged(read_trees(_trees_of(path)), list(weights), list(FEATURES))
            if trees_weight
            else None,
            trees_weight=trees_weight,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ShopGuideError(f"{path}: not the weights of a click model: {error}") from None


def cosine_fusion() -> Fusion:
    """The model before any training: order by cosine alone."""
    weights = np.array([10.0 if name == "cosine" else 0.0 for name in FEATURES])
    return Fusion(weights=weights, bias=-5.0)
