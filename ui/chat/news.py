"""`/chat/news/{conversation}`: what colleagues wrote, for a chat page that asks now and then."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from assistant.language import Language
from assistant.turn import Guide
from ui.api.access import api_of
from ui.chat.views import staff_message_html, standing_json

NEWS = "/chat/news/{conversation_id}"
PER_MINUTE = 1200
"""How often one address may ask: a hundred pages of people behind one, all talking to agents."""


def news_router(guide: Guide) -> APIRouter:
    """The route, open like the page itself to whoever knows the conversation's id."""
    router = APIRouter(include_in_schema=False)

    @router.get(NEWS)
    def news(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        conversation_id: Annotated[str, Path(min_length=1, max_length=100)],
        after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        language: Language = "en",
    ) -> Response:
        """Who has the conversation, and the messages since `after` as markup."""
        address = request.client.host if request.client else "unknown"
        api_of(request).limit(request, f"chat news {address}", PER_MINUTE)
        found = guide.news(conversation_id, after)
        messages = [
            {
                "number": each.number,
                "after_turn": each.after_turn,
                "html": staff_message_html(each, language),
            }
            for each in found.messages
        ]
        return JSONResponse(
            {"standing": standing_json(found), "messages": messages},
            headers={"Cache-Control": "no-store"},
        )

    return router
