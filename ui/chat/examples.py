"""Wishes to begin with, each of which at least one product of the shop fulfils."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from assistant.language import Language
from assistant.money import limit_text
from assistant.naming import Naming
from retrieval.facets import Facets
from retrieval.product import Availability, Product
from ui.markup import safe_link

WISHES = 4
_LONGEST_NAME = 28


@dataclass(frozen=True, slots=True)
class Wish:
    """One example in every language, with a picture of a product that fulfils it."""

    text: Mapping[Language, str]
    image: str | None

    def to_json(self) -> dict[str, object]:
        """As the page's script reads it."""
        return {"text": dict(self.text), "image": self.image}


def example_wishes(products: Iterable[Product], facets: Facets) -> list[Wish]:
    """Four wishes of different categories, of different departments as far as there are."""
    best: dict[str, Product] = {}
    for product in products:
        if product.category and product.availability is Availability.IN_STOCK:
            held = best.get(product.category[-1])
            if held is None or _appeal(product) > _appeal(held):
                best[product.category[-1]] = product
    by_appeal = sorted(best.values(), key=_appeal, reverse=True)
    firsts = {product.category[0]: product for product in reversed(by_appeal)}
    # The first of each department and then the others; sorting keeps the order within both.
    by_appeal.sort(key=lambda product: firsts[product.category[0]] is not product)
    namings = Naming(facets, "en"), Naming(facets, "zh")
    wishes: list[Wish] = []
    named: set[str] = set()
    for product in by_appeal:
        # Every other wish names a quality, and none twice.
        quality = None if len(wishes) % 2 else _true_attribute(product, named)
        named.add(quality or "")
        wishes += _wish(product, quality, namings, facets.currency)
        if len(wishes) == WISHES:
            break
    return wishes


def _appeal(product: Product) -> tuple[bool, bool, float, str]:
    """What has words in both languages, a quality to name, and many good ratings, first."""
    return (
        "zh" in product.translations,
        _true_attribute(product) is not None,
        (product.rating or 0) * min(product.rating_count or 0, 500),
        product.id,
    )


def _true_attribute(product: Product, but: Collection[str] = ()) -> str | None:
    true = (name for name, value in product.attributes.items() if value is True)
    return next((name for name in true if name not in but), None)


def _round_limit(price: Decimal) -> Decimal:
    """The round amount above a price: 89 -> 100, 118 -> 150, 23.50 -> 30."""
    step = Decimal(5) if price < 20 else Decimal(10) if price < 100 else Decimal(50)
    return (price * Decimal("1.05") / step).to_integral_value(ROUND_CEILING) * step


def _wish(
    product: Product,
    quality: str | None,
    namings: tuple[Naming, Naming],
    currency: str | None,
) -> list[Wish]:
    """What a customer who wants this product might say; nothing where its name is too long."""
    price = product.current_price
    limit = None if price is None else _round_limit(price)
    text: dict[Language, str] = {}
    for naming in namings:
        noun = naming.word(product.category[-1])
        if len(noun) > _LONGEST_NAME:
            return []
        what = naming.word(quality.replace("_", " ")) if quality else ""
        most = limit_text(limit, currency, naming.language) if limit else ""
        text[naming.language] = _phrase(noun, what, most, naming.language)
    image = safe_link(product.image_urls[0]) if product.image_urls else None
    return [Wish(text, image)]


def _phrase(noun: str, quality: str, limit: str, language: Language) -> str:
    if language == "zh":
        return f"{f'{limit}以内的' if limit else ''}{quality}{noun}"
    words = " ".join(part for part in (quality, noun.lower()) if part)
    words = words[:1].upper() + words[1:]
    return f"{words} under {limit}" if limit else words
