"""What may be known of who asks, without knowing who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ranking.words import stems

# Titles seen longer ago say little of what is wanted now.
HISTORY_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Asker:
    """A segment of customers, and the titles that the customer has seen, oldest first."""

    segment: str = ""
    history: Sequence[str] = ()


NOBODY = Asker()


def history_numbers(title: str, history: Sequence[str]) -> tuple[float, float]:
    """Whether a title was seen before (0 or 1), and its likeness to the seen ones (0 to 1).

    Likeness is the mean Jaccard similarity of their stems.
    """
    recent = history[-HISTORY_LOOKED_AT:]
    if not recent:
        return 0.0, 0.0
    own = frozenset(stems(title))
    likeness = [
        len(own & other) / max(1, len(own | other))
        for other in (frozenset(stems(one)) for one in recent)
    ]
    return float(title in recent), sum(likeness) / len(likeness)
