"""A reply in the making: what a turn has found, shown and said so far."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.cart import CartView
from assistant.controls import Rules
from assistant.events import Event, EventKind
from assistant.handing_over import HandoverSummary
from assistant.language import Language, has_chinese
from assistant.log import Impression, OpenTurn, TurnRecord
from assistant.reply import (
    Comparison,
    Intent,
    Latency,
    ProductCard,
    ProductsReady,
    Reply,
    TextReady,
    TurnEvent,
)
from assistant.seeing import Sight
from assistant.state import DialogueState
from assistant.supervision import PICKED, allowed_rows, labelled
from assistant.understanding.understander import Understood
from assistant.watching import Step
from assistant.writing.composer import composer_for
from assistant.writing.writer import Written
from ranking.asker import Asker
from ranking.candidates import behaviour_numbers, hit_candidate
from ranking.rerank import RankedHit
from retrieval.product import Product
from retrieval.search import SearchHit

_DRAWING = ("web", "widget")
BANNED = "banned words"
"""The notice of a turn of which the lead's rules kept something back."""


Scored = tuple[str, Sequence[SearchHit], Asker]


@dataclass(slots=True)
class Clock:
    """Milliseconds since a message arrived, and of each step."""

    start: float = field(default_factory=time.perf_counter)
    began: float = field(default_factory=time.time)
    latency: Latency = field(default_factory=Latency)
    steps: list[Step] = field(default_factory=list[Step])

    def elapsed(self) -> int:
        """Milliseconds since the message arrived."""
        return round((time.perf_counter() - self.start) * 1000)

    def step(self, name: str, since: float) -> None:
        """Note how long the step took that began at `since` (`time.perf_counter()`)."""
        setattr(self.latency, name, round(self.note(name, since) * 1000))

    def note(self, name: str, since: float) -> float:
        """Note the seconds of a step for those who watch, but not in the reply."""
        took = time.perf_counter() - since
        self.steps.append(Step(name, since - self.start, took))
        return took

    def reached(self, name: str) -> None:
        """Note when something first happened, counted from the message."""
        if not getattr(self.latency, name):
            setattr(self.latency, name, max(1, self.elapsed()))


