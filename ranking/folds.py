"""Queries dealt to folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T")


def folds_by_query(count: int, folds: int, seed: int = 0) -> list[NDArray[np.int_]]:
    """Places of `count` queries dealt to folds, the same for the same seed."""
    dealt = np.random.default_rng(seed).permutation(count)
    return [np.sort(dealt[start::folds]) for start in range(folds)]


def parted(items: Sequence[_T], places: NDArray[np.int_]) -> tuple[list[_T], list[_T]]:
    """What is not at the places, and what is."""
    held = set(places.tolist())
    return (
        [one for place, one in enumerate(items) if place not in held],
        [items[place] for place in places],
    )
