"""The composer's English for products that are offered: what was found, and which to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.language import Language
from assistant.money import price_text
from assistant.naming import is_adjective, is_told_by_value
from assistant.reasons import rating_text, sale_text, stock_text
from assistant.understanding.words import concept_index
from assistant.writing.english_words import NUMBERS, listed, number
from assistant.writing.offers import MOST_REFUSED, Wording, fresh, shown_range
from assistant.writing.phrasing import vary
from assistant.writing.plan import BRANDS, Condition, Pick, Plan, Range

if TYPE_CHECKING:
    pass

_EN: Language = "en"
_BEST = {
    "cheapest": "cheapest",
    "dearest": "most expensive",
    "best_rated": "best rated",
}


def opening(plan: Plan) -> str:
    """What was understood and found, true of every product shown."""
    first = _special_opening(plan)
    if first:
        return first
    if plan.set_aside:
        return _set_aside(plan)
    if plan.is_a_guess:
        near = "this is" if len(plan.picks) == 1 else "one of these is"
        return f"I don’t see “{plan.unmatched}” in the shop. Perhaps {near} close to it."
    if plan.unmatched:
        also = f" among the {plan.noun}" if plan.noun else ""
        return vary(
            (
                f"I don’t see “{plan.unmatched}” in the shop; {_closest(plan)}{also}.",
                f"Nothing here is described as “{plan.unmatched}”; "
                f"the nearest{also} {_are(len(plan.picks))} here.",
            ),
            plan.seed,
        )
    if plan.move is not None and (moved := _moved(plan)):
        return moved
    if len(plan.picks) == 1:
        fit = listed([condition.text for condition in plan.met])
        return f"One thing in the shop fits{': ' + fit if fit else ''}."
    things = described(plan)
    if plan.met:
        fit = f"{_capital(things)} fit your wish." if "," not in things else f"There are {things}."
        return vary((f"Here are {things}.", f"I found {things}.", fit), plan.seed)
    return vary(
        (
            f"Here are {things} for you.",
            f"These {things} come closest to your wish.",
            f"Have a look at these {things}.",
        ),
        plan.seed,
    )


def lead_sentence(pick: Pick, plan: Plan) -> str:
    """A sentence on the product that comes first, with what is not said of all of them."""
    why = listed(fresh(pick, plan))
    name = named(pick)
    if len(plan.picks) == 1:
        return f"It is {name}{': ' + why if why else ''}."
    if not why:
        return vary((f"{name} comes first.", f"My first suggestion is {name}."), plan.seed)
    return vary(
        (
            f"{name} comes first: {why}.",
            f"My first suggestion is {name}: {why}.",
            f"I would start with {name}: {why}.",
        ),
        plan.seed,
        salt=1,
    )


def described(plan: Plan) -> str:
    """ "five waterproof jackets under $100, none of them black"."""
    return f"{number(len(plan.picks))} {with_conditions(plan.noun or 'things', plan.met)}"


def with_conditions(noun: str, met: Sequence[Condition]) -> str:
    """A noun with its conditions where English wants them: before it, behind it, or after all."""
    before: list[str] = []
    behind: list[str] = []
    after: list[str] = []
    refused: list[tuple[str, str]] = []
    for condition in met:
        head, _, rest = condition.path.partition(".")
        text = condition.text
        if head == "exclude":
            refused.append((rest, text))
        elif head == "price":
            behind.append(text if text.startswith(("under", "over", "up to")) else f"for {text}")
        elif head == "brand":
            behind.append(f"by {text}")
        elif head == "rating":
            behind.append(f"rated {text}")
        elif text.startswith("size "):
            behind.append(f"in {text}")
        elif ":" in text:
            after.append(text)
        elif _goes_before(rest, text):
            before.append(text)
        else:
            behind.append(f"with {text}")
    phrase = " ".join([*before, noun, *_joined(behind)])
    return ", ".join([phrase, *after, *_refused(refused)])


def named(pick: Pick) -> str:
    """A product with what it costs, and what it cost before where it is reduced."""
    if pick.price is None:
        return pick.title
    price = price_text(pick.price, pick.product.currency, _EN)
    before = sale_text(pick.product, _EN)
    return f"{pick.title} ({price}{', ' + before if before else ''})"


def ranged(span: Range) -> str:
    """ "from $19.90 to $69.00", "$69.00"; empty where no price is known."""
    if span.low is None or span.high is None:
        return ""
    low, high = (price_text(price, span.currency, _EN) for price in (span.low, span.high))
    return low if low == high else f"from {low} to {high}"


def _special_opening(plan: Plan) -> str:
    if plan.too_little is not None:
        return _too_little(plan)
    if plan.best is not None and not plan.set_aside and not plan.unmatched:
        return _by_titles(_best(plan), plan)
    if plan.counted and plan.range is not None and plan.range.count is not None:
        return _by_titles(_counted(plan, plan.range), plan)
    if plan.named and not plan.set_aside:
        gone = stock_text(plan.picks[0].product, _EN)
        lead = named(plan.picks[0])
        if gone:
            more = "; the nearest to it are here" if len(plan.picks) > 1 else ""
            return f"We carry {lead}, but it is {gone} at the moment{more}."
        more = ", and what comes near it" if len(plan.picks) > 1 else ""
        return f"Yes, here is {lead}{more}."
    return ""


def _by_titles(said: str, plan: Plan) -> str:
    """What was counted among things that only their titles tell apart."""
    if not said or not plan.is_by_title or plan.range is None:
        return said
    return f"By their titles, {said[0].lower()}{said[1:]}"


def _closest(plan: Plan) -> str:
    return "this comes closest" if len(plan.picks) == 1 else "these come closest"


def _set_aside(plan: Plan) -> str:
    missing = listed([condition.quoted for condition in plan.set_aside], "and")
    still = with_conditions(plan.noun, plan.met) if plan.noun else ""
    rest = f": {still}" if still else ""
    if plan.set_aside[0].path == BRANDS:
        return f"No other brand has {still or 'that'}; these are the ones there are."
    if plan.is_stuck:
        return f"You have seen all that fits. Without {missing}, {_closest(plan)}{rest}."
    if plan.move == "more":
        return f"You have seen all that fits. Without {missing}, {_closest(plan)}{rest}."
    one = plan.set_aside[0]
    telling = not one.path.startswith(("exclude", "category", "for_whom"))
    if len(plan.set_aside) == 1 and telling and plan.noun and not plan.is_narrowed:
        things = with_conditions(plan.noun, (*plan.met, one))
        return f"We have no {things}. Without {missing}, {_closest(plan)}."
    return vary(
        (
            f"Nothing in the shop is all of that, so I set aside {missing}; "
            f"{_closest(plan)}{rest}.",
            f"I found nothing that fits everything. Without {missing}, {_closest(plan)}{rest}.",
        ),
        plan.seed,
    )


def _too_little(plan: Plan) -> str:
    """A price that nothing in the shop has: the nearest there is."""
    condition, lead = plan.too_little, plan.picks[0]
    assert condition is not None
    things = with_conditions(plan.noun or "products", plan.met)
    also = listed([each.quoted for each in plan.set_aside])
    aside = f" Without {also}," if also else ""
    if plan.is_stuck:
        end = "cheapest" if plan.move == "cheaper" else "most expensive"
        return f"{aside} {named(lead)} is already the {end} of our {things}.".strip()
    limit, things = condition.text, _closed(things)
    if limit.startswith("up to "):
        limit = f"{limit.removeprefix('up to ')} or less"
    price = limit if limit.startswith(("under", "over")) else f"for {limit}"
    ends = {"price.max": "cheapest", "price.min": "most expensive"}
    end = ends.get(condition.path, "nearest")
    return f"We have no {things} {price}.{aside} {'t' if aside else 'T'}he {end} is {named(lead)}."


def _best(plan: Plan) -> str:
    lead, span = plan.picks[0], plan.range
    word = _BEST.get(plan.best or "")
    if word is None:
        return ""
    things = with_conditions(plan.noun or "products", plan.met)
    rating = f", with {rating_text(lead.product, _EN)}" if plan.best == "best_rated" else ""
    if plan.best == "best_rated" and not rating_text(lead.product, _EN):
        return ""
    if span is not None and span.count == 1:
        return f"We have just one: {named(lead)}{rating}."
    if span is None or span.count is None:
        return f"The {word} of these {_closed(things)} is {named(lead)}{rating}."
    count = f"{number(span.count)} " if span.count < len(NUMBERS) or not plan.met else ""
    return f"The {word} of our {count}{_closed(things)} is {named(lead)}{rating}."


def _counted(plan: Plan, span: Range) -> str:
    things = with_conditions(plan.noun or "products", plan.met)
    spread = ranged(span)
    count = span.count or 0
    prices = f", {spread}" if spread else ""
    if count == 1:
        return f"We have one that fits{' at ' + spread if spread else ''}."
    some = "" if count == len(plan.picks) else f" Here are {number(len(plan.picks))} of them."
    return f"We have {number(count)} {things}{prices}.{some}"


def _moved(plan: Plan) -> str:
    count, span = number(len(plan.picks)), ranged(shown_range(plan.picks))
    rest = tuple(
        condition for condition in plan.met if not condition.path.startswith(("price", "exclude"))
    )
    things = with_conditions(plan.noun or "things", rest)
    than = plan.than or f"{'most' if plan.is_most else 'some'} of what you have seen"
    match plan.move:
        case "cheaper" | "dearer" if span:
            word = "less" if plan.move == "cheaper" else "more"
            if len(plan.picks) == 1:
                return f"One thing costs {word} than {than}."
            return f"These {count} {things} cost {word} than {than}: {span}."
        case "more" if plan.is_stuck:
            return f"You have seen all that fits; here are the best {things} again."
        case "more" if len(plan.picks) == 1:
            return "One more thing fits."
        case "more":
            return f"Here are {count} more {things}."
        case "other_brand" if len(plan.picks) > 1:
            return f"Here are {count} {things} by other brands."
        case _:
            return ""


def _contrast(kind: str, pick: Pick, plan: Plan) -> str:
    name = named(pick)
    fits = not (plan.unmatched or plan.set_aside or plan.too_little)
    match kind:
        case "cheapest":
            return vary(
                (
                    f"If you want to spend less, {name} is the cheapest of these.",
                    f"The cheapest of these is {name}.",
                ),
                plan.seed,
                salt=2,
            )
        case "best_rated":
            return f"The best rated of these is {name}, with {rating_text(pick.product, _EN)}."
        case _:
            why = listed(fresh(pick, plan)[:2])
            return vary(
                (
                    f"{'Another good match' if fits else 'Then there'} is "
                    f"{name}{': ' + why if why else ''}.",
                    f"Next comes {name}{': ' + why if why else ''}.",
                ),
                plan.seed,
                salt=2,
            )


def _caution(plan: Plan) -> str:
    """What the records of some or all products do not confirm."""
    nowhere = listed([f"“{text}”" for text in plan.nowhere], "or")
    partly = listed([f"“{text}”" for text in plan.partly])
    if len(plan.picks) == 1:
        return f"Its description doesn’t mention {nowhere}." if nowhere else ""
    if nowhere and partly:
        return f"None of the descriptions mentions {nowhere}, and only some say {partly}."
    if nowhere:
        return f"None of the descriptions mentions {nowhere}."
    return f"Only some of them are described as {partly}." if partly else ""


def _refused(words: Sequence[tuple[str, str]]) -> list[str]:
    """Exclusions; many of them are not told over again, the customer sees them elsewhere."""
    if len(words) > MOST_REFUSED:
        return []
    plain = [(word.casefold(), text.removeprefix("not ")) for word, text in words]
    kinds = ("colour", "material")
    like = [text for word, text in plain if any((kind, word) in concept_index() for kind in kinds)]
    rest = [text for _, text in plain if text not in like]
    return [
        *([f"none of them {listed(like, 'or')}"] if like else []),
        *([f"leaving out {listed(rest)}"] if rest else []),
    ]


def _goes_before(name: str, text: str) -> bool:
    """Adjectives of the record's own: a yes-or-no feature, a colour, a material."""
    return is_told_by_value(name) or is_adjective(text)


def _closed(things: str) -> str:
    """A phrase that goes on in the sentence: what follows a comma ends with one."""
    return f"{things}," if "," in things else things


def _joined(behind: Sequence[str]) -> list[str]:
    return [listed(list(behind))] if len(behind) > 2 else list(behind)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _gone(title: str, text: str) -> str:
    return f"{title} is {text} at the moment."


WORDING = Wording(_EN, lead_sentence, _contrast, _caution, _gone)
