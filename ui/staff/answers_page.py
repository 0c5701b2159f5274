"""`/staff/answers`: the lead writes what agents send often."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from assistant.takeover.canned import VARIABLES, CannedAnswers, CannedError
from ui.staff.controls_page import Lead
from ui.staff.guard import console_of
from ui.staff.pages import staff_page

ANSWERS = "/staff/answers"
Text = Annotated[str, Form(max_length=4000)]

router = APIRouter(include_in_schema=False)


@router.get(ANSWERS)
def answers(request: Request, _user: Lead) -> Response:
    """All canned answers, each in a form, and an empty form for another."""
    return _page(request)


@router.post(ANSWERS)
def keep(
    request: Request,
    user: Lead,
    name: Annotated[str, Form(max_length=200)] = "",
    en: Text = "",
    zh: Text = "",
    id: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Add an answer, or change the one of an id."""
    try:
        CannedAnswers(console_of(request).engine).keep(user.email, name, en, zh, id=id or None)
    except CannedError as error:
        return _page(request, 422, error.key, {"id": id, "name": name, "en": en, "zh": zh})
    return RedirectResponse(ANSWERS, 303)


@router.post("/staff/answers/{answer_id}/remove")
def remove(request: Request, user: Lead, answer_id: str) -> Response:
    """Take an answer away."""
    CannedAnswers(console_of(request).engine).remove(user.email, answer_id)
    return RedirectResponse(ANSWERS, 303)


def _page(
    request: Request,
    status: int = 200,
    fault: str | None = None,
    sent: dict[str, str] | None = None,
) -> Response:
    return staff_page(
        request,
        "staff/answers.html",
        status=status,
        fault=fault,
        sent=sent or {"id": "", "name": "", "en": "", "zh": ""},
        answers=CannedAnswers(console_of(request).engine).all(),
        variables=" ".join(f"{{{name}}}" for name in VARIABLES),
    )
