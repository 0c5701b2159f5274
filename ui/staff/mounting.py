"""The staff console as a part of the web application."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine

from assistant.figures.wishes import meanings
from assistant.log import ConversationLog
from ui.settings import Settings
from ui.staff import (
    answers_page,
    audit_page,
    controls_page,
    conversation_page,
    desk_page,
    entrance,
    fairness_page,
    figures_page,
    inbox_page,
    oidc_page,
    originals,
    people,
    privacy_page,
)
from ui.staff.accounts import Accounts
from ui.staff.guard import StaffConsole, answer_refusals
from ui.staff.oidc import Provider


def mount_staff(app: FastAPI, settings: Settings, engine: Engine) -> None:
    """Add the console's routes; call before anything is mounted at `/`."""
    Provider.of(settings)  # half a provider is told at the start
    ConversationLog(engine)  # brings the tables of log and audit up to date
    app.state.staff = StaffConsole(settings, engine, Accounts(engine), meanings(settings))
    answer_refusals(app)
    parts = (entrance, oidc_page, controls_page, people, privacy_page, audit_page, originals)
    pages = (inbox_page, conversation_page, desk_page, answers_page, figures_page, fairness_page)
    for part in (*parts, *pages):
        app.include_router(part.router)
