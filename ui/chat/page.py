"""The chat page as a Gradio app: one component of ours, and the handlers of its events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from assistant.reply import TurnEvent
from assistant.takeover.timeline import News
from assistant.turn import Guide
from retrieval.catalog import Catalog
from ui.api.answering import picture_of
from ui.chat.requests import ChangeCart, Remove, Resume, Say, Stop
from ui.chat.storefront import Storefronts
from ui.chat.streaming import Running, TurnStoppedError
from ui.chat.views import TurnView, conversation_json
from ui.desk import BusyError, StoppingError, TurnDesk
from ui.i18n import LANGUAGES, words
from ui.markup import render
from ui.settings import Settings

logger = logging.getLogger(__name__)

_Json = dict[str, object]

# Gradio runs this with Function(); everything else is in modules under /guide/.
_ON_LOAD = """
const events = ["resume", "say", "remove", "cart", "stop"];
import(new URL("guide/chat.js", document.baseURI))
  .then((chat) => chat.start(element, trigger, watch, props, events));
"""


def build_chat(settings: Settings, guide: Guide, catalog: Catalog, desk: TurnDesk) -> gr.Blocks:
    """The page; nothing of a customer is kept in it between two events."""
    handlers = ChatHandlers(settings, guide, catalog, desk)
    options: dict[str, Any] = {
        "queue": True,
        # How many turns there is room for is the desk's to say, and kindly; Gradio would fail.
        "concurrency_limit": None,
        "show_progress": "hidden",
        "trigger_mode": "multiple",
        "api_visibility": "private",
    }
    with gr.Blocks(
        title=shop_title(settings.shop_name),
        analytics_enabled=False,
        fill_height=True,
        fill_width=True,
        delete_cache=(3600, 3600),
    ) as page:
        view = gr.HTML(
            value=None,
            html_template=render("shell.html"),
            js_on_load=_ON_LOAD,
            apply_default_css=False,
            elem_id="shopguide",
            shop=shop_title(settings.shop_name),
            shop_name=settings.shop_name,
            words={language: words(language) for language in LANGUAGES},
            longest=settings.max_message_chars,
            pictures=settings.reads_pictures,
        )
        view.resume(handlers.resume, outputs=view, **options)
        view.say(handlers.say, outputs=view, **options)
        view.remove(handlers.remove, outputs=view, **options)
        view.cart(handlers.cart, outputs=view, **options)
        view.stop(handlers.stop, **options)
    return page


def shop_title(name: str) -> str:
    """The shop's name as a title: "the shop" becomes "The shop"."""
    return name[:1].upper() + name[1:]


class ChatHandlers:
    """What happens when the page's script triggers an event."""

    def __init__(self, settings: Settings, guide: Guide, catalog: Catalog, desk: TurnDesk) -> None:
        self._guide = guide
        self._storefronts = Storefronts(catalog, settings.currency)
        self._running = Running(desk)

    async def resume(self, event: gr.EventData) -> _Json:
        """The remembered conversation, or wishes to begin with."""
        asked = Resume.model_validate(_data(event))
        return await asyncio.to_thread(self._resume, asked)

    async def say(self, event: gr.EventData) -> AsyncGenerator[_Json]:
        """Answer a message."""
        said = Say.model_validate(_data(event))

        def answer() -> Iterator[TurnEvent]:
            known = self._known(said.conversation)
            return self._guide.answer(
                said.message,
                conversation_id=known,
                channel="web",
                language=said.language,
                picture=picture_of(said.image),
            )

        async for view in self._views(TurnView(said.key, language=said.language), answer):
            yield view

    async def remove(self, event: gr.EventData) -> AsyncGenerator[_Json]:
        """Answer the removal of a chip."""
        asked = Remove.model_validate(_data(event))

        def answer() -> Iterator[TurnEvent]:
            if self._known(asked.conversation) is None:
                raise LookupError("a chip was removed in a conversation that is not known")
            return self._guide.remove_constraint(asked.conversation, asked.condition)

        async for view in self._views(TurnView(asked.key, language=asked.language), answer):
            yield view

    async def cart(self, event: gr.EventData) -> AsyncGenerator[_Json]:
        """Answer a click on the cart."""
        asked = ChangeCart.model_validate(_data(event))

        def answer() -> Iterator[TurnEvent]:
            if self._known(asked.conversation) is None:
                raise LookupError("a cart was changed in a conversation that is not known")
            return self._guide.change_cart(asked.conversation, asked.product, asked.quantity)

        async for view in self._views(TurnView(asked.key, language=asked.language), answer):
            yield view

    async def stop(self, event: gr.EventData) -> None:
        """End an answer early."""
        self._running.stop(Stop.model_validate(_data(event)).key)

    async def _views(
        self, view: TurnView, answer: Callable[[], Iterator[TurnEvent]]
    ) -> AsyncGenerator[_Json]:
        storefront = await asyncio.to_thread(self._storefronts.now)
        reader = storefront.reader(view.language)
        try:
            async for events in self._running.events(view.key, answer):
                for each in events:
                    view = view.after(each, reader)
                yield view.to_json()
        except TurnStoppedError:
            yield replace(view, phase="stopped").to_json()
        except (BusyError, StoppingError):
            yield replace(view, phase="busy").to_json()
        except Exception:
            # Logged where it happened; the customer is told, and can try again.
            yield replace(view, phase="failed").to_json()

    def _resume(self, asked: Resume) -> _Json:
        storefront = self._storefronts.now()
        turns = self._guide.history(asked.conversation) if asked.conversation else []
        conversation = asked.conversation if asked.conversation and turns else ""
        news = self._guide.news(conversation) if conversation else News()
        shown = conversation_json(conversation, turns, storefront.reader(asked.language), news)
        return {**shown, "examples": [wish.to_json() for wish in storefront.wishes]}

    def _known(self, conversation: str | None) -> str | None:
        """The id if we gave it out: a page cannot name a conversation itself."""
        return conversation if conversation and self._guide.history(conversation) else None


def _data(event: gr.EventData) -> object:
    return event._data  # pyright: ignore[reportPrivateUsage]
