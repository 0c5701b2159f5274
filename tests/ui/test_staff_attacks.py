"""Hostile values at every route of the console: nothing breaks, runs, leaks or leads away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Engine, select
from staff_parts import HTML, Desk, csrf_of, make_desk, sign_in
from starlette.testclient import TestClient

from assistant.inbox.review import Reviews
from assistant.log import ConversationLog, Impression, TurnRecord
from assistant.reply import Comparison, ComparisonRow, Intent, ProductCard, Reply
from assistant.turn import Guide
from retrieval.catalog import Catalog
from ui.api.access import Api
from ui.staff import passwords
from ui.staff.guard import SIGN_IN
from ui.staff.roles import Role
from ui.staff.tables import sessions

SCRIPT = "'\"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
HOSTILE = (
    *("\x00", "a\x00b", "\ud800", "\u202e", "../../etc/passwd", SCRIPT, "\r\nX-Evil: 1"),
    *("9" * 30, "-1", "[]", "//evil.example", "A" * 3000),
)
LEFT_ALONE = {"/staff/sign-out"}
"""It would end the attack."""


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, but for its cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = make_desk(engine)
    empty_shop = cast(Guide, SimpleNamespace(search=lambda *_: []))
    desk.app.state.api = Api(desk.console.settings, engine, empty_shop, Catalog(engine))
    return desk


@pytest.fixture
def admin(desk: Desk) -> TestClient:
    """An admin to whom a failure is an answer of 500."""
    cookies = desk.member(Role.ADMIN).cookies
    return TestClient(
        desk.app, base_url="https://shop.example", headers=HTML, follow_redirects=False,
        raise_server_exceptions=False, cookies=cookies,
    )  # fmt: skip


def fields(dependant: Dependant) -> Iterator[str]:
    """The names of a route's query fields, those of its models too."""
    for field in dependant.query_params:
        yield field.alias
        yield from getattr(field.field_info.annotation, "model_fields", {})


def test_no_value_breaks_a_route_or_comes_out_of_it(desk: Desk, admin: TestClient) -> None:
    ConversationLog(desk.console.engine).begin("a tent", conversation_id="c")
    token = csrf_of(admin.get("/staff/account"))
    tried = 0
    for context in iter_route_contexts(desk.app.routes):
        route = context.original_route
        if not isinstance(route, APIRoute) or context.path in LEFT_ALONE:
            continue
        for value in HOSTILE:
            sent = quote(value.encode("utf-8", "surrogatepass"), safe="")
            path = re.sub(r"\{[^}]*\}", sent, context.path.replace("{turn}", "1"))
            if "GET" in (context.methods or ()):
                query = "&".join(f"{name}={sent}" for name in {*fields(route.dependant), "next"})
                answer = admin.get(f"{path}?{query}")
            else:
                known = {"csrf": token, "kind": "pin", "do": "add", "good": "yes", "role": "ml"}
                named = [each.alias for each in route.dependant.body_params]
                body = "&".join(f"{name}={known.get(name, sent)}" for name in {*named, "csrf"})
                kind = {"Content-Type": "application/x-www-form-urlencoded"}
                answer = admin.post(path, content=body, headers={**kind, "X-CSRF-Token": token})
            tried += 1
            told = (context.path, value[:12], answer.status_code)
            assert answer.status_code < 500, told
            assert "X-Evil" not in answer.headers, told
            assert re.match(r"/staff|$", answer.headers.get("location", "")), told
            if "html" in answer.headers.get("content-type", ""):
                assert "<script>alert" not in answer.text, told
                assert "onerror=alert(1)>" not in answer.text, told
    assert tried > 200


