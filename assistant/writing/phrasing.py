"""Choosing among phrasings, always the same way for the same turn."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def seed_of(conversation_id: str, turn: int) -> int:
    """A number that stays with a turn; it moves on by one from turn to turn."""
    return zlib.crc32(conversation_id.encode()) + turn


def vary(phrasings: Sequence[str], seed: int, salt: int = 0) -> str:
    """One of the phrasings; consecutive seeds give different ones."""
    return phrasings[(seed + salt) % len(phrasings)]
