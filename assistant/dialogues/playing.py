"""Plays dialogues and customers against a guide, and beside it the plain peer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from assistant.audit import Auditor
from assistant.bench import stored_documents
from assistant.dialogues.checks import Check, check_turn
from assistant.dialogues.customer import Customer, Visit
from assistant.dialogues.exchange import Conversation, Exchange
from assistant.dialogues.script import Dialogue, Script
from assistant.dialogues.wants import Wants
from assistant.language import Language
from assistant.turn import Guide
from retrieval.errors import ShopGuideError
from retrieval.ingest import Progress, no_progress
from retrieval.product import Product
from retrieval.search import ProductSearch

PEER_SHOWS = 5


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A turn and its checks."""

    exchange: Exchange
    checks: Sequence[Check]


@dataclass(frozen=True, slots=True)
class PlayedDialogue:
    """A dialogue as it went."""

    shop: str
    dialogue: Dialogue
    turns: Sequence[PlayedTurn]


@dataclass(frozen=True, slots=True)
class Visits:
    """Simulated customers of both sellers: the same wants, the same seeds.

    `kept` of the `stated` traits were among the guide's constraints after the message.
    """

    guide: Sequence[Visit]
    peer: Sequence[Visit]
    conversations: Sequence[Sequence[Exchange]]
    stated: int
    kept: int


class Player:
    """Plays against one guide; reads its catalogue once."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._products = tuple(guide.parts.catalog.products())
        self._records: Mapping[str, Product] = {each.id: each for each in self._products}

    def auditor(self) -> Auditor:
        """The independent auditor over this shop's records and documents."""
        records = (product.model_dump(mode="json") for product in self._products)
        return Auditor.of(records, stored_documents(self._guide))

    def play(
        self, script: Script, tag: str | None = None, progress: Progress = no_progress
    ) -> list[PlayedDialogue]:
        """Play the dialogues of a file, or those with a tag, each in its own conversation.

        Raises:
            ShopGuideError: where the shop that is open is not the one the file is about.
        """
        known = {*self._records, *(each.variant_group for each in self._products)}
        missing = [id_ for id_ in script.needs if id_ not in known]
        if missing:
            raise ShopGuideError(
                f"the dialogues of '{script.shop}' need another catalogue than the one in the "
                f"data directory, which has no product {missing[0]}"
            )
        played: list[PlayedDialogue] = []
        chosen = [each for each in script.dialogues if tag is None or tag in each.tags]
        for done, dialogue in enumerate(chosen, start=1):
            played.append(PlayedDialogue(script.shop, dialogue, self._turns(dialogue)))
            progress(f"dialogues of {script.shop}", done, len(chosen))
        return played

    def customers(
        self, count: int, seed: int, language: Language, progress: Progress = no_progress
    ) -> Visits:
        """Send customers of one language; fewer, where the catalogue has fewer targets."""
        wants = Wants(self._products)
        targets = wants.targets(language)
        chosen = Random(seed).sample(targets, min(count, len(targets)))  # noqa: S311
        guides: list[Visit] = []
        peers: list[Visit] = []
        conversations: list[Sequence[Exchange]] = []
        stated = kept = 0
        for done, target in enumerate(chosen, start=1):
            want = wants.want(target, language)
            assert want is not None, "a target is a product that can be wanted"
            seller = _GuideSeller(Conversation(self._guide, self._records))
            visit = Customer(want, seed).visit(seller)
            guides.append(visit)
            peers.append(Customer(want, seed).visit(_PeerSeller(self._guide.parts.search)))
            conversations.append(seller.conversation.exchanges)
            some, all_ = _kept(visit, seller.conversation.exchanges)
            kept, stated = kept + some, stated + all_
            progress(f"customers ({language})", done, len(chosen))
        return Visits(guides, peers, conversations, stated, kept)

    def _turns(self, dialogue: Dialogue) -> list[PlayedTurn]:
        conversation = Conversation(self._guide, self._records)
        played: list[PlayedTurn] = []
        for turn in dialogue.turns:
            if turn.say is not None:
                exchange = conversation.say(turn.say)
            else:
                exchange = conversation.remove(turn.remove or "")
            checks = check_turn(turn.expect, exchange, self._products)
            played.append(PlayedTurn(exchange, checks))
        return played


@dataclass(slots=True)
class _GuideSeller:
    conversation: Conversation

    def answer(self, message: str) -> tuple[Sequence[Product], str]:
        exchange = self.conversation.say(message)
        return exchange.shown, exchange.reply.text


@dataclass(slots=True)
class _PeerSeller:
    """Embeds the last message and shows the five nearest products."""

    search: ProductSearch

    def answer(self, message: str) -> tuple[Sequence[Product], str]:
        hits = self.search.search(message, limit=PEER_SHOWS, system="dense")
        return [hit.product for hit in hits], ""


def peer_products(search: ProductSearch, message: str) -> Sequence[Product]:
    """What the peer shows to a message."""
    return _PeerSeller(search).answer(message)[0]


def _kept(visit: Visit, exchanges: Sequence[Exchange]) -> tuple[int, int]:
    """How many of the things stated are in the constraints of the last reply, and of how many.

    Words of a description are no constraint and don't count. A value counts wherever it
    stands: whether "cotton" is a material or a fabric is the guide's business.
    """
    traits = [trait for trait in visit.said if trait.kind != "word"]
    constraints = exchanges[-1].reply.constraints
    believed = json.dumps(constraints, ensure_ascii=False, default=str).casefold()
    price = constraints.get("price")
    limit = price.get("max") if isinstance(price, dict) else None
    kept = 0
    for trait in traits:
        if trait.kind == "price":
            kept += limit is not None and str(limit) == f"{trait.value:f}"
        elif trait.value is True:
            kept += any(name in believed for name in (trait.name.casefold(), trait.said.casefold()))
        else:
            forms = {str(trait.value).casefold(), trait.said.casefold()}
            kept += any(form in believed for form in forms)
    return kept, len(traits)


def exchanges_of(played: Sequence[PlayedDialogue]) -> Iterator[Sequence[Exchange]]:
    """The conversations of played dialogues."""
    for dialogue in played:
        yield [turn.exchange for turn in dialogue.turns]
