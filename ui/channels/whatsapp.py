"""WhatsApp: the Cloud API; products as links in the text, suggestions as reply buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from assistant.reply import Reply
from ui.channels.adapter import (
    Adapter,
    Call,
    Inbound,
    Json,
    Received,
    TryLaterError,
    check_sha256,
    sayings,
    title_and_price,
    unreadable,
    with_picture,
    words_of,
)

_LONGEST_TEXT = 4096
_LONGEST_WITH_BUTTONS = 1024
_LONGEST_BUTTON = 20
_FOR_A_WHILE = frozenset({4, 80007, 130429, 131056, 131000, 131016, 133016})


class _Body(BaseModel):
    body: str = ""


class _Choice(BaseModel):
    id: str = ""
    title: str = ""


class _Interactive(BaseModel):
    button_reply: _Choice | None = None
    list_reply: _Choice | None = None


class _Picture(BaseModel):
    caption: str = ""


class _Message(BaseModel):
    id: str
    sender: str = Field(alias="from")
    timestamp: float
    type: str = "text"
    text: _Body | None = None
    image: _Picture | None = None
    interactive: _Interactive | None = None

    @property
    def is_said(self) -> bool:
        """Whether it wants an answer: a thumb on a message, or a changed number, does not."""
        return self.type not in ("reaction", "system", "unsupported", "ephemeral")

    def said(self) -> str:
        """The words of the message; a voice has none."""
        if self.image is not None:
            return with_picture(self.image.caption, is_sent=True)
        if self.interactive is not None:
            chosen = self.interactive.button_reply or self.interactive.list_reply
            return chosen.title if chosen else ""
        return self.text.body if self.text else ""


class _Metadata(BaseModel):
    phone_number_id: str = ""


class _Value(BaseModel):
    metadata: _Metadata = _Metadata()
    messages: list[_Message] = []


class _Change(BaseModel):
    value: _Value


class _Entry(BaseModel):
    changes: list[_Change] = []


class _Notice(BaseModel):
    entry: list[_Entry] = []


class WhatsApp(Adapter):
    """A business number."""

    name = "whatsapp"

    def __init__(self, public_address: str, token: str, app_secret: str, api_url: str) -> None:
        super().__init__(public_address)
        self._token = token
        self._app_secret = app_secret
        self._api = api_url

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """The messages of a request, as `Adapter.receive`."""
        check_sha256(self._app_secret, body, headers.get("x-hub-signature-256", ""))
        try:
            notice = _Notice.model_validate_json(body)
        except ValidationError as error:
            raise unreadable(error) from None
        return Received(
            [
                Inbound(
                    message.id,
                    message.sender,
                    message.said(),
                    message.timestamp,
                    {"to": message.sender, "number": change.value.metadata.phone_number_id},
                    through=change.value.metadata.phone_number_id,
                )
                for entry in notice.entry
                for change in entry.changes
                for message in change.value.messages
                if message.is_said
            ]
        )

    def calls(self, target: Json, reply: Reply) -> list[Call]:
        """A reply in the platform's form, as `Adapter.calls`."""
        lines = [
            f"{place}. {title_and_price(card, reply.language)}\n{self.link(card)}"
            for place, card in enumerate(reply.products, start=1)
        ]
        text = "\n".join([*lines, "", words_of(reply)]) if lines else words_of(reply)
        said = sayings(reply, lambda each: len(each) <= _LONGEST_BUTTON)[:3]
        body: Json = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": target["to"],
        }
        if said and len(text) <= _LONGEST_WITH_BUTTONS:
            buttons = [
                {"type": "reply", "reply": {"id": f"say-{place}", "title": each}}
                for place, each in enumerate(said)
            ]
            body |= {
                "type": "interactive",
                "interactive": {
                    "type": "button",
                    "body": {"text": text},
                    "action": {"buttons": buttons},
                },
            }
        else:
            told: Json = {"body": text[:_LONGEST_TEXT], "preview_url": False}
            body |= {"type": "text", "text": told}
        return [Call(f"{target['number']}/messages", body)]

    def request(self, call: Call, job_id: str) -> httpx.Request:
        """A call with address and secrets, as `Adapter.request`."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.Request("POST", f"{self._api}/{call.path}", headers=headers, json=call.body)

    def judge(self, response: httpx.Response) -> None:
        """Accept an answer, as `Adapter.judge`."""
        if response.is_client_error:
            try:
                answer: Any = response.json()
                code = answer["error"]["code"]
            except (ValueError, KeyError, TypeError):
                code = None
            if code in _FOR_A_WHILE:
                raise TryLaterError(f"whatsapp: error {code}")
        super().judge(response)
