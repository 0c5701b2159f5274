"""Handing a cart to the shop by a signed request (Standard Webhooks), before saying so."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from pydantic import BaseModel, HttpUrl, ValidationError
from standardwebhooks import Webhook

from assistant.cart import CartView
from assistant.ids import new_id
from assistant.settings import AssistantSettings

logger = logging.getLogger(__name__)

SECONDS = 5.0
"""How long a customer waits for the shop at most."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether the shop took the cart, and the page where the customer goes on, if it named one."""

    accepted: bool
    url: str | None = None


class _Answer(BaseModel):
    url: HttpUrl | None = None


Deliver = Callable[[str, CartView], Delivery]
"""Takes the conversation's id and its cart."""


def deliverer(settings: AssistantSettings) -> Deliver | None:
    """How carts are handed over; None where no webhook is set."""
    if settings.cart_webhook is None or settings.cart_webhook_secret is None:
        return None
    url, signer = settings.cart_webhook, Webhook(settings.cart_webhook_secret.get_secret_value())
    return lambda conversation_id, view: deliver(url, signer, conversation_id, view)


def deliver(url: str, signer: Webhook, conversation_id: str, view: CartView) -> Delivery:
    """Send `{"type": "cart", "conversation_id", "cart"}`; any answer of 2xx accepts it.

    The shop may answer `{"url": "https://…"}`, its checkout with these products. A cart is sent
    once: what fails is said to the customer, who can ask again.
    """
    body = {"type": "cart", "conversation_id": conversation_id, "cart": view.model_dump()}
    content = json.dumps(body, ensure_ascii=False)
    now, message_id = datetime.now(UTC), f"cart_{new_id()}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signer.sign(message_id, now, content),
    }
    try:
        response = httpx.post(
            url, content=content.encode(), headers=headers, timeout=SECONDS, follow_redirects=False
        )
        response.raise_for_status()
    except httpx.HTTPError as error:
        logger.warning("the shop did not take a cart: %s", type(error).__name__)
        return Delivery(accepted=False)
    try:
        answer = _Answer.model_validate_json(response.content)
    except ValidationError:
        return Delivery(accepted=True)
    return Delivery(accepted=True, url=None if answer.url is None else str(answer.url))
