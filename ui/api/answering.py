"""A turn through the API: as one JSON object, or as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import asdict

from fastapi.sse import format_sse_event
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.language import Language
from assistant.pictures import Picture, PictureError, decode_picture
from assistant.reply import ProductsReady, Reply, TextReady, TurnEvent
from ui.api.access import Api
from ui.api.errors import RefusedError, refusal_of
from ui.api.ledger import OtherMessageError, fingerprint
from ui.chat.storefront import Reader
from ui.chat.wanted import chips_of
from ui.problems import problem

EVENT_STREAM = "text/event-stream"
_ASK_AGAIN_SECONDS = 0.25
_PATIENCE_SECONDS = 20.0

Answer = Callable[[], Iterator[TurnEvent]]


async def answered(
    api: Api,
    conversation_id: str,
    answer: Answer,
    *,
    accept: str,
    language: Language,
    key: str | None,
    body: Mapping[str, object],
) -> Response:
    """Answer a turn, or give again the reply of a request that came before.

    Raises:
        RefusedError: the idempotency key was used for something else, or its first request is
            not answered after a long wait.
        BusyError: there is no room.
    """
    headers: dict[str, str] = {}
    if key is not None:
        print_ = fingerprint(body)
        turn = await _claimed(api, conversation_id, key, print_)
        if turn is None:
            answer = _recorded(api, conversation_id, key, answer)
        else:
            answer = _again(api, conversation_id, turn)
            headers["Idempotency-Replayed"] = "true"
    try:
        if wants_stream(accept):
            reader = await asyncio.to_thread(_reader, api, language)
            events = api.desk.events(answer)
            first = await anext(events)  # a refusal comes before the stream begins
            return StreamingResponse(
                _stream(first, events, reader),
                media_type=EVENT_STREAM,
                headers={**headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
        reply = await api.desk.run(lambda: last_of(answer()))
        return JSONResponse(reply.model_dump(mode="json"), headers=headers)
    except Exception:
        if key is not None and not headers:
            await asyncio.to_thread(api.ledger.abandon, conversation_id, key)
        raise


def picture_of(image: str | None) -> Picture | None:
    """The picture of a request, made small and anonymous.

    Raises:
        RefusedError: it is no usable picture.
    """
    if image is None:
        return None
    try:
        return decode_picture(image)
    except PictureError as error:
        raise RefusedError(422, f"image: {error}.") from None


def wants_stream(accept: str) -> bool:
    """Whether an Accept header asks for events."""
    return any(part.partition(";")[0].strip() == EVENT_STREAM for part in accept.split(","))


def last_of(events: Iterator[TurnEvent]) -> Reply:
    """The reply that ends a turn."""
    reply = None
    for event in events:
        if isinstance(event, Reply):
            reply = event
    assert reply is not None, "a turn ended without a reply"
    return reply


async def _claimed(api: Api, conversation_id: str, key: str, print_: str) -> int | None:
    """The turn that answered this request before; None where it is now ours to answer."""
    waited = 0.0
    while True:
        try:
            claim = await asyncio.to_thread(api.ledger.claim, conversation_id, key, print_)
        except OtherMessageError:
            raise RefusedError(
                422, "This Idempotency-Key came before, with another request."
            ) from None
        if claim.state != "running":
            return claim.turn
        if waited >= _PATIENCE_SECONDS:
            raise RefusedError(
                409, "The request of this key is still being answered.", {"Retry-After": "5"}
            )
        await asyncio.sleep(_ASK_AGAIN_SECONDS)
        waited += _ASK_AGAIN_SECONDS


def _recorded(api: Api, conversation_id: str, key: str, answer: Answer) -> Answer:
    """Answer, and note in the same thread that it is done, whoever still listens."""

    def recorded() -> Iterator[TurnEvent]:
        done = False
        try:
            for event in answer():
                if isinstance(event, Reply):
                    api.ledger.finish(conversation_id, key, event.turn)
                    done = True
                yield event
        finally:
            if not done:
                api.ledger.abandon(conversation_id, key)

    return recorded


def _again(api: Api, conversation_id: str, turn: int) -> Answer:
    """A reply from the log, as the events it came with."""

    def again() -> Iterator[TurnEvent]:
        history = api.guide.history(conversation_id)
        reply = next((each.reply for each in history if each.turn == turn), None)
        if reply is None:
            raise RefusedError(410, "The reply of this request has been deleted.")
        yield ProductsReady(
            conversation_id,
            turn,
            reply.language,
            reply.products,
            reply.constraints,
            compares=reply.compares,
        )
        yield TextReady(reply.text)
        yield reply

    return again


def _reader(api: Api, language: Language) -> Reader:
    return api.storefronts.now().reader(language)


async def _stream(
    first: TurnEvent | None, events: AsyncGenerator[TurnEvent | None], reader: Reader
) -> AsyncGenerator[bytes]:
    try:
        yield _wire(first, reader)
        async for event in events:
            yield _wire(event, reader)
    except Exception as error:
        refusal = refusal_of(error)
        body = bytes(problem(refusal.status, refusal.detail).body).decode()
        yield format_sse_event(event="error", data_str=body)


def _wire(event: TurnEvent | None, reader: Reader) -> bytes:
    match event:
        case None:
            return format_sse_event(comment="still here")
        case ProductsReady():
            data = asdict(event)
            data["products"] = [card.model_dump(mode="json") for card in event.products]
            return _event("products", data | {"wanted": wanted(event.constraints, reader)})
        case TextReady():
            return _event("text", {"text": event.text})
        case Reply():
            chips = _event("wanted", {"wanted": wanted(event.constraints, reader)})
            return chips + _event("reply", event.model_dump(mode="json"))


def wanted(constraints: Mapping[str, object], reader: Reader) -> list[dict[str, str]]:
    """The chips of a reply's constraints."""
    return [{"path": chip.path, "label": chip.label} for chip in chips_of(constraints, reader)]


def _event(name: str, data: object) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))
