"""What customers chose of what they were shown."""

from __future__ import annotations

from sqlalchemy import Connection, Select, select

from assistant.events import EventKind
from assistant.tables import events

CHOICES = (EventKind.CLICK, EventKind.ADD_TO_CART, EventKind.PURCHASE)
Chosen = dict[EventKind, set[tuple[str, int, str]]]


def chosen_in(connection: Connection, of: Select[tuple[str]]) -> Chosen:
    """Conversation, turn and product of each choice in the conversations `of`, by its kind."""
    query = select(
        events.c.kind, events.c.conversation_id, events.c.turn, events.c.product_id
    ).where(
        events.c.conversation_id.in_(of),
        events.c.kind.in_([kind.value for kind in CHOICES]),
        events.c.product_id.is_not(None),
    )
    did: Chosen = {kind: set() for kind in CHOICES}
    for row in connection.execute(query):
        did[EventKind(row.kind)].add((row.conversation_id, row.turn, row.product_id))
    return did
