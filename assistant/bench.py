"""Benchmarks of a whole turn: how true it is, and how fast."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from sqlalchemy import select

from assistant.audit import Auditor, Finding
from assistant.reply import Reply
from assistant.turn import Guide
from assistant.writing.sentences import split_sentences
from retrieval.database import reading
from retrieval.errors import ShopGuideError
from retrieval.tables import passages

MODEL_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class TurnBench:
    """Milliseconds from the message to the cards, to the first text and to the whole reply."""

    turns: int
    products_ms: Percentiles
    first_text_ms: Percentiles
    total_ms: Percentiles
    retrieve_ms: Percentiles
    rerank_ms: Percentiles


@dataclass(frozen=True, slots=True)
class GroundingReport:
    """What an independent reading of the replies found; `unverified` should be empty."""

    messages: int
    replies: int
    errors: int
    facts: int
    unverified: tuple[Finding, ...]
    llm_sentences: int
    llm_accepted: int
    sentences_by_llm: float
    """Share of all sentences sent that a language model wrote."""
    latency: TurnBench
    drop_reasons: Mapping[str, int] = field(default_factory=dict[str, int])


def bench_turn(guide: Guide, messages: Sequence[str], *, warm: int = 3) -> TurnBench:
    """Answer each message in a conversation of its own, one after the other; log included.

    A language model that is still loading is waited for: while it loads, it takes the processor.
    """
    guide.parts.writer.model.wait(MODEL_SECONDS)
    for message in messages[:warm]:
        _answer(guide, message)
    return _timed([_answer(guide, message) for message in messages])


def bench_grounding(
    guide: Guide, messages: Sequence[str], documents: Mapping[str, str] | None = None
) -> GroundingReport:
    """Answer each message in a conversation of its own and have every reply audited.

    `documents` are the shop's own documents by name, which a reply may quote; by default those
    that are stored.
    """
    auditor = Auditor.of(
        (product.model_dump(mode="json") for product in guide.parts.catalog.products()),
        stored_documents(guide) if documents is None else documents,
    )
    replies: list[Reply] = []
    findings: list[Finding] = []
    for message in messages:
        reply = _answer(guide, message)
        replies.append(reply)
        findings += audit_reply(auditor, reply, [message])
    counts = guide.parts.log.writing([reply.conversation_id for reply in replies])
    return GroundingReport(
        messages=len(messages),
        replies=sum(bool(reply.text) for reply in replies),
        errors=counts.errors,
        facts=len(findings),
        unverified=tuple(finding for finding in findings if not finding.on_record),
        llm_sentences=counts.drafted,
        llm_accepted=counts.accepted,
        sentences_by_llm=counts.accepted / max(1, sum(_sentences(reply) for reply in replies)),
        latency=_timed(replies),
        drop_reasons=counts.reasons,
    )


def price_limits(constraints: Mapping[str, object]) -> list[str]:
    """The amounts among the constraints of a reply and of each of its needs, as decimal text."""
    needs = cast("Sequence[Mapping[str, object]]", constraints.get("needs") or ())
    found = [limit for need in needs for limit in price_limits(need)]
    price = constraints.get("price")
    if not isinstance(price, Mapping):
        return found
    sides = cast("Mapping[str, object]", price)
    return [*(str(sides[side]) for side in ("min", "max") if side in sides), *found]


def audit_reply(auditor: Auditor, reply: Reply, said: Sequence[str]) -> list[Finding]:
    """The facts of one reply's text and of its cards' reasons."""
    in_cart = [line.product_id for line in reply.cart.lines] if reply.cart else []
    shown = [*(card.product_id for card in reply.products), *in_cart]
    limits = [*price_limits(reply.constraints), *_cart_sums(auditor, reply)]
    # What was understood is on the screen as the wish; a reply may repeat it.
    said = [*said, json.dumps(reply.constraints, ensure_ascii=False).replace("_", " ")]
    findings = auditor.audit(reply.text, shown, said, limits)
    for card in reply.products:
        for reason in card.reasons:
            findings += auditor.audit(reason, [card.product_id], said, limits)
    return findings


def _cart_sums(auditor: Auditor, reply: Reply) -> list[str]:
    """What the cart's lines and the whole cart cost by the records, not by the reply."""
    sums: list[Decimal] = []
    for line in reply.cart.lines if reply.cart else ():
        record = auditor.records.get(line.product_id, {})
        price = record.get("sale_price") or record.get("price")
        if price is not None:
            sums.append(Decimal(str(price)) * line.quantity)
    return [f"{amount:.2f}" for amount in (*sums, sum(sums, Decimal(0))) if sums]


def _answer(guide: Guide, message: str) -> Reply:
    *_, reply = guide.answer(message, channel="bench")
    if not isinstance(reply, Reply):
        raise ShopGuideError("a turn ended without a reply")
    return reply


def stored_documents(guide: Guide) -> dict[str, str]:
    """The shop's own documents: passages by the headings they stand under."""
    with reading(guide.parts.catalog.engine) as connection:
        rows = connection.execute(select(passages.c.heading, passages.c.text)).all()
    found: dict[str, str] = {}
    for row in rows:
        found[row.heading] = f"{found.get(row.heading, '')}\n{row.text}"
    return found


def _sentences(reply: Reply) -> int:
    return len(split_sentences(reply.text))


def _timed(replies: Sequence[Reply]) -> TurnBench:
    latencies = [reply.latency_ms for reply in replies]
    return TurnBench(
        turns=len(replies),
        products_ms=_percentiles(each.products for each in latencies),
        first_text_ms=_percentiles(each.first_text for each in latencies),
        total_ms=_percentiles(each.total for each in latencies),
        retrieve_ms=_percentiles(each.retrieve for each in latencies),
        rerank_ms=_percentiles(each.rerank for each in latencies),
    )


def _percentiles(values: Iterable[int]) -> Percentiles:
    found = sorted(values)
    if not found:
        return Percentiles(0.0, 0.0)
    return Percentiles(statistics.median(found), found[min(len(found) - 1, int(0.95 * len(found)))])
