"""`/channels/{platform}`: where the platforms send what customers write."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from fastapi import APIRouter, FastAPI, Request
from standardwebhooks.webhooks import EmptyWebhookSecretError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from assistant.open_log import masker_of
from retrieval.catalog import Catalog
from retrieval.errors import SettingsError
from ui.api.access import Api
from ui.channels.adapter import Adapter, ForgedError, UnreadableError
from ui.channels.chatwoot import Chatwoot
from ui.channels.queue import JobQueue
from ui.channels.slack import Slack
from ui.channels.telegram import Telegram
from ui.channels.webhook import SignedWebhook
from ui.channels.whatsapp import WhatsApp
from ui.channels.worker import Worker
from ui.problems import problem
from ui.settings import Settings
from ui.staff.tokens import same

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Channels:
    """What is open, and who answers it; `app.state.channels` holds it."""

    adapters: Mapping[str, Adapter]
    queue: JobQueue
    worker: Worker

    def start(self) -> None:
        """Answer, if a channel is open."""
        if self.adapters:
            self.worker.start()


def open_adapters(settings: Settings) -> dict[str, Adapter]:
    """The adapters of the channels that are set up.

    Raises:
        SettingsError: one is set up by half.
    """
    base = settings.public_address
    found: dict[str, Adapter] = {}
    if given := _all_of(settings, "webhook_secret", "webhook_reply_url"):
        try:
            found["webhook"] = SignedWebhook(base, *given)
        except (ValueError, EmptyWebhookSecretError) as error:
            raise SettingsError(f"webhook_secret: {error}") from error
    if given := _all_of(settings, "telegram_token", "telegram_secret"):
        found["telegram"] = Telegram(base, given[0], given[1], settings.telegram_api_url)
    if given := _all_of(settings, "slack_token", "slack_signing_secret"):
        found["slack"] = Slack(base, given[0], given[1], settings.slack_api_url)
    if given := _all_of(settings, "whatsapp_token", "whatsapp_app_secret", "whatsapp_verify_token"):
        found["whatsapp"] = WhatsApp(base, given[0], given[1], settings.whatsapp_api_url)
    if given := _all_of(settings, "chatwoot_url", "chatwoot_token", "chatwoot_secret"):
        found["chatwoot"] = Chatwoot(base, *given)
    return found


def mount_channels(
    app: FastAPI, api: Api, transport: httpx.BaseTransport | None = None
) -> Channels:
    """Add the addresses of the channels that are set up.

    Raises:
        SettingsError: one is set up by half.
    """
    adapters = open_adapters(api.settings)
    queue = JobQueue(api.engine, masker_of(api.settings, Catalog(api.engine)))
    worker = Worker(queue, api.guide, api.ledger, adapters, transport)
    channels = Channels(adapters, queue, worker)
    app.state.channels = channels
    router = APIRouter(prefix="/channels", include_in_schema=False)

    @router.post("/{name}")
    async def receive(  # pyright: ignore[reportUnusedFunction]
        request: Request, name: str
    ) -> Response:
        adapter = adapters.get(name)
        if adapter is None:
            return problem(404, "There is no such channel, or it is not set up.")
        body = await request.body()
        try:
            received = adapter.receive(request.headers, body)
        except ForgedError:
            return problem(401, "The signature is not valid.")
        except UnreadableError as error:
            logger.warning("a request of %s could not be read: %s", name, error)
            return problem(400, "The request does not have the platform's form.")
        for message in received.messages:
            # Acknowledged only when it is in the database: a platform sends again what is not.
            await asyncio.to_thread(queue.add, name, message)
        if received.messages:
            worker.wake()
        if isinstance(received.answer, str):
            return PlainTextResponse(received.answer)
        return JSONResponse(received.answer)

    @router.get("/whatsapp")
    async def set_up(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Meta asks once whether the address is ours."""
        expected = api.settings.whatsapp_verify_token
        given = request.query_params.get("hub.verify_token", "")
        if "whatsapp" not in adapters or expected is None:
            return problem(404, "There is no such channel, or it is not set up.")
        if not same(expected.get_secret_value(), given):
            return problem(403, "The token is not ours.")
        return PlainTextResponse(request.query_params.get("hub.challenge", ""))

    app.include_router(router)
    return channels


def _all_of(settings: Settings, *names: str) -> list[str] | None:
    """The values of settings that belong together; None where none is given."""
    values = [getattr(settings, name) for name in names]
    if all(value is None for value in values):
        return None
    missing = [name for name, value in zip(names, values, strict=True) if value is None]
    if missing:
        given = [name for name in names if name not in missing]
        raise SettingsError(f"{', '.join(missing)}: needed with {', '.join(given)}")
    return [value if isinstance(value, str) else value.get_secret_value() for value in values]
