"""Hybrid search over the catalogue: by words and by meaning, hard filters inside both."""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from retrieval.catalog import Catalog
from retrieval.embeddings import Embedder, Vectors
from retrieval.errors import ShopGuideError
from retrieval.feedback import FEEDBACK_PRODUCTS, refine
from retrieval.filter_index import Mask
from retrieval.filters import Filters
from retrieval.fusion import OTHER_LANGUAGE_WEIGHT, RESCORED, fuse, rescore
from retrieval.indexing import keep_words, open_tokens
from retrieval.late import LateScores, Tokens, late_scores
from retrieval.product import Product
from retrieval.settings import RetrievalSettings
from retrieval.snapshot import Snapshot, take_snapshot, with_new_offers
from retrieval.tokenize import is_chinese
from retrieval.vectors import check_server

System = Literal["bm25", "dense", "hybrid"]
Scores = NDArray[np.float32]

NO_FILTERS = Filters()
_CHECK_SECONDS = 1.0
_LOOKED_AT = 6  # times as many products as feedback takes are put in order for it
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A product found; of its variants the best one that passes the filters.

    `score` is that of the system asked for, higher is better. Ranks count from 1 among all
    rows that pass; `lexical_rank` is None where no word of the query stands in the product,
    `dense_rank` where there was no query. `lexical_score` is BM25, `dense_score` the cosine,
    `late_score` and `late_least` are those of `retrieval.late`, None where they are not known;
    `across` that the product is named in another language than the customer's words;
    `feedback_score` the cosine after pseudo-relevance feedback, which `hybrid` alone does.
    """

    product: Product
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    lexical_score: float
    dense_score: float
    late_score: float | None = None
    late_least: float | None = None
    feedback_score: float | None = None
    across: bool = False


class ProductSearch:
    """Searches the newest snapshot of the catalogue; safe to share between threads.

    A change of the catalogue is noticed within a second of the next search and read in the
    background, while searches go on with the snapshot before it.
    """

    def __init__(
        self,
        settings: RetrievalSettings,
        catalog: Catalog,
        embedder: Embedder,
        multilingual: Embedder | None = None,
    ) -> None:
        """Take the first snapshot. Raises ShopGuideError where that is not possible."""
        # A scan of some ten thousand vectors takes a millisecond; threads that wait for each
        # other, and for the models' threads, took up to ten times as long.
        threadpool_limits(limits=1, user_api="blas")
        self._settings = settings
        self._catalog = catalog
        self._embedder = embedder
        self._refreshing = threading.Lock()
        self._tokens = open_tokens(settings, embedder)
        self._multilingual = multilingual
        self._snapshot = self._taken()
        self._checked = time.monotonic()

    @classmethod
    def open(
        cls,
        settings: RetrievalSettings,
        catalog: Catalog,
        embedder: Embedder,
        multilingual: Embedder | None = None,
    ) -> ProductSearch:
        """The search over a catalogue, its indexes brought up to date first.

        `multilingual` answers where the customer's words and the catalogue's are of two
        languages, and where both are Chinese.
        """
        return cls(settings, catalog, embedder, multilingual)

    def with_multilingual(self, embedder: Embedder, vectors: Vectors) -> ProductSearch:
        """This search of this revision with another second embedder, for comparing them.

        `vectors` are those of its products in the catalogue's order, shape (products, d).
        """
        other = copy.copy(self)
        other._multilingual = embedder
        other._snapshot = replace(self._snapshot, multilingual=vectors)
        return other

    @property
    def revision(self) -> int:
        """The catalogue's revision that is searched now."""
        return self._snapshot.revision

    @property
    def words_revision(self) -> int:
        """The last revision, of those searched, that changed words or which products there are."""
        return self._snapshot.words_revision

    def search(
        self,
        query: str,
        filters: Filters = NO_FILTERS,
        limit: int = 50,
        system: System = "hybrid",
        collapse: bool = True,
        own_words: str = "",
    ) -> list[SearchHit]:
        """The best `limit` products that pass, best first.

        With `collapse` each variant group gives one hit. Without a query, what passes comes
        by its ratings. `bm25` finds only products with a word of the query. `own_words` are the
        customer's, where `query` has others for them in the catalogue's language.
        """
        self._notice_changes()
        snapshot = self._snapshot
        allowed = passing = snapshot.filters.mask(filters)
        if not passing.any() or limit < 1:
            return []
        own_words = own_words.strip() or query
        if system != "bm25" and own_words.strip() and self._crosses(snapshot, own_words):
            return self._search_across(
                snapshot, query, own_words, passing, limit, system == "hybrid", collapse
            )
        if not query.strip():
            return _by_popularity(snapshot, passing, limit, collapse)
        vector, tokens = self._embed(query)
        dense: Scores = snapshot.vectors @ vector
        lexical = np.where(passing, snapshot.lexical.scores(query), np.float32(0))
        feedback: Scores | None = None
        if system == "bm25":
            scores, passing = lexical, passing & (lexical > 0)
        elif system == "dense":
            scores = dense
        else:
            best = self._best_rescored(
                snapshot, fuse(dense, lexical), tokens, passing, FEEDBACK_PRODUCTS
            )
            feedback = snapshot.vectors @ refine(vector, snapshot.vectors[best])
            scores = fuse(feedback, lexical)
        rows = _best_rows(snapshot, scores, passing, max(limit, RESCORED), collapse)
        found = scores[rows]
        late = self._late_scores(snapshot, tokens, rows)
        if system == "hybrid" and late is not None:
            order, found = rescore(found, late.mean[:RESCORED])
            rows = [rows[place] for place in order]
            late = LateScores(late.mean[order], late.least[order])
        dense_passing = dense[allowed]
        return [
            SearchHit(
                product=snapshot.products[row],
                score=float(found[place]),
                lexical_rank=_rank(lexical, lexical[row]) if lexical[row] > 0 else None,
                dense_rank=_rank(dense_passing, dense[row]),
                lexical_score=float(lexical[row]),
                dense_score=float(dense[row]),
                late_score=None if late is None else float(late.mean[place]),
                late_least=None if late is None else float(late.least[place]),
                feedback_score=None if feedback is None else float(feedback[row]),
            )
            for place, row in enumerate(rows[:limit])
        ]

    def _crosses(self, snapshot: Snapshot, own_words: str) -> bool:
        """Whether the multilingual encoder is to compare: MiniLM reads English alone."""
        if self._multilingual is None or snapshot.multilingual is None:
            return False
        foreign = snapshot.in_chinese & ~snapshot.in_english
        return is_chinese(own_words) or bool(foreign.mean() > 0.5)

    def _search_across(
        self,
        snapshot: Snapshot,
        query: str,
        own_words: str,
        passing: Mask,
        limit: int,
        with_words: bool,
        collapse: bool,
    ) -> list[SearchHit]:
        """Search by the multilingual encoder; BM25 takes the query, which has translated words."""
        assert self._multilingual is not None
        assert snapshot.multilingual is not None
        dense: Scores = snapshot.multilingual @ self._multilingual.embed_array([own_words])[0]
        lexical = np.where(passing, snapshot.lexical.scores(query), np.float32(0))
        scores = fuse(dense, lexical, OTHER_LANGUAGE_WEIGHT) if with_words else dense
        named = snapshot.in_chinese if is_chinese(own_words) else snapshot.in_english
        dense_passing = dense[passing]
        return [
            SearchHit(
                product=snapshot.products[row],
                score=float(scores[row]),
                lexical_rank=_rank(lexical, lexical[row]) if lexical[row] > 0 else None,
                dense_rank=_rank(dense_passing, dense[row]),
                lexical_score=float(lexical[row]),
                dense_score=float(dense[row]),
                across=not named[row],
            )
            for row in _best_rows(snapshot, scores, passing, limit, collapse)
        ]

    def _taken(self) -> Snapshot:
        return take_snapshot(self._settings, self._catalog, self._embedder, self._multilingual)

    def _best_rescored(
        self, snapshot: Snapshot, scores: Scores, tokens: Tokens | None, passing: Mask, count: int
    ) -> list[int]:
        """The best rows before feedback, one of each variant group."""
        rows = _best_rows(snapshot, scores, passing, count * _LOOKED_AT, collapse=True)
        late = self._late_scores(snapshot, tokens, rows)
        if late is None:
            return rows[:count]
        order, _ = rescore(scores[rows], late.mean)
        return [rows[place] for place in order[:count]]

    def _embed(self, query: str) -> tuple[Scores, Tokens | None]:
        if self._tokens is None:
            return self._embedder.embed_array([query])[0], None
        vectors, tokens = self._embedder.embed_tokens([query])
        return vectors[0], tokens[0]

    def _late_scores(
        self, snapshot: Snapshot, query: Tokens | None, rows: Sequence[int]
    ) -> LateScores | None:
        """Late scores of rows; None where they cannot be had of every one."""
        if self._tokens is None or query is None:
            return None
        hashes = [snapshot.text_hashes[row] for row in rows]
        stored = self._tokens.get(hashes)
        if any(one not in stored for one in hashes):
            return None  # an import has just removed or not yet stored some
        return late_scores(query, [stored[one] for one in hashes])

    def check_store(self) -> None:
        """See whether the vector store answers; the embedded one is only open while it changes.

        Raises:
            ShopGuideError: the server does not answer.
        """
        check_server(self._settings)

    def close(self) -> None:
        """Release the files that the search reads."""
        if self._tokens is not None:
            self._tokens.close()

    def count(self, filters: Filters) -> int:
        """How many products pass, variants counted once."""
        self._notice_changes()
        snapshot = self._snapshot
        return len(np.unique(snapshot.groups[snapshot.filters.mask(filters)]))

    def refresh(self) -> None:
        """Read the catalogue's changes now, and wait for it.

        Raises:
            ShopGuideError: where the database or the vector store cannot be read.
        """
        with self._refreshing:
            if self._catalog.revision() != self._snapshot.revision:
                self._snapshot = self._with_new_offers() or self._taken()

    def _with_new_offers(self) -> Snapshot | None:
        before = self._snapshot
        now = with_new_offers(before, self._catalog)
        if now is not None and now.words_revision == before.words_revision:
            keep_words(self._settings, before.revision, now.revision)
        return now

    def _notice_changes(self) -> None:
        if time.monotonic() - self._checked < _CHECK_SECONDS or self._refreshing.locked():
            return
        self._checked = time.monotonic()
        if self._catalog.revision() != self._snapshot.revision:
            threading.Thread(target=self._refresh_quietly, name="snapshot", daemon=True).start()

    def _refresh_quietly(self) -> None:
        try:
            self.refresh()
        except ShopGuideError as error:
            log.warning("the search goes on with the catalogue as it was: %s", error)


