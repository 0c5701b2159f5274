"""A masked message as it was typed, for a lead, where the shop keeps originals at all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from assistant.privacy.vault import Vault
from retrieval.errors import ShopGuideError
from ui.problems import problem
from ui.staff.accounts import StaffUser
from ui.staff.guard import console_of, require
from ui.staff.roles import Role

router = APIRouter(include_in_schema=False)


class Why(BaseModel):
    """Why somebody looks; it stands in the audit log."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(min_length=3, max_length=300)]


@router.post("/v1/staff/conversations/{conversation_id}/turns/{turn}/original")
def original(
    request: Request,
    user: Annotated[StaffUser, Depends(require(Role.LEAD))],
    conversation_id: Annotated[str, Path(max_length=100)],
    turn: Annotated[int, Path(ge=1, le=100_000)],
    body: Why,
) -> Response:
    """The original of one message; each look is in the audit log."""
    console = console_of(request)
    vault = Vault.open(console.settings)
    if vault is None:
        return problem(404, "This shop does not keep originals.")
    try:
        message = vault.look(console.engine, user.email, conversation_id, turn, body.why)
    except ShopGuideError as error:
        return problem(409, str(error))
    if message is None:
        return problem(404, "No original is kept of this message.")
    return JSONResponse({"message": message})
