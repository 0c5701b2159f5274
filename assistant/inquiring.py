"""Questions: on products that were shown, on the differences of some, on the shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answering.opinions import answer_on_opinions, asks_opinion
from assistant.answering.product import answer_product_question, answers_by_record
from assistant.answering.several import answer_on_several
from assistant.answering.shop import answer_shop_question
from assistant.answering.variants import answer_on_variants
from assistant.choosing import asks_which, by_measure, measures, purpose_of, suits
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
from retrieval.product import Availability, Product
from retrieval.search import SearchHit

FAVOURITES = 5


def describe_shop(context: TurnContext, shape: str) -> Iterator[TurnEvent]:
    """What the shop has, counted, with a well-liked product of each big department."""
    draft, composer = context.draft, context.composer
    search = context.search
    whole = overview(search, context.facets, context.naming)
    more = len(context.facets.brands) > len(whole.brands)
    if shape == "brands":
        yield from draft.say_all(composer.brands(whole.brands, more=more))
        return
    if not whole.departments:
        first, question = composer.departments(whole.products, ())
        yield from draft.say_all([first, *composer.brands(whole.brands, more=more), question])
        return
    show_plainly(context, "", samples(search, whole.departments))
    draft.suggestions = [each.name for each in whole.departments if len(each.name) <= 24][:3]
    yield from draft.say_all(composer.departments(whole.products, whole.departments))


def show_favourites(context: TurnContext) -> Iterator[TurnEvent]:
    """Show a well-liked product of each big department to somebody who has no wish yet."""
    draft = context.draft
    whole = overview(context.search, context.facets, context.naming)
    hits = samples(context.search, whole.departments)
    show_plainly(context, "", hits or context.search.search("", limit=FAVOURITES))
    draft.suggestions = [each.name for each in whole.departments if len(each.name) <= 24][:3]
    yield from draft.say_all(context.composer.ideas())


def show_plainly(context: TurnContext, query: str, hits: Sequence[SearchHit]) -> None:
    """Put products on the cards that are held to no condition of the wish."""
    draft = context.draft
    draft.ranked = draft.shown = context.rank(query, hits)
    found = Found(list(hits), Constraints())
    picks = picks_of(draft.shown, found, DialogueState(), context.naming, context.facets)
    draft.cards = cards_of(draft.shown, picks)
    draft.remember_shown()


def compare(context: TurnContext, query: str, kinds: Sequence[str]) -> Iterator[TurnEvent]:
    """Say in what the products meant differ, with their cards.

    The only one that was shown is compared with what is nearest to it; without any, recommend.
    """
    draft, naming, composer = context.draft, context.naming, context.composer
    products = context.meant()
    if len(products) < 2:
        products = context.products(draft.state.seen())
    if len(products) > 2:
        named = set(kinds)
        alike = [each for each in products if named & set(each.category)]
        products = alike if len(alike) > 1 else products
    rival = _nearest_to(products[0], context) if len(products) == 1 and not kinds else None
    if rival is not None:
        products = [products[0], rival]
        yield from draft.say_all(composer.compared_with(naming.title(rival)))
    if len(products) < 2:
        yield from recommend(context, query)
        return
    question = clean(draft.turn.message)
    if asks_which(question):
        yield from _choose(context, question, products)
        return
    products = winners_first(products[:MOST_COMPARED], question)
    show_records(context, products)
    draft.comparison = comparison_of(products, naming)
    # A page shows the table; where there is no page, the text holds it.
    said = composer.comparison(draft.comparison, lines=not draft.draws_tables)
    for title, found in advantages(products, naming):
        said.append(composer.advantages(title, found, len(products)))
    draft.state = draft.state.model_copy(update={"focus": tuple(p.id for p in products)})
    yield from draft.say_all(said)


def _nearest_to(product: Product, context: TurnContext) -> Product | None:
    """Another product of the same kind, or else department: the likest that can be bought."""
    for level in reversed(product.category):
        filters = Filters(
            categories=(level,),
            exclude_groups=(product.variant_group,),
            availability=(Availability.IN_STOCK,),
        )
        if hits := context.search.search(product.title, filters, 1):
            return hits[0].product
    return None


def _choose(
    context: TurnContext, question: str, products: Sequence[Product]
) -> Iterator[TurnEvent]:
    """Name the one of several that a question asks for: by a measure, else by the ranking."""
    draft, naming, composer = context.draft, context.naming, context.composer
    measured = by_measure(question, products, naming)
    if measured is not None:
        show_records(context, measured.ordered)
        said = composer.by_measure(measured)
    elif measures(question):
        show_records(context, products)
        draft.offer_person()
        said = composer.not_measured([naming.title(each) for each in products])
    else:
        lead, products = _best_for(context, question, products[:MOST_COMPARED])
        show_records(context, [lead, *(each for each in products if each.id != lead.id)])
        purpose = purpose_of(question)
        told = dict(advantages(products, naming)).get(naming.title(lead), [])
        quote = suits(lead, purpose, naming)
        said = composer.choice(naming.title(lead), told, len(products), purpose, quote)
    draft.state = draft.state.model_copy(
        update={"focus": tuple(card.product_id for card in draft.cards)}
    )
    yield from draft.say_all(said)


def _best_for(
    context: TurnContext, question: str, products: Sequence[Product]
) -> tuple[Product, Sequence[Product]]:
    """The product that is likeliest to be clicked for the wish and the purpose asked about.

    One whose own text speaks of the purpose comes before all that are silent on it.
    """
    purpose = purpose_of(question)
    query = f"{context.understood.query if context.understood else ''} {purpose}".strip()
    filters = Filters(product_ids=tuple(each.id for each in products))
    hits = context.search.search(query, filters, len(products), collapse=False)
    ranked = context.parts.ranker.rank(query, hits, context.draft.turn.customer_id)
    order = [hit.hit.product for hit in ranked] or list(products)
    speaking = [each for each in order if suits(each, purpose, context.naming)]
    return (speaking or order)[0], products


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
    on_variants = [
        found
        for each in products[:MOST_COMPARED]
        if (found := answer_on_variants(
            question, each, context.catalog.variants(each), context.naming
        )) is not None
    ]  # fmt: skip
    if on_variants:
        show = [shown for found in on_variants for shown in found.show]
        show_records(context, show or products[: len(on_variants)])
        draft.count(True)
        yield from draft.say_all([said for found in on_variants for said in found.said])
        return
    if len(products) > 1 and (several := answer_on_several(question, products, context.naming)):
        show_records(context, products)
        yield from draft.say_all(several)
        return
    show_records(context, [product])
    said, known = _on_one(question, product, context)
    draft.count(known)
    if not known:
        draft.offer_person()
    yield from draft.say_all(said)


def _on_one(question: str, product: Product, context: TurnContext) -> tuple[list[str], bool]:
    """What is known on a question; "any good for calls?" asks of calls before it asks opinions."""
    naming = context.naming
    if not asks_opinion(clean(question)):
        return answer_product_question(question, product, naming)
    purpose = purpose_of(clean(question))
    if purpose and (facts := answers_by_record(purpose, product, naming)):
        told = [naming.attribute(name, value) for name, value in facts[:2]]
        return context.composer.product_answer(naming.title(product), told), True
    if purpose and (quote := suits(product, purpose, naming)):
        return context.composer.described(naming.title(product), quote), True
    said, known = answer_on_opinions(question, product, naming)
    return ([*said, context.composer.unmentioned(purpose)] if purpose else said), known


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
