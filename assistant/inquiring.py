"""Questions: on products that were shown, on the differences of some, on the shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answers import answer_product_question, answer_shop_question
from assistant.comparing import MOST_COMPARED, advantages, comparison_of
from assistant.constraints import Constraints
from assistant.explaining import explain
from assistant.finding import Found
from assistant.overview import overview, samples
from assistant.parts import TurnContext
from assistant.planning import cards_of, picks_of
from assistant.recommending import recommend
from assistant.reply import TurnEvent
from assistant.state import DialogueState
from retrieval.search import SearchHit


def describe_shop(context: TurnContext, shape: str) -> Iterator[TurnEvent]:
    """What the shop has, counted, with a well-liked product of each big department."""
    draft, composer = context.draft, context.composer
    search = context.parts.search
    whole = overview(search, context.facets, context.naming)
    if shape == "brands":
        yield from draft.say_all(composer.brands(whole.brands))
        return
    show_plainly(context, "", samples(search, whole.departments))
    draft.suggestions = [each.name for each in whole.departments if len(each.name) <= 24][:3]
    yield from draft.say_all(composer.departments(whole.products, whole.departments))


def show_plainly(context: TurnContext, query: str, hits: Sequence[SearchHit]) -> None:
    """Put products on the cards that are held to no condition of the wish."""
    draft = context.draft
    draft.ranked = draft.shown = context.parts.ranker.rank(query, hits, draft.turn.customer_id)
    found = Found(list(hits), Constraints())
    picks = picks_of(draft.shown, found, DialogueState(), context.naming, context.facets)
    draft.cards = cards_of(draft.shown, picks)
    draft.remember_shown()


def compare(context: TurnContext, query: str, kinds: Sequence[str]) -> Iterator[TurnEvent]:
    """Say in what the products meant differ, with their cards; without two, recommend."""
    draft, naming, composer = context.draft, context.naming, context.composer
    products = context.meant()
    if len(products) < 2:
        products = context.products(draft.state.seen())
    if len(products) > 2:
        named = set(kinds)
        alike = [each for each in products if named & set(each.category)]
        products = alike if len(alike) > 1 else products
    if len(products) < 2:
        yield from recommend(context, query)
        return
    products = products[:MOST_COMPARED]
    draft.cards = context.parts.log.cards(
        draft.turn.conversation_id, [product.id for product in products]
    )
    draft.comparison = comparison_of(products, naming)
    # A page shows the table; where there is no page, the text holds it.
    said = composer.comparison(draft.comparison, lines=draft.channel != "web")
    for title, found in advantages(products, naming):
        said.append(composer.advantages(title, found, len(products)))
    draft.state = draft.state.model_copy(update={"focus": tuple(p.id for p in products)})
    yield from draft.say_all(said)


def say_why(context: TurnContext) -> Iterator[TurnEvent]:
    """Say why the product meant was recommended; the first one where none is named."""
    draft, composer, state = context.draft, context.composer, context.draft.state
    products = context.meant()
    products = products or context.products([each.product_id for each in state.last_shown[:1]])
    if not products:
        yield from draft.say_all(composer.which_product())
        return
    product = products[0]
    draft.cards = context.parts.log.cards(draft.turn.conversation_id, [product.id])
    card = draft.cards[0] if draft.cards else None
    explained = explain(product, card, state, context.naming, context.facets, context.currency)
    yield from draft.say_all(composer.why(explained))


def answer_on_product(context: TurnContext) -> Iterator[TurnEvent]:
    """Answer from the record of the product meant, its description and its reviews."""
    draft = context.draft
    products = context.meant()
    if not products:
        yield from draft.say_all(context.composer.which_product())
        return
    draft.cards = context.parts.log.cards(draft.turn.conversation_id, [products[0].id])
    said, known = answer_product_question(draft.turn.message, products[0], context.naming)
    draft.count(known)
    yield from draft.say_all(said)


def answer_on_shop(context: TurnContext) -> Iterator[TurnEvent]:
    """Answer from the shop's own documents."""
    draft = context.draft
    said, known = answer_shop_question(draft.turn.message, draft.language, context.parts.documents)
    draft.count(known)
    yield from draft.say_all(said)
