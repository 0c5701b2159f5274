"""From a message and the state of the conversation to what to do next; rules only, no model."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.constraints import SUPERLATIVES, Preference
from assistant.encoded import hides_orders
from assistant.handing_over import accepts_person
from assistant.language import Language, has_chinese, message_language
from assistant.reply import Intent
from assistant.state import DialogueState
from assistant.understanding.chinese import word_boundaries
from assistant.understanding.intents import Judgement, judge, warm_up, without_open_cue
from assistant.understanding.moves import Move, find_move
from assistant.understanding.query import catalogue_languages, compose_query
from assistant.understanding.reading import Reading, read_message
from assistant.understanding.referents import find_referents
from assistant.understanding.shape import Shape, find_shape
from assistant.understanding.text import clean, phrase
from assistant.understanding.titles import TitleIndex
from assistant.understanding.update import updated_wish
from assistant.understanding.vocabulary import build_vocabulary
from assistant.understanding.words import grammar_pattern
from retrieval.facets import Facets

_HAVE = grammar_pattern("intents", "have")
_WISHES = (Intent.RECOMMEND, Intent.REFINE)
# What a message that names a product may seem to be: the name itself is no known word.
_ABOUT_A_PRODUCT = (
    Intent.RECOMMEND,
    Intent.REFINE,
    Intent.OUT_OF_SCOPE,
    Intent.PRODUCT_QUESTION,
)
# Reasons to decline that a product's own name outweighs.
_WEAK_REASONS = ("", "question", "talk")
_ACKNOWLEDGEMENT = grammar_pattern("intents", "acknowledgement")
_NO_PERSON = grammar_pattern("intents", "no_person")
_ASKS_ON_NAMED = grammar_pattern("intents", "asks_on_named")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message was taken to mean.

    `state` is the state after it; `query` stands alone and is in the words of the catalogue;
    `referents` are product ids it points at, in its order; `changed` the constraint paths
    that are new or gone; `reason` the cue behind the intent ("order", "anger", "topic");
    `move` is how a refinement relates to what came before ("cheaper"), `shape` what is asked
    about the shop's range ("how many tents?"), `best` a superlative that this message asks for,
    `named` are the variants of products that it names and that were not shown,
    `kinds` the categories it names.
    """

    intent: Intent
    language: Language
    state: DialogueState
    query: str
    referents: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reason: str = ""
    move: Move | None = None
    shape: Shape | None = None
    best: Preference | None = None
    named: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Understander:
    """Understands messages over one catalogue; build a new one when its facets change.

    Thread-safe: everything is built once and then only read.
    """

    def __init__(self, facets: Facets, titles: Iterable[tuple[str, str, str]] = ()) -> None:
        """Index the facets, and the titles of all products: (id, variant group, title)."""
        self.facets = facets
        self._vocabulary = build_vocabulary(facets)
        # A word of a field's name asks for the field: "what about the weight?".
        fields = {word for name in facets.attributes for word in phrase(name.replace("_", " "))}
        self._titles = TitleIndex(titles, self._vocabulary.known | fields)
        self._languages = catalogue_languages(facets)
        warm_up()
        # The Chinese word list takes a second to load; the first Chinese message should not.
        threading.Thread(target=word_boundaries, args=("预热",), daemon=True).start()

    def understand(
        self,
        message: str,
        state: DialogueState,
        titles: Mapping[str, str] | None = None,
        supplement: str = "",
    ) -> Understood:
        """Understand one message; never raises on any text.

        `titles` maps ids of products of this conversation to their titles. `supplement` says in
        the catalogue's words what a model read between the lines (`assistant.slot_filling`).
        """
        text = _NO_PERSON.sub(" ", clean(message)).strip(" ,.") or clean(message)
        text = self._without_acknowledgement(text, state)
        language = message_language(message, state.language)
        reading = self.read(text)
        known = titles or {
            product.product_id: product.title for turn in state.shown for product in turn.products
        }
        referents = find_referents(text, state, known)
        judgement = judge(text, reading, state)
        if accepts_person(text, state):
            judgement = Judgement(Intent.HANDOFF, "accepted")
        if judgement.reason == "open":
            text = without_open_cue(text)
            reading = self.read(text)
        named = self._titles.find(text)
        if any(key in known for key in named) and not _HAVE.search(text):
            named = ()  # it was shown before: the message points at it
        elif named:
            referents = ()
        if named and judgement.intent in _ABOUT_A_PRODUCT and judgement.reason in _WEAK_REASONS:
            judgement = Judgement(Intent.RECOMMEND, "named")
            if _ASKS_ON_NAMED.search(text) and not _HAVE.search(text):
                judgement, referents = Judgement(Intent.PRODUCT_QUESTION), named[:1]
        if judgement.intent is not Intent.UNSAFE and hides_orders(message):
            judgement = Judgement(Intent.UNSAFE, "encoded")
        if supplement:
            text = ", ".join(filter(None, (text, clean(supplement))))
            reading = self.read(text)
            if judgement.intent not in _WISHES:
                judgement = Judgement(Intent.REFINE if state.wish.parts else Intent.RECOMMEND)
        after = state
        if judgement.reason == "named":
            fresh = state.starting_over().model_copy(update={"last_intent": None})
            after = updated_wish(text, reading, fresh, self._vocabulary.roles, (), self.read)
        elif judgement.reason == "open" and not (reading.names_product or reading.states_condition):
            after = state
        elif judgement.reason == "another":
            # What was wanted before is in the cart, or is not: this is a wish of its own.
            fresh = state.starting_over()
            after = updated_wish(text, reading, fresh, self._vocabulary.roles, (), self.read)
        elif judgement.intent in _WISHES:
            after = updated_wish(text, reading, state, self._vocabulary.roles, referents, self.read)
        elif referents:
            after = state.model_copy(update={"focus": referents})
        after = after.model_copy(
            update={
                "turn": state.turn + 1,
                "language": language,
                "last_intent": judgement.intent,
                "offers_person": False,
            }
        )
        return Understood(
            intent=judgement.intent,
            language=language,
            state=after,
            query=self.query(after),
            referents=referents,
            changed=_changed(state, after),
            reason=judgement.reason,
            move=find_move(text, state, referents) if judgement.intent in _WISHES else None,
            shape=find_shape(text, reading) if judgement.reason == "shape" else None,
            kinds=tuple(reading.category),
            named=named if judgement.reason == "named" or judgement.intent is Intent.CART else (),
            best=reading.prefer if reading.prefer in SUPERLATIVES else None,
        )

    def _without_acknowledgement(self, text: str, state: DialogueState) -> str:
        """A message without "That sounds great!" before what it goes on to say.

        Only in the midst of a conversation, and only where those words say nothing of the wish.
        """
        match = _ACKNOWLEDGEMENT.match(text) if state.turn else None
        if match is None:
            return text
        said = self.read(match.group())
        return text if said.names_product or said.states_condition else text[match.end() :]

    def warm_up(self) -> None:
        """Load the Chinese word list now, which takes a second, and not with a message."""
        word_boundaries("预热")

    def query(self, state: DialogueState) -> str:
        """The stand-alone query of a state, such as one from which a chip was removed."""
        parts = [*(part for need in state.wish.needs for part in need.parts), *state.wish.parts]
        return compose_query(parts, self._languages)

    def read(self, text: str) -> Reading:
        """What a clean text says on its own."""
        boundaries = word_boundaries(text) if has_chinese(text) else None
        return read_message(text, self._vocabulary, boundaries, self.facets.currency)


def _changed(before: DialogueState, after: DialogueState) -> tuple[str, ...]:
    old, new = before.constraints, after.constraints
    if before.wish.needs != after.wish.needs:
        return ("needs",)
    if old == new:
        return ()
    paths = [path for path in new.paths() if path not in old.paths()]
    paths += [path for path in old.paths() if path not in new.paths()]
    if (old.price_min, old.price_max) != (new.price_min, new.price_max):
        paths.append("price")
    for name, values in new.attributes.items():
        if old.attributes.get(name) != values:
            paths.append(f"attributes.{name}")
    return tuple(dict.fromkeys(paths))
