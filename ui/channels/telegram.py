"""Telegram: updates of the Bot API by webhook, products as buttons under the text."""

from __future__ import annotations

import html
from collections.abc import Mapping

import httpx
from pydantic import BaseModel, ValidationError

from assistant.reply import Reply
from assistant.takeover.timeline import StaffMessage
from ui.channels.adapter import (
    Adapter,
    Call,
    ForgedError,
    Inbound,
    Json,
    Received,
    TryLaterError,
    sayings,
    title_and_price,
    unreadable,
    with_picture,
    words_of,
)
from ui.staff.tokens import same

LONGEST_TEXT = 4000
_BYTES_OF_DATA = 64


class _Chat(BaseModel):
    id: int


class _Message(BaseModel):
    chat: _Chat
    date: float = 0
    text: str = ""
    caption: str = ""
    photo: list[Json] = []
    voice: Json | None = None
    audio: Json | None = None
    video: Json | None = None
    document: Json | None = None
    sticker: Json | None = None

    @property
    def is_said(self) -> bool:
        """Whether a customer sent it; that somebody joined or a title changed is told likewise."""
        sent = (self.photo, self.voice, self.audio, self.video, self.document, self.sticker)
        return bool(self.text or self.caption or any(each for each in sent))


class _Pressed(BaseModel):
    id: str
    data: str = ""
    message: _Message | None = None


class _Update(BaseModel):
    update_id: int
    message: _Message | None = None
    callback_query: _Pressed | None = None


class Telegram(Adapter):
    """A bot that is written to in private chats and groups."""

    name = "telegram"

    def __init__(self, public_address: str, token: str, secret: str, api_url: str) -> None:
        super().__init__(public_address)
        self._secret = secret
        self._api = f"{api_url}/bot{token}"

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """The messages of a request, as `Adapter.receive`."""
        if not same(self._secret, headers.get("x-telegram-bot-api-secret-token", "")):
            raise ForgedError
        try:
            update = _Update.model_validate_json(body)
        except ValidationError as error:
            raise unreadable(error) from None
        pressed = update.callback_query
        message = update.message if pressed is None else pressed.message
        if message is None:
            return Received()  # an edit, a poll, a member who joined
        target: Json = {"chat_id": message.chat.id}
        if pressed is not None:
            target["pressed"] = pressed.id
        if pressed is None and not message.is_said:
            return Received()
        said = with_picture(message.text or message.caption, is_sent=bool(message.photo))
        text = said if pressed is None else pressed.data
        # Of a pressed button only the old message has a date; the updates are numbered in order.
        sender = str(message.chat.id)
        return Received(
            [Inbound(str(update.update_id), sender, text, float(update.update_id), target)]
        )

    def calls(self, target: Json, reply: Reply) -> list[Call]:
        """A reply in the platform's form, as `Adapter.calls`."""
        rows: list[list[Json]] = []
        listed: list[str] = []
        for card in reply.products:
            told, link = title_and_price(card, reply.language), self.link(card)
            if link.startswith("https://"):  # Telegram takes no other buttons
                rows.append([{"text": told, "url": link}])
            else:
                listed.append(f'• <a href="{html.escape(link)}">{html.escape(told)}</a>')
        said = sayings(reply, lambda each: len(each.encode()) <= _BYTES_OF_DATA)
        if said:
            rows.append([{"text": each, "callback_data": each} for each in said[:3]])
        room = LONGEST_TEXT - sum(len(line) for line in listed)
        text = html.escape(words_of(reply)[: max(1, room)], quote=False)
        body: Json = {
            "chat_id": target["chat_id"],
            "text": "\n".join([*listed, "", text]) if listed else text,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if rows:
            body["reply_markup"] = {"inline_keyboard": rows}
        calls = [Call("sendMessage", body)]
        if "pressed" in target:
            calls.insert(0, Call("answerCallbackQuery", {"callback_query_id": target["pressed"]}))
        return calls

    def silent_calls(self, target: Json) -> list[Call]:
        """A button that was pressed is told so, as `Adapter.silent_calls`."""
        if "pressed" not in target:
            return []
        return [Call("answerCallbackQuery", {"callback_query_id": target["pressed"]})]

    def staff_calls(self, target: Json, message: StaffMessage, reply: Reply) -> list[Call]:
        """A colleague's message, which answers no button, as `Adapter.staff_calls`."""
        return super().staff_calls({"chat_id": target["chat_id"]}, message, reply)

    def request(self, call: Call, job_id: str) -> httpx.Request:
        """A call with address and secrets, as `Adapter.request`."""
        return httpx.Request("POST", f"{self._api}/{call.path}", json=call.body)

    def judge(self, response: httpx.Response) -> None:
        """Accept an answer, as `Adapter.judge`."""
        if response.status_code == 429:
            try:
                wait = float(response.json()["parameters"]["retry_after"])
            except (ValueError, KeyError, TypeError):
                wait = None
            raise TryLaterError("telegram answered 429", wait)
        if response.status_code == 400 and response.request.url.path.endswith("CallbackQuery"):
            return  # the button was pressed too long ago to be told; the answer still comes
        super().judge(response)
