"""`shopguide bench inbox`: the inbox and the figures over many simulated conversations."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from assistant.figures.fairness import fairness
from assistant.figures.products import never_clicked
from assistant.figures.reading import Asked as AskedFigures
from assistant.figures.reading import read_figures
from assistant.inbox.review import Reviews
from assistant.inbox.search import Asked, Place, find
from assistant.inbox.simulated import PREFIX, Progress, fill
from assistant.log import ConversationLog
from retrieval.catalog import Catalog
from retrieval.database import open_database, reading
from ui.markup import render
from ui.staff.pages import staff_words

CONVERSATIONS = 100_000
ROUNDS = 200
_FILTERS = (
    (), ("language:zh",), ("channel:slack",), ("handoff",), ("no_result",), ("label:退货",),
    ("rating:down",), ("intent:cart", "language:en"), ("handoff", "language:zh", "channel:web"),
    ("fell_back", "no_result"),
)  # fmt: skip
_WORDS: Mapping[str, Sequence[str]] = {
    "en": ("jacket", "running shoes", "waterproof tent for children", "kayak", "delivery take",
           "left handed scissors", "fellmarrow", "cheaper", "under $45", "talk to a person",
           "zeppelin", "quiet blender foldable"),
    "zh": ("帐篷", "防水的跑鞋", "充气皮划艇", "送朋友", "水", "人工客服", "左手剪刀", "便宜一点",
           "两人用的睡袋", "飞艇", "退货", "羽绒服 保暖"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of so many runs; `slowest` is what was asked in the slowest."""

    runs: int
    p50: float
    p95: float
    slowest_ms: float
    slowest: str


@dataclass(frozen=True, slots=True)
class InboxBench:
    """What a colleague waits for; `page` is a page of the inbox with what its form offers.

    `search_en` and `search_zh` are such pages found by words, half of them filtered too;
    `figures` is everything that the page of figures reads of a year but the wishes.
    """

    database: str
    conversations: int
    turns: int
    megabytes: float
    filled_in_seconds: float
    page: Times
    search_en: Times
    search_zh: Times
    figures: Times
    fairness: Times


def bench_inbox(
    url: str | None,
    conversations: int = CONVERSATIONS,
    *,
    rounds: int = ROUNDS,
    advance: Progress = lambda done, total: None,
) -> InboxBench:
    """Fill an empty database (None: a new SQLite file, thrown away afterwards), then ask.

    Raises:
        ShopGuideError: the database has other conversations in it, or cannot be opened.
    """
    with _database(url) as engine:
        ConversationLog(engine)
        Catalog(engine)
        since = time.perf_counter()
        turns = fill(engine, conversations, advance=advance)
        filled = time.perf_counter() - since
        draw = random.Random(0)  # noqa: S311
        today = datetime.now(UTC).date()
        year = AskedFigures(today - timedelta(days=365), today)
        return InboxBench(
            database=engine.dialect.name,
            conversations=conversations,
            turns=turns,
            megabytes=_bytes(engine) / 1e6,
            filled_in_seconds=filled,
            page=_timed(_pages(engine, draw, rounds)),
            search_en=_timed(_searches(engine, draw, "en", rounds)),
            search_zh=_timed(_searches(engine, draw, "zh", rounds)),
            figures=_timed([("a year", lambda: _figures(engine, year))] * 10),
            fairness=_timed([("a year", lambda: fairness(engine, year.since, year.until))] * 5),
        )


Run = tuple[str, Callable[[], object]]


def _pages(engine: Engine, draw: random.Random, rounds: int) -> Iterator[Run]:
    """First pages and pages far back, under every filter, with and without dates."""
    now = datetime.now(UTC)
    for _ in range(rounds):
        marks = draw.choice(_FILTERS)
        since = now - timedelta(days=draw.randrange(1, 300)) if draw.random() < 0.3 else None
        after = None
        if draw.random() < 0.4:
            far = now - timedelta(days=draw.randrange(1, 360))
            after = Place(int(far.timestamp() * 1e6), PREFIX)
        yield f"{marks} {since} {after}", _page(engine, Asked("", marks, since), after)


def _searches(engine: Engine, draw: random.Random, language: str, rounds: int) -> Iterator[Run]:
    for at in range(rounds):
        words = _WORDS[language][at % len(_WORDS[language])]
        marks = draw.choice(_FILTERS) if draw.random() < 0.5 else ()
        yield f"{words} {marks}", _page(engine, Asked(words, marks), None)


def _page(engine: Engine, asked: Asked, after: Place | None) -> Callable[[], object]:
    def read() -> str:
        Reviews(engine).labels_in_use()
        page = find(engine, asked, after)
        return render(
            "staff/inbox_rows.html",
            given={},
            page=page,
            t=staff_words("en"),
            language="en",
            now=datetime.now(UTC),
        )

    return read


def _figures(engine: Engine, year: AskedFigures) -> object:
    return read_figures(engine, year, "channel"), never_clicked(engine, year.since, year.until)


def _timed(runs: Iterable[Run]) -> Times:
    taken: list[tuple[float, str]] = []
    for asked, run in runs:
        since = time.perf_counter()
        run()
        taken.append((1000 * (time.perf_counter() - since), asked))
    times = sorted(each for each, _ in taken)
    slowest = max(taken)
    return Times(
        runs=len(times),
        p50=statistics.median(times),
        p95=times[min(len(times) - 1, round(0.95 * len(times)))],
        slowest_ms=slowest[0],
        slowest=slowest[1],
    )


@contextmanager
def _database(url: str | None) -> Generator[Engine]:
    with tempfile.TemporaryDirectory(prefix="shopguide-bench-") as folder:
        engine = open_database(url or f"sqlite:///{Path(folder) / 'inbox.db'}")
        try:
            yield engine
        finally:
            engine.dispose()


def _bytes(engine: Engine) -> int:
    if engine.dialect.name == "postgresql":
        size = select(func.pg_database_size(func.current_database()))
        with reading(engine) as connection:
            return int(connection.execute(size).scalar_one())
    file = Path(engine.url.database or "")
    return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))
