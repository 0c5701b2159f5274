"""`/v1/chat/completions`: the guide for any client of OpenAI's chat API."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.ids import new_id
from assistant.money import price_text
from assistant.pictures import Picture
from assistant.reply import ProductCard, ProductsReady, Reply, TextReady, TurnEvent
from ui.api.access import Api, ApiHere, ChatClient
from ui.api.answering import EVENT_STREAM, last_of, picture_of
from ui.api.bodies import MOST_IMAGE_CHARS
from ui.api.documenting import Responses, refusals
from ui.api.errors import RefusedError, refusal_of
from ui.api.threads import Threads
from ui.markup import product_address, safe_link

router = APIRouter(prefix="/v1", tags=["chat completions"])

MODEL = "shopguide"
CHANNEL = "openai"
MOST_REPLAYED = 4
"""Of a talk that the guide has not had itself, so many messages are read to know the wish."""


class ImageUrl(BaseModel):
    """Where a picture is."""

    model_config = ConfigDict(extra="ignore")

    url: Annotated[str, Field(max_length=MOST_IMAGE_CHARS)]


class Part(BaseModel):
    """A part of a message's content."""

    model_config = ConfigDict(extra="ignore")

    type: str
    text: Annotated[str, Field(max_length=20_000)] = ""
    image_url: ImageUrl | None = None


class ChatMessage(BaseModel):
    """One message of the talk so far."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: (
        Annotated[str, Field(max_length=20_000)]
        | Annotated[list[Part], Field(max_length=50)]
        | None
    ) = None

    def text(self) -> str:
        """The words of the message.

        Raises:
            RefusedError: it has parts that are neither text nor pictures.
        """
        if isinstance(self.content, list):
            if any(part.type not in ("text", "input_text", "image_url") for part in self.content):
                raise RefusedError(422, "Only text and pictures can be read in a message.")
            return "\n".join(part.text for part in self.content if part.text).strip()
        return (self.content or "").strip()

    def image(self) -> str | None:
        """The message's first picture, as a `data:` URL.

        Raises:
            RefusedError: it is elsewhere: addresses of strangers are not fetched.
        """
        parts = self.content if isinstance(self.content, list) else []
        url = next((part.image_url.url for part in parts if part.image_url is not None), None)
        if url is not None and not url.startswith("data:"):
            raise RefusedError(422, "A picture is given as a data: URL; no address is fetched.")
        return url


class ChatRequest(BaseModel):
    """A request as OpenAI's; what does not concern the guide, such as `temperature`, is passed."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "model": MODEL,
                    "messages": [{"role": "user", "content": "a tent for two under $200"}],
                }
            ]
        },
    )

    model: Annotated[str, Field(max_length=200)] = MODEL
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=200)]
    stream: StrictBool | None = False
    n: Annotated[int | None, Field(ge=1, le=1, description="one answer is given")] = None


_STREAMED: Responses = {
    200: {
        "description": "A `chat.completion`, with the guide's whole reply as `shopguide`; with "
        "`stream`, chunks as server-sent events.",
        "content": {"text/event-stream": {"example": "data: {…}\n\ndata: [DONE]\n\n"}},
    }
}


@router.get("/models", responses=refusals(401, 403, 429))
def models(_caller: ChatClient) -> dict[str, Any]:
    """The one model there is."""
    one = {"id": MODEL, "object": "model", "created": 0, "owned_by": "shop"}
    return {"object": "list", "data": [one]}