def _by_popularity(
    snapshot: Snapshot, passing: Mask, limit: int, collapse: bool
) -> list[SearchHit]:
    scores = snapshot.popularity
    rows = _best_rows(snapshot, scores, passing, limit, collapse)
    return [
        SearchHit(snapshot.products[row], float(scores[row]), None, None, 0.0, 0.0) for row in rows
    ]


def _best_rows(
    snapshot: Snapshot, scores: Scores, passing: Mask, limit: int, collapse: bool
) -> list[int]:
    """The rows of the best products; ties in the catalogue's order."""
    candidates = np.flatnonzero(passing)
    if not collapse:
        return candidates[_best_places(scores[candidates], limit)].tolist()
    looked_at = limit
    while True:
        looked_at *= 4  # variants share their places, so more are looked at than asked for
        order = candidates[_best_places(scores[candidates], looked_at)]
        first = np.sort(np.unique(snapshot.groups[order], return_index=True)[1])[:limit]
        if len(first) == limit or looked_at >= len(candidates):
            return [_variant(snapshot, scores, passing, row) for row in order[first].tolist()]


def _best_places(scores: Scores, count: int) -> NDArray[np.intp]:
    """Places of the highest scores, best first; equal ones keep their order."""
    if count >= len(scores):
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")][:count]


def _variant(snapshot: Snapshot, scores: Scores, passing: Mask, row: int) -> int:
    """Of a group's variants that pass: one that can be bought, then the one that fits best."""
    if snapshot.sellable[row]:
        return row
    variants = snapshot.filters.group(snapshot.products[row].variant_group)
    variants = variants[passing[variants] & snapshot.sellable[variants]]
    return int(variants[np.argmax(scores[variants])]) if len(variants) else row


def _rank(scores: Scores, score: float) -> int:
    return int(np.count_nonzero(scores > score)) + 1
