"""Questions: on products that were shown, on the differences of some, on the shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answering.opinions import answer_on_opinions, asks_opinion
from assistant.answering.product import answer_product_question
from assistant.answering.several import answer_on_several
from assistant.answering.shop import answer_shop_question
from assistant.answering.variants import answer_on_variants
from assistant.comparing import MOST_COMPARED, advantages, comparison_of, winners_first
from assistant.constraints import SUPERLATIVES, Constraints
from assistant.explaining import explain
from assistant.finding import Found
from assistant.overview import overview, samples
from assistant.parts import TurnContext
from assistant.planning import cards_of, picks_of
from assistant.reasons import rating_text
from assistant.recommending import recommend
from assistant.reply import TurnEvent
from assistant.scoring import explain_shown, telling_words
from assistant.state import DialogueState
from assistant.understanding.text import clean
from retrieval.filters import Filters
from retrieval.product import Product
from retrieval.search import SearchHit


def describe_shop(context: TurnContext, shape: str) -> Iterator[TurnEvent]:
    """What the shop has, counted, with a well-liked product of each big department."""
    draft, composer = context.draft, context.composer
    search = context.search
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
    draft.ranked = draft.shown = context.rank(query, hits)
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
    products = winners_first(products[:MOST_COMPARED], clean(draft.turn.message))
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
    words = _words_that_counted(context, product)
    explained = explain(
        product, card, state, context.naming, context.facets, context.currency, words
    )
    said = composer.why(explained)
    if not explained.met and (rating := rating_text(product, draft.language)):
        said += composer.product_answer(explained.title, [rating])
    yield from draft.say_all(said)


def _words_that_counted(context: TurnContext, product: Product) -> tuple[str, ...]:
    """Words of a shown product that spoke for it; none where the model did not decide the order.

    They stand in its record still, and are told only while the version serves that counted them.
    """
    draft, state = context.draft, context.draft.state
    if state.constraints.prefer in SUPERLATIVES or not state.shown:
        return ()
    turns = [one.turn for one in state.shown if product.id in {p.product_id for p in one.products}]
    if not turns:
        return ()
    log, ranker = context.parts.log, context.parts.ranker
    found = explain_shown(
        log.engine, draft.turn.conversation_id, turns[-1], product.id, ranker.model
    )
    record = " ".join(product.texts()).casefold()
    words = () if found is None else telling_words(found)
    return tuple(word for word in words if word.casefold() in record)


def answer_on_product(context: TurnContext) -> Iterator[TurnEvent]:
    """Answer from the record of the product meant, its variants, its description, its reviews."""
    draft = context.draft
    products = context.meant()
    products = products or context.products(
        [each.product_id for each in draft.state.last_shown[:1]]
    )
    if not products:
        yield from draft.say_all(context.composer.which_product())
        return
    product, question = products[0], draft.turn.message
    draft.state = draft.state.model_copy(update={"focus": tuple(each.id for each in products)})
    variants = context.catalog.variants(product)
    on_variants = answer_on_variants(question, product, variants, context.naming)
    if on_variants is not None:
        show_records(context, on_variants.show or [product])
        draft.count(True)
        yield from draft.say_all(on_variants.said)
        return
    if len(products) > 1 and (several := answer_on_several(question, products, context.naming)):
        show_records(context, products)
        yield from draft.say_all(several)
        return
    show_records(context, [product])
    answer = answer_on_opinions if asks_opinion(clean(question)) else answer_product_question
    said, known = answer(question, product, context.naming)
    draft.count(known)
    if not known:
        draft.offer_person()
    yield from draft.say_all(said)


def show_records(context: TurnContext, products: Sequence[Product]) -> None:
    """Put these very products on the cards: as they were shown, or found anew by their titles."""
    draft = context.draft
    ids = [product.id for product in products]
    draft.cards = context.parts.log.cards(draft.turn.conversation_id, ids)
    if len(draft.cards) == len(ids):
        return
    search = context.search
    query = draft.query = context.understood.query if context.understood else ""
    hits = [
        hit
        for product in products
        for hit in search.search(query or product.title, Filters(product_ids=(product.id,)), 1)
    ]
    show_plainly(context, query or products[0].title, hits)


def answer_on_shop(context: TurnContext) -> Iterator[TurnEvent]:
    """Answer from the shop's own documents."""
    draft = context.draft
    said, known = answer_shop_question(draft.turn.message, draft.language, context.parts.documents)
    draft.count(known)
    if not known:
        draft.offer_person()
    yield from draft.say_all(said)
