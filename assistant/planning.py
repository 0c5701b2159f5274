"""From chosen products to what is said of them: cards, reasons, and what must be admitted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.cards import card_of
from assistant.conditions import condition_paths, label, meets
from assistant.constraints import Constraints, decimal_text
from assistant.finding import EVENTS, Found
from assistant.language import has_chinese
from assistant.matching import ANYTHING, has_words, is_known, is_one, lacks, names_of
from assistant.naming import Naming
from assistant.neutral_words import ENGLISH
from assistant.reasons import reasons_for
from assistant.reply import ProductCard
from assistant.state import DialogueState, Wish
from assistant.understanding.moves import Move
from assistant.understanding.understander import Understood
from assistant.understanding.words import concept_index
from assistant.writing.contrasts import cheapest
from assistant.writing.plan import BRANDS, Condition, Pick, Plan
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.product import Product

LONGEST_QUOTE = 40
# Chinese words that are left over of a sentence and name nothing that a shop could have.
_NO_NAME = re.compile(r"[不没有了吗呢很太好想要个件双条些她他它我你们都就]")
_NAMED_THING = re.compile(
    r"\b(?:have|sell|carry|stock|want|need|like|find|see|for|about|show me|got) "
    r"(?:the|your|a|an) (?P<name>[A-Z][\w'’-]+(?: [A-Z0-9][\w'’-]*){1,4})"
)
_COLOUR_NAMES = ("color", "colour", "颜色")


def picks_of(
    shown: Sequence[RankedHit], found: Found, state: DialogueState, naming: Naming, facets: Facets
) -> tuple[Pick, ...]:
    """The shown products with title and reasons in the customer's language."""
    constraints = found.constraints
    words = [part.text for part in state.wish.parts if part.text.casefold() not in ENGLISH]
    plain = tuple(Pick(hit.hit.product, naming.title(hit.hit.product)) for hit in shown)
    low = cheapest(plain) if constraints.prefer in ("cheap", "cheapest") else None
    return tuple(
        Pick(
            pick.product,
            pick.title,
            reasons_for(
                hit,
                constraints,
                words,
                naming.language,
                facets,
                cheapest=low is not None and pick.product.id == low.product.id,
            ),
        )
        for hit, pick in zip(shown, plain, strict=True)
    )


def cards_of(shown: Sequence[RankedHit], picks: Sequence[Pick]) -> list[ProductCard]:
    """The contract's cards, in the order shown."""
    return [_card(pick, hit.click_probability) for hit, pick in zip(shown, picks, strict=True)]


def plan_of(
    picks: tuple[Pick, ...],
    asked: DialogueState,
    found: Found,
    naming: Naming,
    facets: Facets,
    *,
    wish: str,
    seed: int,
    currency: str | None,
    understood: Understood | None = None,
    before: DialogueState | None = None,
    question: str = "",
) -> Plan:
    """What there is to say: conditions count as met only where every record shown confirms it.

    `asked` is the state with the wish as it was understood, `before` the one of the turn before
    and `found` what could be met of the wish.
    """
    products = [pick.product for pick in picks]
    met: list[Condition] = []
    partly: list[str] = []
    nowhere: list[str] = []
    for path in condition_paths(found.constraints):
        text = label(found.constraints, path, naming.language, currency, products)
        if path == "category" or not text:
            continue
        confirmed = [meets(product, found.constraints, path, facets) for product in products]
        if all(confirmed):
            if not _goes_without_saying(path, found.constraints):
                met.append(Condition(path, text))
        else:
            (partly if any(confirmed) else nowhere).append(text)
    nowhere += _uses_unheard_of(found.constraints.occasion, products, naming)
    aside = [path for path in found.set_aside if not (found.price_missed and path == "price")]
    dropped = [
        Condition(path, text)
        for path in aside
        if (text := _dropped(asked.constraints, path, naming, currency, _said(asked, path)))
    ]
    missed = None
    if found.price_missed:
        price = label(asked.constraints, "price", naming.language, currency)
        missed = Condition(found.price_missed, price)
    move = understood.move if understood else None
    cheaper = move is not None and move.kind in ("cheaper", "dearer")
    best = understood.best if understood else None
    noun, sort = _noun(products, found, naming), _sort_of(products, asked.wish, naming)
    return Plan(
        language=naming.language,
        seed=seed,
        picks=picks,
        wish=wish,
        noun=noun or sort,
        is_by_title=bool(sort and not noun),
        met=tuple(met),
        partly=tuple(partly),
        nowhere=tuple(nowhere),
        set_aside=tuple(dropped),
        unmatched=""
        if found.set_aside or found.price_missed
        else _unmatched(asked, [hit.product for hit in found.hits], wish),
        move=move.kind if move else None,
        than=_than(move, asked),
        is_most=move is not None and _beats_most(move, before),
        is_stuck=found.is_again or (cheaper and missed is not None),
        is_narrowed=bool(asked.rejected),
        best=best if best is None or best == found.constraints.prefer else None,
        range=found.range,
        too_little=missed,
        question=question,
        named=_named(picks, understood),
        counted=understood is not None and understood.shape in ("count", "prices"),
    )


