"""Opening the tables of the channels."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Engine, exists, inspect, or_, select
from sqlalchemy.exc import SQLAlchemyError

from assistant.privacy.records import rewrite
from assistant.tables import conversations
from retrieval.database import migrate, reading
from retrieval.errors import ShopGuideError
from ui.api.store import prepare_tables
from ui.channels.senders import CHANNELS, Senders

logger = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_channels"

_CHANGED = ("channel_jobs", "channel_talks", "conversations", "events")


def open_senders(engine: Engine) -> Senders:
    """Bring the channels' tables up to date, and give what names their senders.

    Raises:
        ShopGuideError: where the database cannot be opened or written.
    """
    prepare_tables(engine)
    senders = Senders.of(engine)
    is_new = not inspect(engine).has_table("channel_talks")
    if migrate(engine, MIGRATIONS, VERSION_TABLE) and not is_new and _were_used(engine):
        try:
            rewrite(engine, _CHANGED)
        except (ShopGuideError, SQLAlchemyError) as error:
            logger.warning(
                "addresses of customers may be left in unused parts of the database's files, "
                "which could not be written anew (%s): run VACUUM on it",
                error,
            )
    return senders


def _were_used(engine: Engine) -> bool:
    """Whether anybody has written on a channel."""
    if not inspect(engine).has_table(conversations.name):
        return False
    ids = or_(*(conversations.c.customer_id.startswith(f"{each}:id-") for each in CHANNELS))
    with reading(engine) as connection:
        return bool(connection.execute(select(exists().where(ids))).scalar())
