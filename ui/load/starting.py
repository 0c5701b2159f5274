"""How long a shop takes to start: from the command to a page, and to the first reply."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import httpx

from retrieval.errors import ShopGuideError
from ui.load.measuring import copy_of_shop
from ui.load.servers import started
from ui.settings import Settings

STARTS = 5
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds to the page, seconds from there to a whole reply, products in it."""

    page_seconds: float
    reply_seconds: float
    products: int


@dataclass(frozen=True, slots=True)
class StartReport:
    """Medians of several starts.

    `page_seconds` runs from the command to an answered GET of `/`, `reply_seconds` from there to
    the whole reply to a message that is sent at once. `import_seconds` is what Python takes in
    the same minutes to import Gradio alone; `imports` is `page_seconds` in units of it, to compare
    machines of other speed.
    """

    starts: int
    page_seconds: float
    reply_seconds: float
    products: int
    import_seconds: float
    imports: float


def bench_start(settings: Settings, wish: str, starts: int = STARTS) -> StartReport:
    """Start `shopguide setup --serve` several times on a copy of the shop, by its own settings.

    One start before them is not counted: it makes what is made once.

    Raises:
        ShopGuideError: the shop is empty, a server does not start, or a message is refused.
    """
    measured, imports = list[Start](), list[float]()
    with copy_of_shop(settings) as copied:
        for _each in range(starts + 1):
            began = time.perf_counter()
            with started(copied.data_dir) as server:
                page = time.perf_counter() - began
                measured.append(_first_reply(server.address, wish, page))
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import gradio"], check=True)
            imports.append(time.perf_counter() - began)
    return summed_up(measured[1:], imports[1:])


def summed_up(starts: Sequence[Start], imports: Sequence[float]) -> StartReport:
    """The report of starts, and of the imports between them."""
    page, import_ = median(each.page_seconds for each in starts), median(imports)
    return StartReport(
        starts=len(starts),
        page_seconds=round(page, 2),
        reply_seconds=round(median(each.reply_seconds for each in starts), 2),
        products=min(each.products for each in starts),
        import_seconds=round(import_, 2),
        imports=round(page / import_, 2),
    )


def _first_reply(address: str, wish: str, page: float) -> Start:
    began = time.perf_counter()
    try:
        with httpx.Client(base_url=f"{address}/v1", timeout=_PATIENCE_SECONDS) as http:
            begun = http.post("/conversations", json={}).raise_for_status().json()
            reply = http.post(
                f"/conversations/{begun['conversation_id']}/messages?channel=bench",
                json={"message": wish},
                headers={"X-Conversation-Token": begun["token"]},
            )
            products = len(reply.raise_for_status().json()["products"])
    except httpx.HTTPError as error:
        raise ShopGuideError(f"the first message was not answered: {error}") from error
    return Start(page, time.perf_counter() - began, products)
