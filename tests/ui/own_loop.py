"""Coroutines in tests that may run after a browser's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")


def in_own_loop(go: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run it in a thread of its own: a browser of another test may hold this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(go())).result()