@router.post(
    "/chat/completions",
    response_model=dict[str, Any],
    responses=_STREAMED | refusals(401, 403, 422, 429, 503),
)
async def complete(api: ApiHere, caller: ChatClient, body: ChatRequest) -> Response:
    """Answer the last message; the talk so far is known again by its own words."""
    talk = [
        (each.role, each.text()) for each in body.messages if each.role in ("user", "assistant")
    ]
    image = body.messages[-1].image()
    if not talk or talk[-1][0] != "user" or not (talk[-1][1] or image):
        raise RefusedError(422, "The last message must be the user's, and say something.")
    head = {"id": f"chatcmpl-{new_id()}", "created": int(time.time()), "model": MODEL}
    turn = _Turn(api, caller.name, talk, image)
    if not body.stream:
        reply = await api.desk.run(lambda: last_of(turn.answer()))
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": content_of(api, reply), "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
        document = {**head, "object": "chat.completion", "choices": [choice]}
        return JSONResponse({**document, "shopguide": reply.model_dump(mode="json")})
    events = api.desk.events(turn.answer)
    first = await anext(events)  # a refusal comes before the stream begins
    return StreamingResponse(
        _chunks(api, head, first, events),
        media_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class _Turn:
    """One turn of a talk, in the conversation that it continues or in a new one."""

    def __init__(
        self, api: Api, owner: str, talk: Sequence[tuple[str, str]], image: str | None
    ) -> None:
        self._api = api
        self._owner = owner
        self._talk = talk
        self._image = image
        self._threads = Threads(api.engine)

    def answer(self) -> Iterator[TurnEvent]:
        """Answer the last message and remember the talk by its words."""
        before, message = self._talk[:-1], self._talk[-1][1]
        picture = picture_of(self._image)
        for event in self._say(self._conversation(before), message, picture):
            if isinstance(event, Reply):
                said = [*self._talk, ("assistant", content_of(self._api, event))]
                self._threads.keep(self._owner, said, event.conversation_id, event.turn)
            yield event

    def _conversation(self, before: Sequence[tuple[str, str]]) -> str:
        if not before:
            return new_id()
        known = self._threads.find(self._owner, before)
        if known is not None:
            # A talk that was taken up again at an earlier place goes on beside the first one.
            turns = self._api.guide.history(known.conversation_id)
            if turns and turns[-1].turn == known.turn:
                return known.conversation_id
        conversation_id = new_id()
        wishes = [text for role, text in before if role == "user" and text]
        for wish in wishes[-MOST_REPLAYED:]:
            last_of(self._say(conversation_id, wish))
        return conversation_id

    def _say(
        self, conversation_id: str, message: str, picture: Picture | None = None
    ) -> Iterator[TurnEvent]:
        return self._api.guide.answer(
            message, conversation_id=conversation_id, channel=CHANNEL, picture=picture
        )


async def _chunks(
    api: Api,
    head: dict[str, Any],
    first: TurnEvent | None,
    events: AsyncGenerator[TurnEvent | None],
) -> AsyncGenerator[bytes]:
    """The turn as `chat.completion.chunk`s: the products as a list, then the text."""
    language = "en"

    def chunk(delta: dict[str, str], finish: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        document = {**head, "object": "chat.completion.chunk", "choices": [choice], **more}
        return format_sse_event(data_str=json.dumps(document, ensure_ascii=False))

    def told(event: TurnEvent | None) -> bytes:
        nonlocal language
        match event:
            case None:
                return format_sse_event(comment="still here")
            case ProductsReady():
                language = event.language
                listed = _listed(api, event.products, event.language)
                return chunk({"content": listed}) if listed else b""
            case TextReady():
                return chunk({"content": event.text})
            case Reply():
                return chunk({}, "stop", shopguide=event.model_dump(mode="json"))

    try:
        yield chunk({"role": "assistant", "content": ""})
        yield told(first)
        async for event in events:
            yield told(event)
        yield format_sse_event(data_str="[DONE]")
    except Exception as error:
        refusal = refusal_of(error)
        fault = {"message": refusal.detail, "type": "server_error", "code": refusal.status}
        yield format_sse_event(data_str=json.dumps({"error": fault}))


def content_of(api: Api, reply: Reply) -> str:
    """A reply as one text: the products as a list, then what is said of them."""
    return _listed(api, reply.products, reply.language) + reply.text


def _listed(api: Api, products: Sequence[ProductCard], language: Literal["en", "zh"]) -> str:
    """Products as a Markdown list, with an empty line behind it."""
    lines: list[str] = []
    for place, card in enumerate(products, start=1):
        address = safe_link(card.url) or product_address(card.product_id)
        if address.startswith("/"):
            address = api.settings.public_address + address
        title = "".join(f"\\{char}" if char in "\\[]*_`<>" else char for char in card.title)
        line = f"{place}. [{title}]({address.replace('(', '%28').replace(')', '%29')})"
        if card.price is not None:
            line += f" – {price_text(Decimal(card.price), card.currency, language)}"
        lines.append(line)
    return "\n".join(lines) + "\n\n" if lines else ""
