"""`/staff/oidc`: to the identity provider and back."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from assistant.audit_log import audit
from ui.staff import tickets
from ui.staff.accounts import AccountError, StaffUser
from ui.staff.entrance import inside, let_in
from ui.staff.guard import HOME, StaffConsole, console_of, is_secure
from ui.staff.oidc import Identity, Provider, ProviderError
from ui.staff.pages import staff_page
from ui.staff.tickets import Purpose

logger = logging.getLogger(__name__)

_COOKIE = "shopguide-staff-oidc"

router = APIRouter(include_in_schema=False)


@router.get("/staff/oidc")
def leave(request: Request, next: str = HOME) -> Response:
    """Send the browser to the provider."""
    console, provider = console_of(request), Provider.of(console_of(request).settings)
    if provider is None:
        return staff_page(request, "staff/message.html", status=404, key="oidc.none")
    try:
        address, kept = provider.begin(inside(next))
    except ProviderError as error:
        logger.error("OpenID Connect: %s", error)
        return staff_page(request, "staff/message.html", status=502, key="oidc.failed")
    response = RedirectResponse(address, 303)
    response.set_cookie(
        _COOKIE,
        tickets.issue(console.engine, Purpose.OIDC, data=kept),
        max_age=int(tickets.LASTS[Purpose.OIDC].total_seconds()),
        path="/staff/oidc",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/staff/oidc/return")
def come_back(request: Request) -> Response:
    """Let in whom the provider vouches for, if they have an account or a group that has one."""
    console, provider = console_of(request), Provider.of(console_of(request).settings)
    token = request.cookies.get(_COOKIE, "")
    ticket = tickets.use(console.engine, token, Purpose.OIDC) if token else None
    if provider is None or ticket is None:
        return staff_page(request, "staff/message.html", status=404, key="link.void")
    try:
        identity = provider.finish(dict(request.query_params), ticket.data)
    except ProviderError as error:
        logger.warning("OpenID Connect: %s", error)
        audit(console.engine, "somebody", "sign-in refused", means=provider.name, why=str(error))
        return staff_page(request, "staff/message.html", status=403, key="oidc.failed")
    user = _member(console, identity)
    if user is None:
        audit(console.engine, identity.email[:320], "sign-in refused", means=provider.name)
        return staff_page(request, "staff/message.html", status=403, key="oidc.unknown")
    response = let_in(request, user, inside(ticket.data["next"]), provider.name)
    response.delete_cookie(_COOKIE, path="/staff/oidc")
    return response


def _member(console: StaffConsole, identity: Identity) -> StaffUser | None:
    """The account of this person, in the role of their groups; a new one where a group has one."""
    user = console.accounts.with_subject(identity.subject, identity.email)
    if identity.role is None:
        return user
    try:
        if user is None:
            console.accounts.add(identity.email, identity.name, identity.role)
            user = console.accounts.with_subject(identity.subject, identity.email)
            audit(console.engine, identity.email, "account added", identity.email, by="groups")
        elif user.role is not identity.role:
            user = console.accounts.change(user, role=identity.role, disabled=False)
            audit(console.engine, identity.email, "role changed", user.email, role=user.role)
    except AccountError as error:  # the account is disabled, another's, or the only admin's
        logger.warning("OpenID Connect: %s", error)
        return user
    return user
