"""Chatwoot: an agent bot that answers what no member of the staff has taken over."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from assistant.reply import Reply
from assistant.takeover.timeline import MessageKind, StaffMessage
from ui.channels.adapter import (
    Adapter,
    Call,
    ForgedError,
    Inbound,
    Json,
    Received,
    check_sha256,
    sayings,
    title_and_price,
    unreadable,
    with_picture,
    words_of,
)

_TOLERANCE_SECONDS = 300
_LONGEST_CHOICE = 200


class _Conversation(BaseModel):
    id: int
    status: str = "pending"


class _Account(BaseModel):
    id: int


class _Event(BaseModel):
    event: str
    id: int | None = None
    content: str | None = None
    message_type: str | int | None = None
    private: bool = False
    content_attributes: dict[str, Any] | None = None
    attachments: list[Json] = []
    conversation: _Conversation | None = None
    account: _Account | None = None

    @property
    def is_said(self) -> bool:
        """Whether a customer wrote it."""
        is_incoming = self.message_type in ("incoming", 0)
        return self.event == "message_created" and is_incoming and not self.private


class Chatwoot(Adapter):
    """An installation in which the guide is an agent bot."""

    name = "chatwoot"

    def __init__(self, public_address: str, url: str, token: str, secret: str) -> None:
        super().__init__(public_address)
        self._url = url
        self._token = token
        self._secret = secret

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """The messages of a request, as `Adapter.receive`."""
        timestamp = headers.get("x-chatwoot-timestamp", "")
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > _TOLERANCE_SECONDS:
            raise ForgedError
        signed = timestamp.encode() + b"." + body
        check_sha256(self._secret, signed, headers.get("x-chatwoot-signature", ""))
        try:
            event = _Event.model_validate_json(body)
        except ValidationError as error:
            raise unreadable(error) from None
        where, account = event.conversation, event.account
        if where is None or account is None or where.status != "pending":
            return Received()  # a member of the staff has it
        has_picture = any(each.get("file_type") == "image" for each in event.attachments)
        text, event_id = with_picture(event.content or "", is_sent=has_picture), str(event.id)
        if event.event == "message_updated":
            chosen = (event.content_attributes or {}).get("submitted_values") or []
            if not chosen:
                return Received()
            text = str(chosen[0].get("value", ""))
            event_id = f"{event.id} chosen"
        elif (
            event.event != "message_created"
            or event.private
            or event.message_type not in ("incoming", 0)
        ):
            return Received()
        target: Json = {"account": account.id, "conversation": where.id}
        sender = f"{account.id}:{where.id}"
        return Received([Inbound(event_id, sender, text, float(event.id or 0), target)])

    def calls(self, target: Json, reply: Reply) -> list[Call]:
        """A reply in the platform's form, as `Adapter.calls`."""
        base = f"/api/v1/accounts/{target['account']}/conversations/{target['conversation']}"
        messages = f"{base}/messages"
        calls: list[Call] = []
        if reply.products:
            items = [
                {
                    "media_url": self.picture(card) or "",
                    "title": title_and_price(card, reply.language),
                    "description": " · ".join(card.reasons),
                    "actions": [
                        {"type": "link", "text": _SEE[reply.language], "uri": self.link(card)}
                    ],
                }
                for card in reply.products
            ]
            calls.append(Call(messages, _outgoing("", "cards", items)))
        calls.append(Call(messages, _outgoing(words_of(reply))))
        said = sayings(reply, lambda each: len(each) <= _LONGEST_CHOICE)
        if said and not reply.handoff:
            options = [{"title": each, "value": each} for each in said]
            calls.append(Call(messages, _outgoing(_OR[reply.language], "input_select", options)))
        if reply.handoff:
            calls.append(Call(f"{base}/toggle_status", {"status": "open"}))
        return calls

    def staff_calls(self, target: Json, message: StaffMessage, reply: Reply) -> list[Call]:
        """A colleague's message, as `Adapter.staff_calls`.

        Who joins here takes the conversation off Chatwoot's own staff: customers' messages come
        to a bot while it is pending alone.
        """
        calls = super().staff_calls(target, message, reply)
        if message.kind is MessageKind.JOINED:
            base = f"/api/v1/accounts/{target['account']}/conversations/{target['conversation']}"
            calls.insert(0, Call(f"{base}/toggle_status", {"status": "pending"}))
        return calls

    def request(self, call: Call, job_id: str) -> httpx.Request:
        """A call with address and secrets, as `Adapter.request`."""
        headers = {"api_access_token": self._token}
        return httpx.Request("POST", self._url + call.path, headers=headers, json=call.body)


_SEE = {"en": "See it", "zh": "查看"}
_OR = {"en": "You could also say:", "zh": "您也可以说："}


def _outgoing(text: str, kind: str = "text", items: list[Json] | None = None) -> Json:
    body: Json = {"content": text, "message_type": "outgoing", "content_type": kind}
    if items:
        body["content_attributes"] = {"items": items}
    return body
