"""What those are told who count and time turns: never a word of a customer's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.log import TurnRecord


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a turn; `at` seconds after the message arrived it began, `seconds` it took."""

    name: str
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class FinishedTurn:
    """A turn that is whole in the log; `began` is `time.time()` when its message arrived."""

    record: TurnRecord
    channel: str
    began: float
    steps: Sequence[Step]


Watcher = Callable[[FinishedTurn], None]
