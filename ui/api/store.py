"""Opening the API's tables."""

from __future__ import annotations

import secrets as random
from pathlib import Path

from sqlalchemy import Engine, insert, select

from retrieval.database import migrate, reading, writing
from ui.api.tables import secrets

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_api"


def prepare_tables(engine: Engine) -> None:
    """Bring the API's tables up to date.

    Raises:
        ShopGuideError: where the database cannot be opened or written.
    """
    migrate(engine, MIGRATIONS, VERSION_TABLE)


def server_secret(engine: Engine, name: str) -> bytes:
    """The secret of this name, 256 random bits; made when it is first asked for."""
    query = select(secrets.c.value).where(secrets.c.name == name)
    with reading(engine) as connection:
        known = connection.execute(query).scalar_one_or_none()
    if known is None:
        made = random.token_hex(32)
        with writing(engine) as connection:
            known = connection.execute(query.with_for_update()).scalar_one_or_none()
            if known is None:
                connection.execute(insert(secrets).values(name=name, value=made))
                known = made
    return bytes.fromhex(known)
