"""Offering products for several needs: cards, reasons and what there is to say of them."""

from __future__ import annotations

from assistant.bundles import Bundle, Line
from assistant.conditions import label
from assistant.naming import Naming
from assistant.planning import picks_of
from assistant.reasons import stock_text
from assistant.state import DialogueState
from assistant.writing.plan import Item, Pick, Set
from ranking.rerank import RankedHit
from retrieval.facets import Facets


def picks_of_bundle(
    bundle: Bundle, state: DialogueState, naming: Naming, facets: Facets
) -> tuple[Pick, ...]:
    """The shown products with the reasons that the need each was found for gives."""
    picks: list[Pick] = []
    for hit in bundle.shown:
        line = _line_of(bundle, hit)
        of_need = state.model_copy(update={"wish": line.wish})
        picks += picks_of([hit], line.found, of_need, naming, facets)
    return tuple(picks)


def set_of(bundle: Bundle, state: DialogueState, naming: Naming, currency: str | None) -> Set:
    """What there is to say of a bundle."""
    filled = [line for line in bundle.lines if line.ranked]
    items = tuple(
        Item(
            naming.title(hit.hit.product),
            line.quantity,
            hit.hit.product.current_price,
            hit.hit.product.currency,
        )
        for line, hit in zip(filled, bundle.chosen, strict=True)
    )
    aside = [
        (_noun(line, naming), text)
        for line in filled
        for path in line.found.set_aside
        if (text := label(line.wish.constraints, path, naming.language, currency))
        and not (path == "price" and not bundle.fits)
    ]
    products = [hit.hit.product for hit in bundle.chosen]
    return Set(
        items=items,
        total=bundle.total,
        currency=products[0].currency if products else currency,
        budget=state.constraints.price_max if state.constraints.is_total else None,
        fits=bundle.fits,
        missing=tuple(_noun(line, naming) for line in bundle.lines if not line.ranked),
        set_aside=tuple(aside),
        can_swap=bundle.fits and len(bundle.shown) > len(bundle.chosen),
        gone=tuple(
            (naming.title(product), text)
            for product in products
            if (text := stock_text(product, naming.language))
        ),
    )


def _line_of(bundle: Bundle, hit: RankedHit) -> Line:
    """The need a shown product was found for."""
    filled = [line for line in bundle.lines if line.ranked]
    for line, chosen in zip(filled, bundle.chosen, strict=True):
        if chosen is hit:
            return line
    return next(line for line in filled if hit in line.ranked)


def _noun(line: Line, naming: Naming) -> str:
    wish = line.wish
    kinds = wish.constraints.category
    if line.found.hits and kinds:
        return naming.plural(kinds[0])
    return naming.word(wish.subject) or (naming.plural(kinds[0]) if kinds else "")
