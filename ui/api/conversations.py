"""`/v1/conversations`: begin, talk, change the cart, judge, read again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from assistant.cart import CartView
from assistant.events import Event, EventKind
from assistant.gestures import CartChanged, ConditionRemoved, read_gesture
from assistant.ids import new_id
from assistant.language import Language
from assistant.log import LoggedTurn, UnknownTurnError
from assistant.reply import Reply, TurnEvent
from ui.api.access import Api, ApiHere, Participant, Talker
from ui.api.answering import answered, picture_of, wanted
from ui.api.bodies import (
    CartChange,
    ChipJson,
    Feedback,
    History,
    PastTurn,
    Removed,
    Said,
    StandingJson,
    Started,
)
from ui.api.documenting import STREAMED, refusals
from ui.api.errors import RefusedError
from ui.api.keys import Scope

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])

CHANNEL = "api"
ConversationId = Annotated[str, Path(max_length=100, pattern=r"^[!-~]+$")]
Accept = Annotated[str, Header(include_in_schema=False)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=100,
        description="one a message, chosen by you; sent again, the same reply comes again",
    ),
]
Channel = Annotated[
    str,
    Query(pattern=r"^[a-z][a-z0-9-]{0,29}$", description="where the customer writes, for the log"),
]


@router.post("", status_code=201, responses=refusals(401, 403, 429), openapi_extra={"x-open": True})
def begin(api: ApiHere, _caller: Talker) -> Started:
    """Begin a conversation; nothing is stored before its first message."""
    conversation_id = new_id()
    return Started(conversation_id=conversation_id, token=api.tokens.sign(conversation_id))


@router.post(
    "/{conversation_id}/messages",
    response_model=Reply,
    responses=STREAMED | refusals(401, 403, 409, 410, 422, 429, 503),
)
async def say(
    api: ApiHere,
    caller: Participant,
    conversation_id: ConversationId,
    body: Said,
    accept: Accept = "",
    idempotency_key: IdempotencyKey = None,
    channel: Channel = CHANNEL,
) -> Response:
    """Answer a message: as JSON, or as events where `Accept` is `text/event-stream`."""
    if body.customer_id is not None and not caller.may(Scope.CONVERSATIONS):
        raise RefusedError(403, "Only a key with the scope “conversations” names customers.")

    known = api.settings.customer_segments
    if body.segment is not None and body.segment not in known:
        raise RefusedError(422, f"segment: not one of the shop's: {', '.join(known) or 'none'}")

    def answer() -> Iterator[TurnEvent]:
        return api.guide.answer(
            body.message,
            conversation_id=conversation_id,
            customer_id=body.customer_id,
            segment=body.segment,
            channel=channel,
            language=body.language,
            picture=picture_of(body.image),
        )

    return await answered(
        api,
        conversation_id,
        answer,
        accept=accept,
        language=body.language,
        key=idempotency_key,
        body=body.model_dump(),
    )


@router.post(
    "/{conversation_id}/removals",
    response_model=Reply,
    responses=STREAMED | refusals(401, 403, 404, 409, 410, 422, 429, 503),
)
async def remove(
    api: ApiHere,
    _caller: Participant,
    conversation_id: ConversationId,
    body: Removed,
    accept: Accept = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Take a condition of the wish back, as a turn of its own."""
    await _known(api, conversation_id)
    return await answered(
        api,
        conversation_id,
        lambda: api.guide.remove_constraint(conversation_id, body.condition),
        accept=accept,
        language=body.language,
        key=idempotency_key,
        body=body.model_dump(),
    )


@router.get("/{conversation_id}/cart", responses=refusals(401, 403, 429))
def cart(api: ApiHere, _caller: Participant, conversation_id: ConversationId) -> CartView:
    """The cart, priced by the catalogue of the moment."""
    return api.guide.cart(conversation_id)


@router.post(
    "/{conversation_id}/cart",
    response_model=Reply,
    responses=STREAMED | refusals(401, 403, 404, 409, 410, 422, 429, 503),
)
async def change_cart(
    api: ApiHere,
    _caller: Participant,
    conversation_id: ConversationId,
    body: CartChange,
    accept: Accept = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Put a product into the cart, change how many, or take it out (0), as a turn of its own."""
    await _known(api, conversation_id)
    return await answered(
        api,
        conversation_id,
        lambda: api.guide.change_cart(conversation_id, body.product_id, body.quantity),
        accept=accept,
        language=body.language,
        key=idempotency_key,
        body=body.model_dump(),
    )


@router.post(
    "/{conversation_id}/feedback",
    status_code=204,
    responses=refusals(401, 403, 404, 422, 429, 503),
)
def judge(
    api: ApiHere, _caller: Participant, conversation_id: ConversationId, body: Feedback
) -> Response:
    """Say whether a reply was helpful."""
    verdict = ("up" if body.helpful else "down") + (f": {body.comment}" if body.comment else "")
    event = Event(
        conversation_id=conversation_id, kind=EventKind.FEEDBACK, turn=body.turn, value=verdict
    )
    try:
        api.guide.record_event(event)
    except UnknownTurnError as error:
        raise RefusedError(404, str(error)) from None
    return Response(status_code=204)


@router.get("/{conversation_id}", responses=refusals(401, 403, 404, 429))
def history(
    api: ApiHere,
    _caller: Participant,
    conversation_id: ConversationId,
    language: Language = "en",
    before: Annotated[int | None, Query(ge=1, description="only earlier turns")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> History:
    """The conversation so far."""
    logged = api.guide.history(conversation_id)
    if not logged:
        raise RefusedError(404, "Nothing has been said in this conversation.")
    reader = api.storefronts.now().reader(language)
    newest = next((each.reply for each in reversed(logged) if each.reply is not None), None)
    chips = [] if newest is None else wanted(newest.constraints, reader)
    asked = [each for each in logged if before is None or each.turn < before]
    shown = asked[-limit:]
    first, last = (shown[0].turn, shown[-1].turn) if shown else (1, 0)
    first = 0 if len(asked) <= limit else first
    news = api.guide.news(conversation_id)
    return History(
        conversation_id=conversation_id,
        turns=[_past(each) for each in shown],
        messages=[each for each in news.messages if first <= each.after_turn <= last],
        standing=StandingJson.of(news.standing),
        wanted=[ChipJson.model_validate(chip) for chip in chips],
        more=len(asked) > limit,
    )


def _past(logged: LoggedTurn) -> PastTurn:
    act: dict[str, Any] | None = None
    match read_gesture(logged.message):
        case ConditionRemoved(path):
            act = {"removed": path}
        case CartChanged(product_id, quantity):
            act = {"cart": {"product_id": product_id, "quantity": quantity}}
        case None:
            pass
    return PastTurn(
        turn=logged.turn,
        message=logged.message if act is None else None,
        act=act,
        reply=logged.reply,
        created_at=logged.created_at,
        helpful=logged.helpful,
    )


async def _known(api: Api, conversation_id: str) -> None:
    if not await asyncio.to_thread(api.guide.history, conversation_id):
        raise RefusedError(404, "Nothing has been said in this conversation.")
