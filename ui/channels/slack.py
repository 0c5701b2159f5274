"""Slack: events and buttons, replies in Block Kit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
from pydantic import BaseModel, ValidationError
from slack_sdk.signature import SignatureVerifier

from assistant.reply import ProductCard, Reply
from ui.channels.adapter import (
    Adapter,
    Call,
    ForgedError,
    HopelessError,
    Inbound,
    Json,
    Received,
    TryLaterError,
    UnreadableError,
    retry_after,
    sayings,
    title_and_price,
    unreadable,
    with_picture,
    words_of,
)

_MENTION = re.compile(r"<@[A-Z0-9]+>")
_FOR_A_WHILE = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
_HALF_ENTITY = re.compile(r"&[a-z]*$")
_LONGEST_TEXT = 2900
_LONGEST_BUTTON = 75


class _File(BaseModel):
    mimetype: str = ""


class _Event(BaseModel):
    type: str
    channel: str = ""
    channel_type: str = ""
    text: str = ""
    ts: str = "0"
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    files: list[_File] = []


class _Envelope(BaseModel):
    type: str
    challenge: str = ""
    event_id: str = ""
    team_id: str = ""
    event: _Event | None = None


class _Named(BaseModel):
    id: str


class _Action(BaseModel):
    action_ts: str
    value: str = ""


class _Pressed(BaseModel):
    type: str
    team: _Named
    channel: _Named | None = None
    message: dict[str, Any] = {}
    actions: list[_Action] = []


class Slack(Adapter):
    """An app that is written to directly, or named in a channel."""

    name = "slack"

    def __init__(self, public_address: str, token: str, secret: str, api_url: str) -> None:
        super().__init__(public_address)
        self._verifier = SignatureVerifier(secret)
        self._token = token
        self._api = api_url

    def receive(self, headers: Mapping[str, str], body: bytes) -> Received:
        """The messages of a request, as `Adapter.receive`."""
        try:
            valid = self._verifier.is_valid_request(body, dict(headers))
        except ValueError:  # a timestamp that is no number
            valid = False
        if not valid:
            raise ForgedError
        try:
            if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
                payload = parse_qs(body.decode())["payload"][0]
                return self._pressed(_Pressed.model_validate_json(payload))
            return self._event(_Envelope.model_validate_json(body))
        except ValidationError as error:
            raise unreadable(error) from None
        except (KeyError, UnicodeDecodeError) as error:
            raise UnreadableError(type(error).__name__) from None

    def _event(self, envelope: _Envelope) -> Received:
        if envelope.type == "url_verification":
            return Received(answer={"challenge": envelope.challenge})
        event = envelope.event
        if event is None or event.bot_id or event.subtype not in (None, "file_share"):
            return Received()
        if not (event.type == "app_mention" or event.channel_type == "im"):
            return Received()
        thread = event.thread_ts or (event.ts if event.type == "app_mention" else None)
        has_picture = any(each.mimetype.startswith("image/") for each in event.files)
        text = with_picture(_MENTION.sub("", event.text).strip(), is_sent=has_picture)
        return Received(
            [self._message(envelope.event_id, envelope.team_id, event.channel, thread, text,
                           float(event.ts))]
        )  # fmt: skip

    def _pressed(self, pressed: _Pressed) -> Received:
        if pressed.type != "block_actions" or pressed.channel is None:
            return Received()
        thread = pressed.message.get("thread_ts")
        return Received(
            [
                self._message(f"action {each.action_ts}", pressed.team.id, pressed.channel.id,
                              thread, each.value, float(each.action_ts))
                for each in pressed.actions
                if each.value
            ]
        )  # fmt: skip

    def _message(
        self, event_id: str, team: str, channel: str, thread: str | None, text: str, at: float
    ) -> Inbound:
        target: Json = {"channel": channel}
        if thread:
            target["thread_ts"] = thread
        return Inbound(event_id, f"{team}:{channel}:{thread or ''}", text, at, target)

    def calls(self, target: Json, reply: Reply) -> list[Call]:
        """A reply in the platform's form, as `Adapter.calls`."""
        blocks: list[Json] = [self._card(card, reply) for card in reply.products]
        blocks.append(_section(_plain(words_of(reply))))
        said = sayings(reply, lambda each: len(each) <= _LONGEST_BUTTON)
        if said:
            blocks.append(
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "action_id": f"say-{place}",
                            "text": {"type": "plain_text", "text": each},
                            "value": each,
                        }
                        for place, each in enumerate(said[:5])
                    ],
                }
            )
        body = {
            **target,
            "text": words_of(reply)[:_LONGEST_TEXT],
            "blocks": blocks,
            "unfurl_links": False,
        }
        return [Call("chat.postMessage", body)]

    def _card(self, card: ProductCard, reply: Reply) -> Json:
        told = _plain(title_and_price(card, reply.language)).replace("|", "¦")
        lines = [f"*<{self.link(card).replace('|', '%7C')}|{told}>*"]
        if card.reasons:
            lines.append(_plain(" · ".join(card.reasons)))
        block = _section("\n".join(lines))
        if picture := self.picture(card):
            alt = title_and_price(card, reply.language)
            block["accessory"] = {"type": "image", "image_url": picture, "alt_text": alt}
        return block

    def request(self, call: Call, job_id: str) -> httpx.Request:
        """A call with address and secrets, as `Adapter.request`."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.Request("POST", f"{self._api}/{call.path}", headers=headers, json=call.body)

    def judge(self, response: httpx.Response) -> None:
        """Accept an answer, as `Adapter.judge`."""
        super().judge(response)
        try:
            answer: Any = response.json()
        except ValueError:
            raise TryLaterError("slack did not answer with JSON") from None
        if answer.get("ok"):
            return
        error = str(answer.get("error"))
        if error in _FOR_A_WHILE:
            raise TryLaterError(f"slack: {error}", retry_after(response))
        raise HopelessError(f"slack: {error}")


def _section(text: str) -> Json:
    """A block of text that is escaped already; it is cut where Slack would refuse it."""
    if len(text) > _LONGEST_TEXT:
        text = _HALF_ENTITY.sub("", text[:_LONGEST_TEXT]) + "…"
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _plain(text: str) -> str:
    """Text in which nothing is Slack's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
