"""What a guide is made of, and what one turn of it works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.controls import Controls
from assistant.draft import Draft
from assistant.log import ConversationLog
from assistant.naming import Naming
from assistant.settings import AssistantSettings
from assistant.supervision import supervised_catalog, supervised_search
from assistant.understanding.understander import Understander, Understood
from assistant.writing.composer import Composer, composer_for
from assistant.writing.writer import Writer
from ranking.rerank import ClickRanker, RankedHit
from retrieval.catalog import Catalog
from retrieval.document_search import DocumentSearch
from retrieval.facets import Facets
from retrieval.product import Product
from retrieval.search import ProductSearch, SearchHit


@dataclass(frozen=True, slots=True)
class Parts:
    """What a guide is made of."""

    settings: AssistantSettings
    catalog: Catalog
    search: ProductSearch
    ranker: ClickRanker
    documents: DocumentSearch
    log: ConversationLog
    writer: Writer
    embedder: str
    controls: Controls


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What follows from the catalogue's facets, made once a revision."""

    revision: int
    facets: Facets
    understander: Understander
    strict_words: frozenset[str]


@dataclass(frozen=True)
class TurnContext:
    """One turn at work; `understood` is None where a click took the place of a message."""

    parts: Parts
    words: Vocabulary
    draft: Draft
    understood: Understood | None = None
    is_busy: bool = False
    """Whether other customers wait: the search's best are ranked, not all that might be."""

    @property
    def facets(self) -> Facets:
        """The facets of the catalogue as it is now."""
        return self.words.facets

    @cached_property
    def naming(self) -> Naming:
        """How things are called in the customer's language."""
        return Naming(self.facets, self.draft.language)

    @property
    def composer(self) -> Composer:
        """The composer of the customer's language."""
        return composer_for(self.draft.language)

    @cached_property
    def search(self) -> ProductSearch:
        """The search, which finds nothing that the lead's rules hide."""
        return supervised_search(self.parts.search, self.draft.rules)

    @cached_property
    def catalog(self) -> Catalog:
        """The products that the lead's rules do not hide."""
        return supervised_catalog(self.parts.catalog, self.draft.rules)

    @property
    def currency(self) -> str | None:
        """The currency of a price that names none."""
        return self.parts.settings.currency or self.facets.currency

    @property
    def candidates(self) -> int:
        """How many products are ranked."""
        settings = self.parts.settings
        if self.is_busy:
            return min(settings.rerank_candidates, settings.rerank_candidates_busy)
        return settings.rerank_candidates

    def rank(self, query: str, hits: Sequence[SearchHit]) -> list[RankedHit]:
        """Hits by the click model that serves this conversation; the draft notes which that is."""
        draft = self.draft
        turn = draft.turn
        asker = draft.asker
        ranked = self.parts.ranker.rank(
            query, hits, turn.customer_id, unit=turn.conversation_id, asker=asker
        )
        if ranked:
            draft.scored.append((query, hits, asker))
            draft.models["clicks"] = ranked[0].model_version
        return ranked

    def meant(self) -> list[Product]:
        """The products a message speaks of: named ones, else the one in focus or shown alone."""
        state = self.draft.state
        ids: Sequence[str] = (self.understood.referents if self.understood else ()) or state.focus
        if not ids and len(state.last_shown) == 1:
            ids = [state.last_shown[0].product_id]
        return self.products(ids)

    def products(self, ids: Sequence[str]) -> list[Product]:
        """The products with these ids that the shop has, in this order."""
        found = self.catalog.get(ids)
        return [found[key] for key in ids if key in found]
