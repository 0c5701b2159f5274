"""A server with every channel open, fakes of the platforms, and what these send."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fake_guide import FakeGuide
from fastapi.testclient import TestClient
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import Engine, select, update
from standardwebhooks import Webhook
from strict_platforms import fault

from assistant.log import ConversationLog
from assistant.takeover.desk import Agent
from assistant.takeover.desk import Desk as StaffDesk
from retrieval.catalog import Catalog
from ui.channels.queue import JobQueue
from ui.channels.routes import open_adapters
from ui.channels.tables import jobs, talks
from ui.channels.worker import Worker
from ui.server import create_app
from ui.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS: dict[str, Any] = {
    "webhook_secret": SECRET,
    "webhook_reply_url": "https://bot.example/replies",
    "telegram_token": "12:ab",
    "telegram_secret": "telegram-secret",
    "slack_token": "xoxb-1",
    "slack_signing_secret": "slack-secret",
    "whatsapp_token": "wa-token",
    "whatsapp_app_secret": "wa-secret",
    "whatsapp_verify_token": "wa-verify",
    "chatwoot_url": "https://desk.example",
    "chatwoot_token": "cw-token",
    "chatwoot_secret": "cw-secret",
}


@dataclass
class Platform:
    """Notes what it is sent, and answers as it is told; then as well as it can."""

    requests: list[httpx.Request] = field(default_factory=list)
    answers: list[httpx.Response | Exception] = field(default_factory=list)
    mood: Callable[[httpx.Request], httpx.Response] | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if (wrong := fault(request)) is not None:
            return httpx.Response(400, json={"ok": False, "error": wrong})
        if self.mood is not None:
            return self.mood(request)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return httpx.Response(200, json={"ok": True})

    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


@dataclass
class Desk:
    """A server with every channel open; its worker works when the test says so."""

    http: TestClient
    guide: FakeGuide
    platform: Platform
    queue: JobQueue
    worker: Worker
    engine: Engine

    def work(self) -> None:
        """Do all jobs, those that wait for their time too."""
        for _ in range(400):
            with self.engine.begin() as connection:
                connection.execute(update(jobs).values(not_before=datetime.now(UTC)))
            if not self.worker.work():
                return

    def messages(self) -> list[list[str]]:
        return [[turn.message for turn in turns] for turns in self.guide.turns.values()]

    def states(self) -> list[tuple[str, str, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(jobs.c.state, jobs.c.message, jobs.c.sender))
            return [(state, message, sender) for state, message, sender in rows]


@contextmanager
def open_desk(engine: Engine, folder: Path, guide: FakeGuide) -> Iterator[Desk]:
    """The server on a database, without its lifespan: its own worker does not run."""
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings(
        data_dir=folder, database_url=url, public_url="https://guide.example", **KEYS
    )
    platform = Platform()
    app = create_app(settings, guide, Catalog(engine))  # type: ignore[arg-type]
    queue = JobQueue(engine)
    worker = Worker(
        queue,
        guide,  # type: ignore[arg-type]
        app.state.api.ledger,
        open_adapters(settings),
        httpx.MockTransport(platform),
    )
    ConversationLog(engine)
    yield Desk(TestClient(app), guide, platform, queue, worker, engine)
    app.state.api.engine.dispose()


def telegram(desk: Desk, number: int, text: str, chat: int = 7) -> httpx.Response:
    update_ = {
        "update_id": number,
        "message": {
            "message_id": number,
            "from": {"id": chat, "is_bot": False, "first_name": "Ann"},
            "chat": {"id": chat, "type": "private", "first_name": "Ann"},
            "date": 1_790_000_000,
            "text": text,
        },
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}
    return desk.http.post("/channels/telegram", json=update_, headers=headers)


def slack(desk: Desk, body: str, kind: str = "application/json") -> httpx.Response:
    stamp = str(int(time.time()))
    signature = SignatureVerifier("slack-secret").generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }
    return desk.http.post("/channels/slack", content=body.encode(), headers=headers)


def slack_event(event_id: str, text: str, **more: Any) -> str:
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": text,
             "ts": "1790000000.000100", **more}  # fmt: skip
    return json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": event}
    )


def sha256(secret: str, content: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def whatsapp(desk: Desk, message: dict[str, Any], sender: str = "4915") -> httpx.Response:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001", "phone_number_id": "1001"},
        "contacts": [{"profile": {"name": "Ann"}, "wa_id": sender}],
        "messages": [{"from": sender, "timestamp": "1790000000", **message}],
    }
    change = {"value": value, "field": "messages"}
    notice = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return whatsapp_notice(desk, notice)


def whatsapp_notice(desk: Desk, notice: dict[str, Any]) -> httpx.Response:
    content = json.dumps(notice).encode()
    headers = {"X-Hub-Signature-256": sha256("wa-secret", content)}
    return desk.http.post("/channels/whatsapp", content=content, headers=headers)


def chatwoot(desk: Desk, event: dict[str, Any], status: str = "pending") -> httpx.Response:
    body = {
        "event": "message_created",
        "message_type": "incoming",
        "private": False,
        "account": {"id": 3, "name": "Shop"},
        "conversation": {"id": 44, "status": status},
        **event,
    }
    content, stamp = json.dumps(body).encode(), str(int(time.time()))
    signature = sha256("cw-secret", stamp.encode() + b"." + content)
    headers = {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": signature}
    return desk.http.post("/channels/chatwoot", content=content, headers=headers)


def webhook(desk: Desk, event: str, body: dict[str, Any]) -> httpx.Response:
    content, now = json.dumps(body), datetime.now(UTC)
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(event, now, content),
    }
    return desk.http.post("/channels/webhook", content=content, headers=headers)


MIA = Agent("mia", "mia@shop.example", "Mia")


def joined(desk: Desk) -> str:
    """A colleague has the newest conversation; its id."""
    conversation = list(desk.guide.turns)[-1]
    with desk.engine.connect() as connection:
        channel = connection.execute(select(talks.c.channel)).scalars().all()[-1]
    ConversationLog(desk.engine).begin("hello", conversation_id=conversation, channel=channel)
    StaffDesk(desk.engine).take(MIA, conversation)
    desk.platform.requests.clear()
    return conversation
