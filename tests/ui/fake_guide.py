"""A guide with the real one's interface and realistic products, that answers in known time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from assistant.events import Event, EventKind
from assistant.ids import new_id
from assistant.language import Language
from assistant.log import LoggedTurn, UnknownTurnError
from assistant.pictures import MARK, Picture
from assistant.reply import Intent, ProductCard, ProductsReady, Reply, TextReady, TurnEvent
from assistant.takeover.timeline import News
from assistant.watching import Watcher
from retrieval.demo import demo_images_dir
from retrieval.product import Product, Review, Translation

PICTURES = sorted(file.name for file in demo_images_dir().glob("jkt-*.svg")) or ["none.svg"]

SECONDS_TO_CARDS = 0.08
SECONDS_A_SENTENCE = 0.15


def jacket(
    number: int, name: str, zh: str, price: str, sale: str | None, color: str, rating: float
) -> Product:
    return Product(
        id=f"jacket-{number}",
        title=name,
        description=f"{name}: taped seams and a hood that packs away.\nMade for wet hills.",
        brand="Fellmark",
        category=("Outdoor", "Jackets"),
        price=Decimal(price),
        sale_price=Decimal(sale) if sale else None,
        currency="USD",
        rating=rating,
        rating_count=40 * number + 3,
        image_urls=(f"/images/{PICTURES[number * 7 % len(PICTURES)]}",),
        attributes={"color": color, "waterproof": True, "weight_g": 300 + number},
        group_id="jackets",
        reviews=(Review(text="Kept me dry for a week.", title="Good", rating=5, language="en"),),
        translations={
            "zh": Translation(
                title=zh, description="接缝压胶，帽子可收纳。", category=("户外", "夹克")
            )
        },
    )


PRODUCTS = (
    jacket(1, "Ridgeline Rain Jacket", "山脊防雨夹克", "120.00", "89.00", "blue", 4.6),
    jacket(2, "Moorland Shell", "荒原冲锋衣", "74.50", None, "green", 4.3),
    jacket(3, "Cairn Packable Jacket with Pit Zips", "石堆可收纳夹克", "99.00", None, "red", 4.8),
    jacket(4, "Harbour Rain Parka", "港湾防雨派克", "95.00", "79.00", "navy", 4.1),
    jacket(5, "Drizzle Anorak", "细雨套头衫", "59.00", None, "yellow", 3.9),
)  # fmt: skip


class FakeGuide:
    """Understands one wish, one refinement, a removal, and Chinese; keeps everything in memory."""

    def __init__(self) -> None:
        self.turns: dict[str, list[LoggedTurn]] = {}
        self.events: list[Event] = []
        self.consents: dict[str, bool] = {}
        self.products = PRODUCTS
        self.slow = threading.Event()
        self.broken = False
        self.left_early = 0
        self.is_watched = False
        self.is_busy = lambda: False

    def watch(self, watcher: Watcher) -> None:
        """Nothing of what is made up here is counted."""

    def models(self) -> dict[str, str | None]:
        return {"clicks": "v1", "embedder": "none", "llm": None}

    def revision(self) -> int:
        return 1

    def check_vectors(self) -> None:
        pass

    def load_rest(self) -> None:
        """Nothing is left to load."""

    def take_up_changes(self) -> None:
        pass

    def answer(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        customer_id: str | None = None,
        segment: str | None = None,
        channel: str = "web",
        language: Language | None = None,
        picture: Picture | None = None,
    ) -> Iterator[TurnEvent]:
        if picture is not None:
            message = f"{MARK} {message}".strip()
        if self.broken:
            raise RuntimeError("the guide is broken")
        conversation = conversation_id or new_id()
        constraints = dict(self._constraints(conversation))
        constraints.update(_understood(message))
        yield from self._turn(conversation, message, constraints)

    def remove_constraint(self, conversation_id: str, path: str) -> Iterator[TurnEvent]:
        constraints = dict(self._constraints(conversation_id))
        head, _, rest = path.partition(".")
        kept = constraints.get(head)
        if isinstance(kept, list) and len(kept) > 1:
            constraints[head] = [value for value in kept if value != rest]
        elif isinstance(kept, dict) and rest in kept and len(kept) > 1:
            constraints[head] = {name: value for name, value in kept.items() if name != rest}
        else:
            constraints.pop(head, None)
        yield from self._turn(conversation_id, f"(–{path})", constraints)

    def record_event(self, event: Event) -> None:
        turn = next(
            (each for each in self.turns.get(event.conversation_id, []) if each.turn == event.turn),
            None,
        )
        shown = {card.product_id for card in turn.reply.products} if turn and turn.reply else set()
        if turn is None or (event.product_id is not None and event.product_id not in shown):
            raise UnknownTurnError("no such turn or product")
        if event.kind is EventKind.FEEDBACK:
            place = self.turns[event.conversation_id].index(turn)
            kept = LoggedTurn(
                turn.turn, turn.message, turn.reply, turn.created_at, event.value == "up"
            )
            self.turns[event.conversation_id][place] = kept
        self.events.append(event)

    def record_consent(self, conversation_id: str, purpose: str, *, given: bool) -> None:
        if conversation_id not in self.turns:
            raise UnknownTurnError("no such conversation")
        self.consents[conversation_id] = given

    def history(self, conversation_id: str) -> list[LoggedTurn]:
        return list(self.turns.get(conversation_id, []))

    def news(self, conversation_id: str, after: int = 0) -> News:
        return News()

    def close(self) -> None:
        pass

    def _constraints(self, conversation: str) -> dict[str, object]:
        for turn in reversed(self.turns.get(conversation, [])):
            if turn.reply is not None:
                return turn.reply.constraints
        return {}

    def _turn(
        self, conversation: str, message: str, constraints: dict[str, object]
    ) -> Iterator[TurnEvent]:
        turns = self.turns.setdefault(conversation, [])
        number = len(turns) + 1
        turns.append(LoggedTurn(number, message, None, datetime.now(UTC)))
        language = "zh" if re.search("[一-鿿]", message) else "en"
        time.sleep(SECONDS_TO_CARDS)
        cards = [card_of(product, language) for product in self.products]
        yield ProductsReady(conversation, number, language, cards, constraints)
        said = ""
        try:
            for sentence in SENTENCES[language]:
                time.sleep(1.5 if self.slow.is_set() else SECONDS_A_SENTENCE)
                said += sentence
                yield TextReady(sentence)
        except GeneratorExit:
            self.left_early += 1
            raise
        reply = Reply(
            conversation_id=conversation,
            turn=number,
            language=language,
            text=said,
            products=cards,
            constraints=constraints,
            intent=Intent.RECOMMEND,
            suggestions=["便宜一点的", "蓝色的"]
            if language == "zh"
            else ["cheaper ones", "in blue"],
            writer="composer",
        )
        turns[number - 1] = LoggedTurn(number, message, reply, turns[number - 1].created_at)
        yield reply


SENTENCES = {
    "en": (
        "I found five waterproof jackets under $100, none of them black. ",
        "The Ridgeline is the one most customers choose: reduced from $120.00 to $89.00, and "
        "rated 4.6 by 43 of them. ",
        "If weight matters more than price, look at the Moorland Shell.",
    ),
    "zh": ("为您找到五件防水夹克，都在 100 美元以内。", "最受欢迎的是山脊防雨夹克。"),
}


def card_of(product: Product, language: str) -> ProductCard:
    english = ["under $100", "waterproof", "not black"]
    translation = product.translations.get(language)
    return ProductCard(
        product_id=product.id,
        title=translation.title if translation else product.title,
        price=str(product.current_price),
        list_price=str(product.price) if product.sale_price else None,
        currency=product.currency,
        url=product.url,
        image_url=product.image_urls[0] if product.image_urls else None,
        availability=product.availability.value,
        rating=product.rating,
        rating_count=product.rating_count,
        click_probability=0.3,
        reasons=["100美元以内", "防水"] if language == "zh" else english,
    )


def _understood(message: str) -> dict[str, object]:
    found: dict[str, object] = {}
    text = message.lower()
    if "jacket" in text or "夹克" in text:
        found["category"] = ["jackets"]
    if limit := re.search(r"(?:under|\$)\s*\$?(\d+)|(\d+)\s*(?:以内|美元)", text):
        found["price"] = {"max": limit.group(1) or limit.group(2)}
    if "waterproof" in text or "防水" in text:
        found["attributes"] = {"waterproof": True}
    if "not black" in text:
        found["exclude"] = ["black"]
    return found
