"""What a platform's adapter does: reads its requests, and writes a reply in its own form."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import ValidationError

from assistant.language import Language
from assistant.pictures import MARK
from assistant.reply import ProductCard, Reply
from assistant.takeover.notices import quoted
from assistant.takeover.timeline import MessageKind, StaffMessage
from ui.chat.cards import price_of
from ui.markup import product_address, safe_link
from ui.staff.tokens import same

Json = dict[str, Any]
_LONGEST_TITLE = 120


class ForgedError(Exception):
    """A request that the platform did not sign, or too long ago."""


class UnreadableError(Exception):
    """A signed request that does not have the platform's form."""


class TryLaterError(Exception):
    """The platform cannot take a call now; `seconds` is what it asks to wait, if it does."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class HopelessError(Exception):
    """The platform will never take this call."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message; `event_id` is the platform's own, `target` where to answer.

    `sender` is the address they write from and `through` which of the shop's own it came to,
    where it has several: with each, a sender has one conversation. `sent_at` is the platform's
    time in seconds.
    """

    event_id: str
    sender: str
    text: str
    sent_at: float
    target: Json
    through: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What a request brought, and what the platform is answered at once."""

    messages: list[Inbound] = field(default_factory=list[Inbound])
    answer: Json | str = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the platform; its secrets are added when it is sent."""

    path: str
    body: Json


class Adapter:
    """One platform."""

    name = ""

    def __init__(self, public_address: str) -> None:
        self.public_address = public_address

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """The messages of a request that the platform has signed.

        Raises:
            ForgedError: the signature is wrong, or too old.
            UnreadableError: the request does not have the platform's form.
        """
        raise NotImplementedError

    def calls(self, target: Json, reply: Reply) -> list[Call]:
        """A reply as requests to the platform, in order."""
        raise NotImplementedError

    def silent_calls(self, target: Json) -> list[Call]:
        """What the platform must be told although a colleague, not the guide, will answer."""
        return []

    def staff_calls(self, target: Json, message: StaffMessage, reply: Reply) -> list[Call]:
        """A colleague's message as requests to the platform; `reply` holds the same as a reply."""
        if message.kind is MessageKind.SAID:
            words = quoted(message.language, message.name, message.text).strip()
            reply = reply.model_copy(update={"text": words})
        return self.calls(target, reply)

    def request(self, call: Call, job_id: str) -> httpx.Request:
        """A call with its address and its secrets; the same call of a job always has one id."""
        raise NotImplementedError

    def judge(self, response: httpx.Response) -> None:
        """Accept an answer of the platform.

        Raises:
            TryLaterError: it is too busy, or broken.
            HopelessError: it refuses.
        """
        if response.status_code == 429 or response.status_code >= 500:
            raise TryLaterError(
                f"{self.name} answered {response.status_code}", retry_after(response)
            )
        if response.is_error:
            raise HopelessError(f"{self.name} answered {response.status_code}")

    def link(self, card: ProductCard) -> str:
        """The address of a product's page."""
        found = safe_link(card.url) or product_address(card.product_id)
        return self.public_address + found if found.startswith("/") else found

    def picture(self, card: ProductCard) -> str | None:
        """The address of a product's picture, if a platform can fetch and show it."""
        found = safe_link(card.image_url)
        if found is None or found.lower().endswith(".svg"):
            return None
        found = self.public_address + found if found.startswith("/") else found
        return found if found.startswith("https://") else None


def unreadable(error: ValidationError) -> UnreadableError:
    """What is wrong with a request, without what it said or who sent it."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults[:5])
    return UnreadableError("; ".join(told))


def retry_after(response: httpx.Response) -> float | None:
    """Seconds of a Retry-After header."""
    given = response.headers.get("retry-after", "")
    return float(given) if given.isdigit() else None


def with_picture(text: str, *, is_sent: bool) -> str:
    """The text of a message, marked where a picture came with it: those stay at the platform."""
    return f"{MARK} {text}".strip() if is_sent else text


def title_and_price(card: ProductCard, language: Language) -> str:
    """A product in one line, with a title that is not endless."""
    title = card.title
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1].rstrip() + "…"
    price = price_of(card, language)
    return f"{title} – {price}" if price else title


def words_of(reply: Reply) -> str:
    """What a reply says; no platform takes a message of nothing."""
    return reply.text.strip() or "…"


def sayings(reply: Reply, fits: Callable[[str], bool]) -> list[str]:
    """The suggestions that fit the platform's buttons, none twice."""
    return [each for each in dict.fromkeys(reply.suggestions) if each.strip() and fits(each)]


def check_sha256(secret: str, signed: bytes, signature: str) -> None:
    """Accept `sha256=HEX` over some bytes.

    Raises:
        ForgedError: it is not the secret's.
    """
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not same(f"sha256={digest}", signature):
        raise ForgedError
