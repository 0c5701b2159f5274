"""What the page is sent: the state of one turn, or of a whole conversation, as plain data.

Gradio may deliver only the newest of several quick updates, so that each one holds the whole
turn so far; what has not changed is not sent over the wire again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from assistant.language import Language
from assistant.log import LoggedTurn
from assistant.reply import ProductsReady, Reply, TextReady, TurnEvent
from ui.chat.cards import cards_html, shown_text
from ui.chat.storefront import Reader
from ui.chat.wanted import chips_of, label_of
from ui.i18n import words
from ui.markup import render

Phase = Literal["waiting", "writing", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn as far as it has come. `cards`, `tail` and `chips` are markup, `text` is not."""

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
                    cards=cards_html(event.products, event.language),
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


def conversation_json(
    conversation: str, turns: Sequence[LoggedTurn], reader: Reader
) -> dict[str, object]:
    """A conversation that is shown again."""
    shown: list[_PastTurn] = []
    wanted: Mapping[str, object] = {}
    for number, logged in enumerate(turns, start=1):
        reply = logged.reply
        note = _removal_note(logged.message, wanted, reader)
        last = number == len(turns)
        cards = cards_html(reply.products, reply.language) if reply else ""
        tail = _tail(reply, reader.language, logged.helpful, suggest=last) if reply else ""
        shown.append(_PastTurn(logged.message, note, reply, cards, tail))
        wanted = reply.constraints if reply else wanted
    return {
        "kind": "conversation",
        "conversation": conversation,
        "turns": render("conversation.html", turns=shown, t=words(reader.language)),
        "chips": chips_html(wanted, reader),
    }


def _tail(reply: Reply, interface: Language, helpful: bool | None, *, suggest: bool = True) -> str:
    """What follows the text: the table of a comparison, suggestions and the thumbs."""
    table = ""
    if reply.comparison is not None and reply.comparison.rows:
        table = render(
            "comparison.html",
            table=reply.comparison.model_dump(),
            language=reply.language,
            t=words(interface),
        )
    return table + render(
        "tail.html",
        suggestions=reply.suggestions if suggest else [],
        language=reply.language,
        helpful=helpful,
        t=words(interface),
    )


def _removal_note(message: str, wanted: Mapping[str, object], reader: Reader) -> str | None:
    """Words for a turn that took a condition back; `Guide.remove_constraint` logs it "(–path)"."""
    if not (message.startswith("(–") and message.endswith(")")):
        return None
    label = label_of(wanted, message[2:-1], reader)
    t = words(reader.language)
    if label is None:
        return t["wanted.removed_unnamed"]
    return t["wanted.removed"].format(label=label)
