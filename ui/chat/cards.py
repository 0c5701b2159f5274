"""Product cards: what the template needs of a card, in the customer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from assistant.language import Language
from assistant.money import number_text, price_text
from assistant.reply import ProductCard
from ui.i18n import words
from ui.markup import product_address, render, safe_link

_SOON = frozenset({"preorder", "backorder"})


@dataclass(frozen=True, slots=True)
class Card:
    """One card, every text ready to be escaped and shown."""

    product_id: str
    position: int
    title: str
    href: str
    image: str | None
    price: str | None
    list_price: str | None
    stars: float | None
    rating: str
    rating_spoken: str
    count: str
    count_spoken: str
    reasons: tuple[str, ...]
    availability: str
    availability_kind: str


def cards_html(
    products: Sequence[ProductCard], language: Language, *, compact: bool = False
) -> str:
    """The row of cards of one reply; an empty string for none.

    Compact ones leave to the table that follows them what it says better.
    """
    if not products:
        return ""
    cards = [_card(product, place, language) for place, product in enumerate(products, start=1)]
    return render("cards.html", cards=cards, compact=compact, language=language, t=words(language))


def shown_text(count: int, language: Language) -> str:
    """How many products are shown, for those who do not see them."""
    key = "shown.one" if count == 1 else "shown.many"
    return words(language)[key].format(count=count)


def price_of(product: ProductCard, language: Language) -> str | None:
    """What a product costs, as a reader of the language writes it; None where it is not known."""
    return _money(product.price, product.currency, language)


def _card(product: ProductCard, position: int, language: Language) -> Card:
    t = words(language)
    price = _money(product.price, product.currency, language)
    before = _money(product.list_price, product.currency, language)
    rated = product.rating is not None and product.rating_count != 0
    rating = number_text(round(product.rating or 0, 1), language) if rated else ""
    count = product.rating_count or 0
    known = f"card.{product.availability}" in t
    kind = product.availability if known else "in_stock"
    return Card(
        product_id=product.product_id,
        position=position,
        title=product.title,
        href=safe_link(product.url) or product_address(product.product_id),
        image=safe_link(product.image_url),
        price=price,
        list_price=before if before != price else None,
        stars=product.rating if rated else None,
        rating=rating,
        rating_spoken=t["card.rating"].format(rating=rating),
        count=number_text(count, language) if count else "",
        count_spoken=_counted(count, language, t),
        reasons=_new_reasons(product.reasons, rating, number_text(count, language), before),
        availability=t[f"card.{kind}"],
        availability_kind="soon" if kind in _SOON else kind,
    )


def _new_reasons(
    reasons: Sequence[str], rating: str, count: str, list_price: str | None
) -> tuple[str, ...]:
    """The reasons less those that the card says anyway: its rating, its price before."""
    return tuple(
        reason
        for reason in reasons
        if not (rating and rating in reason and count in reason)
        and not (list_price and list_price in reason)
    )


def _money(amount: str | None, currency: str | None, language: Language) -> str | None:
    try:
        return None if amount is None else price_text(Decimal(amount), currency, language)
    except InvalidOperation:
        return None


def _counted(count: int, language: Language, t: Mapping[str, str]) -> str:
    key = "card.ratings.one" if count == 1 else "card.ratings.many"
    return t[key].format(count=number_text(count, language)) if count else ""
