"""What a message wants, by rules in both languages.

Safety first, then what only a person can do, small talk, the cart, comparing, the shop's own
terms; what is left is a wish, a refinement, a question on a product shown, or none of the
shop's business. A message is only declined on a cue or for being a question or an order with
nothing to buy in it: an unknown noun is a wish ("garlic press"), not a reason to decline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assistant.constraints import SUPERLATIVES
from assistant.language import has_chinese
from assistant.neutral_words import ENGLISH
from assistant.reply import Intent
from assistant.state import DialogueState, Wish
from assistant.understanding.reading import Reading
from assistant.understanding.referents import points_at_shown
from assistant.understanding.shape import find_shape
from assistant.understanding.text import tokenise
from assistant.understanding.vocabulary import ordinary_words
from assistant.understanding.words import grammar_pattern, grammar_words, read_lexicon


@dataclass(frozen=True, slots=True)
class Judgement:
    """An intent and why: the name of the cue that decided ("order", "anger", "weather")."""

    intent: Intent
    reason: str = ""


LONG_MESSAGE = 300
"""Characters. Wishes are short; a long message with a cue of an order to the guide is one."""

# A sentence about somebody and nothing to buy; wishes without a verb of wishing are noun phrases.
_TALK = grammar_pattern("intents", "talk")


@cache
def _cues(file: str, section: str, name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _listed(file, section, name)))


def _listed(file: str, section: str, name: str) -> list[str]:
    patterns = read_lexicon(file)[section][name]
    # Named groups may stand once in a joined expression; only `drop` uses them.
    return [re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern in patterns]


def cue(section: str, name: str, text: str) -> bool:
    """Whether a cue `name` of `lexicon/intents.toml` stands in the clean text."""
    return _cues("intents", section, name).search(text) is not None


def cue_of_scope(section: str, name: str, text: str) -> bool:
    """Whether a cue `name` of `lexicon/scope.toml` stands in the clean text."""
    return _cues("scope", section, name).search(text) is not None


def without_open_cue(text: str) -> str:
    """The rest of a clean text that leaves the choice to the guide: what it says of the wish."""
    return re.sub(r"\s{2,}", " ", _cues("scope", "wish", "open").sub(" ", text)).strip(
        " ,.!?。，！？"
    )


def warm_up() -> None:
    """Compile every cue, so that the first message does not wait for it."""
    for file in ("intents", "scope"):
        for section, names in read_lexicon(file).items():
            for name in names:
                _cues(file, section, name)


def judge(text: str, reading: Reading, state: DialogueState) -> Judgement:
    """The intent of a clean text, given what it says and what was said before."""
    if not text or not re.search(r"\w", text):
        return Judgement(Intent.GREETING if state.turn == 0 else Intent.OUT_OF_SCOPE, "empty")
    for name in ("attack", "injection", "others_data", "harm"):
        if cue("unsafe", name, text):
            return Judgement(Intent.UNSAFE, name)
    wish_form = _cues("scope", "wish", "form").search(text) is not None
    evidence = _evidence(reading)
    ordered = evidence and _ORDERS.match(text) is not None
    wish_form = wish_form or ordered
    wished = wish_form and reading.names_product and len(text) < LONG_MESSAGE
    if cue("unsafe", "instruction", text) and not wished:
        return Judgement(Intent.UNSAFE, "instruction")
    if _belongs_elsewhere(text, reading) and not _HAVE_YOU.search(text):
        person = cue("handoff", "order", text) or cue("handoff", "account", text)
        return (
            Judgement(Intent.HANDOFF, "order")
            if person
            else Judgement(Intent.OUT_OF_SCOPE, "elsewhere")
        )
    ongoing = bool(state.shown) or state.wish != Wish()
    shape = None if points_at_shown(text) else find_shape(text, reading)
    if shape is not None:
        whole = not reading.names_product and shape != "prices"
        return Judgement(Intent.SHOP_QUESTION if whole else Intent.RECOMMEND, "shape")
    if reading.prefer in SUPERLATIVES and not points_at_shown(text):
        whole = not reading.names_product and _WHOLE.search(text)
        if whole or (reading.category and _WHICH.search(text)):
            return Judgement(Intent.RECOMMEND, "superlative")
    early = _before_wishes(text, reading, state, wish_form, ordered=ordered)
    if early is not None:
        return early
    if _restarts(text) and (ongoing or evidence):
        return Judgement(Intent.REFINE if ongoing else Intent.RECOMMEND, "restart")
    about = re.match(r"(?:what|how) about\b", text) and reading.states_condition
    about = about or _HAVE_ANY.search(text) or _BARE_BEST.match(text)
    about = about or _ANOTHER_ONE.match(text)
    if ongoing and (about or _refines(text)):
        return Judgement(Intent.REFINE, "cue")
    if state.shown and _WHY.search(text):
        return Judgement(Intent.PRODUCT_QUESTION, "why")
    if state.shown and _asks_of_shown(text, reading, wish_form):
        return Judgement(Intent.PRODUCT_QUESTION)
    if ongoing and _WANTS_TO_HEAR.search(text):
        return Judgement(Intent.PRODUCT_QUESTION if state.shown else Intent.REFINE, "hear")
    off_topic = _cues("scope", "out_of_scope", "strong").search(text) is not None
    answers = ongoing and reading.states_condition and not _asks(text)
    answers = answers or _BUYS.search(text) is not None
    if off_topic and not (wish_form and evidence) and not answers:
        return Judgement(Intent.OUT_OF_SCOPE, "topic")
    if cue_of_scope("wish", "open", text) and (evidence or len(text.split()) <= OPEN_WORDS):
        return Judgement(Intent.REFINE if ongoing else Intent.RECOMMEND, "open")
    if not wish_form:
        if _asks(text) and not _asks_for_goods(text, reading):
            if state.shown:
                return Judgement(Intent.PRODUCT_QUESTION, "ongoing")
            if ongoing and _BUYS.search(text):
                return Judgement(Intent.REFINE)
            return Judgement(Intent.OUT_OF_SCOPE, "question")
        if not evidence and not ongoing and (_TALK.search(text) or _is_everyday(text)):
            return Judgement(Intent.OUT_OF_SCOPE, "talk")
    if ongoing and not _new_subject(reading, state):
        return Judgement(Intent.REFINE)
    return Judgement(Intent.RECOMMEND)


OPEN_WORDS = 12
"""Words. A longer message that leaves the choice to the guide should say of what."""
SHORT_ORDER = 9
"""Words. "Order me some more pizza" is no wish for this shop; a longer order describes one."""


def _belongs_elsewhere(text: str, reading: Reading) -> bool:
    """Whether a message is none of a shop's business, though it may name goods."""
    if _cues("scope", "out_of_scope", "always").search(text):
        return True
    elsewhere = _cues("scope", "out_of_scope", "elsewhere").search(text)
    if elsewhere and not any(thing.end <= elsewhere.start() for thing in reading.things):
        return True
    bare = (
        not (reading.states_condition or points_at_shown(text)) and len(text.split()) <= SHORT_ORDER
    )
    return bare and _cues("scope", "out_of_scope", "bare_order").search(text) is not None


