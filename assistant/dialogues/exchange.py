"""What was said and shown in one turn of an evaluated conversation, and before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.reply import Reply, TurnEvent
from assistant.turn import Guide
from retrieval.errors import ShopGuideError
from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message and its reply.

    `shown` are the records of the reply's cards in order; `said` all messages of the
    conversation so far with this one; `seen` the ids of all products of earlier replies.
    """

    message: str
    reply: Reply
    shown: Sequence[Product]
    said: Sequence[str]
    seen: Sequence[str]


class Conversation:
    """One conversation with a guide, remembered turn by turn."""

    def __init__(self, guide: Guide, records: Mapping[str, Product]) -> None:
        """`records` are the catalogue's products by id."""
        self._guide = guide
        self._records = records
        self.exchanges: list[Exchange] = []

    def say(self, message: str) -> Exchange:
        """Send a message and wait for the whole reply."""
        given = self._id
        return self._done(
            message, self._guide.answer(message, conversation_id=given, channel="evaluation")
        )

    def remove(self, path: str) -> Exchange:
        """Remove one condition, as a click on its chip does.

        Raises:
            ShopGuideError: before the first message, when there is nothing to remove.
        """
        if self._id is None:
            raise ShopGuideError(f"'remove: {path}' needs a message before it")
        return self._done("", self._guide.remove_constraint(self._id, path))

    @property
    def _id(self) -> str | None:
        return self.exchanges[-1].reply.conversation_id if self.exchanges else None

    def _done(self, message: str, events: Iterable[TurnEvent]) -> Exchange:
        *_, reply = events
        if not isinstance(reply, Reply):
            raise ShopGuideError("a turn ended without a reply")
        exchange = Exchange(
            message=message,
            reply=reply,
            shown=[
                self._records[card.product_id]
                for card in reply.products
                if card.product_id in self._records
            ],
            said=[*(each.message for each in self.exchanges), message],
            seen=[key for each in self.exchanges for key in _spoken_of(each.reply)],
        )
        self.exchanges.append(exchange)
        return exchange


def _spoken_of(reply: Reply) -> list[str]:
    """The products of a reply: on its cards and in the cart."""
    in_cart = reply.cart.lines if reply.cart else ()
    return [*(card.product_id for card in reply.products), *(each.product_id for each in in_cart)]
