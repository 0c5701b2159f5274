"""One turn, from the door to the log: this module is the guide's pipeline.

understand -> retrieve -> rerank -> choose -> show the cards -> write and verify -> log -> reply
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain

from pydantic import ValidationError
from structlog.contextvars import bind_contextvars

from assistant.cart import CartView
from assistant.cart_turn import change_cart, serve_cart, tells_option
from assistant.carting import CartDesk
from assistant.controls import Controls
from assistant.draft import BANNED, Clock, Draft
from assistant.events import Event
from assistant.gestures import CartChanged, ConditionRemoved
from assistant.handing_over import (
    FAILED_TURNS,
    summary_of,
    wish_labels,
    with_pasted_cards,
    words_of_staff,
)
from assistant.inquiring import (
    answer_on_product,
    answer_on_shop,
    compare,
    describe_shop,
    say_why,
    show_favourites,
)
from assistant.language import Language
from assistant.llm import LanguageModel
from assistant.log import LoggedTurn, OpenTurn
from assistant.naming import Naming
from assistant.open_log import open_log
from assistant.parts import Parts, TurnContext, Vocabulary
from assistant.pictures import MARK, Picture
from assistant.recommending import recommend
from assistant.reply import Intent, Reply, TextReady, TurnEvent
from assistant.seeing import look_at, seen_words
from assistant.settings import AssistantSettings
from assistant.shadow import ShadowScoring
from assistant.slot_filling import borne_out, fill_slots, may_be_wish
from assistant.state import DialogueState
from assistant.supervision import supervised_catalog, supervised_search
from assistant.takeover.desk import Desk
from assistant.takeover.timeline import News
from assistant.turnstiles import Turnstiles
from assistant.understanding.understander import Understander, Understood
from assistant.verify import strict_words
from assistant.watching import FinishedTurn, Watcher
from assistant.writing.composer import composer_for
from assistant.writing.writer import Writer
from ranking.rerank import RankedHit, open_ranker
from retrieval.document_search import DocumentSearch
from retrieval.filters import Filters
from retrieval.shop import open_shop

logger = logging.getLogger(__name__)

DEPARTMENTS_GREETED = 4
_NO_WISH = (Intent.UNSAFE, Intent.HANDOFF, Intent.CART)
"""What a message asks for, whatever the picture with it shows."""


class Guide:
    """Answers customers; one object serves all conversations of a process, from any thread."""

    def __init__(self, parts: Parts, on_close: Callable[[], None] = lambda: None) -> None:
        self.parts = parts
        self._on_close = on_close
        self._turnstiles = Turnstiles(parts.catalog.engine)
        self._shadow = ShadowScoring(parts.ranker, parts.log)
        self._watchers: list[Watcher] = []
        self._desk = Desk(parts.catalog.engine)
        self._vocabulary: Vocabulary | None = None
        self._vocabulary_lock = threading.Lock()
        self.is_busy: Callable[[], bool] = lambda: False
        """Whether other customers wait; then fewer products are ranked."""
        self.is_watched = False
        """Whether somebody calls `take_up_changes` all the time: turns need not look themselves."""

    @classmethod
    def open(cls, settings: AssistantSettings, *, rest: bool = True) -> Guide:
        """Open database, catalogue, index, click model and log, ready to answer.

        What first answers do without follows in the background, at once unless `rest` is false:
        a server that has yet to import its pages calls `load_rest` once it answers.

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
                controls=Controls(shop.engine),
            )
            guide = cls(parts, on_close=opened.pop_all().close)
        guide.warm_up()
        if rest:
            guide.load_rest()
        return guide

    def answer(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        customer_id: str | None = None,
        segment: str | None = None,
        channel: str = "web",
        language: Language | None = None,
        picture: Picture | None = None,
    ) -> Iterator[TurnEvent]:
        """Answer a message: the cards, then the text as it is written, then the whole reply.

        `segment` is one of the shop's groups of customers; a conversation keeps the first one
        told. `language` is the interface's, in which a picture without words is answered. A
        `picture` is looked at where `sees` says so, and forgotten with the turn.

        The reply is in the log when it is given out. A failure inside is logged and becomes an
        apology; only where the log itself cannot be written is an error raised.

        Raises:
            ShopGuideError: the log cannot be written; nothing of this turn counts as answered.
        """
        clock = Clock()
        limit = self.parts.settings.max_message_chars
        text = message.replace("\x00", "").strip()
        if picture is not None:
            text = f"{MARK} {text}".strip()
        with self._turnstiles.one_at_a_time(conversation_id):
            turn = self.parts.log.begin(
                text,
                conversation_id=conversation_id,
                customer_id=customer_id,
                segment=segment,
                channel=channel,
                longest=limit,
            )
            draft = self._draft(turn, clock)
            draft.channel = channel
            if len(text) > limit:
                draft.notices.append("cut")
            if language is not None and not draft.state.turn:
                draft.state = draft.state.model_copy(update={"language": language})
            if turn.agent is not None:
                yield from self._completed(draft, self._listen(draft))
                return
            answer = self._respond(draft, picture)
            parts = answer, self._give_up(draft), self._pass_words(draft)
            yield from self._completed(draft, chain(*parts))

    def remove_constraint(self, conversation_id: str, path: str) -> Iterator[TurnEvent]:
        """Answer the removal of one condition ("price.max") as a turn of its own."""
        clock = Clock()
        with self._turnstiles.one_at_a_time(conversation_id):
            done = ConditionRemoved(path).to_message()
            turn = self.parts.log.begin(done, conversation_id=conversation_id)
            draft = self._draft(turn, clock)
            draft.notices.append("condition removed")
            draft.intent, draft.language = Intent.REFINE, draft.state.language
            draft.state = draft.state.without(path)
            draft.constraints = draft.state.to_json()
            if turn.agent is not None:
                draft.intent = Intent.HANDOFF
                yield from self._completed(draft, draft.say_all(()))
                return
            context = TurnContext(self.parts, self._words(), draft)
            query = context.words.understander.query(draft.state)
            yield from self._completed(draft, recommend(context, query))

    def change_cart(
        self, conversation_id: str, product_id: str, quantity: int | None = None
    ) -> Iterator[TurnEvent]:
        """Answer a click on the cart as a turn of its own: so many of a product, or one more."""
        clock = Clock()
        with self._turnstiles.one_at_a_time(conversation_id):
            done = CartChanged(product_id, quantity).to_message()
            turn = self.parts.log.begin(done, conversation_id=conversation_id)
            draft = self._draft(turn, clock)
            draft.notices.append("cart changed by a click")
            draft.intent, draft.language = Intent.CART, draft.state.language
            draft.constraints = draft.state.to_json()
            context = TurnContext(self.parts, self._words(), draft)
            yield from self._completed(draft, change_cart(context, product_id, quantity))

    def news(self, conversation_id: str, after: int = 0) -> News:
        """Who has a conversation, and what colleagues have said since their message `after`."""
        return self._desk.news(conversation_id, after)

    @property
    def sees(self) -> bool:
        """Whether pictures are looked at."""
        return self.parts.settings.reads_pictures

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

    def cart(self, conversation_id: str) -> CartView:
        """The cart of a conversation, priced by the catalogue of the moment."""
        state = self._state(conversation_id, self.parts.log.state(conversation_id))
        naming = Naming(self._words().facets, state.language)
        catalog = supervised_catalog(self.parts.catalog, self.parts.controls.rules())
        return CartDesk(catalog, naming, self.parts.settings.cart_url).view(state.cart)

    def search(self, query: str, filters: Filters, limit: int) -> list[RankedHit]:
        """The best products for a query, outside of any conversation: retrieved and reranked."""
        candidates = max(limit, self.parts.settings.rerank_candidates)
        search = supervised_search(self.parts.search, self.parts.controls.rules())
        hits = search.search(query, filters, candidates)
        return list(self.parts.ranker.rank(query, hits))[:limit]

    def take_up_catalog(self) -> None:
        """Let what the catalogue says now be found from the next message on, and wait for it.

        Where somebody calls `take_up_changes` all the time, new words are left to them: a wish
        finds them by search until they are understood, moments later.

        Raises:
            ShopGuideError: where the database or the vector store cannot be read.
        """
        self.parts.search.refresh()
        if not self.is_watched:
            self._take_up_words()

    def take_up_changes(self) -> None:
        """Let a changed catalogue and a newly promoted click model count, where there are such.

        Raises:
            ShopGuideError: where the database or the vector store cannot be read.
        """
        self.parts.ranker.refresh()
        self.parts.search.refresh()
        self._take_up_words()

    def warm_up(self) -> None:
        """Do once, without logging, what the first customer would otherwise wait for."""
        self._rehearse("a waterproof jacket under $100")

    def load_rest(self) -> None:
        """Load in the background, one after the other, what first answers do without.

        The shop's documents are embedded; the first Chinese sentence loads a word list, which
        takes a second; and the language model, for which the composer writes until then.
        """
        threading.Thread(target=self._load_rest, name="load-rest", daemon=True).start()

    def models(self) -> dict[str, str | None]:
        """The models that serve now, by their parts."""
        return {
            "clicks": self.parts.ranker.version,
            "embedder": self.parts.embedder,
            "llm": self.parts.writer.model.name,
        }

    def revision(self) -> int:
        """The catalogue's revision that is searched now."""
        return self.parts.search.revision

    def check_vectors(self) -> None:
        """See whether the vector store answers.

        Raises:
            ShopGuideError: telling why it does not.
        """
        self.parts.search.check_store()

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` called with every turn from now on, once it is in the log."""
        self._watchers.append(watcher)

    def close(self) -> None:
        """Release model, database and indexes; the guide is of no use afterwards."""
        self._shadow.close()
        self.parts.writer.model.close()
        self._on_close()

    # The pipeline.

    def _respond(self, draft: Draft, picture: Picture | None = None) -> Iterator[TurnEvent]:
        """Understand the message and do what it asks."""
        message = draft.turn.message
        if picture is not None:
            message = message.removeprefix(MARK).lstrip()
        since = time.perf_counter()
        words = self._words()
        titles = {
            shown.product_id: shown.title for turn in draft.state.shown for shown in turn.products
        }
        understood = words.understander.understand(message, draft.state, titles)
        if picture is not None:
            more = self._look(picture, message, draft, understood, words)
        else:
            more = self._read_by_model(message, draft, understood, words)
        if more:
            understood = words.understander.understand(message, draft.state, titles, more)
        draft.clock.step("understand", since)
        draft.note(understood)
        if more:
            draft.understood = {**draft.understood, "supplement": more}
        context = TurnContext(self.parts, words, draft, understood, self.is_busy())
        if context.is_busy:
            draft.notices.append("busy")
        composer = context.composer
        if not more and not any(character.isalnum() for character in message):
            draft.intent = Intent.GREETING
            yield from draft.say_all([] if picture is not None else composer.empty())
            return
        if tells_option(context):
            draft.keep_wish(Intent.CART)
        restarted = understood.move is not None and understood.move.kind == "start_over"
        match draft.intent:
            case Intent.RECOMMEND | Intent.REFINE if restarted and not draft.state.wish.parts:
                draft.suggestions = context.naming.departments(context.facets, 3)
                yield from draft.say_all(composer.restart())
            case Intent.RECOMMEND | Intent.REFINE if _leaves_it_open(understood):
                yield from show_favourites(context)
            case Intent.RECOMMEND | Intent.REFINE:
                yield from recommend(context, understood.query)
            case Intent.COMPARE:
                yield from compare(context, understood.query, understood.kinds)
            case Intent.PRODUCT_QUESTION if understood.reason == "why":
                yield from say_why(context)
            case Intent.PRODUCT_QUESTION:
                yield from answer_on_product(context)
            case Intent.SHOP_QUESTION if understood.shape is not None:
                yield from describe_shop(context, understood.shape)
            case Intent.SHOP_QUESTION:
                yield from answer_on_shop(context)
            case Intent.CART if understood.reason == "another" and not understood.named:
                yield from recommend(context, understood.query)
            case Intent.CART:
                yield from serve_cart(context)
            case Intent.GREETING if said := composer.welcome(
                understood.reason, is_new=draft.before.turn == 0
            ):
                yield from draft.say_all(said)
            case Intent.GREETING:
                departments = context.naming.departments(context.facets, DEPARTMENTS_GREETED)
                draft.suggestions = [name for name in departments if len(name) <= 24][:3]
                shop = self.parts.settings.shop_name
                yield from draft.say_all(composer.greeting(shop, departments))
            case Intent.HANDOFF:
                told = self._pass_on(draft, understood.reason)
                yield from draft.say_all(composer.handoff(told, self._desk.is_staffed()))
            case Intent.UNSAFE:
                yield from draft.say_all(composer.unsafe())
            case Intent.OUT_OF_SCOPE:
                if understood.reason in ("question", "talk"):
                    draft.count(False)  # it may well be that it was not understood
                yield from draft.say_all(composer.out_of_scope())

    def _listen(self, draft: Draft) -> Iterator[TurnEvent]:
        """A colleague has the conversation: the guide says nothing, and keeps what it hears.

        A message that plainly changes the wish does so for later; talk of another kind is
        between people.
        """
        words = self._words()
        understood = words.understander.understand(draft.turn.message, draft.state, {})
        draft.language = understood.language
        if understood.intent is Intent.REFINE and understood.changed:
            draft.note(understood)
        draft.constraints = draft.state.to_json()
        draft.intent = Intent.HANDOFF
        yield from draft.say_all(words_of_staff(draft.turn, draft.channel, draft.language))

    def _pass_words(self, draft: Draft) -> Iterator[TurnEvent]:
        """What colleagues said, on a channel that has no other way to bring it."""
        if said := words_of_staff(draft.turn, draft.channel, draft.language):
            yield from draft.say_all(said)

    def _read_by_model(
        self, message: str, draft: Draft, understood: Understood, words: Vocabulary
    ) -> str:
        """What an endpoint's model reads in a wish beyond the rules, as far as they bear it out."""
        seconds = self.parts.settings.llm_understanding_seconds
        if not seconds or not may_be_wish(understood):
            return ""
        told = wish_labels(draft.state, draft.language, self.parts.settings.currency)
        deadline = time.monotonic() + seconds
        slots = fill_slots(self.parts.writer.model, message, told, words.facets, deadline)
        return "" if slots is None else borne_out(slots, message, words.understander)

    def _look(
        self,
        picture: Picture,
        message: str,
        draft: Draft,
        understood: Understood,
        words: Vocabulary,
    ) -> str:
        """What a picture shows, as far as the rules bear it out; notes what came of it."""
        draft.sight = "closed"
        more = ""
        if self.sees and picture.jpeg:
            draft.sight = "unclear"
            if understood.intent not in _NO_WISH:
                deadline = time.monotonic() + self.parts.settings.picture_seconds
                seen = look_at(self.parts.writer.model, picture, message, words.facets, deadline)
                more = "" if seen is None else seen_words(seen, message, words.understander)
        if more:
            draft.sight = "read"
        draft.notices.append(f"picture {draft.sight}")
        return more

    def _give_up(self, draft: Draft) -> Iterator[TurnEvent]:
        """After several turns that did not help: a person may."""
        if draft.state.failed_turns >= FAILED_TURNS and not draft.handoff:
            told = self._pass_on(draft, "three failed turns")
            composer = composer_for(draft.language)
            yield from draft.say_all(composer.given_up(told, self._desk.is_staffed()))

    def _pass_on(self, draft: Draft, reason: str) -> list[str]:
        """Hand the conversation to a person; gives what they will know of the wish."""
        words = self._words()
        currency = self.parts.settings.currency or words.facets.currency
        naming = Naming(words.facets, draft.language)
        catalog = supervised_catalog(self.parts.catalog, draft.rules)
        desk = CartDesk(catalog, naming, self.parts.settings.cart_url)
        draft.pass_on(summary_of(draft.state, desk.view(draft.state.cart), draft.turn.message,
                                 reason, currency))  # fmt: skip
        return wish_labels(draft.state, draft.language, currency)

    def _completed(self, draft: Draft, events: Iterator[TurnEvent]) -> Iterator[TurnEvent]:
        """Pass the events on, mend what fails, log the turn, and only then give the reply."""
        bind_contextvars(conversation_id=draft.turn.conversation_id, turn=draft.turn.turn)
        try:
            yield from events
            if BANNED in draft.notices and not draft.text:
                yield from draft.say_all(
                    composer_for(draft.language).kept_back(products=bool(draft.cards))
                )
        except GeneratorExit:
            # The customer has left; what was shown until then was shown.
            draft.error = "the customer left before the reply was complete"
            self._keep(draft, draft.reply())
            raise
        except Exception as error:
            logger.exception("turn %s of %s failed", draft.turn.turn, draft.turn.conversation_id)
            draft.error = f"{type(error).__name__}: {error}"
            draft.state = draft.state.with_failure()
            composer = composer_for(draft.language)
            if draft.agent is None:
                yield from draft.say_all(composer.apology(products=bool(draft.cards)))
        reply = draft.reply()
        self._keep(draft, reply)
        for event in draft.events:
            self.parts.log.record_event(event)
        yield reply

    def _keep(self, draft: Draft, reply: Reply) -> None:
        """Log a turn that is over, tell those who count, and let a challenger score it."""
        since = time.perf_counter()
        record = draft.record(reply)
        self.parts.log.complete(record)
        draft.clock.note("log", since)
        self._shadow.note(draft)
        finished = FinishedTurn(record, draft.channel, draft.clock.began, draft.clock.steps)
        for watcher in self._watchers:
            watcher(finished)

    # What the pipeline uses.

    def _load_rest(self) -> None:
        try:
            self.parts.documents.search("delivery", limit=1)
            self._rehearse("防水夹克")
        except Exception:  # the first who asks waits longer, and is told what is wrong
            logger.exception("the guide could not be warmed up")
        self.parts.writer.model.load()

    def _rehearse(self, message: str) -> None:
        draft = self._draft(OpenTurn("rehearsal", 1, message, None, None), Clock())
        for event in self._respond(draft):
            if isinstance(event, TextReady):
                return

    def _draft(self, turn: OpenTurn, clock: Clock) -> Draft:
        state = self._state(turn.conversation_id, turn.state)
        models = self.models() | {"clicks": self.parts.ranker.version_for(turn.conversation_id)}
        rules = self.parts.controls.rules()
        state = with_pasted_cards(state, turn, supervised_catalog(self.parts.catalog, rules))
        return Draft(
            turn, clock, state, models, language=state.language, rules=rules, agent=turn.agent
        )

    def _state(self, conversation_id: str, logged: Mapping[str, object] | None) -> DialogueState:
        if logged is not None:
            try:
                return DialogueState.model_validate(logged)
            except ValidationError:
                # Written by another version: the wish is asked for anew, the log stays whole.
                logger.warning("the state of conversation %s is not readable", conversation_id)
        return DialogueState()

    def _words(self) -> Vocabulary:
        """The vocabulary of the catalogue as it is now, or was a moment ago where it is watched."""
        known = self._vocabulary
        return known if known is not None and self.is_watched else self._take_up_words()

    def _take_up_words(self) -> Vocabulary:
        with self._vocabulary_lock:
            # Prices and stock are no words.
            revision = self.parts.search.words_revision
            if self._vocabulary is None or self._vocabulary.revision != revision:
                facets = self.parts.catalog.facets()
                self._vocabulary = Vocabulary(
                    revision,
                    facets,
                    Understander(facets, self.parts.catalog.titles()),
                    strict_words(facets),
                )
            return self._vocabulary


def _leaves_it_open(understood: Understood) -> bool:
    """Whether the choice is left to the guide, and there is no wish yet to choose by."""
    wish = understood.state.wish
    return understood.reason == "open" and not (wish.needs or wish.constraints)
