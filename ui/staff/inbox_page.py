"""`/staff`: the inbox, newest first, kept up to date while it is open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from assistant.inbox.listing import ATTENDED, WAITING
from assistant.inbox.review import APPROVED, REJECTED, Reviews
from assistant.inbox.search import Asked, Page, Place, find
from assistant.reply import Intent
from ui.markup import render
from ui.staff.accounts import StaffUser
from ui.staff.guard import HOME, console_of, require
from ui.staff.pages import language_of, staff_page, staff_words
from ui.staff.roles import Role

INBOX_ROWS = "/staff/inbox/rows"
READERS = (Role.AGENT, Role.ML)
Reader = Annotated[StaffUser, Depends(require(*READERS))]
SIGNS = (WAITING, ATTENDED, "handoff", "no_result", "fell_back", "error")
CHANNELS = (
    *("web", "widget", "api", "openai", "mcp", "cli"),
    *("telegram", "whatsapp", "slack", "chatwoot", "webhook"),
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

router = APIRouter(include_in_schema=False)


class Filters(BaseModel):
    """What the inbox's form asks; an empty field asks nothing."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[str, Field(max_length=400)] = ""
    since: Annotated[str, Field(max_length=10)] = ""
    until: Annotated[str, Field(max_length=10)] = ""
    language: Annotated[str, Field(max_length=10)] = ""
    intent: Annotated[str, Field(max_length=40)] = ""
    channel: Annotated[str, Field(max_length=40)] = ""
    label: Annotated[str, Field(max_length=60)] = ""
    rating: Annotated[str, Field(max_length=10)] = ""
    sign: Annotated[str, Field(max_length=20)] = ""
    agent: Annotated[str, Field(max_length=40)] = ""
    before: Annotated[str, Field(max_length=130)] = ""

    def given(self) -> dict[str, str]:
        """The fields that ask something, but for the page."""
        return {name: value for name, value in self.model_dump(exclude={"before"}).items() if value}

    def asked(self) -> Asked:
        """The same as the inbox's search takes it."""
        named = ("language", "intent", "channel", "label", "rating", "agent")
        marks = [f"{name}:{getattr(self, name)}" for name in named if getattr(self, name)]
        if self.sign:
            marks.append(self.sign)
        until = _day(self.until)
        return Asked(
            self.q,
            marks,
            _day(self.since),
            until + timedelta(days=1) if until is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One field of the form with what can be chosen in it."""

    name: str
    options: Mapping[str, str]


Asking = Annotated[Filters, Query()]


@router.get(HOME)
def inbox(request: Request, _user: Reader, filters: Asking) -> Response:
    """The form and a page of conversations."""
    return staff_page(
        request,
        "staff/inbox.html",
        asked=filters,
        given=filters.given(),
        choices=_choices(request),
        page=_found(request, filters),
        is_first=not filters.before,
        now=datetime.now(UTC),
    )


@router.get(INBOX_ROWS)
def rows(request: Request, _user: Reader, filters: Asking) -> Response:
    """The conversations alone, for a page that is open already."""
    language = language_of(request)
    return HTMLResponse(
        render(
            "staff/inbox_rows.html",
            given=filters.given(),
            page=_found(request, filters),
            t=staff_words(language),
            language=language,
            now=datetime.now(UTC),
        )
    )


def _found(request: Request, filters: Filters) -> Page:
    after = Place.read(filters.before) if filters.before else None
    return find(console_of(request).engine, filters.asked(), after)


def _choices(request: Request) -> list[Choice]:
    t = staff_words(language_of(request))
    console = console_of(request)
    labels = [APPROVED, REJECTED, *Reviews(console.engine).labels_in_use()]
    people = [member for member in console.accounts.all() if member.may(Role.AGENT)]
    return [
        Choice("sign", {sign: t[f"sign.{sign}"] for sign in SIGNS}),
        Choice("intent", {each.value: t[f"intent.{each.value}"] for each in Intent}),
        Choice("language", {"en": "English", "zh": "中文"}),
        Choice("channel", {channel: channel for channel in CHANNELS}),
        Choice("rating", {"up": t["rating.up"], "down": t["rating.down"]}),
        Choice("label", {label: t.get(f"label.{label}", label) for label in labels}),
        Choice("agent", {member.id: member.name for member in people}),
    ]


def _day(written: str) -> datetime | None:
    """The beginning of a day in UTC; None for what is no date."""
    if not _DATE.fullmatch(written):
        return None
    try:
        return datetime.combine(date.fromisoformat(written), time(), UTC)
    except ValueError:
        return None
