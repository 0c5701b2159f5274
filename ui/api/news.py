"""`/v1/conversations/{id}/news`: what people of the shop say, beside the guide's own replies.

A page asks now and then, or holds a stream open; either way the database is asked, so that any
server tells what an agent wrote on any other. A stream in which nothing happens asks more and
more seldom.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.sse import format_sse_event
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.takeover.timeline import News
from ui.api.access import Api, ApiHere, Witness
from ui.api.answering import EVENT_STREAM, wants_stream
from ui.api.bodies import NewsJson, StandingJson
from ui.api.conversations import Accept, ConversationId
from ui.api.documenting import STREAMED_NEWS, refusals
from ui.api.errors import RefusedError

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])

SOON_SECONDS = 1.0
SELDOM_SECONDS = 4.0
_QUIET_AFTER_SECONDS = 60.0
_HEARTBEAT_SECONDS = 15.0
MOST_STREAMS = 500
LONGEST_SECONDS = 1800.0
"""A stream ends then; who still listens opens another, with a key that may be revoked by now."""


@router.get(
    "/{conversation_id}/news",
    response_model=NewsJson,
    responses=STREAMED_NEWS | refusals(401, 403, 429),
)
async def news(
    request: Request,
    api: ApiHere,
    _caller: Witness,
    conversation_id: ConversationId,
    after: Annotated[
        int, Query(ge=0, le=1_000_000, description="the newest message that is known already")
    ] = 0,
    accept: Accept = "",
) -> Response:
    """Who has the conversation, and what colleagues wrote: at once, or as events as it comes."""
    if not wants_stream(accept):
        found = await asyncio.to_thread(api.guide.news, conversation_id, after)
        return JSONResponse(_json(found).model_dump(mode="json"))
    if api.streams >= MOST_STREAMS:
        raise RefusedError(429, "Too many streams are open; ask now and then instead.")
    return StreamingResponse(
        _stream(request, api, conversation_id, after),
        media_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(
    request: Request, api: Api, conversation_id: str, after: int
) -> AsyncGenerator[bytes]:
    api.streams += 1
    try:
        told: StandingJson | None = None
        begun = changed = spoken = time.monotonic()
        while time.monotonic() < begun + LONGEST_SECONDS and not await request.is_disconnected():
            found = _json(await asyncio.to_thread(api.guide.news, conversation_id, after))
            now = time.monotonic()
            if found.standing != told or found.messages:
                for message in found.messages:
                    after = message.number
                    yield _event("message", message.model_dump_json())
                if found.standing != told:
                    told = found.standing
                    yield _event("standing", told.model_dump_json())
                changed = spoken = now
            elif now > spoken + _HEARTBEAT_SECONDS:
                spoken = now
                yield format_sse_event(comment="still here")
            is_lively = now < changed + _QUIET_AFTER_SECONDS and found.standing.state != "guide"
            await asyncio.sleep(SOON_SECONDS if is_lively else SELDOM_SECONDS)
    finally:
        api.streams -= 1


def _json(found: News) -> NewsJson:
    return NewsJson(standing=StandingJson.of(found.standing), messages=list(found.messages))


def _event(name: str, data: str) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(json.loads(data), ensure_ascii=False))
