"""The doors of the console: set-up, sign-in, choosing a password, sign-out, one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from assistant.audit_log import audit
from assistant.takeover.desk import Desk
from ui.staff import sessions, tickets
from ui.staff.accounts import AccountError, StaffUser
from ui.staff.guard import (
    HOME,
    SIGN_IN,
    SignedIn,
    console_of,
    drop_session,
    is_same_site,
    is_secure,
    keep_session,
    session_token,
)
from ui.staff.oidc import Provider
from ui.staff.pages import staff_page
from ui.staff.passwords import WeakPasswordError
from ui.staff.roles import Role
from ui.staff.tickets import Purpose
from ui.staff.tokens import new_token, same

_FORM_COOKIE = "shopguide-staff-form"
Text = Annotated[str, Form(max_length=1000)]

router = APIRouter(include_in_schema=False)


# Signing in and out.


@router.get(SIGN_IN)
def sign_in_page(request: Request, next: str = HOME) -> Response:
    """The form, or the console for those who are signed in already."""
    token = session_token(request)
    if token and sessions.find(console_of(request).engine, token):
        return RedirectResponse(inside(next), 303)
    return _form(request, "staff/sign_in.html", 200, next=inside(next), **_sign_in_values(request))


@router.post(SIGN_IN)
def sign_in(
    request: Request, email: Text = "", password: Text = "", csrf: Text = "", next: Text = HOME
) -> Response:
    """Open a session for the right e-mail address and password."""
    console = console_of(request)
    values = {"next": inside(next), "email": email, **_sign_in_values(request)}
    if not _is_our_form(request, csrf):
        return _form(request, "staff/sign_in.html", 403, fault="fault.form", **values)
    address = _address(request)
    seconds = console.throttle.wait(email, address)
    if seconds:
        audit(console.engine, _known(email), "sign-in slowed", address=address)
        slowed = _form(
            request,
            "staff/sign_in.html",
            429,
            fault="fault.slowed",
            minutes=-(-seconds // 60),
            **values,
        )
        slowed.headers["Retry-After"] = str(seconds)
        return slowed
    user = console.accounts.with_password(email, password)
    if user is None:
        audit(console.engine, _known(email), "sign-in refused", address=address)
        return _form(request, "staff/sign_in.html", 401, fault="fault.sign_in", **values)
    console.throttle.forgive(email, address)
    return let_in(request, user, inside(next), "password")


@router.post("/staff/sign-out")
def sign_out(request: Request, user: SignedIn) -> Response:
    """End this session."""
    console = console_of(request)
    sessions.end(console.engine, session_token(request) or "")
    if not sessions.has_any(console.engine, user.id):
        Desk(console.engine).sign_off(user.id)
    audit(console.engine, user.email, "sign-out")
    response = RedirectResponse(SIGN_IN, 303)
    drop_session(request, response)
    return response


def let_in(request: Request, user: StaffUser, target: str, means: str) -> Response:
    """Open a session for a member who has proved who they are."""
    console = console_of(request)
    token = sessions.start(console.engine, user.id, console.settings.staff_session_hours)
    audit(console.engine, user.email, "sign-in", means=means, address=_address(request))
    response = RedirectResponse(target, 303)
    keep_session(request, response, token)
    response.delete_cookie(_FORM_COOKIE, path="/staff")
    return response


# Links that are good once.


@router.get("/staff/set-up/{token}")
def set_up_page(request: Request, token: str) -> Response:
    """The form that makes the first account."""
    if tickets.valid(console_of(request).engine, token, Purpose.SETUP) is None:
        return staff_page(request, "staff/message.html", status=404, key="link.void")
    return _form(request, "staff/set_up.html")


@router.post("/staff/set-up/{token}")
def set_up(
    request: Request,
    token: str,
    name: Text = "",
    email: Text = "",
    password: Text = "",
    again: Text = "",
    csrf: Text = "",
) -> Response:
    """Make the first account, an admin's; the link is then void."""
    console = console_of(request)
    if tickets.valid(console.engine, token, Purpose.SETUP) is None:
        return staff_page(request, "staff/message.html", status=404, key="link.void")
    values = {"name": name, "email": email}
    if not _is_our_form(request, csrf):
        return _form(request, "staff/set_up.html", 403, fault="fault.form", **values)
    if password != again:
        return _form(request, "staff/set_up.html", 422, fault="password.differ", **values)
    try:
        user = console.accounts.add(email, name, Role.ADMIN, password=password, first=True)
    except (AccountError, WeakPasswordError) as error:
        return _form(request, "staff/set_up.html", 422, fault=error.key, **values)
    tickets.use(console.engine, token, Purpose.SETUP)
    audit(console.engine, user.email, "account added", user.email, role=user.role, by="set-up link")
    return let_in(request, user, HOME, "set-up link")


