"""Why a product that was shown got its click probability, from what the log kept of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, select

from assistant.tables import conversations, impressions
from ranking.asker import HISTORY_LOOKED_AT, Asker
from ranking.candidates import Candidate, described_candidate
from retrieval.database import reading

if TYPE_CHECKING:
    from ranking.explain import Explanation
    from ranking.serving import ServedModel

MOVING = 0.05
"""A word that moves the click logit by less says nothing worth telling."""
MOST_WORDS = 3


def explain_shown(
    engine: Engine,
    conversation_id: str,
    turn: int,
    product_id: str,
    model_of: Callable[[str], ServedModel | None],
) -> Explanation | None:
    """Explain a shown product among those that were shown with it.

    By the version that scored it then, which `model_of` gives; None where that is not to be had,
    or the product was not shown in that turn.
    """
    from ranking.explain import explain

    with reading(engine) as connection:
        query, version, candidates, places = _shown(connection, conversation_id, turn)
    if product_id not in places or version is None:
        return None
    model = model_of(version)
    return None if model is None else explain(model, query, candidates, places[product_id])


def telling_words(explanation: Explanation) -> tuple[str, ...]:
    """The words of a product's texts that spoke for it most; each once."""
    words: dict[str, str] = {}
    for one in explanation.words:
        if one.logit >= MOVING and one.field != "kind":
            words.setdefault(one.word.casefold(), one.word)
    return tuple(words.values())[:MOST_WORDS]


def _shown(
    connection: Connection, conversation_id: str, turn: int
) -> tuple[str, str | None, list[Candidate], dict[str, int]]:
    """Query, version and candidates of a turn, and the place of each product among them."""
    rows = connection.execute(
        select(impressions)
        .where(impressions.c.conversation_id == conversation_id)
        .where(impressions.c.turn == turn)
        .order_by(impressions.c.position)
    ).all()
    asker = _asker(connection, conversation_id, turn)
    candidates = [
        described_candidate(
            row.title,
            row.description,
            row.features,
            kind=row.kind,
            cosine=0.0,
            lexical=0.0,
            product_id=row.product_id,
            asker=asker,
        )
        for row in rows
    ]
    if not rows:
        return "", None, [], {}
    places = {row.product_id: place for place, row in enumerate(rows)}
    return rows[0].query, rows[0].model_version, candidates, places


def _asker(connection: Connection, conversation_id: str, turn: int) -> Asker:
    """What was known of the customer in a turn: the segment, and what had been shown before."""
    segment = connection.execute(
        select(conversations.c.segment).where(conversations.c.id == conversation_id)
    ).scalar()
    titles = connection.execute(
        select(impressions.c.title)
        .where(impressions.c.conversation_id == conversation_id)
        .where(impressions.c.turn < turn)
        .order_by(impressions.c.turn, impressions.c.position)
    ).scalars()
    seen = tuple(dict.fromkeys(titles))
    return Asker(segment or "", seen[-HISTORY_LOOKED_AT:])
