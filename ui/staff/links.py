"""Addresses that are good once: to set the console up, and to choose a password."""

from __future__ import annotations

from sqlalchemy import Engine

from assistant.audit_log import audit
from retrieval.database import open_database
from ui.settings import Settings
from ui.staff import tickets
from ui.staff.accounts import Accounts, StaffUser
from ui.staff.guard import HOME
from ui.staff.tickets import Purpose


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
