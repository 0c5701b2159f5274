"""What a customer did by a click instead of words, as the log keeps it in a message's place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REMOVED = re.compile(r"\(–(.+)\)", re.DOTALL)
_CART = re.compile(r"\(cart (?:\+|(\d+) ×) (.+)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ConditionRemoved:
    """A condition of the wish was taken back, named by its path ("price.max")."""

    path: str

    def to_message(self) -> str:
        """As the log has it."""
        return f"(–{self.path})"


@dataclass(frozen=True, slots=True)
class CartChanged:
    """So many of a product are to be in the cart; None asks for one to be added."""

    product_id: str
    quantity: int | None = None

    def to_message(self) -> str:
        """As the log has it."""
        how = "+" if self.quantity is None else f"{self.quantity} ×"
        return f"(cart {how} {self.product_id})"


Gesture = ConditionRemoved | CartChanged


def read_gesture(message: str) -> Gesture | None:
    """The gesture that stands in a message's place; None for words."""
    if match := _REMOVED.fullmatch(message):
        return ConditionRemoved(match[1])
    if match := _CART.fullmatch(message):
        return CartChanged(match[2], None if match[1] is None else int(match[1]))
    return None
