"""The staff console as a part of the web application."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from assistant.audit_log import audit
from assistant.log import ConversationLog
from retrieval.database import open_database
from ui.settings import Settings
from ui.staff import entrance, tickets
from ui.staff.accounts import Accounts, StaffUser
from ui.staff.guard import HOME, SignedIn, StaffConsole, answer_refusals
from ui.staff.tickets import Purpose


def mount_staff(app: FastAPI, settings: Settings, engine: Engine) -> None:
    """Add the console's routes; call before anything is mounted at `/`."""
    ConversationLog(engine)  # brings the tables of log and audit up to date
    app.state.staff = StaffConsole(settings, engine, Accounts(engine))
    answer_refusals(app)
    app.include_router(entrance.router)

    @app.get(HOME, include_in_schema=False)
    def home(_user: SignedIn) -> Response:  # pyright: ignore[reportUnusedFunction]
        return RedirectResponse(f"{HOME}/account", 303)


def setup_link(settings: Settings) -> str | None:
    """A new one-time link that makes the first account; None where there is one already.

    For stderr, not for a log: others may collect and keep that.
    """
    engine = open_database(settings.resolved_database_url)
    try:
        if Accounts(engine).any():
            return None
        token = tickets.issue(engine, Purpose.SETUP)
        audit(engine, "server", "set-up link made")
        return f"{settings.public_address}{HOME}/set-up/{token}"
    finally:
        engine.dispose()


def password_link(settings: Settings, engine: Engine, user: StaffUser) -> str:
    """A new one-time link with which this member chooses a password."""
    token = tickets.issue(engine, Purpose.PASSWORD, user_id=user.id)
    return f"{settings.public_address}{HOME}/password/{token}"
