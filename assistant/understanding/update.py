"""How a message changes the wish: refine, change one's mind, change the subject, go back.

A new subject (another kind of thing than before) drops the conditions of the old one: its
price, colour, size, brand and exclusions were said of that thing. Whom it is for, what it is
used for and the wish for something cheap are said of the customer, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from assistant.constraints import SUPERLATIVES, Constraints
from assistant.state import DialogueState, Wish, WishPart
from assistant.understanding.filtering import is_telling
from assistant.understanding.intents import cue
from assistant.understanding.needs import adds_need, find_needs, matching_need, wish_of
from assistant.understanding.query import wish_parts
from assistant.understanding.reading import Reading, Thing
from assistant.understanding.roles import Roles
from assistant.understanding.shape import find_shape
from assistant.understanding.sizes import bigger_size
from assistant.understanding.text import phrase
from assistant.understanding.words import concept_index, grammar_pattern, read_lexicon
from retrieval.product import AttributeValue

CENT = Decimal("0.01")
GIFT = "gift"
"""The lexicon's key of a thing that is still open: what it may cost holds of whatever it is."""
SHAPE_WORDS = 10
"""A longer question about the range ("what kinds of …?") says more of the wish than its kind."""
_GIFT = re.compile(r"\b(?:gifts?|presents?)\b|礼物|送给")
_WANTS = grammar_pattern("update", "wants")
_CALLED_OFF = grammar_pattern("update", "called_off")

_ADDS = re.compile(r"\b(?:also|too|as well|or|either|additionally)\b|也|或|还")
_DROPPABLE = {
    "color": "color", "price": "price", "money": "price", "budget": "price", "brand": "brand",
    "size": "size", "material": "material", "rating": "rating", "fabric": "material",
    "颜色": "color", "价格": "price", "价钱": "price", "预算": "price", "品牌": "brand",
    "牌子": "brand", "尺码": "size", "尺寸": "size", "大小": "size", "材质": "material",
    "评分": "rating", "评价": "rating", "cost": "price", "make": "brand", "star": "rating",
}  # fmt: skip
_BIGNESS_ORDER = (
    "capacity", "person", "people", "volume", "screen", "size", "diameter", "width", "length",
    "height", "pieces", "容量", "尺寸", "长", "宽", "高",
)  # fmt: skip
_BIGNESS = re.compile("|".join(_BIGNESS_ORDER))
_WHOLE_SHOP = grammar_pattern("shape", "whole_shop")
_CONTINUES = grammar_pattern("update", "continues")


def updated_wish(
    text: str,
    reading: Reading,
    state: DialogueState,
    roles: Roles,
    named: Sequence[str] = (),
    read: Callable[[str], Reading] | None = None,
) -> DialogueState:
    """The state after a wish or a refinement; `named` are product ids the message points at.

    `read` reads a part of the text, for messages that want several things.
    """
    if read and (dropped := _dropped_things(text, reading, read)):
        kept, rest = _without_things(text, reading, dropped, state)
        if kept is not state or rest != text:
            if not rest:
                return kept
            return updated_wish(rest, read(rest), kept, roles, named, read)
    several = find_needs(text, reading, read) if read else None
    if several is not None:
        wish = several.shared.model_copy(update={"needs": several.needs})
        return state.starting_over().model_copy(update={"wish": wish})
    restarts = cue("refine", "go_back", text) or cue("refine", "start_over", text)
    if state.wish.needs and not restarts:
        changed = _with_needs(text, reading, state, roles)
        if changed is not None:
            return changed
        state = state.starting_over()
    if cue("refine", "go_back", text) and state.past:
        back = state.going_back(lambda wish: _speaks_of(reading, wish))
        if back.wish.needs or not reading.states_condition:
            return back
        return _merged(text, reading, back, roles)
    if cue("refine", "start_over", text):
        return _merged(text, reading, state.starting_over(), roles)
    who = state.constraints.for_whom
    if reading.for_whom and who and reading.for_whom != who and _GIFT.search(text):
        return _merged(text, reading, state.starting_over(), roles)  # a present for another
    parts = wish_parts(reading)
    if starts_new_subject(text, reading, state, parts):
        if adds_need(text) and reading.names_product and state.wish.subject:
            return _with_added(reading, state)
        budget = state.constraints if state.wish.subject == GIFT else Constraints()
        kept = Constraints(
            price_min=budget.price_min,
            price_max=budget.price_max,
            currency=budget.currency,
            occasion=state.constraints.occasion,
            for_whom=_still_for(state.constraints.for_whom, reading, roles),
            prefer="cheap" if state.constraints.prefer == "cheap" else None,
        )
        words = tuple(part for part in state.wish.parts if part.path in kept.paths())
        fresh = state.starting_over().model_copy(
            update={"wish": Wish(constraints=kept, parts=words)}
        )
        return _merged(text, reading, fresh, roles)
    return _merged(text, reading, _relative(text, state, roles, named), roles)


