"""Any program of the shop's own: requests and replies signed as Standard Webhooks have it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import httpx
from pydantic import BaseModel, Field, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from assistant.reply import Reply
from assistant.takeover.timeline import StaffMessage
from ui.channels.adapter import Adapter, Call, ForgedError, Inbound, Json, Received, unreadable


class _Message(BaseModel):
    sender: Annotated[str, Field(min_length=1, max_length=180)]
    text: Annotated[str, Field(max_length=20_000)]
    sent_at: float | None = None


class SignedWebhook(Adapter):
    """`{"sender": …, "text": …}` comes in; `{"type": "reply", …}` goes out."""

    name = "webhook"

    def __init__(self, public_address: str, secret: str, reply_url: str) -> None:
        super().__init__(public_address)
        self._signer = Webhook(secret)
        self._url = reply_url

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """The messages of a request, as `Adapter.receive`."""
        try:
            self._signer.verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError) as error:
            raise ForgedError from error
        try:
            message = _Message.model_validate_json(body)
        except ValidationError as error:
            raise unreadable(error) from None
        event = {key.lower(): value for key, value in headers.items()}["webhook-id"]
        target: Json = {"sender": message.sender, "in_reply_to": event}
        sent_at = time.time() if message.sent_at is None else message.sent_at
        return Received([Inbound(event, message.sender, message.text, sent_at, target)])

    def calls(self, target: Json, reply: Reply) -> list[Call]:
        """A reply in the platform's form, as `Adapter.calls`."""
        return [Call("", {"type": "reply", **target, "reply": reply.model_dump(mode="json")})]

    def staff_calls(self, target: Json, message: StaffMessage, reply: Reply) -> list[Call]:
        """A colleague's message, whose own fields tell whose it is, as `Adapter.staff_calls`."""
        said = message.model_dump(mode="json")
        sender = {"sender": target["sender"]}
        body = {
            "type": "message",
            **sender,
            "message": said,
            "reply": reply.model_dump(mode="json"),
        }
        return [Call("", body)]

    def request(self, call: Call, job_id: str) -> httpx.Request:
        """A call with address and secrets, as `Adapter.request`."""
        content = json.dumps(call.body, ensure_ascii=False)
        now = datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": job_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(job_id, now, content),
        }
        return httpx.Request("POST", self._url, headers=headers, content=content.encode())
