"""A turn that changes or shows the cart."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.cart_webhook import deliverer
from assistant.carting import CartDesk, CartOutcome
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
    deliver = deliverer(context.parts.settings)
    conversation_id = context.draft.turn.conversation_id
    # A page shows the lines; where there is no page, the text holds them.
    return CartDesk(
        context.catalog,
        context.naming,
        context.parts.settings.cart_url,
        lines=not context.draft.draws_tables,
        hand_over=None if deliver is None else lambda view: deliver(conversation_id, view),
    )


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
    named = context.understood.named if context.understood else ()
    variants = {each.variant_group: each for each in reversed(context.products(named))}
    meant = list(variants.values()) or context.meant()
    yield from _done(context, desk, desk.serve(draft.turn.message, draft.state, meant))


def change_cart(context: TurnContext, product_id: str, quantity: int | None) -> Iterator[TurnEvent]:
    """Do what a click asks: so many of a product; None asks for one to be added."""
    desk = cart_desk(context)
    products = context.products([product_id])
    if not products:
        yield from context.draft.say_all(context.composer.which_product())
        return
    yield from _done(context, desk, desk.change(context.draft.state, products[0], quantity))


def _done(context: TurnContext, desk: CartDesk, outcome: CartOutcome) -> Iterator[TurnEvent]:
    draft = context.draft
    draft.state = draft.state.model_copy(update={"cart": outcome.cart})
    draft.count(outcome.helped)
    draft.cart = desk.view(outcome.cart)
    if outcome.checkout_url is not None:
        draft.cart = draft.cart.model_copy(update={"url": outcome.checkout_url})
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
    hits = context.search.search(product.title, filters, ALTERNATIVES)
    if hits:
        context.draft.query = product.title
        show_plainly(context, product.title, hits)
    return bool(hits)