_DROPS_THING = grammar_pattern("update", "drops_thing")
_DROPPED_AFTER = grammar_pattern("update", "dropped_after")


def _dropped_things(text: str, reading: Reading, read: Callable[[str], Reading]) -> list[Thing]:
    """The things a message calls off: "forget the sleeping bags", 睡袋不要了."""
    found: list[Thing] = []
    for span in reading.spans:
        if not span.entry("category", "product"):
            continue
        if _DROPS_THING.search(text[: span.start]) or _DROPPED_AFTER.match(text, span.end):
            alone = read(span.text)
            found.append(Thing(span.start, span.end, alone.subject, tuple(alone.category)))
    return found


def _without_things(
    text: str, reading: Reading, dropped: Sequence[Thing], state: DialogueState
) -> tuple[DialogueState, str]:
    """The state without the needs called off, and the rest of the message.

    Where the one thing wanted is called off, its wish is put away; a thing that was not wanted
    changes nothing.
    """
    for thing in dropped:
        alone = Reading(text, category=[*thing.categories], subject=thing.subject)
        place = matching_need(state.wish.needs, alone)
        if place is not None:
            state = state.with_need(place, None)
        elif not state.wish.needs and matching_need((state.wish,), alone) is not None:
            state = state.starting_over()
    rest = text
    for thing in reversed(dropped):
        lead = _DROPS_THING.search(rest[: thing.start])
        after = _DROPPED_AFTER.match(rest, thing.end)
        start = lead.start() if lead else thing.start
        rest = rest[:start] + rest[after.end() if after else thing.end :]
    rest = re.sub(r"\b(?:any ?more|after all|please|thanks|thank you)\b", "", rest)
    rest = re.sub(r"^[\s,.;:!，。]*(?:(?:and|just|only|but|then|so|ok|okay)\b[ ,]*)*", "", rest)
    places = {thing.start for thing in dropped}
    kept_only = [t for t in reading.things if t.start not in places and matching_need(
        (state.wish, *state.wish.needs),
        Reading(text, category=[*t.categories], subject=t.subject),
    ) is not None]  # fmt: skip
    if kept_only and len(rest.split()) <= len(kept_only) + 2 and not reading.states_condition:
        rest = ""  # "just the tent": it is wanted already
    return state, rest.strip(" ,.;!，。")


def _speaks_of(reading: Reading, wish: Wish) -> bool:
    """Whether "back to the jackets" means this earlier wish; "go back" means any."""
    if not reading.names_product:
        return True
    return matching_need((wish, *wish.needs), reading) is not None


def _with_needs(
    text: str, reading: Reading, state: DialogueState, roles: Roles
) -> DialogueState | None:
    """A message to somebody who wants several things; None where it wants something else."""
    needs = state.wish.needs
    place = matching_need(needs, reading)
    if place is not None:
        one = state.model_copy(update={"wish": needs[place]})
        seen = one.looking_at(needs[place].constraints.category)
        changed = _merged(text, reading, _relative(text, seen, roles, ()), roles)
        return state.with_need(place, changed.wish)
    if reading.names_product:
        if not adds_need(text):
            return None
        return _with_added(reading, state)
    alone = state.model_copy(update={"wish": state.wish.model_copy(update={"needs": ()})})
    if cue("refine", "cheaper", text):
        cheap = state.constraints.model_copy(update={"prefer": "cheap"})
        alone = alone.model_copy(update={"wish": Wish(constraints=cheap)})
    elif cue("refine", "more", text):
        alone = alone.rejecting_shown()
    changed = _merged(text, reading, alone, roles)
    old, new = state.constraints, changed.constraints
    total = new.price_max is not None and (old.is_total or old.price_max is None)
    wish = changed.wish.model_copy(
        update={
            "constraints": new.model_copy(update={"is_total": total, "category": ()}),
            "needs": needs,
            "subject": "",
        }
    )
    return changed.model_copy(update={"wish": wish})


