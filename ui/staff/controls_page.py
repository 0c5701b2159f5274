"""`/staff/controls`: products never shown, shown first or sponsored, words never said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from assistant.controls import ControlError, Controls, Kind, says
from retrieval.catalog import Catalog
from ui.staff.accounts import StaffUser
from ui.staff.guard import console_of, require
from ui.staff.pages import staff_page
from ui.staff.roles import Role

CONTROLS = "/staff/controls"
Lead = Annotated[StaffUser, Depends(require(Role.LEAD))]

router = APIRouter(include_in_schema=False)


@router.get(CONTROLS)
def controls_page(request: Request, _user: Lead) -> Response:
    """All rules, and a form for each kind."""
    return _page(request)


@router.post(CONTROLS)
def add(
    request: Request,
    user: Lead,
    kind: Annotated[Kind, Form()],
    product_id: Annotated[str, Form(max_length=500)] = "",
    phrase: Annotated[str, Form(max_length=400)] = "",
    bid: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Make a rule; it counts from the next message of any customer on."""
    engine = console_of(request).engine
    product_id = product_id.strip()
    if kind is not Kind.BAN and product_id and not Catalog(engine).get([product_id]):
        return _page(request, 422, "control.unknown")
    try:
        Controls(engine).add(user.email, kind, product_id=product_id, phrase=phrase, bid=bid)
    except ControlError as error:
        return _page(request, 422, error.key)
    return RedirectResponse(CONTROLS, 303)


@router.post("/staff/controls/{control_id}/remove")
def remove(request: Request, user: Lead, control_id: str) -> Response:
    """Take a rule back."""
    Controls(console_of(request).engine).remove(user.email, control_id)
    return RedirectResponse(CONTROLS, 303)


def _page(request: Request, status: int = 200, fault: str | None = None) -> Response:
    engine = console_of(request).engine
    rules = Controls(engine).all()
    known = Catalog(engine).get({rule.product_id for rule in rules if rule.product_id})
    return staff_page(
        request,
        "staff/controls.html",
        status=status,
        fault=fault,
        rules={kind.value: [rule for rule in rules if rule.kind is kind] for kind in Kind},
        titles={product_id: product.title for product_id, product in known.items()},
        hidden=_hidden(engine, [rule.phrase for rule in rules if rule.kind is Kind.BAN]),
        bound=console_of(request).settings.sponsored_bound,
    )


def _hidden(engine: Engine, phrases: Sequence[str]) -> dict[str, int]:
    """How many products are not shown because their titles have a banned phrase."""
    titles = [title for _, _, title in Catalog(engine).titles()] if phrases else []
    return {phrase: sum(says(title, phrase) for title in titles) for phrase in phrases}
