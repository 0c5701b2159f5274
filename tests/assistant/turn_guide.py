"""A guide over the small shop of jackets: real catalogue, understanding, writing and log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from langchain_core.language_models.chat_models import BaseChatModel
from sqlalchemy import Engine
from turn_parts import SHOP

from assistant.controls import Controls
from assistant.llm import LanguageModel
from assistant.log import ConversationLog
from assistant.reply import Reply, TurnEvent
from assistant.settings import AssistantSettings
from assistant.turn import Guide, Parts
from assistant.writing.writer import Writer
from ranking.asker import NOBODY, Asker
from ranking.rerank import RankedHit
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.document_search import Passage
from retrieval.filters import Filters
from retrieval.product import Product
from retrieval.search import SearchHit


class SmallSearch:
    """Finds by words in common, under the filters that these tests use."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.fails = False

    def search(
        self, query: str, filters: Filters | None = None, limit: int = 50, **_: object
    ) -> list[SearchHit]:
        if self.fails:
            raise RuntimeError("the index is on fire")
        words = set(query.lower().split())
        passing = [each for each in self._catalog.products() if _passes(each, filters)]
        scored = [
            (len(words & set(" ".join(each.texts()).lower().split())), each) for each in passing
        ]
        scored.sort(key=lambda pair: -pair[0])
        return [
            SearchHit(each, float(score), rank, rank, float(score), 0.5)
            for rank, (score, each) in enumerate(scored[:limit], start=1)
        ]

    def count(self, filters: Filters) -> int:
        return len(self.search("", filters))

    @property
    def words_revision(self) -> int:
        return self._catalog.revision()


class SmallRanker:
    """Ranks by rating, and says so."""

    version = "by-rating"

    def version_for(self, unit: str) -> str:
        return self.version

    def model(self, version: str) -> None:
        return None

    def shadow(self) -> None:
        return None

    def rank(
        self,
        query: str,
        hits: Sequence[SearchHit],
        customer_id: str | None = None,
        *,
        unit: str | None = None,
        asker: Asker = NOBODY,
    ) -> list[RankedHit]:
        ranked = sorted(hits, key=lambda hit: -(hit.product.rating or 0))
        return [
            RankedHit(
                hit, (hit.product.rating or 0) / 10, {"rating": 0.4, "discount": 0.1}, self.version
            )
            for hit in ranked
        ]


class SmallDocuments:
    """One page, which knows returns and nothing else."""

    def search(self, question: str, limit: int = 3, language: str | None = None) -> list[Passage]:
        score = 0.9 if "return" in question or "退货" in question else 0.1
        text = "You can send things back within 30 days."
        return [Passage("returns", "Returns", text, "en", score)]


def small_guide(
    folder: Path,
    model: BaseChatModel | None = None,
    products: Sequence[Product] = SHOP,
    engine: Engine | None = None,
    writer_seconds: float = 5.0,
) -> Guide:
    """Open the guide; the same folder opens the same shop again."""
    engine = engine or open_database(f"sqlite:///{folder / 'shop.db'}")
    catalog = Catalog(engine)
    catalog.upsert(products)
    parts = Parts(
        settings=AssistantSettings(data_dir=folder, shop_name="Testwear", writer="composer"),
        catalog=catalog,
        search=cast(Any, SmallSearch(catalog)),
        ranker=cast(Any, SmallRanker()),
        documents=cast(Any, SmallDocuments()),
        log=ConversationLog(engine),
        writer=Writer(LanguageModel(model, "scripted" if model else None, 4), writer_seconds),
        embedder="none",
        controls=Controls(engine),
    )
    return Guide(parts, on_close=engine.dispose)


def _passes(product: Product, filters: Filters | None) -> bool:
    if filters is None:
        return True
    if filters.product_ids and product.id not in filters.product_ids:
        return False
    price = product.current_price
    assert price is not None
    words = {
        product.title.lower(),
        (product.brand or "").lower(),
        *(str(value).lower() for value in product.attributes.values()),
    }
    return (
        (filters.price_min is None or price >= filters.price_min)
        and (filters.price_max is None or price <= filters.price_max)
        and (not filters.categories or bool(set(filters.categories) & set(product.category)))
        and (not filters.brands or product.brand in filters.brands)
        and all(
            product.attributes.get(name) in values for name, values in filters.attributes.items()
        )
        and not words & {word.lower() for word in filters.exclude}
        and (filters.rating_min is None or (product.rating or 0) >= filters.rating_min)
        and product.variant_group not in filters.exclude_groups
        and product.id not in filters.exclude_ids
    )


def reply_of(events: Iterable[TurnEvent]) -> Reply:
    """The reply that ends a turn."""
    return [event for event in events if isinstance(event, Reply)][-1]


def say(guide: Guide, *messages: str) -> Reply:
    """Say several things in one conversation; the last reply."""
    conversation = None
    reply: Reply | None = None
    for message in messages:
        reply = reply_of(guide.answer(message, conversation_id=conversation))
        conversation = reply.conversation_id
    assert reply is not None
    return reply
