"""A challenger in the shadow: scored after the turn, beside the champion's scores in the log."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from sqlalchemy import select
from turn_guide import SmallRanker, small_guide

from assistant.reply import Reply
from assistant.scoring import explain_shown
from assistant.tables import impressions, shadow_scores
from assistant.turn import Guide
from ranking.asker import NOBODY, Asker
from ranking.candidates import Candidate
from ranking.features import FEATURES
from ranking.fusion import Fusion
from ranking.rates import Count, Rates
from ranking.rerank import RankedHit
from ranking.serving import ServedModel
from retrieval.search import SearchHit


class Challenger:
    version = "v2"

    def __init__(self) -> None:
        self.may_score = threading.Event()

    def probabilities(self, query: str, candidates: Sequence[Candidate]) -> np.ndarray:
        assert self.may_score.wait(30)
        return np.linspace(0.9, 0.1, len(candidates))


class ChallengedRanker(SmallRanker):
    """The split gives every conversation to "by-price"; the shadow is there where one is given."""

    def __init__(self, challenger: Challenger | None) -> None:
        self.challenger = challenger

    def shadow(self) -> Any:
        return self.challenger

    def rank(self, query: str, hits: Sequence[SearchHit], customer_id: str | None = None, *,
             unit: str | None = None, asker: Asker = NOBODY) -> list[RankedHit]:  # fmt: skip
        assert unit is not None
        return [RankedHit(hit, 0.5, {}, f"for {unit}") for hit in hits]


def guide_with(folder: Path, challenger: Challenger | None) -> Guide:
    guide = small_guide(folder)
    parts = guide.parts
    ranker = cast(Any, ChallengedRanker(challenger))
    fields = {name: getattr(parts, name) for name in parts.__dataclass_fields__}
    return Guide(type(parts)(**fields | {"ranker": ranker}), guide.close)


def last(events: Any) -> Reply:
    *_, reply = events
    assert isinstance(reply, Reply)
    return reply


def rows(guide: Guide, table: Any) -> list[Any]:
    with guide.parts.log._engine.connect() as connection:
        return list(connection.execute(select(table)))


def test_the_customer_does_not_wait_for_the_challenger(tmp_path: Path) -> None:
    challenger = Challenger()
    guide = guide_with(tmp_path, challenger)
    reply = last(guide.answer("a waterproof jacket", conversation_id="c1"))
    assert reply.products
    assert rows(guide, shadow_scores) == []
    challenger.may_score.set()
    guide._shadow.close()
    (row,) = rows(guide, shadow_scores)
    assert (row.conversation_id, row.turn, row.model_version) == ("c1", 1, "v2")
    assert set(row.scores) >= {card.product_id for card in reply.products}
    guide.close()


def test_impressions_name_the_version_that_ranked_them(tmp_path: Path) -> None:
    guide = guide_with(tmp_path, None)
    reply = last(guide.answer("a waterproof jacket", conversation_id="c1"))
    assert reply.models["clicks"] == "for c1"
    assert {row.model_version for row in rows(guide, impressions)} == {"for c1"}
    assert rows(guide, shadow_scores) == []
    guide.close()


def test_why_counts_what_was_known_of_the_customer_then(tmp_path: Path) -> None:
    weights = np.array([{"seen": 3.0, "segment_taste": 1.0}.get(name, 0.0) for name in FEATURES])
    liked = {("segment", "trade", "jackets"): Count(90, 100), ("kind", "jackets"): Count(10, 100)}
    model = ServedModel("for c1", Fusion(weights, 0.0), None, Rates(liked))
    guide = guide_with(tmp_path, None)
    for talk, segment in (("c1", None), ("c2", "trade")):
        for _ in range(2):
            last(guide.answer("a waterproof jacket", conversation_id=talk, segment=segment))
    engine = guide.parts.log.engine
    shown = {(row.conversation_id, row.turn): row for row in rows(guide, impressions)}
    logits = {}
    for (talk, turn), row in shown.items():
        found = explain_shown(engine, talk, turn, row.product_id, lambda version: model)
        assert found is not None
        logits[talk, turn] = found.logit
    guide.close()
    assert logits["c1", 1] == 0
    assert logits["c1", 2] == pytest.approx(3)  # seen before
    assert logits["c2", 1] > 1  # traders like jackets
    assert logits["c2", 2] == pytest.approx(3 + logits["c2", 1])


def test_why_names_the_words_that_the_serving_model_counted(tmp_path: Path) -> None:
    weights = np.array([4.0 * (name == "title_share") for name in FEATURES])
    model = ServedModel("for c1", Fusion(weights, 0.0), None)
    guide = guide_with(tmp_path, None)
    ranker = cast(Any, guide.parts.ranker)
    last(guide.answer("a waterproof jacket", conversation_id="c1"))
    ranker.model = lambda version: model if version == "for c1" else None
    told = last(guide.answer("why the first one?", conversation_id="c1")).text
    ranker.model = lambda version: None  # another version serves by now: nothing is claimed
    silent = last(guide.answer("why the first one?", conversation_id="c1")).text
    assert "counted most for it" in told
    assert "counted most for it" not in silent
    guide.close()
