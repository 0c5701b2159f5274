"""Letting a challenger score, unseen and off the hot path, what the champion has ranked.

Its scores go into the log beside the champion's, so that both can be compared by what customers
did with what the champion showed them.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.draft import Draft, Scored
from assistant.log import ConversationLog
from ranking.candidates import hit_candidates
from ranking.rerank import ClickRanker
from retrieval.errors import ShopGuideError

WAITING_TURNS = 100
CLOSING_SECONDS = 10.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    conversation_id: str
    turn: int
    scored: Sequence[Scored]


class ShadowScoring:
    """One thread that scores turns after they were answered; turns too many are left out."""

    def __init__(self, ranker: ClickRanker, log: ConversationLog) -> None:
        self._ranker = ranker
        self._log = log
        self._waiting: queue.Queue[_Turn | None] = queue.Queue(WAITING_TURNS)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.left_out = 0

    def note(self, draft: Draft) -> None:
        """Queue what a logged turn has ranked, if a challenger is to score it; never waits."""
        if not draft.scored or self._ranker.shadow() is None:
            return
        self._start()
        try:
            turn = draft.turn
            self._waiting.put_nowait(_Turn(turn.conversation_id, turn.turn, tuple(draft.scored)))
        except queue.Full:
            self.left_out += 1
            if self.left_out in (1, 10, 100) or self.left_out % 1000 == 0:
                logger.warning("%d turns were not scored by the challenger", self.left_out)

    def close(self) -> None:
        """Score what waits, for some seconds at most, and end."""
        if self._thread is not None and self._thread.is_alive():
            try:
                self._waiting.put(None, timeout=CLOSING_SECONDS)
            except queue.Full:
                return
            self._thread.join(CLOSING_SECONDS)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while (turn := self._waiting.get()) is not None:
            try:
                self._score(turn)
            except ShopGuideError as error:  # such as a conversation that was erased meanwhile
                logger.warning("shadow scores of a turn are not kept: %s", error)
            except Exception:
                logger.exception("the challenger failed to score a turn")

    def _score(self, turn: _Turn) -> None:
        challenger = self._ranker.shadow()
        if challenger is None:  # stopped since
            return
        scores: dict[str, float] = {}
        for query, hits, asker in turn.scored:
            probabilities = challenger.probabilities(query, hit_candidates(query, hits, asker))
            for hit, probability in zip(hits, probabilities.tolist(), strict=True):
                scores[hit.product.id] = round(probability, 6)
        self._log.keep_shadow_scores(turn.conversation_id, turn.turn, challenger.version, scores)
