"""The log as training examples, as chats, and as transcripts."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from turn_guide import SmallRanker, small_guide
from turn_parts import ANORAK, record_of

from assistant.events import Event
from assistant.export import export_log
from assistant.log import ConversationLog
from ranking.asker import Asker
from ranking.examples import read_examples
from retrieval.database import open_database
from retrieval.errors import ShopGuideError


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Two turns of one customer: the parka clicked in the first; a failed turn of another."""
    engine = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    log = ConversationLog(engine)
    first = log.begin("a jacket", customer_id="c1")
    log.complete(record_of(first))
    second = log.begin("=cmd() cheaper", conversation_id=first.conversation_id)
    log.complete(record_of(second, "Here is a cheaper one.", shown=[ANORAK]))
    failed = log.begin("a tent")
    log.complete(record_of(failed, "I am sorry.", shown=[], error="KeyError: x"))
    log.begin("never answered")
    act: dict[str, Any] = {"conversation_id": first.conversation_id, "turn": 1}
    log.record_event(Event(**act, kind="click", product_id="parka"))
    log.record_event(Event(**act, kind="feedback", value="up"))
    return engine


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_examples_are_impressions_labelled_by_click(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "examples.jsonl"
    assert export_log(engine, "examples", out=out) == 3
    shell, parka, anorak = lines(out)
    assert [line["label"] for line in (shell, parka, anorak)] == [0, 1, 0]
    assert parka["query"] == "waterproof jacket hiking"
    assert parka["customer_id"] == shell["customer_id"] != "c1"
    assert parka["position"] == 2
    assert parka["features"] == {"lexical": 2.0, "cosine": 0.5}
    assert anorak["history"] == ["Storm Shell Jacket", "Drizzle Parka"]


def test_examples_tell_the_segment_that_the_model_was_told(tmp_path: Path) -> None:
    guide = small_guide(tmp_path)
    ranker: Any = guide.parts.ranker
    askers: list[Asker] = []
    ranker.rank = lambda *given, asker, unit: (
        askers.append(asker) or SmallRanker().rank(*given, asker=asker, unit=unit)
    )
    for message, segment in (("a waterproof jacket", "trade"), ("under $100", None)):
        list(guide.answer(message, conversation_id="t1", segment=segment))
    list(guide.answer("a waterproof jacket", conversation_id="t2"))
    out = tmp_path / "examples.jsonl"
    export_log(guide.parts.log.engine, "examples", out=out)
    guide.close()
    exported = read_examples([out])
    last_of = {one.segment: one for one in exported}
    assert last_of.keys() == {"trade", ""}
    assert {one.segment for one in askers} == {"trade", ""}
    assert last_of["trade"].history == askers[1].history != ()


def test_examples_can_be_trained_on(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "examples.jsonl"
    export_log(engine, "examples", out=out)
    assert [example.clicked for example in read_examples([out])] == [False, True, False]


def test_chats_leave_out_failed_turns(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "chat.jsonl"
    assert export_log(engine, "chat", out=out) == 1
    (chat,) = lines(out)
    assert [message["role"] for message in chat["messages"]] == ["user", "assistant"] * 2
    assert chat["messages"][1]["content"] == "Here you are."


def test_transcripts_are_a_table_that_runs_no_formulas(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "transcripts.csv"
    assert export_log(engine, "transcripts", out=out) == 3
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["clicked"] == "parka"
    assert rows[0]["helpful"] == "yes"
    assert rows[1]["message"] == "'=cmd() cheaper"
    assert rows[2]["error"] == "KeyError: x"


def test_transcripts_as_jsonl_keep_their_types(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "transcripts.jsonl"
    export_log(engine, "transcripts", out=out)
    assert lines(out)[0]["products"] == ["shell", "parka"]


def test_labels_choose_turns(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "some.jsonl"
    assert export_log(engine, "examples", labels=["clicked"], out=out) == 2
    assert export_log(engine, "transcripts", labels=["helpful"], out=out) == 1
    assert export_log(engine, "chat", labels=["unhelpful"], out=out) == 0


def test_times_choose_turns(engine: Engine, tmp_path: Path) -> None:
    out = tmp_path / "some.jsonl"
    now = datetime.now(UTC)
    assert export_log(engine, "transcripts", since=now + timedelta(hours=1), out=out) == 0
    assert export_log(engine, "transcripts", until=now + timedelta(hours=1), out=out) == 3


def test_wrong_requests_say_what_is_right(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ShopGuideError, match="examples, chat, transcripts"):
        export_log(engine, "parquet", out=tmp_path / "x")
    with pytest.raises(ShopGuideError, match="helpful"):
        export_log(engine, "chat", labels=["good"], out=tmp_path / "x")
    with pytest.raises(ShopGuideError, match="nowhere"):
        export_log(engine, "chat", out=tmp_path / "nowhere" / "x")
