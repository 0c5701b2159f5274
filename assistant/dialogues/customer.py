"""A simulated customer, who knows what they want but not what the shop calls it.

They ask with some of its traits, answer what they are asked, say what is wrong with what they
are shown, take what they looked for, and give up after five turns. Seeded: the same customer
says the same to the same replies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from assistant.dialogues.checks import asks
from assistant.dialogues.wants import Trait, Want
from retrieval.product import Product

PATIENCE = 5
"""Turns after which a customer gives up."""

_OPENINGS = (
    "I'm looking for {what}",
    "Do you have {what}?",
    "I need {what}",
    "Can you show me {what}?",
    "Hi, I'd like {what} please",
)
_REFINEMENTS = (
    "It should be {what}",
    "Not quite. I want one {what}",
    "These are not it, I need it {what}",
    "Do you have one {what}?",
)
_OTHERS = ("Anything else?", "Can you show me some others?", "Do you have other ones?")
_OPENINGS_ZH = ("我想买{what}", "有没有{what}", "你好，想找{what}", "请推荐{what}")
_REFINEMENTS_ZH = ("要{what}的", "我想要{what}的", "不太对，要{what}的", "有{what}的吗")
_OTHERS_ZH = ("还有别的吗", "换一批看看", "有没有其他的")


class Seller(Protocol):
    """Who answers a customer: the guide, or the peer it is measured against."""

    def answer(self, message: str) -> tuple[Sequence[Product], str]:
        """The products shown, best first, and the text."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """How one customer fared; `turns` until success, or until they gave up."""

    want: Want
    messages: Sequence[str]
    said: Sequence[Trait]
    success: bool

    @property
    def turns(self) -> int:
        """Messages the customer wrote."""
        return len(self.messages)


@dataclass(slots=True)
class Customer:
    """One customer with one want."""

    want: Want
    seed: int
    said: list[Trait] = field(default_factory=list[Trait])

    def visit(self, seller: Seller) -> Visit:
        """Talk to a seller until the target is shown or patience ends."""
        random = Random(f"{self.seed}:{self.want.target.id}")  # noqa: S311
        self.said = []
        messages = [self._opening(random)]
        while True:
            shown, text = seller.answer(messages[-1])
            if any(self._is_it(product) for product in shown):
                return Visit(self.want, messages, self.said, True)
            if len(messages) == PATIENCE:
                return Visit(self.want, messages, self.said, False)
            messages.append(self._next(shown, text, random))

    def _is_it(self, product: Product) -> bool:
        """The target, or a variant of it that has everything said so far."""
        if product.id == self.want.target.id:
            return True
        same = product.variant_group == self.want.target.variant_group
        return same and all(trait.holds(product) for trait in self.said)

    def _opening(self, random: Random) -> str:
        noun = random.choice(self.want.nouns)
        some = self._choose(list(self.want.traits), random.choice((1, 2)), random)
        if self.want.language == "zh":
            said = "".join(f"{trait.said}的" for trait in some)
            return random.choice(_OPENINGS_ZH).format(what=f"{said}{noun}")
        before = [trait.said for trait in some if " " not in trait.said]
        after = [trait.said for trait in some if " " in trait.said]
        what = " ".join([*before, noun, *after])
        article = "some" if noun.endswith("s") else "an" if what[0] in "aeiou" else "a"
        return random.choice(_OPENINGS).format(what=f"{article} {what}")

    def _next(self, shown: Sequence[Product], text: str, random: Random) -> str:
        unsaid = [trait for trait in self.want.traits if trait not in self.said]
        chosen = self._answer_to(text, unsaid)
        if not chosen:
            # What most of the shown lack comes first; the customer names two faults at most.
            lacking = Counter(
                {
                    index: sum(not trait.holds(product) for product in shown)
                    for index, trait in enumerate(unsaid)
                }
            )
            worst = [index for index, count in lacking.most_common() if count or not shown]
            random.shuffle(worst)
            worst.sort(key=lambda index: -lacking[index])
            chosen = [unsaid[index] for index in worst[: random.choice((1, 2))]]
        # Said once and not heeded is said again.
        again = [
            trait for trait in self.said
            if shown and not any(trait.holds(product) for product in shown)
        ]  # fmt: skip
        chosen = chosen or again[:1]
        self.said += [trait for trait in chosen if trait not in self.said]
        chinese = self.want.language == "zh"
        if not chosen:
            return random.choice(_OTHERS_ZH if chinese else _OTHERS)
        if chinese:
            what = "、".join(trait.said for trait in chosen)
            return random.choice(_REFINEMENTS_ZH).format(what=what)
        return random.choice(_REFINEMENTS).format(what=" and ".join(t.said for t in chosen))

    def _answer_to(self, text: str, unsaid: Sequence[Trait]) -> list[Trait]:
        """The trait that the guide's question names, if it asks for one."""
        if not asks(text):
            return []
        question = re.split(r"(?<=[.!。！])\s*", text)[-1].casefold()
        cues = {"price": ("price", "budget", "spend", "预算", "价"), "brand": ("brand", "品牌")}
        for trait in unsaid:
            names = cues.get(trait.kind, (trait.name.replace("_", " ").casefold(),))
            if any(name in question for name in names):
                return [trait]
        return []

    def _choose(self, traits: list[Trait], count: int, random: Random) -> list[Trait]:
        """Traits for the first message; the price comes up as often as any other."""
        chosen = random.sample(traits, count)
        self.said += chosen
        return chosen
