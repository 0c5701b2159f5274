"""Logged data as files: examples for the click model, chats for an LLM, transcripts for people."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TextIO, cast

from sqlalchemy import Connection, Engine, Row, select

from assistant.cells import plain_cell
from assistant.events import EventKind
from assistant.ids import new_id
from assistant.inbox.review import APPROVED, REJECTED, Reviews, verdict_labels
from assistant.inbox.tables import labels as conversation_labels
from assistant.inbox.tables import verdicts
from assistant.moments import aware
from assistant.privacy.disguise import Disguise
from assistant.reply import Intent
from assistant.tables import consents, conversations, events, feedback, impressions, turns
from assistant.takeover.tables import staff_messages
from assistant.takeover.timeline import MessageKind
from retrieval.database import reading
from retrieval.errors import ShopGuideError, cause

ExportFormat = Literal["examples", "chat", "transcripts"]
TRAINING = "training"
"""The purpose that consent to training is recorded for."""
HISTORY_TITLES = 20
LABELS = (
    *("helpful", "unhelpful", "clicked", "llm", "composer", APPROVED, REJECTED),
    *(each.value for each in Intent),
)
"""Labels that turns get by themselves, beside those that colleagues put on conversations."""
_CHOSEN = tuple(kind.value for kind in (EventKind.CLICK, EventKind.ADD_TO_CART, EventKind.PURCHASE))
_PAGE = 500
_Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Conversation:
    """The finished turns of one conversation with what came of each."""

    connection: Connection
    turns: Sequence[Row[Any]]

    def may_train(self, consent_required: bool) -> bool:
        """Whether the customer agreed to training last, or need not have."""
        query = (
            select(consents.c.given)
            .where(consents.c.conversation_id == self.turns[0].conversation_id)
            .where(consents.c.purpose == TRAINING)
            .order_by(consents.c.at.desc(), consents.c.id.desc())
            .limit(1)
        )
        given = self.connection.execute(query).scalar()
        return not consent_required if given is None else bool(given)

    def chosen(self) -> set[tuple[int, str]]:
        """(turn, product id) of everything clicked, put in the cart or bought."""
        found = self.connection.execute(
            select(events.c.turn, events.c.product_id)
            .where(events.c.conversation_id == self.turns[0].conversation_id)
            .where(events.c.kind.in_(_CHOSEN))
        )
        return {(row.turn, row.product_id) for row in found if row.product_id is not None}

    def stars(self) -> dict[tuple[int, str], float]:
        """What the customer rated a product, by (turn, product id)."""
        found = self.connection.execute(
            select(events.c.turn, events.c.product_id, events.c.value)
            .where(events.c.conversation_id == self.turns[0].conversation_id)
            .where(events.c.kind == EventKind.RATING.value)
            .order_by(events.c.created_at)
        )
        return {
            (row.turn, row.product_id): row.value
            for row in found
            if isinstance(row.value, int | float)
        }

    def staff(self) -> dict[int, list[Row[Any]]]:
        """What colleagues wrote, by the turn behind which it stands."""
        query = (
            select(staff_messages)
            .where(staff_messages.c.conversation_id == self.turns[0].conversation_id)
            .where(staff_messages.c.kind == MessageKind.SAID.value)
            .order_by(staff_messages.c.number)
        )
        found: dict[int, list[Row[Any]]] = {}
        for row in self.connection.execute(query):
            found.setdefault(row.after_turn, []).append(row)
        return found

    def labels(self) -> set[str]:
        """What colleagues labelled the conversation."""
        query = select(conversation_labels.c.label).where(
            conversation_labels.c.conversation_id == self.turns[0].conversation_id
        )
        return set(self.connection.execute(query).scalars())

    def shown(self) -> list[Row[Any]]:
        """Impressions in the order they were made."""
        query = select(impressions).where(
            impressions.c.conversation_id == self.turns[0].conversation_id
        )
        ordered = query.order_by(impressions.c.turn, impressions.c.position)
        return list(self.connection.execute(ordered))


def export_log(
    engine: Engine,
    format: ExportFormat | str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    labels: Sequence[str] = (),
    consent_required: bool = False,
    out: Path,
) -> int:
    """Write the log's finished turns to `out`; returns how many lines or rows.

    No line tells who the customer was: ids are replaced by names that hold for this export
    alone, and what names a person is masked. What is for training leaves out customers who
    refused, or with `consent_required` all who did not agree.

    Times without a zone are UTC; `since` is included, `until` is not. With `labels` only turns
    that have one of them: "helpful", "unhelpful", "clicked", "llm", "composer", an intent,
    "approved" (a colleague found the reply good, or wrote a better one) and "rejected", or of
    conversations with a label that colleagues gave. In `chat` a better answer takes the
    place of the reply, and a reply that was found bad is left out where it has none.
    The file appears whole or not at all.

    Raises:
        ShopGuideError: for an unknown format or label, or where `out` cannot be written.
    """
    writers: dict[str, Callable[[_Conversation, frozenset[str]], Iterator[_Line]]] = {
        "examples": _examples,
        "chat": _chat,
        "transcripts": _transcripts,
    }
    if format not in writers:
        raise ShopGuideError(f"unknown export format '{format}': one of {', '.join(writers)}")
    known = (*LABELS, *(Reviews(engine).labels_in_use() if labels else ()))
    if unknown := [label for label in labels if label not in known]:
        raise ShopGuideError(f"unknown label '{unknown[0]}': one of {', '.join(known)}")
    lines_of, wanted = writers[format], frozenset(labels)
    for_training = format != "transcripts"
    disguise = Disguise()
    as_csv = format == "transcripts" and out.suffix.lower() == ".csv"
    part = out.with_name(f".{out.name}.{new_id()}")
    try:
        with part.open("w", encoding="utf-8", newline="") as file, reading(engine) as connection:
            lines = (
                disguise.of(line)
                for conversation in _conversations(connection, since, until)
                if not for_training or conversation.may_train(consent_required)
                for line in lines_of(conversation, _wanted_of(conversation, wanted))
            )
            count = _write_csv(file, lines) if as_csv else _write_jsonl(file, lines)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        raise ShopGuideError(f"{out}: {cause(error)}") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _conversations(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Iterator[_Conversation]:
    """Conversation after conversation, never more than a page of turns in memory."""
    query = (
        select(turns)
        .add_columns(conversations.c.customer_id, conversations.c.channel, conversations.c.segment)
        .add_columns(feedback.c.helpful, feedback.c.comment)
        .add_columns(verdicts.c.good, verdicts.c.better)
        .join_from(turns, conversations)
        .outerjoin(
            feedback,
            (feedback.c.conversation_id == turns.c.conversation_id)
            & (feedback.c.turn == turns.c.turn),
        )
        .outerjoin(
            verdicts,
            (verdicts.c.conversation_id == turns.c.conversation_id)
            & (verdicts.c.turn == turns.c.turn),
        )
        .where(turns.c.completed_at.is_not(None))
        .order_by(turns.c.conversation_id, turns.c.turn)
    )
    if since is not None:
        query = query.where(turns.c.created_at >= aware(since))
    if until is not None:
        query = query.where(turns.c.created_at < aware(until))
    rows = connection.execution_options(yield_per=_PAGE).execute(query)
    for _, group in groupby(rows, key=lambda row: row.conversation_id):
        yield _Conversation(connection, list(group))


def _examples(conversation: _Conversation, wanted: frozenset[str]) -> Iterator[_Line]:
    """One example an impression; the label is whether the customer chose the product then."""
    chosen = conversation.chosen()
    stars = conversation.stars()
    by_turn = {row.turn: row for row in conversation.turns}
    seen: list[str] = []
    for turn, group in groupby(conversation.shown(), key=lambda row: row.turn):
        shown = list(group)
        logged = by_turn.get(turn)
        if logged is not None and _has_label(logged, wanted, chosen):
            for row in shown:
                line: _Line = {
                    "query": row.query,
                    "title": row.title,
                    "description": row.description,
                    "kind": row.kind,
                    "product_id": row.product_id,
                    "label": int((turn, row.product_id) in chosen),
                    "customer_id": logged.customer_id,
                    "segment": logged.segment,
                    "history": seen[-HISTORY_TITLES:],
                    "position": row.position,
                    "features": row.features,
                    "rating": stars.get((turn, row.product_id)),
                    "timestamp": _time(row.created_at),
                }
                yield {name: value for name, value in line.items() if value not in (None, "", [])}
        seen += [row.title for row in shown if row.title not in seen]


def _chat(conversation: _Conversation, wanted: frozenset[str]) -> Iterator[_Line]:
    """One dialogue a conversation, without failed turns, up to the last turn with a label.

    Without what colleagues wrote, too: they promise what no guide may.
    """
    chosen = conversation.chosen()
    good = [
        row
        for row in conversation.turns
        if row.better or (row.error is None and row.reply["text"] and row.good is not False)
    ]
    if wanted:
        labelled = [at for at, row in enumerate(good) if _has_label(row, wanted, chosen)]
        good = good[: labelled[-1] + 1] if labelled else []
    messages: list[dict[str, str]] = []
    for row in good:
        messages.append({"role": "user", "content": row.message})
        messages.append({"role": "assistant", "content": row.better or row.reply["text"]})
    if messages:
        yield {"messages": messages}


def _transcripts(conversation: _Conversation, wanted: frozenset[str]) -> Iterator[_Line]:
    """One row a turn, and one for each message of a colleague, behind the turn it followed."""
    chosen = conversation.chosen()
    staff = conversation.staff()
    for row in conversation.turns:
        if not _has_label(row, wanted, chosen):
            continue
        reply = row.reply
        yield {
            "conversation_id": row.conversation_id,
            "turn": row.turn,
            "time": _time(row.created_at),
            "channel": row.channel,
            "customer_id": row.customer_id,
            "language": reply["language"],
            "intent": reply["intent"],
            "message": row.message,
            "reply": reply["text"],
            "products": [card["product_id"] for card in reply["products"]],
            "clicked": sorted(product for turn, product in chosen if turn == row.turn),
            "constraints": reply["constraints"],
            "writer": row.writer,
            "helpful": row.helpful,
            "comment": row.comment,
            "good": row.good,
            "better": row.better,
            "handoff": reply["handoff"],
            "error": row.error,
            "total_ms": (row.latency_ms or {}).get("total"),
        }
        for said in staff.get(row.turn, ()):
            yield {
                "conversation_id": row.conversation_id,
                "turn": row.turn,
                "time": _time(said.at),
                "channel": row.channel,
                "customer_id": row.customer_id,
                "language": said.language,
                "intent": Intent.HANDOFF.value,
                "message": "",
                "reply": said.text,
                "products": [card["product_id"] for card in said.products],
                "clicked": [],
                "constraints": {},
                "writer": "agent",
                "helpful": None,
                "comment": None,
                "good": None,
                "better": None,
                "handoff": False,
                "error": None,
                "total_ms": None,
            }


def _wanted_of(conversation: _Conversation, wanted: frozenset[str]) -> frozenset[str]:
    """No label is asked of the turns of a conversation that has one itself."""
    return frozenset() if wanted and wanted & conversation.labels() else wanted


def _has_label(row: Row[Any], wanted: frozenset[str], chosen: set[tuple[int, str]]) -> bool:
    if not wanted:
        return True
    has = {row.writer, row.reply["intent"], *verdict_labels(row.good, row.better)}
    if row.helpful is not None:
        has.add("helpful" if row.helpful else "unhelpful")
    if any(turn == row.turn for turn, _ in chosen):
        has.add("clicked")
    return bool(has & wanted)


def _write_jsonl(file: TextIO, lines: Iterator[_Line]) -> int:
    count = 0
    for line in lines:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_csv(file: TextIO, lines: Iterator[_Line]) -> int:
    count = 0
    writer: csv.DictWriter[str] | None = None
    file.write("\ufeff")  # spreadsheets take a file without it for another encoding
    for line in lines:
        count += 1
        if writer is None:
            writer = csv.DictWriter(file, list(line))
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in line.items()})
    return count


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, list):
        text = " ".join(map(str, cast("list[object]", value)))
    elif isinstance(value, Mapping):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return plain_cell(text)


def _time(moment: datetime) -> str:
    return aware(moment).isoformat(timespec="milliseconds")
