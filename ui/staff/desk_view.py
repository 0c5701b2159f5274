"""The desk as a page of the console works with it."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request

from assistant.ids import new_id
from assistant.open_log import masker_of
from assistant.takeover.attendance import GONE, present
from assistant.takeover.canned import CannedAnswers
from assistant.takeover.desk import Agent, Case, Desk
from assistant.takeover.timeline import messages_of
from retrieval.catalog import Catalog
from retrieval.database import reading
from ui.staff.accounts import StaffUser
from ui.staff.guard import console_of
from ui.staff.roles import Role


def desk_of(request: Request) -> Desk:
    """The desk of the shop, with the shop's own ways of masking."""
    console = console_of(request)
    return Desk(console.engine, masker_of(console.settings, Catalog(console.engine)))


def agent_of(user: StaffUser) -> Agent:
    """A member at the desk; the customer is told the name."""
    return Agent(user.id, user.email, user.name)


def desk_values(request: Request, user: StaffUser, conversation_id: str) -> dict[str, object]:
    """What the page of a conversation shows of the desk."""
    console = console_of(request)
    desk = desk_of(request)
    case = desk.case(conversation_id)
    is_mine = case is not None and case.agent_id == user.id
    values: dict[str, object] = {
        "case": case,
        "is_mine": is_mine,
        "is_at_desk": user.may(Role.AGENT),
        "is_lead": user.may(Role.LEAD),
        "messages": messages_of(console.engine, conversation_id),
        "pulse": desk.pulse(conversation_id),
        "canned": [],
        "colleagues": [],
        "key": new_id(),
    }
    if is_mine and case is not None:
        values["canned"] = _canned(request, user, case)
    if case is not None and not case.is_waiting and (is_mine or user.may(Role.LEAD)):
        values["colleagues"] = _colleagues(request, case)
    return values


def _canned(request: Request, user: StaffUser, case: Case) -> list[tuple[str, str]]:
    """(name, text) of every canned answer, in the customer's language, filled in."""
    console = console_of(request)
    language = "zh" if case.language == "zh" else "en"
    shop = console.settings.shop_name
    return [
        (each.name, each.text_for(language, shop=shop, agent=user.name))
        for each in CannedAnswers(console.engine).all()
    ]


def _colleagues(request: Request, case: Case) -> list[tuple[StaffUser, bool]]:
    """Who else may have it, and whether they are there; those who are come first."""
    console = console_of(request)
    with reading(console.engine) as connection:
        here = present(connection, datetime.now(UTC), GONE)
    others = [
        (each, here.get(each.id) is False)
        for each in console.accounts.all()
        if each.id != case.agent_id and not each.disabled and each.may(Role.AGENT)
    ]
    return sorted(others, key=lambda pair: (not pair[1], pair[0].name))
