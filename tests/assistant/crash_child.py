"""Run by test_crash: answers without end, and prints each reply it has given out."""

from __future__ import annotations

import sys
from pathlib import Path

from turn_guide import small_guide

from assistant.reply import Reply

guide = small_guide(Path(sys.argv[1]))
conversation: str | None = None
while True:
    for message in ("waterproof jacket under $100", "in blue", "cheaper ones", "a red vest"):
        for event in guide.answer(message, conversation_id=conversation):
            if isinstance(event, Reply):
                conversation = event.conversation_id
                print(event.conversation_id, event.turn, len(event.products), flush=True)
