"""A finished turn for those who watch turns."""

from __future__ import annotations

from assistant.log import TurnRecord
from assistant.reply import Intent, Latency, Reply
from assistant.watching import FinishedTurn, Step


def finished_turn() -> FinishedTurn:
    reply = Reply(
        conversation_id="c-1",
        turn=1,
        language="en",
        text="Here are two jackets.",
        intent=Intent.RECOMMEND,
        writer="composer",
        latency_ms=Latency(total=80),
    )
    steps = [Step("retrieve", 0.01, 0.02), Step("rerank", 0.03, 0.05)]
    return FinishedTurn(TurnRecord(reply, {}), "api", 1_800_000_000.0, steps)
