"""Originals of masked messages, kept only where the shop says so, and then encrypted.

Encryption is Fernet (AES-128-CBC and HMAC-SHA-256); the key comes from the settings and never
lies in the database. Several keys, the newest first, let a shop change its key.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, insert, select

from assistant.audit_log import audit
from assistant.tables import originals
from retrieval.database import reading
from retrieval.errors import SettingsError, ShopGuideError

if TYPE_CHECKING:
    from assistant.settings import AssistantSettings


class Vault:
    """Seals and opens originals with the shop's key."""

    def __init__(self, keys: str) -> None:
        """Take Fernet keys separated by white space or commas, the newest first.

        Raises:
            SettingsError: there is none, or one that is none.
        """
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys.replace(",", " ").split()])
        except ValueError as error:
            raise SettingsError(
                "privacy_key: not a key; 'shopguide privacy new-key' prints one"
            ) from error

    @classmethod
    def open(cls, settings: AssistantSettings) -> Vault | None:
        """The vault of these settings; None where originals are not kept.

        Raises:
            SettingsError: they are to be kept, and no usable key is set.
        """
        if not settings.keep_originals:
            return None
        keys = settings.privacy_key.get_secret_value() if settings.privacy_key else ""
        if settings.privacy_key_file is not None:
            try:
                keys = settings.privacy_key_file.read_text(encoding="utf-8")
            except OSError as error:
                raise SettingsError(
                    f"privacy_key_file: {settings.privacy_key_file}: {error.strerror}"
                ) from error
        if not keys.strip():
            raise SettingsError(
                "keep_originals needs privacy_key or privacy_key_file; "
                "'shopguide privacy new-key' prints a key"
            )
        return cls(keys)

    def keep(self, connection: Connection, conversation_id: str, turn: int, text: str) -> None:
        """Store the original of one message, in the caller's transaction."""
        # The place is sealed in, so that a row cannot be passed off as another one's.
        sealed = json.dumps([conversation_id, turn, text], ensure_ascii=False)
        connection.execute(
            insert(originals).values(
                conversation_id=conversation_id,
                turn=turn,
                sealed=self._fernet.encrypt(sealed.encode()),
                created_at=datetime.now(UTC),
            )
        )

    def look(
        self, engine: Engine, who: str, conversation_id: str, turn: int, why: str = ""
    ) -> str | None:
        """The original of one message, and an entry in the audit log; None where none is kept.

        Raises:
            ShopGuideError: it was sealed with a key that is not set any more, or altered.
        """
        audit(engine, who, "read original", f"conversation {conversation_id}", turn=turn, why=why)
        with reading(engine) as connection:
            sealed = connection.execute(
                select(originals.c.sealed)
                .where(originals.c.conversation_id == conversation_id)
                .where(originals.c.turn == turn)
            ).scalar()
        if sealed is None:
            return None
        try:
            place = json.loads(self._fernet.decrypt(bytes(sealed)))
        except InvalidToken as error:
            raise ShopGuideError("the original was sealed with another key, or altered") from error
        if place[:2] != [conversation_id, turn]:
            raise ShopGuideError("the original belongs to another message")
        return str(place[2])


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode()
