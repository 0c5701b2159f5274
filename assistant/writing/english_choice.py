"""The composer's English for choosing: what speaks for a product, and what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.language import Language
from assistant.money import limit_text, price_text
from assistant.naming import is_adjective
from assistant.writing.english_words import listed, number
from assistant.writing.plan import Advantage, Item, Set

if TYPE_CHECKING:
    from assistant.choosing import Measured
    from assistant.explaining import Explanation

_EN: Language = "en"
MOST_TOLD = 3


def advantages(title: str, found: Sequence[Advantage], of: int) -> str:
    """What speaks for one compared product: "X costs less, is windproof and has a hood."."""
    two = of == 2
    told: list[str] = []
    for each in found:
        match each.kind:
            case "price":
                told.append("costs less" if two else "costs the least of these")
            case "rating":
                told.append("is rated higher" if two else "is rated above the others")
            case "weight":
                told.append("weighs less" if two else "weighs the least of these")
            case "feature":
                told.append(has(each.name))
    return f"{title} {listed(told)}."


def by_measure(measured: Measured) -> list[str]:
    """ "X comes first: weight: 225 g. Y: weight: 290 g."; what is not recorded is admitted."""
    (lead, told), *rest = measured.told
    if not rest:
        said = [f"{lead}, as far as the records go: {told}."]
    elif measured.is_tie:
        said = [f"{lead} and {rest[0][0]} are level: {told}."]
        rest = rest[1:]
    else:
        said = [f"That would be {lead}: {told}."]
    if rest:
        said.append(
            f"For comparison, {listed([f'{title} ({own})' for title, own in rest[:MOST_TOLD]])}."
        )
    if measured.unknown:
        said.append(f"The record of {listed(measured.unknown)} does not say.")
    return said


def choice(title: str, found: Sequence[Advantage], of: int, purpose: str, quote: str) -> list[str]:
    """The one of several that the guide would take, and why."""
    what = f" for {purpose}" if purpose else ""
    said = [f"Of these {number(of)} I would take {title}{what}."]
    if quote:
        said.append(f"Its description or its reviews say: “{quote}”")
    elif purpose:
        said.append("None of the descriptions speaks of that, so I go by what comes closest.")
    if found:
        told = advantages(title, found, of)
        said.append(f"It{told.removeprefix(title)}")
    return said


def why(explained: Explanation) -> list[str]:
    """Why a product was recommended, from its place, the conditions and what ranking counted."""
    title = explained.title
    if explained.place == 1 and explained.of > 1:
        begin = f"{title} comes first of the {number(explained.of)}"
    elif explained.place and explained.of > 1:
        begin = f"{title} is number {number(explained.place)} of the {number(explained.of)}"
    else:
        begin = f"I showed {title}"
    said: list[str] = []
    if explained.met:
        said.append(f"{begin} because it is what you asked for: {listed(explained.met)}.")
    if explained.counted:
        told = listed(explained.counted)
        said.append(
            f"What also counted in the ranking: {told}."
            if said
            else f"{begin} because of this: {told}."
        )
    if not said:
        said.append(f"{begin} because its record comes closest to your words.")
    if explained.words:
        quoted = listed([f"“{word}”" for word in explained.words])
        said.append(f"Of the words in its record, {quoted} counted most for it.")
    if explained.unmet:
        said.append(f"Its record does not say “{listed(explained.unmet, 'or')}”.")
    return said


def together(offer: Set) -> list[str]:
    """Products for several needs, what they cost together, and what must be admitted."""
    said: list[str] = []
    things = listed([_item(item) for item in offer.items])
    total = None if offer.total is None else price_text(offer.total, offer.currency, _EN)
    limit = "" if offer.budget is None else limit_text(offer.budget, offer.currency, _EN)
    if len(offer.items) > 1 and total and limit and not offer.fits:
        said.append(f"I can’t keep it within {limit}: the cheapest that fit are these.")
        said.append(f"{things} come to {total} together.")
    elif len(offer.items) > 1 and total:
        within = f", within your {limit}" if limit else ""
        said.append(f"{things} come to {total} together{within}.")
    elif offer.items:
        said.append(f"I would take {things}.")
    said += [f"For the {noun} I set aside “{text}”." for noun, text in offer.set_aside]
    said += [f"{title} is {text} at the moment." for title, text in offer.gone]
    if offer.missing:
        said.append(f"I found no {listed(offer.missing, 'or')} in the shop.")
    if offer.can_swap:
        within = ": you stay within your budget" if limit else ""
        said.append(f"Swap one for another of its kind shown here, if you like{within}.")
    return said


def has(feature: str, value: bool = True) -> str:
    """ "is windproof", "has a hood", "has no hood", as the record says of a feature."""
    if is_adjective(feature):
        return f"is {feature}" if value else f"is not {feature}"
    if not value:
        return f"has no {feature}"
    single = " " not in feature and not feature.endswith("s")
    article = ("an " if feature[:1] in "aeiou" else "a ") if single else ""
    return f"has {article}{feature}"


def _item(item: Item) -> str:
    price = "" if item.price is None else price_text(item.price, item.currency, _EN)
    if item.quantity == 1:
        return f"{item.title} ({price})" if price else item.title
    return f"{item.quantity} × {item.title}{f' ({price} each)' if price else ''}"
