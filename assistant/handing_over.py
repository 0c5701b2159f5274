"""Passing a conversation on to a person, with what they need to know to go on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, Field

from assistant.cart import CartView
from assistant.language import Language
from assistant.log import OpenTurn
from assistant.state import DialogueState
from assistant.takeover.notices import patience, quoted
from assistant.takeover.timeline import PULLED, MessageKind
from assistant.understanding.labels import condition_chips
from retrieval.catalog import Catalog

FAILED_TURNS = 3
"""So many turns in a row that did not help call for a person."""
_YES = (
    r"yes|yeah|yep|sure|ok|okay|please|go ahead|do that|do it|great|"
    r"that would be (?:great|nice|good)|i would like that"
)
_YES_CHINESE = r"好|好的|好啊|可以|行|要|嗯|是|是的|麻烦|麻烦了|请|转吧|转接"
_ACCEPTS = re.compile(
    rf"(?:{_YES})(?:[\s,.!]+(?:{_YES}|thanks|thank you))*[\s.!]*"
    rf"|(?:{_YES_CHINESE})[的吧啊呀了，,。!！ ]*(?:谢谢)?[。!！]*",
    re.IGNORECASE,
)


class HandoverSummary(BaseModel):
    """What a colleague reads first: why, what is wished for, what was shown, what is in the cart.

    `reason` is the cue that led here ("person", "anger", "three failed turns").
    """

    reason: str
    asked: str
    wish: list[str] = Field(default_factory=list[str])
    shown: list[str] = Field(default_factory=list[str])
    cart: list[str] = Field(default_factory=list[str])
    turns: int = 0


def accepts_person(text: str, state: DialogueState) -> bool:
    """Whether a clean text says yes to the person the guide has just offered."""
    return state.offers_person and _ACCEPTS.fullmatch(text.strip()) is not None


def summary_of(
    state: DialogueState, cart: CartView, message: str, reason: str, currency: str | None
) -> HandoverSummary:
    """The summary of a conversation as it stands."""
    return HandoverSummary(
        reason=reason,
        asked=message,
        wish=wish_labels(state, state.language, currency),
        shown=[product.title for product in state.last_shown],
        cart=[f"{line.quantity} × {line.title}" for line in cart.lines],
        turns=state.turn,
    )


def with_pasted_cards(state: DialogueState, turn: OpenTurn, catalog: Catalog) -> DialogueState:
    """The state with what colleagues have shown since the last turn: "the second one" is theirs."""
    for message in turn.staff:
        cards = message.products
        if not cards:
            continue
        records = catalog.get([card.product_id for card in cards])
        shown = [
            (card.product_id, card.title, records[card.product_id].current_price)
            for card in cards
            if card.product_id in records
        ]
        state = state.with_shown(message.after_turn, shown, records)
    return state


def words_of_staff(turn: OpenTurn, channel: str, language: Language) -> list[str]:
    """What colleagues said, where only a reply can bring it; nothing on other channels."""
    if channel not in PULLED:
        return []
    said: list[str] = []
    for message in turn.staff:
        text = message.text
        if message.kind is MessageKind.SAID:
            titles = [f"– {card.title}" for card in message.products]
            text = quoted(message.language, message.name, "\n".join([text, *titles]).strip())
        said.append(f"\n{text}" if said else text)
    if turn.agent is not None and not any(each.kind is MessageKind.SAID for each in turn.staff):
        said.append(patience(language, turn.agent))
    return said


def wish_labels(state: DialogueState, language: Language, currency: str | None) -> list[str]:
    """The conditions of the wish, or of each of several, in the customer's language."""
    wishes: Sequence[DialogueState] = [state.for_need(need) for need in state.wish.needs] or [state]
    labels = [
        chip.label
        for wish in wishes
        for chip in condition_chips(wish.constraints, language, currency)
    ]
    return list(dict.fromkeys(labels))
