"""One conversation with everything the log knows of it, for a colleague to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from assistant.gestures import Gesture, read_gesture
from assistant.moments import aware
from assistant.reply import Reply
from assistant.tables import conversations, events, feedback, impressions, turns
from retrieval.database import reading


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One product that was considered: before and after reranking.

    `score` is the retrieval's, `position` where it was shown, None where it was not.
    """

    product_id: str
    title: str | None
    score: float
    rank_before: int
    rank_after: int
    lexical_rank: int | None
    dense_rank: int | None
    click_probability: float
    position: int | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence of the language model that was not sent, and why."""

    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class TurnDetails:
    """A turn as the customer saw it, and what led to it.

    `acts` are what the customer did with each product: "click", "add_to_cart", …; `reply` is
    None where it was never finished.
    """

    turn: int
    at: datetime
    message: str
    gesture: Gesture | None
    reply: Reply | None
    understood: Mapping[str, Any]
    retrieved: Sequence[Retrieved]
    acts: Mapping[str, Sequence[str]]
    drafted: int
    accepted: int
    dropped: Sequence[Dropped]
    notices: Sequence[str]
    error: str | None
    helpful: bool | None
    comment: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation with its turns in order."""

    conversation_id: str
    channel: str
    started_at: datetime
    turns: Sequence[TurnDetails]


def read_transcript(engine: Engine, conversation_id: str) -> Transcript | None:
    """The whole conversation; None for an id that is not known."""
    with reading(engine) as connection:
        conversation = connection.execute(
            select(conversations).where(conversations.c.id == conversation_id)
        ).one_or_none()
        if conversation is None:
            return None
        acts = _acts(connection, conversation_id)
        titles = _titles(connection, conversation_id)
        rows = connection.execute(
            select(turns)
            .add_columns(feedback.c.helpful, feedback.c.comment)
            .outerjoin_from(
                turns,
                feedback,
                (feedback.c.conversation_id == turns.c.conversation_id)
                & (feedback.c.turn == turns.c.turn),
            )
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.turn)
        )
        read = [
            TurnDetails(
                turn=row.turn,
                at=aware(row.created_at),
                message=row.message,
                gesture=read_gesture(row.message),
                reply=None if row.reply is None else Reply.model_validate(row.reply),
                understood=row.understood or {},
                retrieved=[_retrieved(each, titles) for each in row.candidates or ()],
                acts=acts.get(row.turn, {}),
                drafted=row.llm_sentences or 0,
                accepted=row.llm_accepted or 0,
                dropped=[
                    Dropped(str(each.get("sentence", "")), str(each.get("reason", "")))
                    for each in row.dropped or ()
                ],
                notices=row.notices or [],
                error=row.error,
                helpful=row.helpful,
                comment=row.comment or "",
            )
            for row in rows
        ]
    return Transcript(conversation_id, conversation.channel, aware(conversation.created_at), read)


def _acts(connection: Connection, conversation_id: str) -> dict[int, dict[str, list[str]]]:
    found: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
    query = (
        select(events.c.turn, events.c.product_id, events.c.kind, events.c.value)
        .where(events.c.conversation_id == conversation_id)
        .where(events.c.product_id.is_not(None))
        .order_by(events.c.created_at)
    )
    for row in connection.execute(query):
        kinds = found[row.turn].setdefault(row.product_id, [])
        if row.kind not in kinds:
            kinds.append(row.kind)
    return found


def _titles(connection: Connection, conversation_id: str) -> dict[str, str]:
    query = select(impressions.c.product_id, impressions.c.title).where(
        impressions.c.conversation_id == conversation_id
    )
    return {row.product_id: row.title for row in connection.execute(query)}


def _retrieved(row: Mapping[str, Any], titles: Mapping[str, str]) -> Retrieved:
    return Retrieved(
        product_id=row["product_id"],
        title=titles.get(row["product_id"]),
        score=row["score"],
        rank_before=row["rank_before"],
        rank_after=row["rank_after"],
        lexical_rank=row.get("lexical_rank"),
        dense_rank=row.get("dense_rank"),
        click_probability=row["click_probability"],
        position=row.get("position"),
    )
