"""kill -9 in the middle of replies: what a customer was given is in the log afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from turn_guide import small_guide

from assistant.reply import Reply

CHILD = Path(__file__).with_name("crash_child.py")
ROOT = Path(__file__).parents[2]


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(3))
def test_nothing_acknowledged_is_lost(tmp_path: Path, seed: int) -> None:
    pause = random.Random(seed).uniform(0.05, 0.4)
    path = os.pathsep.join([str(ROOT), str(CHILD.parent)])
    child = subprocess.Popen(
        [sys.executable, str(CHILD), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert child.stdout is not None
    given = [child.stdout.readline()]
    time.sleep(pause)
    child.send_signal(signal.SIGKILL)
    child.wait()
    given += child.stdout.read().splitlines(keepends=True)

    guide = small_guide(tmp_path)
    acknowledged = [line.split() for line in given if line.endswith("\n")]
    assert acknowledged
    conversation = acknowledged[0][0]
    logged = {turn.turn: turn.reply for turn in guide.history(conversation)}
    for _, turn, products in acknowledged:
        reply = logged[int(turn)]
        assert reply is not None
        assert len(reply.products) == int(products)

    # The conversation goes on where it was.
    *_, reply = guide.answer("a jacket", conversation_id=conversation)
    assert isinstance(reply, Reply)
    assert reply.turn > max(int(turn) for _, turn, _ in acknowledged)
    guide.close()
