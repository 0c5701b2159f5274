"""Lists of words by which names are told from other words."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def word_list(name: str) -> frozenset[str]:
    """One of the lists in `word_lists.toml`."""
    file = Path(__file__).parent / "word_lists.toml"
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))[name].split())