def _with_added(reading: Reading, state: DialogueState) -> DialogueState:
    """The state with one more thing wanted besides what was wanted before."""
    new = wish_of(reading, wish_parts(reading))
    limit = reading.price_max
    if limit is not None:
        new = new.model_copy(update={"constraints": new.constraints.without("price")})
    budget = reading.price_max is not None
    if state.wish.needs:
        needs, shared = (*state.wish.needs, new), state.wish
    else:
        old = state.wish.model_copy(
            update={"constraints": state.constraints.without("for_whom").without("prefer")}
        )
        needs = (old, new)
        shared = Wish(constraints=Constraints(for_whom=state.constraints.for_whom))
    if budget:
        limits = {"price_max": reading.price_max, "is_total": True, "currency": reading.currency}
        shared = shared.model_copy(
            update={"constraints": shared.constraints.model_copy(update=limits)}
        )
    wish = shared.model_copy(update={"needs": needs})
    return state.model_copy(update={"wish": wish, "rejected": (), "focus": ()})


def _still_for(who: str | None, reading: Reading, roles: Roles) -> str | None:
    """Whom the new thing is for: as before, where such things are made for one or the other."""
    if who is None or not reading.category or roles.audience is None:
        return who
    wish = Constraints(category=tuple(reading.category))
    return who if is_telling(roles.audience, wish, roles.facets) else None


def starts_new_subject(
    text: str, reading: Reading, state: DialogueState, parts: Sequence[WishPart]
) -> bool:
    """Whether the message wants another kind of thing than the conversation was about."""
    wish = state.wish
    if reading.prefer in SUPERLATIVES and not reading.names_product and _WHOLE_SHOP.search(text):
        return True
    if (not wish.parts and not wish.constraints) or cue("refine", "drop", text):
        return False
    if reading.names_product:
        if not wish.subject and not wish.constraints.category:
            # "under 50" and then "a tent": the conditions came first and are of this thing.
            return any(part.path is None for part in wish.parts)
        if set(reading.category) & set(wish.constraints.category):
            return False
        return reading.subject != wish.subject and not _narrows(reading.subject, wish.subject)
    unknown = [part for part in parts if part.path is None]
    if not unknown or _CONTINUES.search(text) or _relative_cue(text):
        return False
    wants = _WANTS.search(text)
    pronoun = re.search(r"\b(?:one|ones|it|them|something|anything|these|those)\b|的$", text)
    styles = all(_is_quality(part.text) for part in unknown)
    if styles or pronoun:
        return False
    return bool(wants) or not reading.states_condition


def dropped_paths(text: str, constraints: Constraints, roles: Roles) -> list[str]:
    """The conditions a message calls off: "any colour", "never mind the price", 颜色无所谓."""
    found: list[str] = []
    for pattern in read_lexicon("intents")["refine"]["drop"]:
        for match in re.finditer(pattern, text):
            named = next(
                (
                    word
                    for word in match.groupdict().values()
                    if word and word != match.groupdict().get("lead")
                ),
                "",
            )
            found += _paths_of(named, constraints, roles)
    return list(dict.fromkeys(found))


def _paths_of(named: str, constraints: Constraints, roles: Roles) -> list[str]:
    words = {*phrase(named), named}
    found: list[str] = []
    for word in words:
        what = _DROPPABLE.get(word)
        if what == "color":
            found += [
                f"attributes.{name}"
                for name in constraints.attributes
                if name in ("color", *roles.colours)
            ]
        elif what == "material":
            found += [
                f"attributes.{name}"
                for name in constraints.attributes
                if name in ("material", *roles.materials)
            ]
        elif what == "size":
            found += [
                f"attributes.{name}"
                for name in constraints.attributes
                if name in ("size", roles.size)
            ]
        elif what == "price":
            found += ["price", *(["prefer"] if constraints.prefer in ("cheap", "cheapest") else [])]
        elif what in ("brand", "rating"):
            found.append(what)
    for path in constraints.paths():
        spoken = path.partition(".")[2] or path
        concept = next(
            (
                c
                for kind in ("feature", "style", "material", "colour")
                if (c := concept_index().get((kind, spoken)))
            ),
            None,
        )
        names = [spoken, *(concept.en if concept else ()), *(concept.zh if concept else ())]
        if any(
            name and ((phrase(name) and phrase(name) == phrase(named)) or name == named)
            for name in names
        ):
            found.append(path)
    return found