def _before_wishes(
    text: str, reading: Reading, state: DialogueState, wish_form: bool, *, ordered: bool
) -> Judgement | None:
    wished = wish_form and (reading.names_product or reading.states_condition)
    bought = re.search(r"\bi(?:'ve| have)? (?:bought|ordered|received)\b|收到的|#w\d", text)
    for name in ("person", "order", "account", "anger"):
        if cue("handoff", name, text) and (not wished or bought or name == "person"):
            return Judgement(Intent.HANDOFF, name)
    for name in ("hello", "thanks", "bye", "capabilities"):
        if cue("greeting", name, text) and not wished:
            if name in ("thanks", "bye") and reading.names_product and re.search(r"[?？]", text):
                continue
            return Judgement(Intent.GREETING, name)
    if cue("shop_question", "shop", text) and not (wished and (ordered or not _asks(text))):
        return Judgement(Intent.SHOP_QUESTION)
    in_reach = state.shown or (not wished and _CART_WORD.search(text))
    asks_price = state.shown and _asks_price_of_one(text)
    another = _wants_another_kind(text, reading, state)
    if cue("cart", "cart", text) and in_reach and not asks_price:
        return Judgement(Intent.CART, "another" if another else "")
    if state.cart.lines and cue("cart", "edit", text):
        return Judgement(Intent.CART, "another" if another else "edit")
    if cue("compare", "compare", text) and (state.shown or reading.names_product):
        return Judgement(Intent.COMPARE)
    if len(state.last_shown) > 1 and _ASKS_MOST.search(text) and not wished:
        return Judgement(Intent.COMPARE, "which")
    return None


_ASKS_MOST = grammar_pattern("intents", "asks_most")
# 有红色的吗, 红色的有吗: whether there are some like that, not whether the one shown is.
_HAVE_ANY = grammar_pattern("intents", "have_any")
# "Find padlocks with free delivery": an order for goods, whatever else it mentions.
_ORDERS = grammar_pattern("intents", "orders")
_WHY = grammar_pattern("intents", "why")
_BUYS = grammar_pattern("intents", "buys")
# "What about Libman?", and not "what about the battery?".
_ANOTHER_ONE = re.compile(
    r"(?:(?:and|but|so|ok|okay|well|hmm)[ ,]+)*(?:what|how) about "
    r"(?!(?:the|its|their|it|this|that|these|those|you|your|delivery|shipping|returns?)\b)"
    r"(?:[\w'\-]+ ){0,5}[\w'\-]+\?*$"
)
_WANTS_TO_HEAR = grammar_pattern("intents", "wants_to_hear")
_WHOLE = grammar_pattern("shape", "whole_shop")
_BARE_BEST = grammar_pattern("intents", "bare_best")
_CART_WORD = re.compile(
    r"\b(?:cart|basket|trolley|check ?out|(?:my|our) total)\b|购物车|结账|结算|下单"
)


