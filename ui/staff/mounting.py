"""The staff console as a part of the web application."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from assistant.log import ConversationLog
from ui.settings import Settings
from ui.staff import audit_page, controls_page, entrance, oidc_page, originals, people, privacy_page
from ui.staff.accounts import Accounts
from ui.staff.guard import HOME, SignedIn, StaffConsole, answer_refusals
from ui.staff.oidc import Provider


def mount_staff(app: FastAPI, settings: Settings, engine: Engine) -> None:
    """Add the console's routes; call before anything is mounted at `/`."""
    Provider.of(settings)  # half a provider is told at the start
    ConversationLog(engine)  # brings the tables of log and audit up to date
    app.state.staff = StaffConsole(settings, engine, Accounts(engine))
    answer_refusals(app)
    for part in (entrance, oidc_page, controls_page, people, privacy_page, audit_page, originals):
        app.include_router(part.router)

    @app.get(HOME, include_in_schema=False)
    def home(_user: SignedIn) -> Response:  # pyright: ignore[reportUnusedFunction]
        return RedirectResponse(f"{HOME}/account", 303)