def _merged(text: str, reading: Reading, state: DialogueState, roles: Roles) -> DialogueState:
    old = state.constraints
    for path in dropped_paths(text, old, roles):
        old = old.without(path)
    attributes = {**old.attributes}
    if cue("refine", "drop", text):
        stated = {
            name: values
            for name, values in reading.attributes.items()
            if not _called_off(text, reading, name)
        }
    else:
        stated = dict(reading.attributes)
    for name, values in stated.items():
        if name == "size":
            name = roles.size or "size"
        joined = _ADDS.search(text) is not None and not re.search(r"\binstead\b", text)
        before = attributes.get(name, ()) if joined and not _is_flag(values) else ()
        attributes[name] = tuple(dict.fromkeys((*before, *values)))
    refused = {word.casefold() for word in reading.exclude}
    attributes = {
        name: kept
        for name, values in attributes.items()
        if (kept := tuple(v for v in values if str(v).casefold() not in refused))
        and not (_is_flag(values) and name.casefold() in refused)
    }
    wanted = {str(value).casefold() for values in reading.attributes.values() for value in values}
    wanted |= {value.casefold() for value in (*reading.brand, *reading.category)}
    exclude = [word for word in old.exclude if word.casefold() not in wanted]
    low, high = _prices(reading, old)
    joined_brand = old.brand if _ADDS.search(text) and reading.brand else ()
    constraints = Constraints(
        category=tuple(reading.category) or old.category,
        brand=tuple(
            name
            for name in dict.fromkeys((*joined_brand, *(reading.brand or old.brand)))
            if name.casefold() not in refused
        ),
        price_min=low,
        price_max=high,
        currency=reading.currency or (old.currency if (low, high) != (None, None) else None),
        attributes=attributes,
        exclude=tuple(dict.fromkeys((*exclude, *reading.exclude))),
        rating_min=reading.rating_min if reading.rating_min is not None else old.rating_min,
        quantity=reading.quantity if reading.quantity is not None else old.quantity,
        occasion=tuple(dict.fromkeys((*old.occasion, *reading.occasion))),
        for_whom=reading.for_whom or old.for_whom,
        prefer=reading.prefer or old.prefer,
    )
    before = state.with_constraints(constraints)
    said = {part.text for part in before.wish.parts}
    new = [part for part in wish_parts(reading) if part.text not in said]
    asks_shape = find_shape(text, reading) is not None and len(text.split()) <= SHAPE_WORDS
    if _relative_cue(text) or cue("refine", "drop", text) or asks_shape:
        new = [part for part in new if part.path is not None]
    if reading.names_product:
        kept_parts = [
            p
            for p in before.wish.parts
            if not (p.path or "").startswith("category.")
            or p.text in {n.text for n in wish_parts(reading)}
        ]
    else:
        kept_parts = list(before.wish.parts)
    wish = Wish(
        constraints=constraints,
        parts=(*kept_parts, *new),
        subject=reading.subject or before.wish.subject or (_unknown_subject(new)),
    )
    return before.model_copy(update={"wish": wish})


def _relative(text: str, state: DialogueState, roles: Roles, named: Sequence[str]) -> DialogueState:
    """Refinements that only mean something against what was shown or asked before."""
    constraints = state.constraints
    if named:
        state = state.model_copy(update={"focus": tuple(named)})
    beat = state.price_to_beat()
    if cue("refine", "cheaper", text):
        if beat is not None:
            constraints = constraints.model_copy(
                update={"price_max": beat - CENT, "price_min": _below(constraints.price_min, beat)}
            )
        else:
            constraints = constraints.model_copy(update={"prefer": "cheap"})
    elif cue("refine", "dearer", text) and beat is not None:
        high = constraints.price_max
        constraints = constraints.model_copy(
            update={"price_min": beat + CENT, "price_max": high if high and high > beat else None}
        )
    for name, step in (("bigger", 1), ("smaller", -1)):
        if cue("refine", name, text):
            constraints, state = _resized(constraints, state, roles, step)
    if cue("refine", "other_brand", text):
        seen = constraints.brand or tuple(p.brand for p in state.pointed_at() if p.brand)
        exclude = tuple(dict.fromkeys((*constraints.exclude, *seen)))
        constraints = constraints.model_copy(update={"exclude": exclude, "brand": ()})
        state = state.rejecting_shown()
    if cue("refine", "other_colour", text):
        for attribute in ("color", *roles.colours):
            values = tuple(str(value) for value in constraints.attributes.get(attribute, ()))
            constraints = constraints.without(f"attributes.{attribute}")
            constraints = constraints.model_copy(
                update={"exclude": (*constraints.exclude, *values)}
            )
    if cue("refine", "more", text):
        state = state.rejecting_shown()
    return state.with_constraints(constraints)


