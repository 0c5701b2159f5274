"""`/staff/controls`: a lead's rules are made and taken back, and count at once."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher
from fake_guide import PRODUCTS
from sqlalchemy import Engine
from staff_parts import Desk, csrf_of, make_desk
from starlette.testclient import TestClient

from assistant.controls import Controls
from retrieval.catalog import Catalog
from ui.staff import passwords
from ui.staff.roles import Role

PAGE = "/staff/controls"


@pytest.fixture
def desk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))
    Catalog(engine).upsert(PRODUCTS)
    return make_desk(engine)


def add(lead: TestClient, **form: str) -> tuple[int, str]:
    answer = lead.post(PAGE, data={**form, "csrf": csrf_of(lead.get(PAGE))})
    return answer.status_code, answer.text


def test_a_lead_makes_rules_and_takes_them_back(desk: Desk) -> None:
    lead = desk.member(Role.LEAD)
    product, other = PRODUCTS[0], PRODUCTS[1]
    assert add(lead, kind="block", product_id=f" {product.id} ")[0] == 303
    assert add(lead, kind="pin", product_id=other.id, phrase="<b>rain</b>")[0] == 303
    assert add(lead, kind="sponsor", product_id=other.id, bid="0.40")[0] == 303
    word = product.title.split()[0]
    assert add(lead, kind="ban", phrase=word)[0] == 303
    rules = Controls(desk.console.engine).rules()
    assert rules.blocked == (product.id,)
    assert rules.banned == (word,)
    page = lead.get(PAGE).text
    assert product.title.replace("&", "&amp;").replace("'", "&#39;") in page
    assert "0.4 for a click" in page
    assert re.search(r"hides \d+ products so called", page)
    assert "<b>rain" not in page
    for each in re.findall(r"/staff/controls/[^/]+/remove", page):
        assert lead.post(each, data={"csrf": csrf_of(lead.get(PAGE))}).status_code == 303
    assert Controls(desk.console.engine).all() == []


def test_rules_that_make_no_sense_are_refused_with_the_reason(desk: Desk) -> None:
    lead = desk.member(Role.LEAD)
    known = PRODUCTS[0].id
    for form, reason in (
        ({"kind": "block", "product_id": "no such"}, "no product of this id"),
        ({"kind": "sponsor", "product_id": known, "bid": "much"}, "A bid is an amount"),
        ({"kind": "ban", "phrase": "  !"}, "at least one word"),
    ):
        status, text = add(lead, **form)
        assert status == 422
        assert reason in text
    assert add(lead, kind="fly")[0] == 422
    agent = desk.member(Role.AGENT)
    assert agent.get(PAGE).status_code == 403
