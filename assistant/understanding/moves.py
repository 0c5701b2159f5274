"""Refinements that only mean something against what came before: "cheaper", "other brands"."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.state import DialogueState
from assistant.understanding.intents import cue

MoveKind = Literal[
    "go_back", "start_over", "cheaper", "dearer", "bigger", "smaller", "other_brand",
    "other_colour", "more",
]  # fmt: skip
KINDS: tuple[MoveKind, ...] = (
    "go_back", "start_over", "cheaper", "dearer", "bigger", "smaller", "other_brand",
    "other_colour", "more",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """Where a refinement goes from what was shown.

    `beat` is the price that "cheaper" or "dearer" has to beat; `than` the id of the product
    it is compared with, empty where it is compared with all that were shown.
    """

    kind: MoveKind
    beat: Decimal | None = None
    than: str = ""


def find_move(text: str, before: DialogueState, referents: tuple[str, ...]) -> Move | None:
    """The move of a clean text, if it makes one; `before` is the state it was said in."""
    kind: MoveKind | None = next((each for each in KINDS if cue("refine", each, text)), None)
    if kind is None:
        return None
    if kind not in ("cheaper", "dearer"):
        return Move(kind)
    state = before.model_copy(update={"focus": referents}) if referents else before
    shown = {product.product_id for product in state.last_shown}
    than = next((key for key in state.focus if key in shown), "")
    return Move(kind, state.price_to_beat(), than)
