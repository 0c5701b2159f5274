"""Who may come in: `require(role, …)` guards a route by session, role and CSRF token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from sqlalchemy import Engine
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from assistant.figures.wishes import Embed
from ui.problems import problem
from ui.settings import Settings
from ui.staff import sessions
from ui.staff.accounts import Accounts, StaffUser
from ui.staff.pages import staff_page, wants_html
from ui.staff.roles import Role
from ui.staff.throttle import Throttle
from ui.staff.tokens import csrf_token, same

HOME = "/staff"
SIGN_IN = "/staff/sign-in"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"

_COOKIE = "shopguide-staff"
_SECURE_COOKIE = "__Host-shopguide-staff"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class StaffConsole:
    """What the staff's routes work with; `app.state.staff` holds it."""

    settings: Settings
    engine: Engine
    accounts: Accounts
    meanings: Embed
    """Texts to vectors; the models are loaded when it is first called."""
    throttle: Throttle = field(default_factory=Throttle)


class SignInNeededError(Exception):
    """Nobody is signed in."""


class ForbiddenError(Exception):
    """The member signed in may not do this, or the request did not come from our own page."""

    def __init__(self, key: str, detail: str) -> None:
        super().__init__(detail)
        self.key = key
        self.detail = detail


def console_of(request: Request) -> StaffConsole:
    """The console of the application that serves this request."""
    return cast(StaffConsole, request.app.state.staff)


async def _sent_token(request: Request) -> str:
    """The CSRF token of a request: its header, or the form's field."""
    if request.method in _SAFE:
        return ""
    if header := request.headers.get(CSRF_HEADER):
        return header
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form: FormData = await request.form()
        value = form.get(CSRF_FIELD)
        return value if isinstance(value, str) else ""
    return ""


def require(*roles: Role) -> Callable[..., StaffUser]:
    """A dependency that gives the member signed in, whose role includes one of `roles`.

    Without roles everybody who is signed in may pass. Whatever may change state (every method
    but GET, HEAD and OPTIONS) must carry the session's CSRF token, as the form's field `csrf`
    or the header `X-CSRF-Token`, and come from this site. Refused with 401 or 403; a browser
    that asks for a page is led to the sign-in page instead of 401.
    """

    def signed_in(request: Request, sent: Annotated[str, Depends(_sent_token)]) -> StaffUser:
        token = session_token(request)
        found = sessions.find(console_of(request).engine, token) if token else None
        if found is None or token is None:
            raise SignInNeededError
        user = StaffUser(found.user_id, found.name, found.email, found.role)
        request.state.staff_user = user
        request.state.csrf = csrf_token(token)
        if roles and not user.may(*roles):
            raise ForbiddenError("forbidden.role", f"This is not open to the role {user.role}.")
        if request.method not in _SAFE and not (
            is_same_site(request) and same(sent, csrf_token(token))
        ):
            raise ForbiddenError("forbidden.csrf", "The request carries no valid CSRF token.")
        return user

    signed_in.roles = roles  # type: ignore[attr-defined] # pyright: ignore[reportFunctionMemberAccess]
    return signed_in


SignedIn = Annotated[StaffUser, Depends(require())]
"""Anybody who is signed in."""


def is_same_site(request: Request) -> bool:
    """Whether the browser says that our own page sent this; old ones say nothing."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def is_secure(request: Request) -> bool:
    """Whether people reach this server by https."""
    public = console_of(request).settings.public_url or ""
    return request.url.scheme == "https" or public.startswith("https:")


def session_token(request: Request) -> str | None:
    """The token in the session's cookie; behind TLS only the `__Host-` cookie counts."""
    return request.cookies.get(_SECURE_COOKIE if is_secure(request) else _COOKIE)


def keep_session(request: Request, response: Response, token: str) -> None:
    """Let the browser hold the session until it is closed or the session is over."""
    secure = is_secure(request)
    response.set_cookie(
        _SECURE_COOKIE if secure else _COOKIE,
        token,
        max_age=int(console_of(request).settings.staff_session_hours * 3600),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop_session(request: Request, response: Response) -> None:
    """Let the browser forget the session's cookie."""
    secure = is_secure(request)
    response.delete_cookie(
        _SECURE_COOKIE if secure else _COOKIE,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def answer_refusals(app: FastAPI) -> None:
    """Let `app` answer what the guard refuses."""

    async def sign_in_first(request: Request, _error: Exception) -> Response:
        if not wants_html(request):
            return problem(401, "Sign in first.")
        asked = request.url.path if request.method == "GET" else HOME
        query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
        return RedirectResponse(f"{SIGN_IN}?next={quote(asked + query, safe='')}", 303)

    async def forbidden(request: Request, error: Exception) -> Response:
        assert isinstance(error, ForbiddenError)
        if not wants_html(request):
            return problem(403, error.detail)
        return staff_page(request, "staff/message.html", status=403, key=error.key)

    app.add_exception_handler(SignInNeededError, sign_in_first)
    app.add_exception_handler(ForbiddenError, forbidden)
