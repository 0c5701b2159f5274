"""Why a product was recommended: the wish's conditions it meets, and what ranking counted."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.conditions import condition_paths, label, meets
from assistant.naming import Naming
from assistant.reply import ProductCard
from assistant.state import DialogueState
from retrieval.facets import Facets
from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class Explanation:
    """`place` counts from 1 among the `of` products shown together, 0 where it was not shown.

    `met` are the customer's conditions that the record confirms, `unmet` those it does not;
    `counted` is what the click model counted in the product's favour when it was shown, `words`
    those of the product's own that spoke for it most.
    """

    title: str
    place: int
    of: int
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    counted: tuple[str, ...]
    words: tuple[str, ...] = ()


def explain(
    product: Product,
    card: ProductCard | None,
    state: DialogueState,
    naming: Naming,
    facets: Facets,
    currency: str | None,
    words: tuple[str, ...] = (),
) -> Explanation:
    """The reasons of a recommendation that was made in this conversation."""
    met: list[str] = []
    unmet: list[str] = []
    for path in condition_paths(state.constraints):
        text = label(state.constraints, path, naming.language, currency, [product])
        if path != "category" and text:
            holds = meets(product, state.constraints, path, facets)
            if path.startswith("attributes."):
                # Not every card was found under these conditions: some were set aside.
                holds = holds and (card is None or text in card.reasons)
            (met if holds else unmet).append(text)
    shown = [each.product_id for each in state.last_shown]
    place = shown.index(product.id) + 1 if product.id in shown else 0
    said = {*met, *unmet}
    counted = [reason for reason in (card.reasons if card else []) if reason not in said]
    return Explanation(
        naming.title(product), place, len(shown), tuple(met), tuple(unmet), tuple(counted), words
    )
