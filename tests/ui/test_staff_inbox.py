"""The inbox and the transcript: found, read, labelled, judged, and exported for training."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from staff_parts import Desk, csrf_of, make_desk

from assistant.audit_log import read_audit
from assistant.events import Event, EventKind
from assistant.export import export_log
from assistant.log import ConversationLog, Impression, TurnRecord
from assistant.reply import Intent, ProductCard, Reply
from ranking.features import FEATURES
from ranking.fusion import Fusion
from ranking.serving import ServedModel
from retrieval.errors import ShopGuideError
from ui.staff import conversation_page, passwords
from ui.staff.roles import Role

PAGE = "/staff/conversations/{}"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, but for its cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


def talk(engine: Engine, conversation_id: str, message: str, answer: str) -> None:
    """One turn that shows a product, with everything the page tells of it."""
    log = ConversationLog(engine)
    turn = log.begin(message, conversation_id=conversation_id)
    product = ProductCard(
        product_id="shell-1", title="Moorland <Shell>", price="74.50", currency="USD", url=None,
        image_url=None, click_probability=0.31, reasons=["waterproof"],
    )  # fmt: skip
    reply = Reply(
        conversation_id=conversation_id,
        turn=turn.turn,
        language="en",
        text=answer,
        products=[product],
        constraints={"price": {"max": "100"}},
        intent=Intent.RECOMMEND,
        suggestions=["cheaper ones"],
        writer="llm",
        models={"clicks": "base-1", "llm": "tiny-2"},
    )
    shown = Impression(1, "shell-1", "Moorland <Shell>", "", "", message, 0.5, 0.31, {}, "base-1")
    log.complete(
        TurnRecord(
            reply,
            {},
            understood={"query": "waterproof shell", "changed": ["price.max"]},
            candidates=[
                {
                    "product_id": "shell-1", "score": 0.512345, "rank_before": 2, "rank_after": 1,
                    "lexical_rank": 4, "dense_rank": None, "click_probability": 0.31,
                    "position": 1,
                },
            ],
            impressions=[shown],
            llm_sentences=2,
            llm_accepted=1,
            dropped=[{"sentence": "It floats.", "reason": "no such fact"}],
        )
    )  # fmt: skip


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = make_desk(engine)
    talk(engine, "one", "a <b>waterproof</b> shell", "The Moorland is the lightest.")
    talk(engine, "two", "防水的冲锋衣", "为您找到一件。")
    return desk


def test_the_inbox_lists_and_finds(desk: Desk) -> None:
    agent = desk.member(Role.AGENT)
    page = agent.get("/staff").text
    assert page.index("防水的冲锋衣") < page.index("waterproof")
    assert "<b>waterproof" not in page
    assert "&lt;b&gt;waterproof" in page
    found = agent.get("/staff", params={"q": "冲锋"}).text
    assert "防水的冲锋衣" in found
    assert "/staff/conversations/one" not in found
    assert "No conversation is like that" in agent.get("/staff?q=submarine").text
    assert "/staff/conversations/one" in agent.get("/staff?intent=recommend&channel=web").text
    assert "/staff/conversations/one" not in agent.get("/staff?sign=handoff").text
    assert "/staff/conversations/one" not in agent.get("/staff?until=2020-01-01").text
    assert "/staff/conversations/one" in agent.get("/staff?since=2020-01-01&until=zzz").text
    rows = agent.get("/staff/inbox/rows?q=lightest").text
    assert "/staff/conversations/one" in rows
    assert "<html" not in rows
    assert agent.get("/staff?q=" + "x" * 500).status_code == 422
    assert "收件箱" in agent.get("/staff?lang=zh").text


def test_staff_see_which_words_and_numbers_moved_a_score(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = np.array([2.0 * (name == "title_share") for name in FEATURES])
    model = ServedModel("base-1", Fusion(weights, 0.0), None)
    monkeypatch.setattr(conversation_page, "_model", lambda folder, version: model)
    log = ConversationLog(desk.console.engine)
    turn = log.begin("moorland shell", conversation_id="three")
    reply = Reply(conversation_id="three", turn=1, language="en", text="Here.", writer="composer",
                  intent=Intent.RECOMMEND)  # fmt: skip
    shown = [
        Impression(at, f"p{at}", title, "", "", "moorland shell", 0.5, 0.3, {}, "base-1")
        for at, title in enumerate(("Moorland <Shell>", "Kettle", "Tent"), start=1)
    ]
    log.complete(TurnRecord(reply, {}, impressions=shown))
    agent = desk.member(Role.AGENT)
    page = agent.get(f"/staff/conversations/three/turns/{turn.turn}/why?product=p1").text
    assert "Moorland &lt;Shell&gt;" in page
    assert re.search(r"<td>Words in common</td><td>\+2\.000</td>", page)
    assert re.search(r"<td>Moorland</td><td>\+1\.000</td>", page)
    assert agent.get("/staff/conversations/three/turns/1/why?product=gone").status_code == 404
    assert "turns/1/why?product=shell-1" in agent.get("/staff/conversations/one").text
    monkeypatch.setattr(conversation_page, "_model", lambda folder, version: None)
    assert agent.get("/staff/conversations/three/turns/1/why?product=p1").status_code == 404


def test_the_inbox_is_paged(desk: Desk) -> None:
    for number in range(60):
        talk(desk.console.engine, f"c{number:02}", f"wish number {number:02}", "Here.")
    agent = desk.member(Role.AGENT)
    first = agent.get("/staff").text
    assert "wish number 59" in first
    assert "wish number 05" not in first
    older = re.search(r'href="(/staff\?before=[^"]+)"', first)
    assert older
    second = agent.get(older[1].replace("&amp;", "&")).text
    assert "wish number 05" in second
    assert "wish number 59" not in second
    assert "data-live" not in second


def test_a_transcript_tells_everything(desk: Desk) -> None:
    engine = desk.console.engine
    log = ConversationLog(engine)
    log.record_event(
        Event(conversation_id="one", kind=EventKind.CLICK, turn=1, product_id="shell-1")
    )
    log.record_event(
        Event(conversation_id="one", kind=EventKind.FEEDBACK, turn=1, value="down: too dear")
    )
    log.begin("(–price.max)", conversation_id="one")
    page = desk.member(Role.AGENT).get(PAGE.format("one"))
    assert page.status_code == 200
    for told in (
        *("Moorland &lt;Shell&gt;", "clicked", "Thumb down: too dear", "waterproof shell"),
        *("price.max", "0.310", "0.5123", "It floats.", "no such fact", "base-1", "tiny-2"),
        *("1 of 2 sentences", "cheaper ones", "took back", "never finished"),
        "{&#34;price&#34;: {&#34;max&#34;: &#34;100&#34;}}",
    ):
        assert told in page.text, told
    assert "<Shell>" not in page.text
    looks = read_audit(engine, action="read")
    assert [(each.who, each.what) for each in looks] == [("agent@shop.example", "conversation one")]
    assert desk.member(Role.AGENT).get(PAGE.format("nothing")).status_code == 404


def test_labels_and_notes(desk: Desk) -> None:
    agent = desk.member(Role.AGENT)
    path = PAGE.format("one")
    token = csrf_of(agent.get(path))

    def post(what: str, **form: str) -> int:
        return agent.post(f"{path}/{what}", data={**form, "csrf": token}).status_code

    assert post("labels", label="  big   spender ") == 303
    assert post("labels", label="big spender") == 303
    assert post("labels", label=" ") == 422
    assert post("labels", label="x" * 61) == 422
    assert post("notes", text="Call back at anna@example.com") == 303
    assert post("notes", text="  ") == 422
    page = agent.get(path).text
    assert page.count('name="label" value="big spender"') == 1
    assert "Call back at" in page
    assert "anna@example.com" not in page
    assert "/staff/conversations/one" in agent.get("/staff?label=big+spender").text
    assert "/staff/conversations/two" not in agent.get("/staff?label=big+spender").text
    assert "/staff/conversations/one" in agent.get("/staff?q=call+back").text
    assert post("labels", label="big spender", do="drop") == 303
    assert "/staff/conversations/one" not in agent.get("/staff?label=big+spender").text
    nothing = agent.post("/staff/conversations/none/notes", data={"text": "hi", "csrf": token})
    assert nothing.status_code == 404
    actions = [each.action for each in read_audit(desk.console.engine, who="agent@shop.example")]
    assert {"label", "unlabel", "note"} <= set(actions)


def test_verdicts_become_training_data(desk: Desk, tmp_path: Path) -> None:
    engine = desk.console.engine
    talk(engine, "one", "anything cheaper?", "No.")
    talk(engine, "two", "再便宜一点", "没有。")
    agent = desk.member(Role.AGENT)
    path = PAGE.format("one")
    token = csrf_of(agent.get(path))

    def judge(conversation: str, turn: int, **form: str) -> int:
        url = f"{PAGE.format(conversation)}/turns/{turn}/verdict"
        return agent.post(url, data={**form, "csrf": token}).status_code

    assert judge("one", 1, good="yes", why="clear") == 303
    assert judge("one", 2, good="no", why="curt", better="The Moorland is the cheapest.") == 303
    assert judge("two", 1, good="no", why="wrong") == 303
    assert judge("one", 9, good="yes") == 404
    assert judge("one", 1, good="maybe") == 422
    page = agent.get(path).text
    assert 'value="curt"' in page
    assert "The Moorland is the cheapest." in page
    assert "/staff/conversations/one" in agent.get("/staff?label=approved").text
    assert "/staff/conversations/two" not in agent.get("/staff?label=approved").text
    assert "/staff/conversations/two" in agent.get("/staff?label=rejected").text

    out = tmp_path / "out.jsonl"
    assert export_log(engine, "chat", labels=("approved",), out=out) == 1
    said = json.loads(out.read_text())["messages"]
    assert [each["content"] for each in said if each["role"] == "assistant"] == [
        "The Moorland is the lightest.",
        "The Moorland is the cheapest.",
    ]
    assert export_log(engine, "chat", out=out) == 2
    other = [json.loads(line)["messages"] for line in out.read_text().splitlines()][1]
    assert [each["content"] for each in other] == [
        "再便宜一点",
        "没有。",
    ]  # the bad one is left out
    assert export_log(engine, "examples", labels=("rejected",), out=out) == 2
    with pytest.raises(ShopGuideError, match="unknown label 'vip'"):
        export_log(engine, "chat", labels=("vip",), out=out)
    agent.post(f"{PAGE.format('two')}/labels", data={"label": "vip", "csrf": token})
    assert export_log(engine, "transcripts", labels=("vip",), out=out) == 2
