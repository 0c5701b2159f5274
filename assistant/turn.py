"""One turn, from the door to the log: this module is the guide's pipeline.

understand -> retrieve -> rerank -> choose -> show the cards -> write and verify -> log -> reply
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from pydantic import ValidationError

from assistant.answers import (
    answer_product_question,
    answer_shop_question,
)
from assistant.asking import question_for
from assistant.bundles import find_bundle
from assistant.comparing import MOST_COMPARED, advantages, comparison_of
from assistant.constraints import SUPERLATIVES, Constraints
from assistant.diversify import choose
from assistant.draft import Clock, Draft
from assistant.events import Event
from assistant.evidence import shared_words
from assistant.explaining import explain
from assistant.finding import Found, find, ordered, with_named
from assistant.gathering import picks_of_bundle, set_of
from assistant.llm import LanguageModel
from assistant.log import ConversationLog, LoggedTurn, OpenTurn
from assistant.naming import Naming
from assistant.open_log import open_log
from assistant.overview import overview, samples
from assistant.planning import cards_of, limits_of, picks_of, plan_of
from assistant.reply import Intent, TextReady, TurnEvent
from assistant.settings import AssistantSettings
from assistant.state import DialogueState
from assistant.suggestions import suggest, understood_and_found
from assistant.turnstiles import Turnstiles
from assistant.understanding.understander import Understander, Understood
from assistant.verify import Verifier, strict_words
from assistant.writing.composer import composer_for
from assistant.writing.phrasing import seed_of
from assistant.writing.plan import BRANDS
from assistant.writing.writer import Writer
from ranking.rerank import ClickRanker, open_ranker
from retrieval.catalog import Catalog
from retrieval.documents import DocumentSearch
from retrieval.facets import Facets
from retrieval.product import Product
from retrieval.search import ProductSearch
from retrieval.shop import open_shop

logger = logging.getLogger(__name__)

DEPARTMENTS_GREETED = 4
SUGGESTED_ANSWERS = 4


@dataclass(frozen=True, slots=True)
class Parts:
    """What a guide is made of."""

    settings: AssistantSettings
    catalog: Catalog
    search: ProductSearch
    ranker: ClickRanker
    documents: DocumentSearch
    log: ConversationLog
    writer: Writer
    embedder: str


class Guide:
    """Answers customers; one object serves all conversations of a process, from any thread."""

    def __init__(self, parts: Parts, on_close: Callable[[], None] = lambda: None) -> None:
        self.parts = parts
        self._on_close = on_close
        self._turnstiles = Turnstiles()
        self._vocabulary: _Vocabulary | None = None
        self._vocabulary_lock = threading.Lock()

    @classmethod
    def open(cls, settings: AssistantSettings) -> Guide:
        """Open database, catalogue, index, click model and log; the writer's model follows.

        Raises:
            ShopGuideError: naming what is missing or damaged.
        """
        with ExitStack() as opened:
            shop = opened.enter_context(open_shop(settings))
            ranker = open_ranker(settings, shop.embedder)
            # Last, because loading one model disturbs torch's defaults for all others that load.
            writer = Writer(LanguageModel.open(settings), settings.llm_deadline_seconds)
            parts = Parts(
                settings=settings,
                catalog=shop.catalog,
                search=shop.search,
                ranker=ranker,
                documents=DocumentSearch(shop.engine, shop.embedder),
                log=open_log(settings, shop.engine, shop.catalog),
                writer=writer,
                embedder=shop.embedder.name,
            )
            guide = cls(parts, on_close=opened.pop_all().close)
        guide.warm_up()
        return guide

    def answer(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        customer_id: str | None = None,
        channel: str = "web",
    ) -> Iterator[TurnEvent]:
        """Answer a message: the cards, then the text as it is written, then the whole reply.

        The reply is in the log when it is given out. A failure inside is logged and becomes an
        apology; only where the log itself cannot be written is an error raised.

        Raises:
            ShopGuideError: the log cannot be written; nothing of this turn counts as answered.
        """
        clock = Clock()
        limit = self.parts.settings.max_message_chars
        text = message.replace("\x00", "").strip()
        with self._turnstiles.one_at_a_time(conversation_id):
            turn = self.parts.log.begin(
                text,
                conversation_id=conversation_id,
                customer_id=customer_id,
                channel=channel,
                longest=limit,
            )
            draft = self._draft(turn, clock)
            draft.channel = channel
            if len(text) > limit:
                draft.notices.append("cut")
            yield from self._completed(draft, self._respond(draft))

    def remove_constraint(self, conversation_id: str, path: str) -> Iterator[TurnEvent]:
        """Answer the removal of one condition ("price.max") as a turn of its own."""
        clock = Clock()
        with self._turnstiles.one_at_a_time(conversation_id):
            turn = self.parts.log.begin(f"(–{path})", conversation_id=conversation_id)
            draft = self._draft(turn, clock)
            draft.notices.append("condition removed")
            draft.intent, draft.language = Intent.REFINE, draft.state.language
            draft.state = draft.state.without(path)
            draft.constraints = draft.state.to_json()
            query = self._words().understander.query(draft.state)
            yield from self._completed(draft, self._recommend(draft, query))

    def record_event(self, event: Event) -> None:
        """Log what a customer did with a reply.

        Raises:
            UnknownTurnError: the turn, or the product in it, is not in the log.
        """
        self.parts.log.record_event(event)

    def record_consent(self, conversation_id: str, purpose: str, *, given: bool) -> None:
        """Log that a customer agreed to a purpose, or refused.

        Raises:
            UnknownTurnError: the conversation is not in the log.
        """
        self.parts.log.record_consent(conversation_id, purpose, given=given)

    def history(self, conversation_id: str) -> list[LoggedTurn]:
        """The conversation so far, for a page that is loaded again."""
        return self.parts.log.history(conversation_id)

    def warm_up(self) -> None:
        """Do once, without logging, what the first customer would otherwise wait for."""
        self._rehearse("a waterproof jacket under $100")
        self.parts.documents.search("delivery", limit=1)
        # The first Chinese sentence loads a word list, which takes a second.
        threading.Thread(
            target=self._rehearse, args=("防水夹克",), name="warm-up", daemon=True
        ).start()

    def close(self) -> None:
        """Release model, database and indexes; the guide is of no use afterwards."""
        self.parts.writer.model.close()
        self._on_close()

    # The pipeline.

    def _respond(self, draft: Draft) -> Iterator[TurnEvent]:
        """Understand the message and do what it asks."""
        message = draft.turn.message
        since = time.perf_counter()
        words = self._words()
        facets = words.facets
        titles = {
            shown.product_id: shown.title for turn in draft.state.shown for shown in turn.products
        }
        understood = words.understander.understand(message, draft.state, titles)
        draft.clock.step("understand", since)
        draft.note(understood)
        composer = composer_for(draft.language)
        if not any(character.isalnum() for character in message):
            draft.intent = Intent.GREETING
            yield from draft.say_all(composer.empty())
            return
        restarted = understood.move is not None and understood.move.kind == "start_over"
        match draft.intent:
            case Intent.RECOMMEND | Intent.REFINE if restarted and not draft.state.wish.parts:
                draft.suggestions = Naming(facets, draft.language).departments(facets, 3)
                yield from draft.say_all(composer.restart())
            case Intent.RECOMMEND | Intent.REFINE:
                yield from self._recommend(draft, understood.query, understood)
            case Intent.COMPARE:
                yield from self._compare(draft, understood, facets)
            case Intent.PRODUCT_QUESTION if understood.reason == "why":
                yield from self._why(draft, understood, facets)
            case Intent.PRODUCT_QUESTION:
                yield from self._product_question(draft, understood, facets)
            case Intent.SHOP_QUESTION if understood.shape is not None:
                yield from self._describe_shop(draft, understood)
            case Intent.SHOP_QUESTION:
                said, known = answer_shop_question(message, draft.language, self.parts.documents)
                draft.count(known)
                yield from draft.say_all(said)
            case Intent.CART:
                products = self._meant(draft, understood)
                title = Naming(facets, draft.language).title(products[0]) if products else ""
                yield from draft.say_all(composer.cart(title))
            case Intent.GREETING:
                naming = Naming(facets, draft.language)
                departments = naming.departments(facets, DEPARTMENTS_GREETED)
                draft.suggestions = [name for name in departments if len(name) <= 24][:3]
                shop = self.parts.settings.shop_name
                yield from draft.say_all(composer.greeting(shop, departments))
            case Intent.HANDOFF:
                draft.handoff = True
                yield from draft.say_all(composer.handoff())
            case Intent.UNSAFE:
                yield from draft.say_all(composer.unsafe())
            case Intent.OUT_OF_SCOPE:
                yield from draft.say_all(composer.out_of_scope())

    def _recommend(
        self, draft: Draft, query: str, understood: Understood | None = None
    ) -> Iterator[TurnEvent]:
        """Retrieve, rerank, choose, show, write."""
        parts, state = self.parts, draft.state
        if state.wish.needs:
            yield from self._gather(draft, query)
            return
        before = draft.before.constraints
        words = self._words()
        facets = words.facets
        draft.query = query

        since = time.perf_counter()
        exact = understood is not None and (understood.best or understood.shape) is not None
        exact = exact or state.constraints.prefer in SUPERLATIVES
        found = find(parts.search, query, state, facets, self._candidates, exact=exact)
        named = understood.named if understood else ()
        if named:
            found = with_named(parts.search, query, found, named, facets)
        draft.clock.step("retrieve", since)

        since = time.perf_counter()
        ranked = parts.ranker.rank(query, found.hits, draft.turn.customer_id)
        draft.clock.step("rerank", since)

        draft.ranked = ordered(ranked, found, facets)
        in_order = found.in_order or found.constraints.prefer in SUPERLATIVES
        draft.shown = choose(draft.ranked, parts.settings.products_shown, in_order=in_order)
        naming = Naming(facets, draft.language)
        picks = picks_of(draft.shown, found, state, naming, facets)
        draft.cards = cards_of(draft.shown, picks)
        draft.constraints = state.to_json()
        draft.remember_shown()

        asked = None
        if draft.intent is Intent.RECOMMEND and not (exact or named or found.set_aside):
            asked = question_for(draft.ranked, state, facets, naming)
        if asked is not None:
            draft.state = draft.state.model_copy(update={"has_asked": True})
        plan = plan_of(
            picks,
            state,
            found,
            naming,
            facets,
            wish=draft.turn.message,
            seed=seed_of(draft.turn.conversation_id, draft.turn.turn),
            currency=parts.settings.currency or facets.currency,
            understood=understood,
            before=draft.before,
            question=composer_for(draft.language).question(asked) if asked else "",
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
                words.strict_words,
                limits=limits_of(found.constraints),
                wish=draft.turn.message,
                shared=shared_words(hit.hit.product for hit in draft.ranked),
            )

        yield from draft.say_all(parts.writer.write(plan, verifier, draft.written))
        draft.suggestions = self._suggestions(draft, found, words, naming)
        if asked is not None:
            draft.suggestions = list(asked.options)[:SUGGESTED_ANSWERS]

    def _gather(self, draft: Draft, query: str) -> Iterator[TurnEvent]:
        """Products for several needs at once, within their budget."""
        words, state = self._words(), draft.state
        facets = words.facets
        draft.query = query
        since = time.perf_counter()
        bundle = find_bundle(
            self.parts.search,
            lambda query, hits: self.parts.ranker.rank(query, hits, draft.turn.customer_id),
            words.understander.query,
            state,
            facets,
            self._candidates,
        )
        draft.clock.step("retrieve", since)
        naming = Naming(facets, draft.language)
        draft.ranked = [hit for line in bundle.lines for hit in line.ranked]
        draft.ranked += [hit for hit in bundle.shown if hit not in draft.ranked]
        draft.shown = bundle.shown
        draft.cards = cards_of(draft.shown, picks_of_bundle(bundle, state, naming, facets))
        draft.constraints = state.to_json()
        draft.remember_shown()
        composer = composer_for(draft.language)
        if not bundle.shown:
            yield from draft.say_all(composer.no_product())
            return
        currency = self.parts.settings.currency or facets.currency
        yield from draft.say_all(composer.together(set_of(bundle, state, naming, currency)))

    def _describe_shop(self, draft: Draft, understood: Understood) -> Iterator[TurnEvent]:
        """What the shop has, counted, with a well-liked product of each big department."""
        words = self._words()
        naming = Naming(words.facets, draft.language)
        search = self.parts.search
        whole = overview(search, words.facets, naming)
        composer = composer_for(draft.language)
        if understood.shape == "brands":
            yield from draft.say_all(composer.brands(whole.brands))
            return
        hits = samples(search, whole.departments)
        draft.ranked = draft.shown = self.parts.ranker.rank("", hits, draft.turn.customer_id)
        found = Found(hits, Constraints())
        picks = picks_of(draft.shown, found, DialogueState(), naming, words.facets)
        draft.cards = cards_of(draft.shown, picks)
        draft.remember_shown()
        draft.suggestions = [each.name for each in whole.departments if len(each.name) <= 24][:3]
        yield from draft.say_all(composer.departments(whole.products, whole.departments))

    def _compare(self, draft: Draft, understood: Understood, facets: Facets) -> Iterator[TurnEvent]:
        """Say in what the products meant differ, with their cards."""
        products = self._meant(draft, understood)
        if len(products) < 2:
            products = self._products(draft.state.seen())
        if len(products) > 2:
            named = set(understood.kinds)
            alike = [each for each in products if named & set(each.category)]
            products = alike if len(alike) > 1 else products
        if len(products) < 2:
            yield from self._recommend(draft, understood.query)
            return
        products = products[:MOST_COMPARED]
        naming = Naming(facets, draft.language)
        draft.cards = self.parts.log.cards(
            draft.turn.conversation_id, [product.id for product in products]
        )
        draft.comparison = comparison_of(products, naming)
        composer = composer_for(draft.language)
        # A page shows the table; where there is no page, the text holds it.
        said = composer.comparison(draft.comparison, lines=draft.channel != "web")
        for title, found in advantages(products, naming):
            said.append(composer.advantages(title, found, len(products)))
        draft.state = draft.state.model_copy(update={"focus": tuple(p.id for p in products)})
        yield from draft.say_all(said)

    def _why(self, draft: Draft, understood: Understood, facets: Facets) -> Iterator[TurnEvent]:
        """Say why the product meant was recommended; the first one where none is named."""
        composer, state = composer_for(draft.language), draft.state
        products = self._meant(draft, understood)
        products = products or self._products([each.product_id for each in state.last_shown[:1]])
        if not products:
            yield from draft.say_all(composer.which_product())
            return
        product = products[0]
        draft.cards = self.parts.log.cards(draft.turn.conversation_id, [product.id])
        naming = Naming(facets, draft.language)
        currency = self.parts.settings.currency or facets.currency
        card = draft.cards[0] if draft.cards else None
        explained = explain(product, card, state, naming, facets, currency)
        yield from draft.say_all(composer.why(explained))

    def _product_question(
        self, draft: Draft, understood: Understood, facets: Facets
    ) -> Iterator[TurnEvent]:
        """Answer from the record of the product meant, its description and its reviews."""
        products = self._meant(draft, understood)
        if not products:
            yield from draft.say_all(composer_for(draft.language).which_product())
            return
        draft.cards = self.parts.log.cards(draft.turn.conversation_id, [products[0].id])
        said, known = answer_product_question(
            draft.turn.message, products[0], Naming(facets, draft.language)
        )
        draft.count(known)
        yield from draft.say_all(said)

    def _completed(self, draft: Draft, events: Iterator[TurnEvent]) -> Iterator[TurnEvent]:
        """Pass the events on, mend what fails, log the turn, and only then give the reply."""
        try:
            yield from events
        except GeneratorExit:
            # The customer has left; what was shown until then was shown.
            draft.error = "the customer left before the reply was complete"
            self.parts.log.complete(draft.record(draft.reply()))
            raise
        except Exception as error:
            logger.exception("turn %s of %s failed", draft.turn.turn, draft.turn.conversation_id)
            draft.error = f"{type(error).__name__}: {error}"
            draft.state = draft.state.with_failure()
            composer = composer_for(draft.language)
            yield from draft.say_all(composer.apology(products=bool(draft.cards)))
        reply = draft.reply()
        self.parts.log.complete(draft.record(reply))
        yield reply

    # What the pipeline uses.

    def _rehearse(self, message: str) -> None:
        draft = self._draft(OpenTurn("rehearsal", 1, message, None, None), Clock())
        for event in self._respond(draft):
            if isinstance(event, TextReady):
                return

    @property
    def _candidates(self) -> int:
        return self.parts.settings.rerank_candidates

    def _draft(self, turn: OpenTurn, clock: Clock) -> Draft:
        state = DialogueState()
        if turn.state is not None:
            try:
                state = DialogueState.model_validate(turn.state)
            except ValidationError:
                # Written by another version: the wish is asked for anew, the log stays whole.
                logger.warning("the state of conversation %s is not readable", turn.conversation_id)
        models = {
            "clicks": self.parts.ranker.version,
            "embedder": self.parts.embedder,
            "llm": self.parts.writer.model.name,
        }
        return Draft(turn, clock, state, models, language=state.language)

    def _words(self) -> _Vocabulary:
        """The vocabulary of the catalogue as it is now."""
        with self._vocabulary_lock:
            revision = self.parts.catalog.revision()
            if self._vocabulary is None or self._vocabulary.revision != revision:
                facets = self.parts.catalog.facets()
                self._vocabulary = _Vocabulary(
                    revision,
                    facets,
                    Understander(facets, self.parts.catalog.titles()),
                    strict_words(facets),
                )
            return self._vocabulary

    def _suggestions(
        self, draft: Draft, found: Found, words: _Vocabulary, naming: Naming
    ) -> list[str]:
        state = draft.state.with_constraints(found.constraints)

        def leads_somewhere(phrase: str) -> bool:
            return understood_and_found(
                phrase, state, words.understander, words.facets, self.parts.search.count
            )

        return suggest(draft.ranked, draft.shown, state, words.facets, naming, leads_somewhere)

    def _meant(self, draft: Draft, understood: Understood) -> list[Product]:
        """The products a message speaks of: named ones, else the one in focus or shown alone."""
        ids: Sequence[str] = understood.referents or draft.state.focus
        if not ids and len(draft.state.last_shown) == 1:
            ids = [draft.state.last_shown[0].product_id]
        return self._products(ids)

    def _products(self, ids: Sequence[str]) -> list[Product]:
        found = self.parts.catalog.get(ids)
        return [found[key] for key in ids if key in found]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What follows from the catalogue's facets, made once a revision."""

    revision: int
    facets: Facets
    understander: Understander
    strict_words: frozenset[str]
