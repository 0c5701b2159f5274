"""Exported lines without customers' identity: names that hold for one export, words masked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from assistant.privacy.masking import Masker


class Disguise:
    """Gives the customers and conversations of one export other names.

    The key is thrown away with the object: nobody, not even the shop, can turn the names back,
    or link two exports by them.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        masker = Masker()

        def masked(text: str) -> str:
            return masker.mask(text).text

        # What customers wrote; what the shop wrote is left as it is.
        self._treatments: dict[str, Callable[[str], str]] = {
            "customer_id": self._name,
            "conversation_id": self._name,
            "query": masked,
            "message": masked,
            "comment": masked,
        }

    def of(self, line: dict[str, object]) -> dict[str, object]:
        """The line in disguise."""
        told = {name: self._treated(name, value) for name, value in line.items()}
        messages = told.get("messages")
        if isinstance(messages, list):
            told["messages"] = [
                {**each, "content": self._treatments["message"](each["content"])}
                if each.get("role") == "user"
                else each
                for each in messages
            ]
        return told

    def _treated(self, name: str, value: object) -> object:
        treatment = self._treatments.get(name)
        return treatment(value) if treatment and isinstance(value, str) and value else value

    def _name(self, identity: str) -> str:
        return hmac.new(self._key, identity.encode(), hashlib.sha256).hexdigest()[:16]
