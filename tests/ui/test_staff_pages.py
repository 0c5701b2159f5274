"""What admins and leads do in the console: people, privacy requests, the audit log, originals."""

from __future__ import annotations

import json
import re

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine
from staff_parts import PASSWORD, Desk, csrf_of, make_desk, sign_in

from assistant.audit_log import audit, read_audit
from assistant.log import ConversationLog
from assistant.privacy.vault import Vault, new_key
from ui.staff import passwords
from ui.staff.roles import Role


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, but for its cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return make_desk(engine)


def test_an_admin_adds_somebody_who_then_chooses_a_password(desk: Desk) -> None:
    admin = desk.member(Role.ADMIN)
    token = csrf_of(admin.get("/staff/people"))
    form = {"email": "ben@shop.example", "name": "Ben Okri", "role": "lead", "csrf": token}
    page = admin.post("/staff/people", data=form)
    link = re.search(r'value="http://127\.0\.0\.1:7860(/staff/password/[^"]+)"', page.text)
    assert link, page.text
    assert "No password yet" in page.text
    ben = desk.visitor()
    chosen = {"password": PASSWORD, "again": PASSWORD, "csrf": csrf_of(ben.get(link[1]))}
    assert ben.post(link[1], data=chosen).status_code == 303
    assert ben.get("/staff/audit").status_code == 200
    assert ben.get("/staff/people").status_code == 403
    assert "already" in admin.post("/staff/people", data=form).text
    bad = admin.post("/staff/people", data={**form, "email": "nobody"})
    assert (bad.status_code, "not an e-mail address" in bad.text) == (422, True)


def test_an_admin_changes_roles_and_shuts_accounts(desk: Desk) -> None:
    admin, agent = desk.member(Role.ADMIN), desk.member(Role.AGENT)
    token = csrf_of(admin.get("/staff/people"))
    agent_id = desk.accounts.find("agent@shop.example").id
    admin_id = desk.accounts.find("admin@shop.example").id

    def change(user_id: str, **form: str) -> int:
        return admin.post(f"/staff/people/{user_id}", data={**form, "csrf": token}).status_code

    assert change(agent_id, do="role", role="ml") == 303
    assert desk.accounts.find("agent@shop.example").role is Role.ML
    assert agent.get("/staff/account").status_code == 303  # must sign in again
    assert change(agent_id, do="disable") == 303
    assert sign_in(desk.visitor(), "agent@shop.example").status_code == 401
    assert change(agent_id, do="open") == 303
    assert change(agent_id, do="link") == 200
    assert change(admin_id, do="disable") == 422
    assert change("nobody", do="link") == 404
    assert change(agent_id, do="fly") == 422
    actions = [entry.action for entry in read_audit(desk.console.engine, who="admin@shop.example")]
    assert actions == [
        "password link made", "account opened", "account disabled", "role changed", "sign-in",
    ]  # fmt: skip


def test_a_lead_answers_privacy_requests(desk: Desk) -> None:
    log = ConversationLog(desk.console.engine)
    conversation = log.begin("a tent for the Sarek", customer_id="c-77").conversation_id
    lead = desk.member(Role.LEAD)
    page = lead.get("/staff/privacy")
    assert "365 days" in page.text
    token = csrf_of(page)
    file = lead.post("/staff/privacy/export", data={"customer": " c-77 ", "csrf": token})
    assert file.headers["content-disposition"].startswith("attachment")
    assert "Sarek" in json.dumps(file.json())
    unknown = lead.post("/staff/privacy/export", data={"customer": "nobody", "csrf": token})
    assert (unknown.status_code, "Nothing is stored" in unknown.text) == (404, True)
    erase = {"customer": "c-77", "again": "c-78", "csrf": token}
    assert lead.post("/staff/privacy/erase", data=erase).status_code == 422
    assert log.history(conversation)
    done = lead.post("/staff/privacy/erase", data={**erase, "again": "c-77"})
    assert "1 conversations erased" in done.text
    assert log.history(conversation) == []
    found = lead.get("/staff/audit", params={"customer": "c-77"}).text
    assert "erase customer" in found
    assert "export customer" in found
    assert "sign-in" not in found


def test_the_audit_log_is_paged_and_safe(desk: Desk) -> None:
    lead = desk.member(Role.LEAD)
    for number in range(60):
        audit(desk.console.engine, "anna@shop.example", "read", f"conversation {number:03}")
    audit(desk.console.engine, "<script>alert(1)</script>", "read", "x", note="<b>bold</b>")
    first = lead.get("/staff/audit").text
    assert "<script>alert" not in first
    assert "<b>bold" not in first
    assert "conversation 059" in first
    assert "conversation 005" not in first
    older = re.search(r'href="(\?[^"]*before=\d+)"', first)
    assert older
    second = lead.get("/staff/audit" + older[1].replace("&amp;", "&")).text
    assert "conversation 005" in second
    assert "conversation 059" not in second
    assert "conversation" not in lead.get("/staff/audit?who=nobody").text.split("<table")[-1][:200]


def test_an_original_is_shown_to_a_lead_who_says_why(engine: Engine) -> None:
    key = new_key()
    desk = make_desk(engine, keep_originals=True, privacy_key=key)
    log = ConversationLog(engine, vault=Vault(key))
    log.begin("mail anna@example.com", conversation_id="c")
    log.begin("a tent", conversation_id="c")
    path = "/v1/staff/conversations/c/turns/{}/original"

    def ask(role: Role, turn: int, why: str) -> tuple[int, object]:
        member = desk.member(role)
        token = csrf_of(member.get("/staff/account"))
        answer = member.post(path.format(turn), json={"why": why}, headers={"X-CSRF-Token": token})
        return answer.status_code, answer.json() if answer.status_code == 200 else None

    assert ask(Role.LEAD, 1, "call back") == (200, {"message": "mail anna@example.com"})
    assert ask(Role.AGENT, 1, "curious")[0] == 403
    assert ask(Role.LEAD, 1, "")[0] == 422
    assert ask(Role.LEAD, 2, "call back")[0] == 404
    looks = read_audit(engine, action="read original")
    assert [(each.who, each.details["why"]) for each in looks] == [
        ("lead@shop.example", "call back"),
        ("lead@shop.example", "call back"),
    ]


def test_without_originals_there_is_nothing_to_show(desk: Desk) -> None:
    lead = desk.member(Role.LEAD)
    token = csrf_of(lead.get("/staff/account"))
    answer = lead.post(
        "/v1/staff/conversations/c/turns/1/original",
        json={"why": "call back"},
        headers={"X-CSRF-Token": token, "Accept": "*/*"},
    )
    assert answer.json()["detail"] == "This shop does not keep originals."
