"""`/staff/audit`: who looked at, changed, exported or erased what."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from assistant.audit_log import read_audit
from ui.customers import digests_of, noted_id
from ui.staff.accounts import StaffUser
from ui.staff.guard import console_of, require
from ui.staff.pages import staff_page
from ui.staff.roles import Role

_SHOWN = 50

router = APIRouter(include_in_schema=False)


@router.get("/staff/audit")
def audit_page(
    request: Request,
    _user: Annotated[StaffUser, Depends(require(Role.LEAD))],
    who: Annotated[str, Query(max_length=320)] = "",
    action: Annotated[str, Query(max_length=60)] = "",
    customer: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The newest entries, or those before an entry; a customer's id finds what was done to them."""
    engine = console_of(request).engine
    entries = read_audit(
        engine,
        who=who.strip() or None,
        action=action.strip() or None,
        what=digests_of(engine, customer) if customer.strip() else None,
        before=before,
        limit=_SHOWN + 1,
    )
    return staff_page(
        request,
        "staff/audit.html",
        entries=entries[:_SHOWN],
        older=entries[_SHOWN - 1].id if len(entries) > _SHOWN else None,
        asked={"who": who, "action": action, "customer": customer},
    )


@router.post("/staff/audit")
def find(
    request: Request,
    _user: Annotated[StaffUser, Depends(require(Role.LEAD))],
    who: Annotated[str, Form(max_length=320)] = "",
    action: Annotated[str, Form(max_length=60)] = "",
    customer: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Look for entries; no telephone number goes into an address, which proxies log."""
    asked = {"who": who.strip(), "action": action.strip(), "customer": customer.strip()}
    if asked["customer"]:
        asked["customer"] = noted_id(console_of(request).engine, asked["customer"])
    given = {name: value for name, value in asked.items() if value}
    return RedirectResponse(f"/staff/audit?{urlencode(given)}".rstrip("?"), 303)
