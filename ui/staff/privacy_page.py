"""`/staff/privacy`: give a customer what is stored about them, or erase it."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from assistant.privacy.customers import UnknownCustomerError
from assistant.privacy.vault import Vault
from ui.customers import forget, tell
from ui.staff.accounts import StaffUser
from ui.staff.guard import console_of, require
from ui.staff.pages import staff_page
from ui.staff.roles import Role

Lead = Annotated[StaffUser, Depends(require(Role.LEAD))]
Customer = Annotated[str, Form(max_length=200)]

router = APIRouter(include_in_schema=False)


@router.get("/staff/privacy")
def privacy_page(request: Request, _user: Lead) -> Response:
    """The two forms, and how long conversations are kept."""
    return _page(request)


@router.post("/staff/privacy/export")
def export(request: Request, user: Lead, customer: Customer = "") -> Response:
    """Everything that is stored about a customer, as a file."""
    console = console_of(request)
    vault = Vault.open(console.settings)
    try:
        data = tell(console.engine, user.email, customer.strip(), vault)
    except UnknownCustomerError:
        return _page(request, 404, fault="privacy.unknown", customer=customer)
    return Response(
        json.dumps(data.to_json(), ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="customer.json"'},
    )


@router.post("/staff/privacy/erase")
def erase(request: Request, user: Lead, customer: Customer = "", again: Customer = "") -> Response:
    """Delete everything that is stored about a customer, whose id is typed twice."""
    if customer.strip() != again.strip():
        return _page(request, 422, fault="privacy.differ", customer=customer)
    try:
        erased = forget(console_of(request).engine, user.email, customer.strip())
    except UnknownCustomerError:
        return _page(request, 404, fault="privacy.unknown", customer=customer)
    return _page(request, erased=erased.conversations)


def _page(
    request: Request,
    status: int = 200,
    fault: str | None = None,
    customer: str = "",
    erased: int | None = None,
) -> Response:
    settings = console_of(request).settings
    return staff_page(
        request,
        "staff/privacy.html",
        status=status,
        fault=fault,
        customer=customer,
        erased=erased,
        days=settings.retention_days,
        kept=settings.keep_originals,
    )
