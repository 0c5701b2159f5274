"""A product as a card: the facts of its record, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.controls import Controls
from assistant.naming import Naming
from assistant.reply import ProductCard
from assistant.supervision import labelled, supervised_catalog
from retrieval.catalog import Catalog
from retrieval.product import Product


def card_of(
    product: Product, title: str, probability: float, reasons: Sequence[str] = ()
) -> ProductCard:
    """The card of a product; `title` is its name in the customer's language."""
    price, before = product.current_price, product.price
    reduced = price is not None and before is not None and price < before
    return ProductCard(
        product_id=product.id,
        title=title,
        price=None if price is None else f"{price:.2f}",
        list_price=f"{before:.2f}" if reduced else None,
        currency=product.currency,
        url=product.url,
        image_url=product.image_urls[0] if product.image_urls else None,
        availability=product.availability.value,
        rating=product.rating,
        rating_count=product.rating_count,
        click_probability=round(probability, 6),
        reasons=list(reasons),
    )


def chosen_cards(catalog: Catalog, product_ids: Sequence[str], naming: Naming) -> list[ProductCard]:
    """Cards of products that somebody has chosen, under the lead's rules, in this order.

    What the shop does not have, or does not show, is left out.
    """
    rules = Controls(catalog.engine).rules()
    found = supervised_catalog(catalog, rules).get(product_ids)
    return [
        labelled(card_of(found[key], naming.title(found[key]), 0.0), rules, naming.language)
        for key in dict.fromkeys(product_ids)
        if key in found
    ]