def _resized(
    constraints: Constraints, state: DialogueState, roles: Roles, step: int
) -> tuple[Constraints, DialogueState]:
    attribute = roles.size or "size"
    sizes = constraints.attributes.get(attribute, ())
    if sizes:
        moved = [bigger_size(str(size), step) for size in sizes]
        if all(moved):
            attributes = {**constraints.attributes, attribute: tuple(str(size) for size in moved)}
            return constraints.model_copy(update={"attributes": attributes}), state
    if (measure := _measure(state, roles, step)) is not None:
        name, values = measure
        attributes = {**constraints.attributes, name: values}
        return constraints.model_copy(update={"attributes": attributes}), state
    word = WishPart(text="large" if step > 0 else "small", mapped="大号" if step > 0 else "小号")
    opposite = "small" if step > 0 else "large"
    parts = tuple(part for part in state.wish.parts if part.text not in (opposite, word.text))
    wish = state.wish.model_copy(update={"parts": (*parts, word)})
    return constraints, state.model_copy(update={"wish": wish})


def _measure(
    state: DialogueState, roles: Roles, step: int
) -> tuple[str, tuple[AttributeValue, ...]] | None:
    """The catalogue's values of the telling measure that lie beyond what was pointed at.

    A tent is bigger by the people it holds before it is by its length.
    """
    # Without a product in focus "bigger" is said of the one that was recommended first.
    starts = state.pointed_at() if state.focus else state.last_shown[:1]
    if not starts:
        return None
    named = [name for name in starts[0].measures if _BIGNESS.search(name.replace("_", " "))]
    if not named:
        return None
    order = _BIGNESS_ORDER
    name = min(named, key=lambda each: next(i for i, word in enumerate(order) if word in each))
    known = [each.measures[name] for each in starts if name in each.measures]
    values = [
        value
        for value in roles.facets.attributes.get(name, {})
        if isinstance(value, int | float) and not isinstance(value, bool)
        and (value > max(known) if step > 0 else value < min(known))
    ]  # fmt: skip
    return (name, tuple(sorted(values))) if values else None


def _prices(reading: Reading, old: Constraints) -> tuple[Decimal | None, Decimal | None]:
    low, high = reading.price_min, reading.price_max
    if low is None and high is None:
        return old.price_min, old.price_max
    if low is not None and high is not None:
        return low, high
    if low is None:
        return _below(old.price_min, high), high
    return low, (old.price_max if old.price_max is not None and old.price_max > low else None)


def _below(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    return low if low is not None and high is not None and low < high else None


def _relative_cue(text: str) -> bool:
    names = (
        "more",
        "cheaper",
        "dearer",
        "bigger",
        "smaller",
        "other_brand",
        "other_colour",
        "start_over",
        "go_back",
    )
    return any(cue("refine", name, text) for name in names)


def _called_off(text: str, reading: Reading, name: str) -> bool:
    """Whether the words that seem to state a condition are the ones that call it off."""
    stated = [item for item in reading.stated if item.path.startswith(f"attributes.{name}")]
    return any(_CALLED_OFF.search(text[: item.start]) for item in stated)


def _narrows(new: str, old: str) -> bool:
    """Whether one subject is a sort of the other: "hiking boots" after "shoes"."""
    return old in _broader(new) or new in _broader(old)


def _broader(subject: str) -> list[str]:
    found: list[str] = []
    concept = concept_index().get(("product", subject))
    while concept and concept.parent and concept.parent not in found:
        found.append(concept.parent)
        concept = concept_index().get(("product", concept.parent))
    return found


def _is_quality(word: str) -> bool:
    return any((kind, word) in concept_index() for kind in ("style", "feature", "use", "colour"))


def _unknown_subject(parts: Sequence[WishPart]) -> str:
    words = [part.text for part in parts if part.path is None]
    return words[-1] if words else ""


def _is_flag(values: Iterable[AttributeValue]) -> bool:
    """Whether a yes is among the values; 1 equals True and is none."""
    return any(value is True for value in values)
