"""The cart of a reply as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from assistant.cart import CartView
from assistant.language import Language
from assistant.money import price_text
from ui.i18n import words
from ui.markup import render, safe_link


@dataclass(frozen=True, slots=True)
class _Line:
    """One line, its texts ready to be escaped and shown."""

    product_id: str
    title: str
    options: str
    quantity: int
    amount: str


def cart_html(cart: CartView, language: Language, interface: Language) -> str:
    """The cart's lines and total, nothing for an empty one, which the text speaks of.

    `language` is the reply's, `interface` the page's.
    """
    if not cart.lines:
        return ""
    joint = "，" if language == "zh" else ", "
    lines = [
        _Line(
            line.product_id,
            line.title,
            joint.join(line.options.values()),
            line.quantity,
            _money(line.amount, line.currency, language),
        )
        for line in cart.lines
    ]
    total = " + ".join(
        _money(amount, currency or None, language) for currency, amount in cart.totals.items()
    )
    return render(
        "cart.html",
        lines=lines,
        total=total,
        url=safe_link(cart.url),
        language=language,
        t=words(interface),
    )


def cart_count(cart: CartView) -> int:
    """How many things are in the cart."""
    return sum(line.quantity for line in cart.lines)


def _money(amount: str | None, currency: str | None, language: Language) -> str:
    return "" if amount is None else price_text(Decimal(amount), currency, language)