def _uses_unheard_of(uses: Sequence[str], products: Sequence[Product], naming: Naming) -> list[str]:
    """The uses and interests of the wish that no product speaks of; an event is no use."""
    texts = [" ".join(product.texts()) for product in products]
    values = [[str(value) for value in product.attributes.values()] for product in products]
    texts += [" ".join(words) for words in values]
    found: list[str] = []
    for use in uses:
        concept = concept_index().get(("use", use))
        names = [use, *(concept.en if concept else ()), *(concept.zh if concept else ())]
        if EVENTS & set(names) or any(has_words(texts, name) for name in names):
            continue
        own = next((name for name in names if has_chinese(name)), use)
        found.append(own if naming.language == "zh" else use)
    return found


def _sort_of(products: Sequence[Product], wish: Wish, naming: Naming) -> str:
    """What the customer called it, where no category says what it is, but every title does."""
    names = names_of(wish.subject)
    if not names or any(product.category for product in products):
        return ""
    is_so = all(any(is_one(product, name) for name in names) for product in products)
    return naming.plural(wish.subject) if is_so else ""


def _noun(products: Sequence[Product], found: Found, naming: Naming) -> str:
    """What all picks are; where all there is was counted, every category that was counted."""
    counted = found.constraints.category
    if found.range is None or len(counted) < 2 or not products:
        return naming.noun(products, found.constraints)
    return naming.listed([naming.plural(name) for name in counted])


def _dropped(
    constraints: Constraints, path: str, naming: Naming, currency: str | None, words: str = ""
) -> str:
    """What a condition that was given up says; "other brands" for the excluded ones together.

    `words` are the customer's own for it.
    """
    if path == BRANDS:
        return "other brands" if naming.language == "en" else "其他品牌"
    text = label(constraints, path, naming.language, currency)
    if path == "for_whom" and naming.language == "zh" and words:
        return f"给{words}"
    return naming.plural(constraints.category[0]) if path == "category" else text


def _said(state: DialogueState, path: str) -> str:
    """The customer's words for a condition."""
    return next((part.text for part in state.wish.parts if part.path == path), "")


def _goes_without_saying(path: str, constraints: Constraints) -> bool:
    """Whether an exclusion says nothing beside another condition: blue things are not black."""
    head, _, word = path.partition(".")
    if head != "exclude" or ("colour", word.casefold()) not in concept_index():
        return False
    return any(name in _COLOUR_NAMES for name in constraints.attributes)


def _named(picks: Sequence[Pick], understood: Understood | None) -> str:
    """The title of the first pick, where the customer asked for it by name."""
    if understood is None or not picks or picks[0].product.id not in understood.named:
        return ""
    return picks[0].title