@dataclass(slots=True)
class Draft:
    """Collects a turn; `reply()` and `record()` say what it has come to."""

    turn: OpenTurn
    clock: Clock
    state: DialogueState
    models: dict[str, str | None]
    language: Language = "en"
    intent: Intent = Intent.RECOMMEND
    query: str = ""
    understood: Mapping[str, object] = field(default_factory=dict[str, object])
    constraints: Mapping[str, object] = field(default_factory=dict[str, object])
    scored: list[Scored] = field(default_factory=list[Scored])
    """What the click model was given: queries, each with its hits and who asked."""
    ranked: Sequence[RankedHit] = ()
    shown: Sequence[RankedHit] = ()
    cards: list[ProductCard] = field(default_factory=list[ProductCard])
    text: str = ""
    written: Written = field(default_factory=Written)
    suggestions: list[str] = field(default_factory=list[str])
    handoff: bool = False
    notices: list[str] = field(default_factory=list[str])
    sight: Sight | None = None
    error: str | None = None
    is_shown: bool = False
    rules: Rules = field(default_factory=Rules)
    channel: str = "web"
    comparison: Comparison | None = None
    cart: CartView | None = None
    agent: str | None = None
    events: list[Event] = field(default_factory=list[Event])
    before: DialogueState = field(init=False)

    def __post_init__(self) -> None:
        """Keep the state the turn began with."""
        self.before = self.state

    @property
    def draws_tables(self) -> bool:
        """Whether the customer sees comparison and cart drawn, and need not read them as lines."""
        return self.channel in _DRAWING

    def note(self, understood: Understood) -> None:
        """Take over what was understood."""
        self.intent, self.language = understood.intent, understood.language
        self.state = understood.state
        self.constraints = understood.state.to_json()
        self.understood = {
            "intent": understood.intent.value,
            "language": understood.language,
            "query": understood.query,
            "constraints": self.constraints,
            "referents": list(understood.referents),
            "changed": list(understood.changed),
        }

    def count(self, helped: bool) -> None:
        """Note whether the turn helped; several that do not call for a person."""
        self.state = self.state.with_success() if helped else self.state.with_failure()

    def offer_person(self) -> None:
        """Remember that the reply offers a person, for the customer's yes."""
        self.state = self.state.model_copy(update={"offers_person": True})

    def pass_on(self, summary: HandoverSummary) -> None:
        """Hand the conversation to a person, with a summary in the log."""
        self.handoff = True
        self.understood = {**self.understood, "handoff": summary.model_dump()}
        self.state = self.state.with_success()

    def keep_wish(self, intent: Intent) -> None:
        """Take the message for another intent than was understood, which leaves the wish alone.

        A size or a colour tells no language: the conversation's stays.
        """
        self.intent = intent
        if not has_chinese(self.turn.message):
            self.language = self.before.language
        self.state = self.before.model_copy(
            update={"turn": self.state.turn, "language": self.language, "last_intent": intent}
        )
        self.constraints = self.state.to_json()
        self.understood = {
            **self.understood,
            "intent": intent.value,
            "constraints": self.constraints,
            "changed": [],
        }

    def note_added(self, product: Product) -> None:
        """Have an `add_to_cart` logged for the turn that showed the product or a variant of it."""
        for shown in reversed(self.state.shown):
            for place, each in enumerate(shown.products, start=1):
                if each.product_id == product.id or each.group_id == product.variant_group:
                    self.events.append(
                        Event(
                            conversation_id=self.turn.conversation_id,
                            kind=EventKind.ADD_TO_CART,
                            turn=shown.turn,
                            product_id=each.product_id,
                            position=place,
                            value=None if each.product_id == product.id else product.id,
                        )
                    )
                    return

    @property
    def asker(self) -> Asker:
        """What the click model may know: the segment, and the titles shown before this turn."""
        shown = [each.title for turn in self.before.shown for each in turn.products]
        return Asker(self.turn.segment, tuple(dict.fromkeys(shown)))

    def remember_shown(self) -> None:
        """Let the dialogue state know what is shown."""
        self.count(bool(self.shown))
        products = [
            (card.product_id, card.title, hit.hit.product.current_price)
            for card, hit in zip(self.cards, self.shown, strict=True)
        ]
        records = {hit.hit.product.id: hit.hit.product for hit in self.shown}
        self.state = self.state.with_shown(self.turn.turn, products, records)

    def say_all(self, sentences: Iterable[str]) -> Iterator[TurnEvent]:
        """The cards, where they are not on screen yet, and then the text."""
        if not self.is_shown:
            yield self.show()
            composer = composer_for(self.language)
            if "cut" in self.notices:
                yield self.say(composer.cut())
            if self.sight is not None:
                has_words = any(character.isalnum() for character in self.turn.message)
                yield self.say(composer.picture(self.sight, has_words=has_words))
        for sentence in sentences:
            if self.rules.allows(sentence):
                yield self.say(sentence)
            elif BANNED not in self.notices:
                self.notices.append(BANNED)

    def show(self) -> ProductsReady:
        """The event that puts the cards before the customer."""
        self.clock.reached("products")
        self.is_shown = True
        self._keep_rules()
        return ProductsReady(
            self.turn.conversation_id,
            self.turn.turn,
            self.language,
            list(self.cards),
            dict(self.constraints),
            compares=self.comparison is not None and bool(self.comparison.rows),
        )

    def _keep_rules(self) -> None:
        """Label the cards and clear them, and a comparison, of what may not be said."""
        picked = [
            card.product_id for card in self.cards if set(card.reasons) & set(PICKED.values())
        ]
        self.cards = [labelled(card, self.rules, self.language, picked) for card in self.cards]
        if self.comparison is not None:
            self.comparison = allowed_rows(self.comparison, self.rules)

    def say(self, sentence: str) -> TextReady:
        """The event that appends a sentence to the text, with the space it needs before it."""
        joint = " " if self.text and self.language == "en" and sentence[:1] != "\n" else ""
        piece = sentence if self.text else sentence.lstrip()
        self.text += joint + piece
        self.clock.reached("first_text")
        return TextReady(joint + piece)

    def reply(self) -> Reply:
        """The whole reply as it stands."""
        self.clock.latency.total = max(1, self.clock.elapsed())
        return Reply(
            conversation_id=self.turn.conversation_id,
            turn=self.turn.turn,
            language=self.language,
            text=self.text,
            products=self.cards,
            constraints=dict(self.constraints),
            intent=self.intent,
            handoff=self.handoff,
            suggestions=[each for each in self.suggestions if self.rules.allows(each)],
            comparison=self.comparison,
            cart=self.cart,
            agent=self.agent,
            writer="llm" if self.written.accepted else "composer",
            models=self.models,
            latency_ms=self.clock.latency,
        )

    def record(self, reply: Reply) -> TurnRecord:
        """Everything that is logged of the turn."""
        return TurnRecord(
            reply=reply,
            state=self.state.model_dump(mode="json"),
            understood=self.understood,
            candidates=self._candidates(),
            impressions=[
                self._impression(position, hit) for position, hit in enumerate(self.shown, start=1)
            ],
            llm_sentences=self.written.drafted,
            llm_accepted=self.written.accepted,
            dropped=[
                {"sentence": dropped.sentence, "reason": dropped.reason}
                for dropped in self.written.dropped
            ],
            notices=self.notices,
            error=self.error,
        )

    def _impression(self, position: int, ranked: RankedHit) -> Impression:
        hit = ranked.hit
        query = self.query or self.turn.message
        candidate = hit_candidate(query, hit)
        return Impression(
            position=position,
            product_id=hit.product.id,
            title=candidate.title,
            description=candidate.details,
            kind=candidate.kind,
            query=query,
            score=hit.score,
            click_probability=ranked.click_probability,
            features=behaviour_numbers(candidate),
            model_version=ranked.model_version or self.models.get("clicks"),
        )

    def _candidates(self) -> list[dict[str, object]]:
        before = sorted(self.ranked, key=lambda hit: -hit.hit.score)
        rank_before = {hit.hit.product.id: rank for rank, hit in enumerate(before, start=1)}
        position = {hit.hit.product.id: rank for rank, hit in enumerate(self.shown, start=1)}
        return [
            {
                "product_id": hit.hit.product.id,
                "score": round(hit.hit.score, 6),
                "rank_before": rank_before[hit.hit.product.id],
                "rank_after": rank,
                "lexical_rank": hit.hit.lexical_rank,
                "dense_rank": hit.hit.dense_rank,
                "click_probability": round(hit.click_probability, 6),
                "position": position.get(hit.hit.product.id),
            }
            for rank, hit in enumerate(self.ranked, start=1)
        ]
