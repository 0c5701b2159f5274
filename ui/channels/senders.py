"""Whoever writes on a platform is known by a digest; the address itself is only stored sealed.

A customer's id is `whatsapp:id-…`: the keyed digest (HMAC-SHA-256) of the address they write
from, so that the same sender is the same customer for ever, and no table, log or export tells
the telephone number. Where an answer goes is sealed (Fernet) for as long as one may be sent.

Both keys are the server's secrets in the shop's database, which all its servers share. Whoever
has the whole database has them as well, and may try all telephone numbers; whoever sees one
table, an export or a log has nothing to try them with.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, Engine

from retrieval.errors import ShopGuideError
from ui.api.store import server_secret

CHANNELS = ("webhook", "telegram", "slack", "whatsapp", "chatwoot")
"""Where a customer's id is made of the address they write from."""

_DIGITS_OF_NAME = 40  # hexadecimal: 160 bits
_LONGEST_THROUGH = 100
_NAME = re.compile(rf"id-[0-9a-f]{{{_DIGITS_OF_NAME}}}")
_NUMBER = re.compile(r"\+?[\d\s().\-/]+")
_ABROAD = re.compile(r"^00")


class SealError(ShopGuideError):
    """What was sealed with another secret, or altered."""


class Senders:
    """Names the senders of one shop, and seals what tells their addresses."""

    def __init__(self, names: bytes, seal: bytes) -> None:
        """`names` is the secret of the digests, `seal` the one of 32 bytes that seals."""
        self._names = names
        self._fernet = Fernet(base64.urlsafe_b64encode(seal))

    @classmethod
    def of(cls, where: Engine | Connection) -> Senders:
        """Those of a database whose API's tables are up to date."""
        return cls(server_secret(where, "senders"), server_secret(where, "addresses"))

    def name(self, channel: str, address: str) -> str:
        """What stands for the address of a customer of this channel, `id-` and 40 digits."""
        told = f"{channel}\0{_canonical(channel, address)}"
        digest = hmac.new(self._names, told.encode(), hashlib.sha256).hexdigest()
        return f"id-{digest[:_DIGITS_OF_NAME]}"

    def key(self, channel: str, address: str, through: str = "") -> str:
        """What stands for a sender's conversation: a customer has one `through` each address."""
        name = self.name(channel, address)
        return f"{through[:_LONGEST_THROUGH]}:{name}" if through else name

    def key_of_old(self, channel: str, sender: str) -> str:
        """The key of a sender as older versions stored it: WhatsApp's behind the shop's number."""
        through, _, address = sender.rpartition(":") if channel == "whatsapp" else ("", "", sender)
        return self.key(channel, address, through)

    def ids(self, typed: str) -> tuple[str, ...]:
        """The ids that a customer of whom somebody types an id or an address may have.

        `whatsapp:+49 151 …` is the customer of that number. The first id is the one to note:
        where it is a channel's, it does not tell the address. The last is what was typed, for a
        shop's own programs may name customers in the same way.
        """
        typed = typed.strip()
        channel, colon, address = typed.partition(":")
        channel, address = channel.strip().lower(), address.strip()
        if not colon or channel not in CHANNELS or not address:
            return (typed,)
        if _NAME.fullmatch(address):
            return (f"{channel}:{address}",)
        return (f"{channel}:{self.name(channel, address)}", typed)

    def seal(self, value: object) -> str:
        """A value of JSON, such that only this shop's servers can read it."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()

    def unseal(self, sealed: str) -> Any:
        """What was sealed.

        Raises:
            SealError: with another secret, or it was altered.
        """
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken as error:
            raise SealError("an address was sealed with another secret, or altered") from error


def customer_id(channel: str, key: str) -> str:
    """The id of the customer whose conversation a `Senders.key` stands for."""
    return f"{channel}:{key.rpartition(':')[2]}"


def _canonical(channel: str, address: str) -> str:
    """An address as the platform writes it, however a person does: WhatsApp has digits alone."""
    if channel != "whatsapp":
        return address
    # Ids of customers once had the shop's own number before the customer's.
    address = address.rpartition(":")[2]
    if not _NUMBER.fullmatch(address):
        return address  # a name that the platform gives who shows no number
    return _ABROAD.sub("", re.sub(r"\D", "", address))
