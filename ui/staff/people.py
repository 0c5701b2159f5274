"""`/staff/people`: an admin adds members, changes what they may do, and lets them in again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from assistant.audit_log import audit
from assistant.takeover.desk import Desk
from ui.staff.accounts import AccountError, StaffUser
from ui.staff.guard import console_of, require
from ui.staff.links import password_link
from ui.staff.pages import staff_page
from ui.staff.roles import Role

PEOPLE = "/staff/people"
Admin = Annotated[StaffUser, Depends(require(Role.ADMIN))]

router = APIRouter(include_in_schema=False)


@router.get(PEOPLE)
def people(request: Request, _user: Admin) -> Response:
    """Everybody, and the form to add somebody."""
    return _page(request)


@router.post(PEOPLE)
def add(
    request: Request,
    user: Admin,
    email: Annotated[str, Form(max_length=320)] = "",
    name: Annotated[str, Form(max_length=400)] = "",
    role: Annotated[Role, Form()] = Role.AGENT,
) -> Response:
    """Make an account and show the link with which its owner chooses a password."""
    console = console_of(request)
    try:
        added = console.accounts.add(email, name, role)
    except AccountError as error:
        return _page(request, 422, fault=error.key, email=email, name=name)
    audit(console.engine, user.email, "account added", added.email, role=role.value)
    return _page(request, link=password_link(console.settings, console.engine, added), of=added)


@router.post("/staff/people/{user_id}")
def change(
    request: Request,
    user: Admin,
    user_id: str,
    do: Annotated[Literal["role", "disable", "open", "link"], Form()],
    role: Annotated[Role | None, Form()] = None,
) -> Response:
    """Change a role, shut or open an account, or give out a link for a new password."""
    console = console_of(request)
    member = console.accounts.get(user_id)
    if member is None:
        return _page(request, 404, fault="account.unknown")
    try:
        if do == "link":
            link = password_link(console.settings, console.engine, member)
            audit(console.engine, user.email, "password link made", member.email)
            return _page(request, link=link, of=member)
        disabled = member.disabled if do == "role" else do == "disable"
        new_role = role if do == "role" and role else member.role
        console.accounts.change(member, role=new_role, disabled=disabled)
        Desk(console.engine).sign_off(member.id)  # their sessions are over
    except AccountError as error:
        return _page(request, 422, fault=error.key)
    done = {"role": "role changed", "disable": "account disabled", "open": "account opened"}
    audit(console.engine, user.email, done[do], member.email, role=new_role.value)
    return RedirectResponse(PEOPLE, 303)


def _page(request: Request, status: int = 200, **values: object) -> Response:
    given: dict[str, object] = {
        "fault": None, "link": None, "of": None, "email": "", "name": "", **values,
    }  # fmt: skip
    return staff_page(
        request,
        "staff/people.html",
        status=status,
        everybody=console_of(request).accounts.all(),
        roles=list(Role),
        **given,
    )
