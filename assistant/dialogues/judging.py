"""What is measured of every reply, scripted or not: satisfaction, truth, questions, time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

import numpy as np

from assistant.audit import Auditor, Finding
from assistant.bench import audit_reply, price_limits
from assistant.dialogues.checks import admits, asks
from assistant.dialogues.exchange import Exchange
from assistant.dialogues.records import attributes, has_words, naming_texts, same_value
from assistant.understanding.words import concept_index, named
from retrieval.product import Product

Verdict = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A product that was shown without a word on the `conditions` its record breaks."""

    said: str
    title: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Products shown against the conditions that the guide itself says it holds.

    Each shown product counts once: `satisfied` where its record meets every condition that it
    can be held to, `admitted` where it does not and the text says that something is missing,
    `silent` where the text says nothing. `unconfirmed` of the satisfied ones have a condition
    on which the record is silent.
    """

    shown: int
    satisfied: int
    admitted: int
    silent: int
    unconfirmed: int
    broken: tuple[Broken, ...] = ()

    @property
    def share(self) -> float:
        """Satisfied or admitted, of all shown; 1 where nothing was."""
        return (self.satisfied + self.admitted) / self.shown if self.shown else 1.0


@dataclass(frozen=True, slots=True)
class Groundedness:
    """Facts of all replies looked up by the independent auditor; `unverified` should be empty."""

    replies: int
    facts: int
    unverified: tuple[Finding, ...]

    @property
    def share(self) -> float:
        """Replies without an unverified fact, of all."""
        wrong = len({finding.sentence for finding in self.unverified})
        return 1 - min(wrong, self.replies) / self.replies if self.replies else 1.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Median and 95th percentile of milliseconds."""

    understand: tuple[float, float]
    products: tuple[float, float]
    first_text: tuple[float, float]
    total: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Quality:
    """The measures of a set of replies.

    `clarifying` counts replies that show products and put a question about the wish;
    `asked_twice` conversations with more than one of them.
    """

    replies: int
    failed: int
    satisfaction: Satisfaction
    groundedness: Groundedness
    clarifying: int
    asked_twice: int
    latency_ms: Latency


def quality_of(conversations: Sequence[Sequence[Exchange]], auditor: Auditor) -> Quality:
    """Measure all replies of these conversations."""
    exchanges = [exchange for conversation in conversations for exchange in conversation]
    findings = [finding for exchange in exchanges for finding in audited(exchange, auditor)]
    asked = [sum(map(is_clarifying, conversation)) for conversation in conversations]
    return Quality(
        replies=len(exchanges),
        failed=sum(not exchange.reply.text for exchange in exchanges),
        satisfaction=_satisfaction(exchanges),
        groundedness=Groundedness(
            replies=len(exchanges),
            facts=len(findings),
            unverified=tuple(finding for finding in findings if not finding.on_record),
        ),
        clarifying=sum(asked),
        asked_twice=sum(times > 1 for times in asked),
        latency_ms=_latency(exchanges),
    )


def audited(exchange: Exchange, auditor: Auditor) -> list[Finding]:
    """The facts of one reply; what is not on the record of its own cards may be on that of
    products shown earlier.
    """
    own = audit_reply(auditor, exchange.reply, exchange.said)
    if all(finding.on_record for finding in own):
        return own
    ids = [*(product.id for product in exchange.shown), *exchange.seen]
    wider = auditor.audit(exchange.reply.text, ids, exchange.said, _limits(exchange))
    verified = {(each.kind, each.said, each.sentence) for each in wider if each.on_record}
    return [
        Finding(each.kind, each.said, each.sentence, True)
        if (each.kind, each.said, each.sentence) in verified
        else each
        for each in own
    ]


def is_clarifying(exchange: Exchange) -> bool:
    """Whether a reply shows products and asks the customer something."""
    return bool(exchange.reply.products) and asks(exchange.reply.text)


