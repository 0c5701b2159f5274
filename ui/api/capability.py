"""The token of a conversation: who has it may read and continue that one conversation."""

from __future__ import annotations

import base64
import hashlib
import hmac

from sqlalchemy import Engine

from ui.api.store import prepare_tables, server_secret
from ui.staff.tokens import same


class ConversationTokens:
    """Signs conversation ids with HMAC-SHA256, so that no token needs to be stored."""

    def __init__(self, engine: Engine) -> None:
        prepare_tables(engine)
        self._secret = server_secret(engine, "conversations")

    def sign(self, conversation_id: str) -> str:
        """The token of a conversation."""
        digest = hmac.new(self._secret, conversation_id.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def matches(self, conversation_id: str, token: str) -> bool:
        """Whether a token is this conversation's."""
        return same(self.sign(conversation_id), token)