def _wants_another_kind(text: str, reading: Reading, state: DialogueState) -> bool:
    """Whether a thing not talked of yet is to be added: "and a pair of socks", 再加一双登山鞋."""
    if not reading.names_product or points_at_shown(text) or not _new_subject(reading, state):
        return False
    return any(_ANY_ONE.search(text[: thing.start]) for thing in reading.things)


# What is counted or has an indefinite article has not been chosen yet.
_ANY_ONE = re.compile(
    r"\b(?:an?|some|another|two|three|\d+)(?: pairs? of)?(?: [a-z\-]+){0,2} $"
    r"|[一两二三四五\d几][个双件条台只套份张把顶瓶盒包本支](?:[\u4e00-\u9fff]{0,4})$"
)


def _asks_price_of_one(text: str) -> bool:
    return re.search(r"\bhow much (?:is|does) (?:it|this|that|the)\b", text) is not None


def _restarts(text: str) -> bool:
    return cue("refine", "start_over", text) or cue("refine", "go_back", text)


def _refines(text: str) -> bool:
    names = (
        "more",
        "cheaper",
        "dearer",
        "bigger",
        "smaller",
        "other_brand",
        "other_colour",
        "drop",
    )
    if re.match(r"(?:is|are|does|do|has|why|how) (?:it|this|that|the|they|these|those)\b", text):
        return False
    return any(cue("refine", name, text) for name in names)


def _is_everyday(text: str) -> bool:
    """Whether every word is an everyday one: nothing is named that a shop could look for."""
    words = [token for token in tokenise(text) if token.is_word]
    return bool(words) and all(
        word.text in _everyday() or word.lemma in _everyday() for word in words
    )


@cache
def _everyday() -> frozenset[str]:
    return ordinary_words() | ENGLISH | grammar_words("query", "filler")


def _asks_of_shown(text: str, reading: Reading, wish_form: bool) -> bool:
    if cue("product_question", "product", text):
        return not (wish_form and reading.names_product and not points_at_shown(text))
    return _asks(text) and points_at_shown(text) and not reading.category and "?" in text


def _asks(text: str) -> bool:
    if _cues("scope", "out_of_scope", "opening").search(text):
        return True
    if re.search(r"[?？]\s*$", text):
        return True
    return (
        has_chinese(text)
        and re.search(r"(?:吗|么|呢|什么|怎么|为什么|谁|多少|几)[?？。]?$", text) is not None
    )


_HAVE_YOU = re.compile(r"\b(?:do|have) you (?:guys )?(?:sell|stock|carry|got)\b")
_GOODS = grammar_pattern("intents", "goods")


# "An iPhone 15?" names a thing and asks nothing else of the guide.
_BARE_THING = re.compile(
    r"(?:(?:and|or|ok|okay|so|hi|hello|hey|maybe|then)[ ,]+)*(?:an?|any|some) "
    r"(?!(?:other |good |more )?(?:jokes?|facts?|ideas?|advice|help|news|questions?|problem|chance"
    r"|reason|way|one|luck|clue)\b)[\w'&\-]+(?: [\w'&\-]+){0,4}\?$"
)
_WHAT_ABOUT = re.compile(r"(?:(?:and|ok|okay|so|then|thanks)[ ,]+)*(?:what|how) about (?!you\b)")
_WHICH = re.compile(r"(?:^|[,.;:!] ?|\b(?:and|but|so) )(?:which|what)\b")


def _asks_for_goods(text: str, reading: Reading) -> bool:
    """A question or an order about things to buy: it names one and speaks of having it."""
    if (reading.names_product and _WHAT_ABOUT.match(text)) or _BUYS.search(text):
        return True
    if _BARE_THING.match(text):
        return True
    if reading.names_product and not _cues("scope", "out_of_scope", "opening").search(text):
        return True  # "rain boots for kids?" names what is wanted and nothing else
    if reading.category:
        superlative = reading.prefer in SUPERLATIVES
        return superlative or (_GOODS.search(text) or _WHICH.search(text)) is not None
    if reading.subject or reading.brand:
        return _GOODS.search(text) is not None and not re.match(
            r"(?:what|how|why|when|where|who)\b(?!.{0,40}\b(?:have|sell|recommend|suggest|best|good|buy|available|stock)\b)",
            text,
        )
    if reading.price_max is not None or reading.price_min is not None or reading.rating_min:
        return True
    if re.match(r"(?:please )?(?:find|search|get|look for|let me (?:see|have)|show)\b", text):
        return reading.states_condition
    return bool(
        has_chinese(text) and reading.states_condition and re.search(r"有|推荐|哪|能", text)
    )


def _evidence(reading: Reading) -> bool:
    return reading.names_product or reading.states_condition


def _new_subject(reading: Reading, state: DialogueState) -> bool:
    subject = state.wish.subject or state.wish.needs
    if not reading.names_product or not subject:
        return reading.names_product and not state.wish.parts
    needs = (state.wish, *state.wish.needs)
    if any(set(reading.category) & set(need.constraints.category) for need in needs):
        return False
    return all(reading.subject != need.subject for need in needs)
