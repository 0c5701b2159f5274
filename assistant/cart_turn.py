"""A turn that changes or shows the cart."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.carting import CartDesk
from assistant.inquiring import show_plainly
from assistant.parts import TurnContext
from assistant.reply import Intent, TurnEvent
from assistant.writing.cart_phrases import CartPhrases
from retrieval.filters import Filters
from retrieval.product import Availability, Product

ALTERNATIVES = 3
_NEVER_AN_OPTION = (
    Intent.UNSAFE,
    Intent.HANDOFF,
    Intent.SHOP_QUESTION,
    Intent.PRODUCT_QUESTION,
)


def cart_desk(context: TurnContext) -> CartDesk:
    """Who serves the cart in the customer's language."""
    return CartDesk(context.parts.catalog, context.naming, context.parts.settings.cart_url)


def tells_option(context: TurnContext) -> bool:
    """Whether the message answers "which size?", and so is no new wish ("M, in blue")."""
    draft = context.draft
    cart = draft.before.cart
    if cart.pending is None or draft.intent in _NEVER_AN_OPTION:
        return False
    return cart_desk(context).answers_question(draft.turn.message, cart)


def serve_cart(context: TurnContext) -> Iterator[TurnEvent]:
    """Change or show the cart; what cannot be bought is refused, with something like it."""
    draft = context.draft
    desk = cart_desk(context)
    outcome = desk.serve(draft.turn.message, draft.state, context.meant())
    draft.state = draft.state.model_copy(update={"cart": outcome.cart})
    draft.count(outcome.helped)
    draft.cart = desk.view(outcome.cart)
    draft.suggestions = outcome.suggestions
    if outcome.added is not None:
        draft.note_added(outcome.added)
    if outcome.sold_out is not None and _show_alternatives(context, outcome.sold_out):
        outcome.said.append(CartPhrases(draft.language).alternatives())
    yield from draft.say_all(outcome.said)


def _show_alternatives(context: TurnContext, product: Product) -> bool:
    """Put products of the same kind that can be bought on screen; whether there are any."""
    filters = Filters(
        categories=product.category[-1:],
        availability=(Availability.IN_STOCK,),
        exclude_groups=(product.variant_group,),
    )
    hits = context.parts.search.search(product.title, filters, ALTERNATIVES)
    if hits:
        context.draft.query = product.title
        show_plainly(context, product.title, hits)
    return bool(hits)
