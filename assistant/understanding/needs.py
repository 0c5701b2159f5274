"""Several things wanted at once: "a tent and two sleeping bags under 300 together"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.constraints import Constraints
from assistant.state import Wish, WishPart
from assistant.understanding.query import wish_parts
from assistant.understanding.reading import Reading, Thing
from assistant.understanding.words import grammar_pattern

_JOINT = grammar_pattern("needs", "joint")
_TOGETHER = grammar_pattern("needs", "together")
_EACH = grammar_pattern("needs", "each")
_COUNTED = grammar_pattern("needs", "counted")
_ADDS = grammar_pattern("needs", "adds")
_ITEM = grammar_pattern("needs", "item")
_AFTER_PRICE = re.compile(r"\band\b(?: also\b)?|[;.]|,")
_ANOTHER = re.compile(r"\b(?:another|other)\b|另一")
MOST_NEEDS = 5
FEWEST_WORDS = 2
"""Between the joint and the second price: "over $50 and under $100" is one price."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The wishes of one message: what is `shared` by all, and one wish for each thing."""

    shared: Wish
    needs: tuple[Wish, ...]


def find_needs(text: str, reading: Reading, read: Callable[[str], Reading]) -> Needs | None:
    """The things a clean text wants side by side; None where it wants one, or one of several.

    Things joined by "and" are wanted together where they are of different kinds and one of
    them is counted ("a tent and two bags") or the text says so ("together"). A price is for
    all of them unless it is said to be for each; other conditions belong to the thing they
    are said with.
    """
    if (listed := _listed(text, reading, read)) is not None:
        return listed
    things = reading.things
    if not 2 <= len(things) <= MOST_NEEDS or not _are_apart(things):
        return None
    joints = [_joint(text, left, right) for left, right in pairwise(things)]
    if joints[-1] is None or not _wanted_together(text, things):
        return None
    cuts = [0, *((place or right.start) for place, right in zip(joints, things[1:], strict=True))]
    ends = [*cuts[1:], len(text)]
    each: list[Wish] = []
    # A price that stands before the last thing is said of the thing it stands with.
    places = [item.start for item in reading.stated if item.path == "price"]
    is_shared = all(place > things[-1].start or place < things[0].start for place in places)
    for start, end in zip(cuts, ends, strict=True):
        piece = text[start:end]
        own = read(_without_price(piece, reading, start) if is_shared else piece)
        if not own.names_product:
            return None
        each.append(wish_of(own, wish_parts(own)))
    budget = not _EACH.search(text)
    shared = Constraints(
        price_min=None if budget or not is_shared else reading.price_min,
        price_max=reading.price_max if is_shared else None,
        is_total=budget and is_shared and reading.price_max is not None,
        currency=reading.currency if is_shared else None,
        for_whom=reading.for_whom,
        occasion=tuple(reading.occasion),
        prefer=reading.prefer,
    )
    needs = tuple(
        wish.model_copy(
            update={
                "constraints": wish.constraints.model_copy(
                    update={"for_whom": None, "occasion": (), "prefer": None}
                )
            }
        )
        for wish in each
    )
    return Needs(Wish(constraints=shared), needs)


def _listed(text: str, reading: Reading, read: Callable[[str], Reading]) -> Needs | None:
    """The things a text counts up ("First, …. Second, …", "1) … 2) …"), or each with its price.

    Each part is read on its own, with its own price and properties.
    """
    items = [match.span() for match in _ITEM.finditer(text)]
    if len(items) < 2:
        items = _priced_apart(text, reading)
    if not 2 <= len(items) <= MOST_NEEDS:
        return None
    ends = [*(start for start, _ in items[1:]), len(text)]
    wishes: list[Wish] = []
    for (_, start), end in zip(items, ends, strict=True):
        own = read(text[start:end])
        wish = wish_of(own, wish_parts(own))
        if wishes and not own.names_product and _ANOTHER.search(text[start:end]):
            wish = _like(wishes[-1], wish)
        if not wish.parts:
            return None
        wishes.append(wish)
    return Needs(Wish(), tuple(wishes))


def _like(before: Wish, other: Wish) -> Wish:
    """The same thing once more, with what is said of "another" in place of the first's."""
    said = other.constraints
    limits = {"price_min": said.price_min, "price_max": said.price_max, "currency": said.currency}
    told = {**before.constraints.attributes, **said.attributes}
    constraints = before.constraints.model_copy(update={**limits, "attributes": told})
    return before.model_copy(update={"constraints": constraints})


def _priced_apart(text: str, reading: Reading) -> list[tuple[int, int]]:
    """Where the parts begin of which each has a price of its own; none where only one has."""
    prices = [item for item in reading.stated if item.path == "price"]
    items = [(0, 0)]
    for item, following in pairwise(prices):
        joint = _AFTER_PRICE.search(text, item.end, following.start)
        between = text[joint.end() : following.start] if joint else ""
        if joint is None or not (len(between.split()) >= FEWEST_WORDS or _ANOTHER.search(between)):
            return []
        items.append(joint.span())
    return items if len(prices) > 1 else []


def adds_need(text: str) -> bool:
    """Whether a message wants its thing besides what was wanted before: "and a lamp too"."""
    return _ADDS.search(text) is not None


def matching_need(needs: Sequence[Wish], reading: Reading) -> int | None:
    """Which of the needs a message speaks of by naming its kind."""
    if not reading.names_product:
        return None
    wanted = set(reading.category)
    for place, need in enumerate(needs):
        same = bool(wanted & set(need.constraints.category))
        if same or (not wanted and reading.subject == need.subject):
            return place
    return None


def wish_of(reading: Reading, parts: tuple[WishPart, ...]) -> Wish:
    """What one message or a part of one asks for, as a wish of its own."""
    constraints = Constraints(
        category=tuple(reading.category),
        brand=tuple(reading.brand),
        price_min=reading.price_min,
        price_max=reading.price_max,
        currency=reading.currency,
        attributes={name: tuple(values) for name, values in reading.attributes.items()},
        exclude=tuple(reading.exclude),
        rating_min=reading.rating_min,
        quantity=reading.quantity,
        for_whom=reading.for_whom,
        occasion=tuple(reading.occasion),
        prefer=reading.prefer,
    )
    return Wish(constraints=constraints, parts=parts, subject=reading.subject)


def _are_apart(things: Sequence[Thing]) -> bool:
    """Whether the things are of different kinds, all of them."""
    kinds = [set(thing.categories) or {thing.subject} for thing in things]
    return all(not left & right for place, left in enumerate(kinds) for right in kinds[place + 1 :])


def _joint(text: str, left: Thing, right: Thing) -> int | None:
    """Where the second of two things begins that are joined by "and", or by a comma."""
    match = _JOINT.search(text, left.end, right.start)
    comma = text.rfind(",", left.end, right.start)
    return match.end() if match else comma + 1 or None


def _wanted_together(text: str, things: Sequence[Thing]) -> bool:
    if _TOGETHER.search(text):
        return True
    before = [text[max(0, thing.start - 24) : thing.start] for thing in things]
    return any(_COUNTED.search(words) for words in before)


def _without_price(piece: str, reading: Reading, start: int) -> str:
    """A part of the text with its prices blanked out: they are read of the whole."""
    for item in reading.stated:
        if item.path == "price":
            low, high = max(0, item.start - start), max(0, item.end - start)
            piece = (
                piece[:low] + " " * (min(high, len(piece)) - min(low, len(piece))) + piece[high:]
            )
    return re.sub(r" {2,}", lambda gap: " " * len(gap.group()), piece)
