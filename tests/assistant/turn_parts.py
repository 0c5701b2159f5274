"""What the tests of log, writing and turn share: a small shop and records of turns in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant.log import Impression, OpenTurn, TurnRecord
from assistant.reply import Intent, ProductCard, Reply
from retrieval.product import Availability, Product, Review, Translation


def jacket(id: str, title: str, price: str, **fields: object) -> Product:
    """A jacket in dollars."""
    values = {
        "id": id,
        "title": title,
        "price": Decimal(price),
        "currency": "USD",
        "category": ("Clothing", "Jackets"),
        **fields,
    }
    return Product.model_validate(values)


SHELL = jacket(
    "shell",
    "Storm Shell Jacket",
    "120.00",
    sale_price=Decimal("89.00"),
    brand="Norvane",
    rating=4.6,
    rating_count=212,
    attributes={"color": "green", "waterproof": True, "hood": True},
    description="A waterproof jacket for hiking. The zip is covered by a flap.",
    reviews=(
        Review(text="Kept me dry on a long hike. The sleeves run long."),
        Review(text="Sleeves are a bit long, but it is light."),
    ),
    translations={
        "zh": Translation(
            title="风暴硬壳夹克",
            category=("服装", "夹克"),
            description="徒步防水夹克。",
            attributes={"颜色": "绿色", "防水": True, "连帽": True},
        )
    },
)
PARKA = jacket(
    "parka",
    "Drizzle Parka",
    "59.90",
    brand="Ostrel",
    rating=4.2,
    rating_count=1204,
    attributes={"color": "blue", "waterproof": True, "hood": True},
    description="A waterproof parka for hiking and the city.",
)
ANORAK = jacket(
    "anorak",
    "Cloudline Anorak",
    "74.50",
    brand="Norvane",
    rating=4.8,
    rating_count=96,
    availability=Availability.OUT_OF_STOCK,
    attributes={"color": "black", "waterproof": True, "hood": False},
    description="A light anorak for hiking and cycling.",
)
VEST = jacket(
    "vest",
    "Ember Vest",
    "39.00",
    brand="Halvern",
    rating=3.9,
    rating_count=15,
    attributes={"color": "red", "waterproof": False, "hood": False},
    description="A warm vest for autumn days.",
)
SHOP = (SHELL, PARKA, ANORAK, VEST)


def record_of(
    turn: OpenTurn,
    text: str = "Here you are.",
    shown: Sequence[Product] = (SHELL, PARKA),
    **fields: object,
) -> TurnRecord:
    """What a turn that showed these products leaves in the log."""
    cards = [
        ProductCard(
            product_id=product.id,
            title=product.title,
            price=str(product.current_price),
            currency=product.currency,
            url=None,
            image_url=None,
            click_probability=0.3,
        )
        for product in shown
    ]
    impressions = [
        Impression(
            position=position,
            product_id=product.id,
            title=product.title,
            description=product.description,
            kind="Jackets",
            query="waterproof jacket hiking",
            score=1.0 / position,
            click_probability=0.3,
            features={"lexical": 2.0, "cosine": 0.5},
            model_version="v1",
        )
        for position, product in enumerate(shown, start=1)
    ]
    reply = Reply(
        conversation_id=turn.conversation_id,
        turn=turn.turn,
        language="en",
        text=text,
        products=cards,
        intent=Intent.RECOMMEND,
        writer="composer",
    )
    return TurnRecord(
        reply=reply,
        state={"turn": turn.turn},
        impressions=impressions,
        **fields,  # type: ignore[arg-type]
    )


class ScriptedModel(BaseChatModel):
    """Says what it is told to, word by word; fails or waits where told to."""

    script: str
    wait_seconds: float = 0.0
    fails: bool = False

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *_: object, **__: object) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.script))])

    def _stream(
        self, messages: list[BaseMessage], *_: object, **__: object
    ) -> Iterator[ChatGenerationChunk]:
        import time

        time.sleep(self.wait_seconds)
        if self.fails:
            raise ConnectionResetError("half a JSON document")
        for word in self.script.split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word + " "))
