"""What is said of products that are offered, and in which order, whatever the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.constraints import Preference
from assistant.language import Language
from assistant.reasons import stock_text
from assistant.writing.contrasts import Contrast, contrast_of
from assistant.writing.plan import Pick, Plan, Range, Said

MOST_REFUSED = 2
SUPERLATIVES: tuple[Preference, ...] = ("cheapest", "dearest", "best_rated")
# What would be no contrast: beside the most expensive thing, the cheapest of a few dear ones.
_OPPOSITE: dict[Preference, Contrast] = {
    "cheapest": "other",
    "dearest": "cheapest",
    "best_rated": "other",
}


@dataclass(frozen=True)
class Wording:
    """One language's sentences on offered products."""

    language: Language
    lead: Callable[[Pick, Plan], str]
    contrast: Callable[[Contrast, Pick, Plan], str]
    caution: Callable[[Plan], str]
    gone: Callable[[str, str], str]


def body(plan: Plan, wording: Wording) -> list[Said]:
    """One to three sentences on one or two of the products, and what must be admitted."""
    if not plan.picks:
        return []
    if plan.is_a_guess:  # which is nothing to recommend
        return [Said(plan.question)] if plan.question else []
    lead = plan.picks[0]
    sentences: list[Said] = []
    told: list[Pick] = []
    if not is_told(plan):
        sentences.append(Said(wording.lead(lead, plan), lead.product.id))
        told.append(lead)
    if (contrast := contrast_of(plan.picks)) is not None and not plan.named:
        kind, pick = contrast
        if kind != plan.best and (plan.best is None or kind != _OPPOSITE[plan.best]):
            told.append(pick)
            sentences.append(Said(wording.contrast(kind, pick, plan), pick.product.id))
    if caution := wording.caution(plan):
        sentences.append(Said(caution))
    sentences += [
        Said(wording.gone(pick.title, text))
        for pick in (told if lead in told else [lead, *told])
        if (text := stock_text(pick.product, wording.language))
    ]
    sentences = sentences[:3]
    if plan.question:
        sentences.append(Said(plan.question))
    return sentences


def fresh(pick: Pick, plan: Plan) -> list[str]:
    """The reasons that are not said of all products already; the price says what is reduced."""
    said = {condition.text for condition in plan.met}
    return [
        reason.text for reason in pick.reasons if reason.text not in said and reason.kind != "sale"
    ]


def shown_range(picks: Sequence[Pick]) -> Range:
    """The prices of what is shown; none where one is unknown or in another currency."""
    prices = [pick.price for pick in picks if pick.price is not None]
    currencies = {pick.product.currency for pick in picks}
    if len(prices) < len(picks) or len(currencies) != 1:
        return Range(len(picks))
    return Range(len(picks), min(prices), max(prices), currencies.pop())


def is_told(plan: Plan) -> bool:
    """Whether the opening speaks of the first pick already."""
    superlative = plan.best in SUPERLATIVES and not plan.set_aside and not plan.unmatched
    named_first = bool(plan.named) and not plan.set_aside
    return plan.too_little is not None or superlative or named_first
