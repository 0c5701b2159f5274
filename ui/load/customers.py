"""Made-up customers who talk to a server over HTTP, and what they were given."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import httpx
import numpy as np

from assistant.ids import new_id

FOLLOW_UPS = ("cheaper ones", "compare the first two")
"""What a customer says after the wish: a conversation is three messages."""
LONGEST_WAIT = 1.0
"""A refused customer asks again after so many seconds at most, whatever Retry-After says."""
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A reply that a customer was given."""

    conversation_id: str
    turn: int
    text: str


@dataclass(slots=True)
class Tally:
    """What happened to a crowd of customers; seconds are those of answered messages."""

    seconds: list[float] = field(default_factory=list[float])
    conversations: int = 0
    refused: int = 0
    errors: int = 0
    replies: list[Acknowledged] = field(default_factory=list[Acknowledged])

    def percentile(self, part: float) -> float:
        """Milliseconds to the whole reply; 0 where nothing was answered."""
        return float(np.percentile(self.seconds, part)) * 1000 if self.seconds else 0.0


class Talk(Protocol):
    """One conversation with a server of some kind."""

    async def __call__(
        self, http: httpx.AsyncClient, address: str, wish: str, tally: Tally, until: float
    ) -> None:
        """Hold it, and tally what happened; say nothing more after `until` (monotonic)."""
        ...


async def talk_to_guide(
    http: httpx.AsyncClient, address: str, wish: str, tally: Tally, until: float
) -> None:
    """A conversation through `/v1/conversations`, each message with an idempotency key."""
    started = await _insisted(http, f"{address}/v1/conversations", {}, {}, tally)
    if started is None:
        return
    headers = {"X-Conversation-Token": started["token"]}
    path = f"{address}/v1/conversations/{started['conversation_id']}/messages?channel=bench"
    for message in (wish, *FOLLOW_UPS):
        if time.monotonic() > until:
            return
        since = time.perf_counter()
        named = headers | {"Idempotency-Key": new_id()}
        reply = await _insisted(http, path, {"message": message}, named, tally)
        if reply is None:
            return
        tally.seconds.append(time.perf_counter() - since)
        tally.replies.append(Acknowledged(reply["conversation_id"], reply["turn"], reply["text"]))
    tally.conversations += 1


async def talk_to_peer(
    http: httpx.AsyncClient, address: str, wish: str, tally: Tally, until: float
) -> None:
    """As many messages to the peer, which remembers nothing: the follow-ups repeat the wish."""
    for message in (wish, *(f"{wish} {more}" for more in FOLLOW_UPS)):
        if time.monotonic() > until:
            return
        since = time.perf_counter()
        reply = await _insisted(http, f"{address}/chat", {"message": message}, {}, tally)
        if reply is None:
            return
        tally.seconds.append(time.perf_counter() - since)
    tally.conversations += 1


async def crowd(
    addresses: Sequence[str], talk: Talk, wishes: Iterator[str], customers: int, seconds: float
) -> Tally:
    """So many customers at once for so long, each with one conversation after the other.

    Messages under way at the end are waited for, and the conversations left as they are.
    """
    tally, until, number = Tally(), time.monotonic() + seconds, count()

    async def customer(http: httpx.AsyncClient) -> None:
        while time.monotonic() < until:
            address = addresses[next(number) % len(addresses)]
            await talk(http, address, next(wishes), tally, until)

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=customers)
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, limits=limits) as http:
        await asyncio.gather(*(customer(http) for _ in range(customers)))
    return tally


async def arrivals(
    addresses: Sequence[str], talk: Talk, wishes: Iterator[str], a_minute: float, seconds: float,
    tally: Tally,
) -> None:  # fmt: skip
    """Customers who come at a steady rate, whether or not the earlier ones have gone."""
    under_way: set[asyncio.Task[None]] = set()
    began = time.monotonic()
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        for number in count():
            due = began + number * 60 / a_minute
            if due > began + seconds:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            address = addresses[number % len(addresses)]
            task = asyncio.create_task(talk(http, address, next(wishes), tally, math.inf))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)


async def _insisted(
    http: httpx.AsyncClient,
    address: str,
    body: dict[str, str],
    headers: dict[str, str],
    tally: Tally,
) -> dict[str, Any] | None:
    """The answer, asked for again where the server is busy; None where it fails."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            answer = await http.post(address, json=body, headers=headers)
        except httpx.TransportError:
            break
        if answer.is_success:
            return answer.json()
        if answer.status_code != 429:
            break
        tally.refused += 1
        await asyncio.sleep(min(LONGEST_WAIT, float(answer.headers.get("Retry-After", "1"))))
    tally.errors += 1
    return None
