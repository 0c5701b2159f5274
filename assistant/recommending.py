"""A recommendation: retrieve -> rerank -> choose -> show the cards -> write and verify."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from assistant.asking import Question, question_for
from assistant.bundles import find_bundle
from assistant.constraints import SUPERLATIVES
from assistant.diversify import choose
from assistant.draft import Draft
from assistant.evidence import shared_words
from assistant.finding import Found, find, find_favourites, is_open, with_named
from assistant.gathering import picks_of_bundle, set_of
from assistant.ordering import ordered, standing
from assistant.parts import TurnContext
from assistant.planning import cards_of, limits_of, picks_of, plan_of
from assistant.reply import Intent, TurnEvent
from assistant.sponsoring import with_sponsored
from assistant.suggestions import suggest, understood_and_found
from assistant.supervision import fitting_pins, labelled, pinned_first, with_pinned
from assistant.verify import Verifier
from assistant.writing.phrasing import seed_of
from assistant.writing.plan import BRANDS
from ranking.rerank import RankedHit
from retrieval.facets import Facets

SUGGESTED_ANSWERS = 4


def recommend(context: TurnContext, query: str) -> Iterator[TurnEvent]:
    """Answer the wish of the conversation, for which `query` is searched."""
    if context.draft.state.wish.needs:
        yield from _gather(context, query)
        return
    parts, draft, understood = context.parts, context.draft, context.understood
    facets, naming = context.facets, context.naming
    state, before = draft.state, draft.before.constraints
    draft.query = query

    since = time.perf_counter()
    exact = understood is not None and (understood.best or understood.shape) is not None
    exact = exact or state.constraints.prefer in SUPERLATIVES
    open_wish = not exact and is_open(state.wish)
    found = (
        find_favourites(context.search, state, facets, context.candidates)
        if open_wish
        else find(context.search, query, state, facets, context.candidates, exact=exact)
    )
    if open_wish and not found.hits:
        found = find(context.search, query, state, facets, context.candidates)
    named = understood.named if understood else ()
    if named:
        found = with_named(context.search, query, found, named, facets)
    pinned = draft.rules.pinned_for(f"{draft.turn.message} {query}")
    if pinned and not found.in_order:
        found = with_pinned(context.search, query, found, pinned, facets)
    draft.clock.step("retrieve", since)

    since = time.perf_counter()
    ranked = context.rank(query, found.hits)
    draft.clock.step("rerank", since)

    draft.ranked = ordered(ranked, found, facets, state.wish)
    in_order = found.in_order or found.constraints.prefer in SUPERLATIVES
    draft.shown = choose(draft.ranked, parts.settings.products_shown, in_order=in_order)
    pinned += [] if in_order else fitting_pins(draft.rules.pinned_always(), ranked)
    if not in_order:
        draft.shown = _favoured(draft, found, facets, pinned, parts.settings.sponsored_bound)
    picks = picks_of(draft.shown, found, state, naming, facets)
    draft.cards = [
        labelled(card, draft.rules, draft.language, () if in_order else pinned)
        for card in cards_of(draft.shown, picks)
    ]
    if state.constraints.category and not found.constraints.category:
        # The category was a guess that the search went beyond: no chip should hold to it.
        draft.state = draft.state.without_guess("category")
    draft.constraints = draft.state.to_json()
    draft.remember_shown()

    asked = None
    if draft.intent is Intent.RECOMMEND and not (exact or named or found.set_aside):
        asked = question_for(draft.ranked, state, facets, naming)
    if asked is not None or (open_wish and not state.has_asked):
        draft.state = draft.state.model_copy(update={"has_asked": True})
    plan = plan_of(
        picks,
        state,
        found,
        naming,
        facets,
        wish=draft.turn.message,
        seed=seed_of(draft.turn.conversation_id, draft.turn.turn),
        currency=context.currency,
        understood=understood,
        before=draft.before,
        question=_question(context, asked, is_open=open_wish),
    )
    if plan.is_stuck and plan.too_little is not None:
        # "Cheaper" than the cheapest: no condition that the next turns could be held to.
        draft.state = draft.state.with_price_of(before)
    elif BRANDS in found.set_aside:
        draft.state = draft.state.with_constraints(found.constraints)
    draft.constraints = draft.state.to_json()

    def verifier() -> Verifier:
        return Verifier(
            [pick.product for pick in picks],
            context.words.strict_words,
            limits=limits_of(found.constraints),
            wish=draft.turn.message,
            shared=shared_words(hit.hit.product for hit in draft.ranked),
        )

    yield from draft.say_all(parts.writer.write(plan, verifier, draft.written))
    draft.suggestions = _suggestions(context, found)
    if asked is not None:
        draft.suggestions = list(asked.options)[:SUGGESTED_ANSWERS]


def _question(context: TurnContext, asked: Question | None, *, is_open: bool) -> str:
    """The one thing the guide asks back: what narrows, or what the person likes."""
    if context.draft.intent is Intent.CART:
        return context.composer.which_to_add()
    if asked is not None:
        return context.composer.question(asked)
    return context.composer.interests() if is_open and not context.draft.before.has_asked else ""


def _favoured(
    draft: Draft, found: Found, facets: Facets, pinned: Sequence[str], bound: float
) -> Sequence[RankedHit]:
    """What is shown, with the products in front that the lead wants there or that are paid for."""
    shown, ranked = draft.shown, draft.ranked
    if draft.rules.bids:
        place = standing(ranked, found, facets, draft.state.wish)
        shown = with_sponsored(shown, ranked, draft.rules.bids, bound, place)
    return pinned_first(shown, ranked, pinned) if pinned else shown


def _gather(context: TurnContext, query: str) -> Iterator[TurnEvent]:
    """Products for several needs at once, within their budget."""
    draft = context.draft
    facets, naming, state = context.facets, context.naming, context.draft.state
    draft.query = query
    since = time.perf_counter()
    bundle = find_bundle(
        context.search,
        context.rank,
        context.words.understander.query,
        state,
        facets,
        context.candidates,
    )
    draft.clock.step("retrieve", since)
    draft.ranked = [hit for line in bundle.lines for hit in line.ranked]
    draft.ranked += [hit for hit in bundle.shown if hit not in draft.ranked]
    draft.shown = bundle.shown
    draft.cards = cards_of(draft.shown, picks_of_bundle(bundle, state, naming, facets))
    draft.constraints = state.to_json()
    draft.remember_shown()
    if not bundle.shown:
        yield from draft.say_all(context.composer.no_product())
        return
    offer = set_of(bundle, state, naming, context.currency)
    yield from draft.say_all(context.composer.together(offer))


def _suggestions(context: TurnContext, found: Found) -> list[str]:
    draft, words = context.draft, context.words
    state = draft.state.with_constraints(found.constraints)

    def leads_somewhere(phrase: str) -> bool:
        return understood_and_found(
            phrase, state, words.understander, words.facets, context.search.count
        )

    return suggest(draft.ranked, draft.shown, state, words.facets, context.naming, leads_somewhere)
