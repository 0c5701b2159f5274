"""`/staff/conversations/{id}`: a conversation as the customer saw it, and all that led to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path as Folder
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from assistant.audit_log import audit, read_audit
from assistant.inbox.review import Reviews
from assistant.inbox.transcript import Transcript, read_transcript
from assistant.log import UnknownTurnError
from assistant.scoring import explain_shown
from ranking.registry import Registry
from ranking.serving import ServedModel, load_served
from retrieval.catalog import Catalog
from retrieval.errors import ShopGuideError
from ui.markup import product_address, safe_link
from ui.staff.accounts import StaffUser
from ui.staff.desk_view import desk_values
from ui.staff.guard import console_of
from ui.staff.inbox_page import Reader
from ui.staff.pages import staff_page

CONVERSATIONS = "/staff/conversations"
LEAST_TOLD, MOST_WORDS = 0.001, 20
ONE_LOOK = timedelta(hours=12)
Id = Annotated[str, Path(max_length=100)]

router = APIRouter(include_in_schema=False)


def address_of(conversation_id: str, anchor: str = "") -> str:
    """The page of a conversation."""
    return f"{CONVERSATIONS}/{quote(conversation_id, safe='')}{anchor}"


@router.get(CONVERSATIONS + "/{conversation_id}")
def conversation(
    request: Request, user: Reader, conversation_id: Id, again: bool = False
) -> Response:
    """The transcript; that it was read is in the audit log.

    `again` is an open page that brings itself up to date, which is one look.
    """
    engine = console_of(request).engine
    read = read_transcript(engine, conversation_id)
    if read is None:
        return _unknown(request)
    what = f"conversation {conversation_id}"
    since = datetime.now(UTC) - ONE_LOOK
    looks = read_audit(engine, who=user.email, action="read", what=what, since=since)
    if not (again and any(each.what == what for each in looks)):
        audit(engine, user.email, "read", what)
    return _page(request, read)


def conversation_view(
    request: Request, user: StaffUser, conversation_id: str, status: int, fault: str
) -> Response:
    """The page once more, with what could not be done."""
    read = read_transcript(console_of(request).engine, conversation_id)
    if read is None:
        return _unknown(request)
    audit(console_of(request).engine, user.email, "read", f"conversation {conversation_id}")
    return _page(request, read, status, fault)


@router.get(CONVERSATIONS + "/{conversation_id}/turns/{turn}/why")
def why(
    request: Request,
    user: Reader,
    conversation_id: Id,
    turn: Annotated[int, Path(ge=1, le=100_000)],
    product: Annotated[str, Query(max_length=500)],
) -> Response:
    """Which words and numbers moved the click probability of a product that was shown."""
    console = console_of(request)
    models_dir = console.settings.models_dir
    found = explain_shown(
        console.engine, conversation_id, turn, product, partial(_model, models_dir)
    )
    if found is None:
        return _unknown(request)
    audit(console.engine, user.email, "read", f"conversation {conversation_id}")
    return staff_page(
        request,
        "staff/why.html",
        why=found,
        numbers=sorted(
            ((name, by) for name, by in found.numbers.items() if abs(by) >= LEAST_TOLD),
            key=lambda one: -abs(one[1]),
        ),
        words=[one for one in found.words if abs(one.logit) >= LEAST_TOLD][:MOST_WORDS],
        turn=turn,
        path=address_of(conversation_id),
    )


@lru_cache(maxsize=2)
def _model(models_dir: Folder, version: str) -> ServedModel | None:
    """A registered version; None where it is not there any more."""
    try:
        return load_served(Registry(models_dir).verify(version), version)
    except ShopGuideError:
        return None


@router.post(CONVERSATIONS + "/{conversation_id}/labels")
def label(
    request: Request,
    user: Reader,
    conversation_id: Id,
    label: Annotated[str, Form(max_length=200)] = "",
    do: Annotated[Literal["add", "drop"], Form()] = "add",
) -> Response:
    """Put a label on the conversation, or take it off."""
    reviews = Reviews(console_of(request).engine)
    change = reviews.add_label if do == "add" else reviews.drop_label
    return _changed(
        request, conversation_id, "#labels", lambda: change(user.email, conversation_id, label)
    )


@router.post(CONVERSATIONS + "/{conversation_id}/notes")
def note(
    request: Request,
    user: Reader,
    conversation_id: Id,
    text: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Write a note for colleagues."""
    reviews = Reviews(console_of(request).engine)
    return _changed(
        request,
        conversation_id,
        "#notes",
        lambda: reviews.add_note(user.email, conversation_id, text),
    )


@router.post(CONVERSATIONS + "/{conversation_id}/turns/{turn}/verdict")
def verdict(
    request: Request,
    user: Reader,
    conversation_id: Id,
    turn: Annotated[int, Path(ge=1, le=100_000)],
    good: Annotated[Literal["yes", "no"], Form()],
    why: Annotated[str, Form(max_length=2000)] = "",
    better: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Say whether a reply was good, why, and what it should have been."""
    reviews = Reviews(console_of(request).engine)
    return _changed(
        request,
        conversation_id,
        f"#turn-{turn}",
        lambda: reviews.judge(
            user.email, conversation_id, turn, good=good == "yes", why=why, better=better
        ),
    )


def _changed(
    request: Request, conversation_id: str, anchor: str, change: Callable[[], None]
) -> Response:
    try:
        change()
    except UnknownTurnError:
        return _unknown(request)
    except ShopGuideError as error:
        read = read_transcript(console_of(request).engine, conversation_id)
        return _unknown(request) if read is None else _page(request, read, 422, str(error))
    return RedirectResponse(address_of(conversation_id, anchor), 303)


def _unknown(request: Request) -> Response:
    return staff_page(request, "staff/message.html", status=404, key="conversation.unknown")


def _page(request: Request, read: Transcript, status: int = 200, fault: str = "") -> Response:
    console = console_of(request)
    untitled = {
        each.product_id for turn in read.turns for each in turn.retrieved if each.title is None
    }
    records = Catalog(console.engine).get(untitled, include_retired=True)
    return staff_page(
        request,
        "staff/conversation.html",
        status=status,
        fault=fault,
        read=read,
        review=Reviews(console.engine).of(read.conversation_id),
        labels_in_use=Reviews(console.engine).labels_in_use(),
        titles={key: product.title for key, product in records.items()},
        now=datetime.now(UTC),
        json=partial(json.dumps, ensure_ascii=False),
        safe_link=safe_link,
        product_address=product_address,
        path=address_of(read.conversation_id),
        **desk_values(request, request.state.staff_user, read.conversation_id),
    )