@router.get("/staff/password/{token}")
def password_page(request: Request, token: str) -> Response:
    """The form that sets a password by a link."""
    user = _linked(request, token)
    if user is None:
        return staff_page(request, "staff/message.html", status=404, key="link.void")
    return _form(request, "staff/password.html", email=user.email)


@router.post("/staff/password/{token}")
def set_password(
    request: Request, token: str, password: Text = "", again: Text = "", csrf: Text = ""
) -> Response:
    """Set the password of the link's account; the link is then void."""
    console, user = console_of(request), _linked(request, token)
    if user is None:
        return staff_page(request, "staff/message.html", status=404, key="link.void")
    if not _is_our_form(request, csrf):
        return _form(request, "staff/password.html", 403, fault="fault.form", email=user.email)
    if password != again:
        return _form(request, "staff/password.html", 422, fault="password.differ", email=user.email)
    try:
        console.accounts.set_password(user, password)
    except WeakPasswordError as error:
        return _form(request, "staff/password.html", 422, fault=error.key, email=user.email)
    audit(console.engine, user.email, "password set", user.email, by="link")
    return let_in(request, user, HOME, "link")


# One's own account.


@router.get("/staff/account")
def account_page(request: Request, user: SignedIn, done: bool = False) -> Response:
    """Who is signed in, and the form for another password."""
    return _account(request, user, done=done)


@router.post("/staff/account/password")
def change_password(
    request: Request, user: SignedIn, current: Text = "", password: Text = "", again: Text = ""
) -> Response:
    """Change one's own password; all other sessions of the account end."""
    console = console_of(request)
    if console.throttle.wait(user.email, _address(request)):
        return _account(request, user, 429, "fault.slowed_account")
    if console.accounts.with_password(user.email, current) is None:
        return _account(request, user, 422, "fault.current")
    if password != again:
        return _account(request, user, 422, "password.differ")
    try:
        console.accounts.set_password(user, password)
    except WeakPasswordError as error:
        return _account(request, user, 422, error.key)
    console.throttle.forgive(user.email, _address(request))
    audit(console.engine, user.email, "password set", user.email, by="own account")
    return let_in(request, user, "/staff/account?done=true", "password")


# What the forms share.


def _account(
    request: Request,
    user: StaffUser,
    status: int = 200,
    fault: str | None = None,
    *,
    done: bool = False,
) -> Response:
    console = console_of(request)
    provider = Provider.of(console.settings)
    return staff_page(
        request,
        "staff/account.html",
        status=status,
        own=console.accounts.get(user.id),
        fault=fault,
        done=done,
        provider=provider.name if provider else "",
    )


def _sign_in_values(request: Request) -> dict[str, object]:
    console = console_of(request)
    provider = Provider.of(console.settings)
    return {"any_account": console.accounts.any(), "provider": provider.name if provider else None}


def _form(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """A form for somebody without a session: its token is held by a cookie as well."""
    token = request.cookies.get(_FORM_COOKIE) or new_token()
    given: dict[str, object] = {"fault": None, "name": "", "email": "", "minutes": 0, **values}
    response = staff_page(request, template, status=status, **{**given, "csrf": token})
    response.set_cookie(
        _FORM_COOKIE,
        token,
        path="/staff",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return response


def _is_our_form(request: Request, csrf: str) -> bool:
    held = request.cookies.get(_FORM_COOKIE, "")
    return bool(held) and is_same_site(request) and same(held, csrf)


def _linked(request: Request, token: str) -> StaffUser | None:
    console = console_of(request)
    ticket = tickets.valid(console.engine, token, Purpose.PASSWORD)
    user = None if ticket is None else console.accounts.get(ticket.user_id or "")
    return None if user is None or user.disabled else user


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def inside(target: str) -> str:
    """A page of the console: nobody is led to another site after signing in."""
    whole = target == HOME or target.startswith((f"{HOME}/", f"{HOME}?"))
    plain = "\\" not in target and target.isprintable() and not target.startswith(SIGN_IN)
    return target if whole and plain else HOME


def _known(email: str) -> str:
    """What was typed as an address, cut; it may be a password typed into the wrong field."""
    return email.strip().casefold()[:100] if "@" in email else "somebody"