def test_what_customers_products_and_reviews_say_is_text_on_every_page(
    desk: Desk, admin: TestClient
) -> None:
    engine = desk.console.engine
    log = ConversationLog(engine)
    turn = log.begin(SCRIPT, conversation_id="c", channel=SCRIPT[:40])
    hostile = ProductCard(
        product_id=SCRIPT, title=SCRIPT, price=SCRIPT, currency=SCRIPT, url="javascript:alert(1)",
        image_url="data:text/html,<script>alert(1)</script>", click_probability=0.3,
        reasons=[SCRIPT],
    )  # fmt: skip
    reply = Reply(
        conversation_id="c", turn=turn.turn, language="en", text=SCRIPT, products=[hostile],
        constraints={SCRIPT: SCRIPT}, intent=Intent.COMPARE, suggestions=[SCRIPT], writer="llm",
        comparison=Comparison(product_ids=[SCRIPT], titles=[SCRIPT],
                              rows=[ComparisonRow(name=SCRIPT, values=[SCRIPT])]),
        models={SCRIPT: SCRIPT},
    )  # fmt: skip
    candidate = {
        "product_id": SCRIPT, "score": 1.0, "rank_before": 1, "rank_after": 1,
        "click_probability": 0.5, "position": 1,
    }  # fmt: skip
    log.complete(
        TurnRecord(
            reply, {}, understood={"query": SCRIPT, "changed": [SCRIPT]}, candidates=[candidate],
            impressions=[Impression(1, SCRIPT, SCRIPT, "", "", SCRIPT, 1, 0.5, {}, SCRIPT)],
            dropped=[{"sentence": SCRIPT, "reason": SCRIPT}], notices=[SCRIPT], error=SCRIPT,
        )
    )  # fmt: skip
    reviews = Reviews(engine)
    reviews.add_label(SCRIPT, "c", SCRIPT[:60])
    reviews.add_note(SCRIPT, "c", SCRIPT)
    reviews.judge(SCRIPT, "c", 1, good=False, why=SCRIPT, better=SCRIPT)
    pages = ("/staff", "/staff/inbox/rows", "/staff/conversations/c", "/staff/audit",
             "/staff/figures", "/staff/figures/charts?split=channel", "/staff/figures/fairness",
             "/staff/controls", "/staff/people", "/staff/privacy")  # fmt: skip
    for page in pages:
        answer = admin.get(page)
        assert answer.status_code == 200, page
        assert "<script>alert" not in answer.text, page
        assert "<img src=x" not in answer.text, page
        assert "javascript:alert" not in answer.text, page
        assert "data:text/html" not in answer.text, page


def test_a_session_from_before_signing_in_is_not_taken_over(desk: Desk) -> None:
    """Session fixation: a cookie that was planted is worth nothing afterwards."""
    visitor = desk.visitor()
    desk.accounts.add("anna@shop.example", "Anna", Role.AGENT, password="seven quiet harbours")
    visitor.cookies.set("__Host-shopguide-staff", "planted", domain="shop.example")
    assert sign_in(visitor, "anna@shop.example").status_code == 303
    planted = desk.visitor()
    planted.cookies.set("__Host-shopguide-staff", "planted", domain="shop.example")
    assert planted.get("/staff").headers["location"].startswith(SIGN_IN)
    with desk.console.engine.connect() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


def test_a_token_of_one_session_is_none_of_another(desk: Desk) -> None:
    one, other = desk.member(Role.LEAD, "one@shop.example"), desk.member(Role.LEAD, "two@x.example")
    stolen = csrf_of(one.get("/staff/account"))
    form = {"kind": "ban", "phrase": "cheap", "csrf": stolen}
    assert other.post("/staff/controls", data=form).status_code == 403
    assert one.post("/staff/controls", data=form, headers={"Sec-Fetch-Site": "cross-site"}
                    ).status_code == 403  # fmt: skip
    assert one.post("/staff/controls", data=form).status_code == 303


def test_every_page_of_the_console_carries_the_headers(desk: Desk, admin: TestClient) -> None:
    for context in iter_route_contexts(desk.app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            path = re.sub(r"\{[^}]*\}", "x", context.path)
            headers = admin.request(next(iter(context.methods or {"GET"})), path).headers
            assert headers["x-frame-options"] == "DENY", path
            assert headers["cache-control"] == "no-store", path
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert headers["cross-origin-resource-policy"] == "same-origin", path
            assert headers["strict-transport-security"].startswith("max-age="), path
            policy = headers["content-security-policy"]
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe" not in policy, path


def test_plain_http_promises_no_https(desk: Desk) -> None:
    headers = desk.visitor("http://shop.example").get("/staff/sign-in").headers
    assert "strict-transport-security" not in headers
