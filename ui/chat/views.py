"""What the page is sent: the state of one turn, or of a whole conversation, as plain data.

Gradio may deliver only the newest of several quick updates, so that each one holds the whole
turn so far; what has not changed is not sent over the wire again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from assistant.gestures import CartChanged, ConditionRemoved, read_gesture
from assistant.language import Language
from assistant.log import LoggedTurn
from assistant.reply import ProductsReady, Reply, TextReady, TurnEvent
from assistant.takeover.timeline import MessageKind, News, StaffMessage
from ui.chat.cards import cards_html, shown_text
from ui.chat.carts import cart_count, cart_html
from ui.chat.storefront import Reader
from ui.chat.wanted import chips_of, label_of
from ui.i18n import words
from ui.markup import render

Phase = Literal["waiting", "writing", "done", "stopped", "busy", "failed"]


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn as far as it has come. `cards`, `tail` and `chips` are markup, `text` is not.

    `in_cart` counts the things in the cart; None where the turn does not tell. `person` tells
    that the turn calls for a person, or that one has the conversation.
    """

    key: str
    phase: Phase = "waiting"
    conversation: str = ""
    turn: int = 0
    language: Language = "en"
    cards: str = ""
    shown: str = ""
    text: str = ""
    tail: str = ""
    chips: str = ""
    in_cart: int | None = None
    person: bool = False

    def to_json(self) -> dict[str, object]:
        """As the page's script reads it."""
        return {"kind": "turn", **asdict(self)}

    def after(self, event: TurnEvent, reader: Reader) -> TurnView:
        """The view once `event` has happened."""
        match event:
            case ProductsReady():
                return replace(
                    self,
                    phase="writing",
                    conversation=event.conversation_id,
                    turn=event.turn,
                    language=event.language,
                    cards=cards_html(event.products, event.language, compact=event.compares),
                    shown=shown_text(len(event.products), reader.language)
                    if event.products
                    else "",
                    chips=chips_html(event.constraints, reader),
                )
            case TextReady():
                return replace(self, text=self.text + event.text)
            case Reply():
                return replace(
                    self,
                    phase="done",
                    conversation=event.conversation_id,
                    turn=event.turn,
                    language=event.language,
                    text=event.text,
                    tail=_tail(event, reader.language, None),
                    chips=chips_html(event.constraints, reader),
                    in_cart=None if event.cart is None else cart_count(event.cart),
                    person=event.handoff or event.agent is not None,
                )


def chips_html(constraints: Mapping[str, object], reader: Reader) -> str:
    """The removable chips of what the customer wants."""
    chips = chips_of(constraints, reader)
    return render("chips.html", chips=chips, t=words(reader.language)) if chips else ""


@dataclass(frozen=True, slots=True)
class _PastTurn:
    """One turn of a conversation that is shown again."""

    message: str
    note: str | None
    reply: Reply | None
    cards: str
    tail: str
    staff: Sequence[str] = ()
    """The messages of colleagues that came behind it, as markup."""


def staff_message_html(message: StaffMessage, interface: Language) -> str:
    """A colleague's message, or the notice that one came or went."""
    return render(
        "staff_message.html",
        message=message,
        is_said=message.kind is MessageKind.SAID,
        cards=cards_html(message.products, message.language),
        t=words(interface),
    )


def conversation_json(
    conversation: str, turns: Sequence[LoggedTurn], reader: Reader, news: News
) -> dict[str, object]:
    """A conversation that is shown again."""
    shown: list[_PastTurn] = []
    wanted: Mapping[str, object] = {}
    titles: dict[str, str] = {}
    in_cart = 0
    for number, logged in enumerate(turns, start=1):
        reply = logged.reply
        note = _note(logged.message, wanted, titles, reader)
        last = number == len(turns)
        cards = cards_html(reply.products, reply.language, compact=reply.compares) if reply else ""
        tail = _tail(reply, reader.language, logged.helpful, suggest=last) if reply else ""
        staff = [
            staff_message_html(message, reader.language)
            for message in news.messages
            if message.after_turn == logged.turn
        ]
        shown.append(_PastTurn(logged.message, note, reply, cards, tail, staff))
        if reply is None:
            continue
        wanted = reply.constraints
        titles |= {card.product_id: card.title for card in reply.products}
        if reply.cart is not None:
            titles |= {line.product_id: line.title for line in reply.cart.lines}
            in_cart = cart_count(reply.cart)
    return {
        "kind": "conversation",
        "conversation": conversation,
        "turns": render("conversation.html", turns=shown, t=words(reader.language)),
        "chips": chips_html(wanted, reader),
        "in_cart": in_cart,
        "standing": standing_json(news),
        "newest": news.messages[-1].number if news.messages else 0,
    }


def standing_json(news: News) -> dict[str, object]:
    """Who has the conversation, as the page's script reads it."""
    standing = news.standing
    return {
        "state": standing.state,
        "agent": standing.agent,
        "staffed": standing.is_staffed,
        "typing": standing.is_typing,
    }


def _tail(reply: Reply, interface: Language, helpful: bool | None, *, suggest: bool = True) -> str:
    """What follows the text: a comparison's table, the cart, suggestions and the thumbs."""
    if reply.agent is not None and not reply.text:
        return ""  # the answer is a colleague's
    table = ""
    if reply.comparison is not None and reply.compares:
        table = render(
            "comparison.html",
            table=reply.comparison.model_dump(),
            language=reply.language,
            t=words(interface),
        )
    cart = "" if reply.cart is None else cart_html(reply.cart, reply.language, interface)
    return (
        table
        + cart
        + render(
            "tail.html",
            suggestions=reply.suggestions if suggest else [],
            language=reply.language,
            helpful=helpful,
            t=words(interface),
        )
    )


def _note(
    message: str, wanted: Mapping[str, object], titles: Mapping[str, str], reader: Reader
) -> str | None:
    """Words for a turn that a click began; None where the customer wrote."""
    t = words(reader.language)
    match read_gesture(message):
        case ConditionRemoved(path):
            label = label_of(wanted, path, reader)
            if label is None:
                return t["wanted.removed_unnamed"]
            return t["wanted.removed"].format(label=label)
        case CartChanged(product_id, quantity):
            title = titles.get(product_id)
            if title is None:
                return t["cart.note.unnamed"]
            how = "add" if quantity is None else "set" if quantity else "remove"
            return t[f"cart.note.{how}"].format(title=title, count=quantity)
        case None:
            return None