def verdicts(product: Product, constraints: Mapping[str, object]) -> dict[str, Verdict]:
    """What the record says of each condition of a reply's `constraints`."""
    found: dict[str, Verdict] = {}
    limits = cast("Mapping[str, object]", constraints.get("price") or {})
    price = product.current_price
    if limits and str(limits.get("currency", product.currency)) == str(product.currency):
        low, high = _amount(limits.get("min")), _amount(limits.get("max"))
        inside = (
            price is not None and (low is None or price >= low) and (high is None or price <= high)
        )
        found["price"] = "met" if inside else "unmet"
    for name, own in (("category", product.category), ("brand", (product.brand or "",))):
        wanted = {str(value).casefold() for value in _values(constraints.get(name))}
        if wanted:
            met = any(value.casefold() in wanted for value in own)
            found[name] = "met" if met else "unmet"
    texts = naming_texts(product)
    for word in _values(constraints.get("exclude")):
        found[f"exclude {word}"] = "unmet" if has_words(texts, str(word)) else "met"
    least = cast("Mapping[str, object]", constraints.get("rating") or {}).get("min")
    if least is not None:
        met = product.rating is not None and product.rating >= float(str(least))
        found["rating"] = "met" if met else "unmet"
    for name, wanted in cast("Mapping[str, object]", constraints.get("attributes") or {}).items():
        found[name] = _attribute_verdict(product, name, _values(wanted))
    return found


def _attribute_verdict(product: Product, name: str, wanted: Sequence[object]) -> Verdict:
    forms = [form for value in wanted for form in _forms(value)]
    own = [value for key, value in attributes(product) if key.casefold() == name.casefold()]
    if any(same_value(mine, form) for mine in own for form in forms):
        return "met"
    words = [str(form) for form in forms if isinstance(form, str)]
    if True in wanted:
        words.append(name.replace("_", " "))
    if any(has_words([*naming_texts(product), product.description], word) for word in words):
        return "met"
    return "unmet" if own else "unknown"


def _forms(value: object) -> list[object]:
    """A value and its other names and shades: blue is also 蓝色 and navy."""
    if not isinstance(value, str):
        return [value]
    kinds = ("colour", "material", "feature", "style", "use", "audience")
    found: list[object] = [value]
    for concept in named(value, *kinds):
        shades = [
            each for each in concept_index().values()
            if each.kind == concept.kind and each.parent == concept.key
        ]  # fmt: skip
        for each in (concept, *shades):
            found += [each.key, *each.en, *each.zh]
    return found


def _satisfaction(exchanges: Iterable[Exchange]) -> Satisfaction:
    shown = satisfied = admitted = silent = unconfirmed = 0
    broken: list[Broken] = []
    for exchange in exchanges:
        if exchange.reply.intent.value not in ("recommend", "refine"):
            continue
        for product in exchange.shown:
            shown += 1
            by_condition = verdicts(product, exchange.reply.constraints)
            told = by_condition.values()
            if "unmet" not in told:
                satisfied += 1
                unconfirmed += "unknown" in told
            elif admits(exchange.reply):
                admitted += 1
            else:
                silent += 1
                unmet = tuple(name for name, verdict in by_condition.items() if verdict == "unmet")
                broken.append(Broken(exchange.message, product.title, unmet))
    return Satisfaction(shown, satisfied, admitted, silent, unconfirmed, tuple(broken))


def _latency(exchanges: Sequence[Exchange]) -> Latency:
    def both(name: str) -> tuple[float, float]:
        values = [getattr(exchange.reply.latency_ms, name) for exchange in exchanges]
        if not values:
            return 0.0, 0.0
        return float(np.percentile(values, 50)), float(np.percentile(values, 95))

    return Latency(both("understand"), both("products"), both("first_text"), both("total"))


def _limits(exchange: Exchange) -> list[str]:
    return price_limits(exchange.reply.constraints)


def _values(part: object) -> list[object]:
    if part is None:
        return []
    return cast("list[object]", part) if isinstance(part, list) else [part]


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
