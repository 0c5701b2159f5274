"""Writes the text of a recommendation: the composer at once, a language model where it is right.

The opening comes from the composer, so that the first text is instant and true. Then each
sentence of the model is verified before it is sent. Whatever the model leaves out (it is slow,
absent, busy or wrong) the composer says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.llm import LanguageModel
from assistant.verify import Verifier
from assistant.writing.composer import composer_for
from assistant.writing.contrasts import contrast_of
from assistant.writing.plan import Pick, Plan
from assistant.writing.prompts import endpoint_prompt, small_facts, small_prompt
from assistant.writing.sentences import stream_sentences

MOST_FROM_MODEL = 3
FEWEST_FACTS = 2


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence of the model that was not sent, and why."""

    sentence: str
    reason: str


@dataclass(slots=True)
class Written:
    """How the model did in one turn."""

    accepted: int = 0
    dropped: list[Dropped] = field(default_factory=list[Dropped])

    @property
    def drafted(self) -> int:
        """Sentences the model finished."""
        return self.accepted + len(self.dropped)


class Writer:
    """Turns plans into text."""

    def __init__(self, model: LanguageModel, deadline_seconds: float) -> None:
        self.model = model
        self._deadline_seconds = deadline_seconds

    def write(
        self, plan: Plan, verifier_of: Callable[[], Verifier], written: Written
    ) -> Iterator[str]:
        """Sentences in the order they are to be sent; `written` counts along.

        A sentence of an endpoint takes the place of the composer's on the same product. A small
        model only adds one at the end: what the composer knows does not wait for it.
        """
        composer = composer_for(plan.language)
        yield composer.opening(plan)
        if not plan.picks:
            return
        body = composer.body(plan)
        alone = self.model.is_small or not self._can_write(plan)
        if alone:
            yield from (said.text for said in body)
        if not self._can_write(plan):
            return
        deadline = time.monotonic() + self._deadline_seconds
        verifier = verifier_of()
        told: set[str] = set()
        for sentence, about in self._drafts(plan, deadline):
            verdict = verifier.check(sentence, plan.language, about)
            reason = verdict.reason
            if not reason and set(verdict.about) & told:
                reason = "says it again"
            if reason:
                written.dropped.append(Dropped(sentence, reason))
                continue
            written.accepted += 1
            told.update(verdict.about)
            yield sentence
            if written.accepted == MOST_FROM_MODEL:
                break
        if not alone:
            yield from (said.text for said in body if not said.about or said.about not in told)

    def _can_write(self, plan: Plan) -> bool:
        if plan.is_a_guess:
            return False
        # The small model knows no Chinese: measured, not one sentence in ten was Chinese.
        return self.model.ready and (plan.language == "en" or not self.model.is_small)

    def _drafts(self, plan: Plan, deadline: float) -> Iterator[tuple[str, list[str]]]:
        """Sentences of the model with the ids of the products it was asked about."""
        picks = told_picks(plan)
        if not self.model.is_small:
            prompt = endpoint_prompt(plan, picks)
            ids = [pick.product.id for pick in picks]
            for sentence in stream_sentences(self.model.stream(prompt, deadline)):
                yield sentence, ids
            return
        for pick in picks[:1]:
            if len(small_facts(pick)) < FEWEST_FACTS:
                return  # with nothing to say, a small model makes something up
            prompt = small_prompt(pick, bare=self.model.is_tuned)
            stream = stream_sentences(self.model.stream(prompt, deadline))
            for sentence in stream:
                yield sentence, [pick.product.id]
                break  # asked for one; more would only repeat it


def told_picks(plan: Plan) -> list[Pick]:
    """The one or two products that are worth a sentence: the first, and what contrasts with it."""
    contrast = contrast_of(plan.picks)
    return [plan.picks[0], contrast[1]] if contrast else [plan.picks[0]]
