"""The desk's pages: the queue, taking over, answering, passing on, canned answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from staff_parts import Desk, csrf_of, make_desk, sign_in
from starlette.testclient import TestClient

from assistant.audit_log import read_audit
from assistant.log import ConversationLog, TurnRecord
from assistant.reply import Intent, Reply
from assistant.takeover.desk import Desk as StaffDesk
from assistant.takeover.timeline import Standing
from ui.staff import passwords
from ui.staff.roles import Role

PAGE = "/staff/conversations/one"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, but for its cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


def ask(engine: Engine, conversation_id: str, message: str, language: str = "en") -> None:
    """A customer asks for a person."""
    log = ConversationLog(engine)
    turn = log.begin(message, conversation_id=conversation_id)
    reply = Reply(
        conversation_id=conversation_id, turn=turn.turn, language=language, text="A moment.",
        intent=Intent.HANDOFF, handoff=True, writer="composer",
    )  # fmt: skip
    log.complete(TurnRecord(reply, {}, understood={"handoff": {"reason": "anger"}}))


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = make_desk(engine)
    ask(engine, "one", "I want a <b>person</b>")
    return desk


def post(member: TestClient, what: str, page: str = PAGE, **form: Any) -> int:
    token = csrf_of(member.get(page))
    return member.post(f"{page}/{what}", data={**form, "csrf": token}).status_code


def standing(desk: Desk) -> Standing:
    return StaffDesk(desk.console.engine).news("one").standing


def test_the_queue_shows_who_waits_and_the_first_who_takes_has_it(desk: Desk) -> None:
    ask(desk.console.engine, "two", "转人工", "zh")
    mia, ben = desk.member(Role.AGENT, "mia@shop.example"), desk.member(Role.AGENT, "ben@x.example")
    page = mia.get("/staff/queue").text
    assert page.index("&lt;b&gt;person") < page.index("转人工")  # who waits longer is first
    assert "is angry" in page
    assert mia.get("/staff/queue/count").json() == {"waiting": 2, "mine": 0}
    assert post(mia, "take") == 303
    assert post(mia, "take") == 303
    assert mia.get("/staff/queue/count").json() == {"waiting": 1, "mine": 1}
    rows = ben.get("/staff/queue/rows").text
    assert "<html" not in rows
    assert "With colleagues" in rows
    refused = ben.post(f"{PAGE}/take", data={"csrf": csrf_of(ben.get(PAGE))})
    assert refused.status_code == 409
    assert "Agent has this conversation already." in refused.text
    # In the inbox it is found by what happened and by who has it.
    (mia_id,) = [each.id for each in desk.accounts.all() if each.email == "mia@shop.example"]
    for sign in (f"agent={mia_id}", "sign=with_agent"):
        assert PAGE in mia.get(f"/staff?{sign}").text
    assert PAGE not in mia.get("/staff?sign=waiting").text


def test_an_agent_answers_hands_back_and_closes(desk: Desk) -> None:
    mia = desk.member(Role.AGENT)
    assert post(mia, "answer", text="too early") == 409
    assert post(mia, "take") == 303
    token = {"X-CSRF-Token": csrf_of(mia.get(PAGE)), "Accept": "application/json"}
    before = mia.get(f"{PAGE}/pulse").json()
    form = {"text": "Good morning, ann.rowe@example.org!", "key": "k1"}
    answer = mia.post(f"{PAGE}/answer", data=form, headers=token)
    assert answer.json() == {"number": 2, "text": "Good morning, [email]!"}
    assert mia.post(f"{PAGE}/answer", data=form, headers=token).json() == answer.json()
    assert mia.get(f"{PAGE}/pulse").json() != before
    empty = mia.post(f"{PAGE}/answer", data={"text": " "}, headers=token)
    assert empty.status_code == 409
    assert empty.json()["detail"] == "Write something, or pick a product."
    assert mia.post(f"{PAGE}/typing", headers=token).status_code == 204
    assert standing(desk).is_typing
    page = mia.get(PAGE).text
    assert "Good morning, [email]!" in page
    assert "Agent has joined" in page
    assert post(mia, "hand-back") == 303
    assert post(mia, "hand-back") == 409
    assert standing(desk).state == "guide"
    assert post(mia, "take") == 303
    assert post(mia, "close") == 303
    ask(desk.console.engine, "one", "a person, again")
    assert post(mia, "close") == 303  # dismissed
    done = [each.action for each in read_audit(desk.console.engine) if "one" in each.what]
    assert [each for each in reversed(done) if each != "read"] == [
        *("take over", "answer", "hand back", "take over", "close", "dismiss")
    ]


def test_a_lead_takes_over_and_passes_on(desk: Desk) -> None:
    mia = desk.member(Role.AGENT, "mia@shop.example")
    lead = desk.member(Role.LEAD)
    assert post(mia, "take") == 303
    assert post(lead, "take") == 409
    assert post(lead, "take", from_others="true") == 303
    assert standing(desk).agent == "Lead"
    assert post(mia, "take", from_others="true") == 409  # only a lead may
    ids = {each.email: each.id for each in desk.accounts.all()}
    assert post(lead, "assign", to=ids["mia@shop.example"]) == 303
    assert standing(desk).agent == "Agent"
    desk.accounts.add("ml@shop.example", "Em", Role.ML)
    ids = {each.email: each.id for each in desk.accounts.all()}
    assert post(lead, "assign", to=ids["ml@shop.example"]) == 409
    assert post(lead, "assign", to="nobody") == 409


def test_the_ml_role_reads_and_takes_nothing(desk: Desk) -> None:
    ml = desk.member(Role.ML)
    page = ml.get(PAGE)
    assert page.status_code == 200
    assert f"{PAGE}/take" in page.text or "Take over" not in page.text
    assert ml.get("/staff/queue").status_code == 403
    assert ml.post(f"{PAGE}/take", data={"csrf": csrf_of(page)}).status_code == 403


def test_who_signs_out_or_is_shut_out_lets_go(desk: Desk) -> None:
    mia = desk.member(Role.AGENT, "mia@shop.example")
    other_window = desk.visitor()
    sign_in(other_window, "mia@shop.example")
    assert post(mia, "take") == 303
    other_window.post("/staff/sign-out", data={"csrf": csrf_of(other_window.get("/staff"))})
    assert standing(desk).state == "agent"  # one window is left
    mia.post("/staff/sign-out", data={"csrf": csrf_of(mia.get("/staff"))})
    assert standing(desk).state == "waiting"

    mia = desk.member(Role.AGENT, "mia@shop.example")
    assert post(mia, "take") == 303
    admin = desk.member(Role.ADMIN)
    (mia_id,) = [each.id for each in desk.accounts.all() if each.email == "mia@shop.example"]
    admin.post(
        f"/staff/people/{mia_id}",
        data={"do": "disable", "csrf": csrf_of(admin.get("/staff/people"))},
    )
    assert standing(desk).state == "waiting"


def test_who_is_away_is_not_there(desk: Desk) -> None:
    mia = desk.member(Role.AGENT)
    page = mia.get("/staff/queue")
    assert standing(desk).is_staffed
    mia.post("/staff/queue/away", data={"do": "go", "csrf": csrf_of(page)})
    assert not standing(desk).is_staffed
    assert "You are away" in mia.get("/staff/queue").text
    mia.post("/staff/queue/away", data={"do": "return", "csrf": csrf_of(page)})
    assert standing(desk).is_staffed


def test_the_lead_writes_canned_answers_and_agents_send_them(desk: Desk) -> None:
    lead, mia = desk.member(Role.LEAD), desk.member(Role.AGENT)
    assert mia.get("/staff/answers").status_code == 403
    token = csrf_of(lead.get("/staff/answers"))

    def keep(**form: str) -> Any:
        return lead.post("/staff/answers", data={**form, "csrf": token})

    assert keep(name="Hello", en="Hi, {agent} of {shop}. Call +49 30 901820.").status_code == 303
    wrong = keep(name="Hello", en="{customer}")
    assert wrong.status_code == 422
    assert "a variable that nothing is known of" in wrong.text
    assert keep(name="Hello", en="again").status_code == 422
    assert post(mia, "take") == 303
    page = mia.get(PAGE).text
    assert 'data-insert="Hi, Agent of Larkfell. Call +49 30 901820."' in page
    # What the lead wrote is the shop's own: its telephone number is sent as it is.
    assert post(mia, "answer", text="Hi, Agent of Larkfell. Call +49 30 901820.") == 303
    assert "Call +49 30 901820." in StaffDesk(desk.console.engine).news("one").messages[-1].text
    assert "常用回复" in lead.get("/staff/answers?lang=zh").text


def test_a_page_that_brings_itself_up_to_date_is_one_look(desk: Desk) -> None:
    mia = desk.member(Role.AGENT)
    for path in (PAGE, f"{PAGE}?again=true", f"{PAGE}?again=true", PAGE):
        assert mia.get(path).status_code == 200
    assert len(read_audit(desk.console.engine, action="read")) == 2
    ben = desk.member(Role.AGENT, "ben@shop.example")
    ben.get(f"{PAGE}?again=true")  # who has not looked before is written down all the same
    assert len(read_audit(desk.console.engine, action="read")) == 3


def test_both_languages_have_every_word(desk: Desk) -> None:
    mia = desk.member(Role.AGENT)
    assert post(mia, "take") == 303
    assert json.dumps(mia.get(f"{PAGE}?lang=zh").text, ensure_ascii=False).count("交还给助手") == 1
    assert "排队" in mia.get("/staff/queue").text
