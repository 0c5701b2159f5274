"""Opening the API's tables."""

from __future__ import annotations

import secrets as random
from pathlib import Path

from sqlalchemy import Connection, Engine, Select, insert, select
from sqlalchemy.exc import IntegrityError

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


def server_secret(where: Engine | Connection, name: str) -> bytes:
    """The secret of this name, 256 random bits; made when it is first asked for.

    In the caller's `writing` transaction, or in one of its own.
    """
    if isinstance(where, Connection):
        return bytes.fromhex(_known(where, name) or _made(where, name))
    with reading(where) as connection:
        known = _known(connection, name)
    if known is None:
        try:
            with writing(where) as connection:
                known = _known(connection, name) or _made(connection, name)
        except IntegrityError:  # another server made it in the same moment
            with reading(where) as connection:
                known = connection.execute(_value_of(name)).scalar_one()
    return bytes.fromhex(known)


def _value_of(name: str) -> Select[str]:
    return select(secrets.c.value).where(secrets.c.name == name)


def _known(connection: Connection, name: str) -> str | None:
    return connection.execute(_value_of(name)).scalar_one_or_none()


def _made(connection: Connection, name: str) -> str:
    made = random.token_hex(32)
    connection.execute(insert(secrets).values(name=name, value=made))
    return made