def _than(move: Move | None, asked: DialogueState) -> str:
    """The title of the one product that a cheaper one was wanted of."""
    if move is None or not move.than:
        return ""
    shown = {each.product_id: each.title for turn in asked.shown for each in turn.products}
    return shown.get(move.than, "")


def _beats_most(move: Move, before: DialogueState | None) -> bool:
    """Whether more than half of what was shown last cost as much as the price to beat."""
    if move.beat is None or before is None:
        return False
    prices = [each.price for each in before.last_shown if each.price is not None]
    reached = [p for p in prices if (p >= move.beat if move.kind == "cheaper" else p <= move.beat)]
    return 2 * len(reached) > len(prices)


def limits_of(constraints: Constraints) -> list[str]:
    """Amounts the customer named, which a text may repeat as limits."""
    return [
        decimal_text(limit)
        for limit in (constraints.price_min, constraints.price_max)
        if limit is not None
    ]


def _unmatched(state: DialogueState, products: Sequence[Product], message: str) -> str:
    """The customer's words for the thing wished for, where nothing found is such a thing."""
    if not products:
        return ""
    texts = [" ".join(product.texts()) for product in products]
    if (name := _proper_name(message)) and not has_words(texts, name):
        return name
    if has_chinese(message) and not any(has_chinese(text) for text in texts):
        return ""  # a catalogue without a Chinese word cannot be said to lack one
    free = [
        part
        for part in state.wish.parts
        if part.path is None and part.text.casefold() not in ANYTHING
    ]
    names = names_of(state.wish.subject)
    if phrase := _unheard_of(state, texts, message):
        return phrase
    if lacks(state.wish, products):
        said = [
            p.text for p in state.wish.parts if any(has_words([p.text], name) for name in names)
        ]
        return max(said, key=len, default="")
    if is_known(state.wish) or state.constraints.category or not free:
        return ""
    if any(has_words(texts, name) for name in names) or any(has_words(texts, p.text) for p in free):
        return ""
    runs = _runs([part.text for part in free], message)
    telling = [run for run in runs if any(has_words([run], name) for name in names)]
    if has_chinese(message):
        runs = [run for run in runs if not _NO_NAME.search(run)]
        telling = [run for run in telling if run in runs]
    quote = max(telling or runs, key=len, default="")
    return quote if len(quote) <= LONGEST_QUOTE else ""


LONGEST_NAME = 3
"""Words of what may be the name of a thing; more of them describe it."""


def _unheard_of(state: DialogueState, texts: Sequence[str], message: str) -> str:
    """The two or three words for the thing wished for, where no product has them all.

    "A diamond ring" is no ring beside a kite in the shape of a diamond.
    """
    if state.constraints.category or has_chinese(message):
        return ""
    free = [part.text for part in state.wish.parts if part.path is None]
    for run in _runs([word for word in free if word.casefold() not in ANYTHING], message):
        named = state.wish.subject and has_words([run], state.wish.subject)
        if named and 1 < len(run.split()) <= LONGEST_NAME and not has_words(texts, run):
            return run
    return ""


def _proper_name(message: str) -> str:
    """What a message asks for by a name of its own: "do you have the Storm Shell?"."""
    match = _NAMED_THING.search(message)
    return match["name"].strip() if match else ""


def _runs(words: Sequence[str], message: str) -> list[str]:
    """Words that stand side by side in the message, joined as they stand there."""
    runs: list[str] = []
    at = 0
    text = message.casefold()
    for word in words:
        start = text.find(word.casefold(), at)
        if start < 0:
            continue
        end = start + len(word)
        if runs and not text[at:start].strip():
            runs[-1] += message[at:end]
        else:
            runs.append(message[start:end])
        at = end
    return runs


def _card(pick: Pick, probability: float) -> ProductCard:
    return card_of(pick.product, pick.title, probability, [reason.text for reason in pick.reasons])
