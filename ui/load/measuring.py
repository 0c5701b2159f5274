"""`bench load` and `bench soak`: how many conversations a minute, until when, and for how long."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from assistant.tables import turns
from retrieval.catalog import Catalog
from retrieval.database import open_database, reading
from retrieval.embeddings import open_embedder
from retrieval.errors import ShopGuideError
from retrieval.indexing import load_vectors
from retrieval.ingest import Progress, no_progress
from retrieval.texts import product_text
from ui.load import peer as plain
from ui.load.customers import (
    Acknowledged,
    Talk,
    Tally,
    arrivals,
    crowd,
    talk_to_guide,
    talk_to_peer,
)
from ui.load.servers import Running, guides, peer
from ui.load.stores import on_servers
from ui.settings import Settings

SOON_MS = 2000.0
"""The 95th percentile to the whole reply up to which customers are served well."""
CROWDS = (1, 2, 4, 6, 8, 12, 16, 24, 32, 64)
PEER_CROWDS = (1, 2, 4)
_SAMPLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """So many customers at once, each talking without a pause."""

    customers: int
    conversations_a_minute: float
    replies_a_second: float
    p50_ms: float
    p95_ms: float
    refused: int
    errors: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """`sustained_…`: the most conversations a minute (of three messages) at a p95 of two seconds.

    `refused_from` is the number of customers from which some are told to wait; `lost` counts
    replies that customers were given and the log does not have. `times_faster` compares what
    is sustained, or where the peer sustains nothing within two seconds, its most.
    """

    servers: int
    database: str
    vectors: str
    products: int
    sustained_conversations_a_minute: float
    sustained_p95_ms: float
    refused_from: int | None
    replies: int
    errors: int
    lost: int
    megabytes: list[float]
    steps: list[Step]
    peer_conversations_a_minute: float | None = None
    peer_steps: list[Step] = field(default_factory=list[Step])
    times_faster: float | None = None


@dataclass(frozen=True, slots=True)
class SoakReport:
    """Memory in megabytes: after the first tenth of the time, at its end, and at most."""

    servers: int
    seconds: float
    conversations: int
    conversations_a_minute: float
    p50_ms: float
    p95_ms: float
    refused: int
    errors: int
    lost: int
    megabytes_warm: float
    megabytes_end: float
    megabytes_most: float
    megabytes_a_thousand_conversations: float
    megabytes: list[float]


def bench_load(
    settings: Settings,
    wishes: Sequence[str],
    *,
    servers: int,
    stores: bool = False,
    seconds: float,
    beside: bool,
    progress: Progress = no_progress,
) -> LoadReport:
    """Let more and more customers come to servers on a copy of the shop, and to the peer.

    With `stores` the copy lies on a PostgreSQL and a Chroma server of its own. `seconds` is how
    long each number of customers stays; `beside` whether the peer is measured.

    Raises:
        ShopGuideError: a server does not start, or the shop is empty.
    """
    said = cycle(wishes)
    given: list[Acknowledged] = []
    progress("starting", 0, None)
    with copy_of_shop(settings, stores=stores) as copied:
        with guides(copied, servers) as running:
            steps = _climb(running, talk_to_guide, said, CROWDS, seconds, given, progress)
            megabytes = [round(each.megabytes(), 1) for each in running]
        lost = _lost(copied.resolved_database_url, given)
    fine = [step for step in steps if step.p95_ms <= SOON_MS and not step.errors]
    best = max(fine, key=lambda step: step.conversations_a_minute, default=None)
    peer_steps = _peer_steps(settings, said, seconds, progress) if beside else []
    theirs = [step for step in peer_steps if step.p95_ms <= SOON_MS] or peer_steps
    most = max((step.conversations_a_minute for step in theirs), default=0.0)
    ours = best.conversations_a_minute if best else 0.0
    return LoadReport(
        servers=servers,
        database="postgresql" if copied.resolved_database_url.startswith("postgres") else "sqlite",
        vectors="embedded" if copied.chroma_url is None else "server",
        products=Catalog(open_database(settings.resolved_database_url)).count(),
        sustained_conversations_a_minute=ours,
        sustained_p95_ms=best.p95_ms if best else 0.0,
        refused_from=next((step.customers for step in steps if step.refused), None),
        replies=len(given),
        errors=sum(step.errors for step in steps),
        lost=lost,
        megabytes=megabytes,
        steps=steps,
        peer_conversations_a_minute=most if peer_steps else None,
        peer_steps=peer_steps,
        times_faster=round(ours / most, 2) if most else None,
    )


def bench_soak(
    settings: Settings,
    wishes: Sequence[str],
    *,
    servers: int,
    stores: bool = False,
    seconds: float,
    a_minute: float,
) -> SoakReport:
    """Let customers come at a steady rate for long, and see whether memory stays what it was.

    Raises:
        ShopGuideError: a server does not start, or the shop is empty.
    """
    tally, memory = Tally(), list[float]()
    with copy_of_shop(settings, stores=stores) as copied:
        with guides(copied, servers) as running:
            addresses = [each.address for each in running]

            async def both() -> None:
                watch = asyncio.create_task(_watched(running, memory))
                said = cycle(wishes)
                await arrivals(addresses, talk_to_guide, said, a_minute, seconds, tally)
                watch.cancel()

            began = time.monotonic()
            asyncio.run(both())
            took = time.monotonic() - began
        lost = _lost(copied.resolved_database_url, tally.replies)
    warm = memory[len(memory) // 10]
    after = max(1, tally.conversations) * 0.9
    return SoakReport(
        servers=servers,
        seconds=round(took, 1),
        conversations=tally.conversations,
        conversations_a_minute=round(tally.conversations * 60 / took, 1),
        p50_ms=round(tally.percentile(50)),
        p95_ms=round(tally.percentile(95)),
        refused=tally.refused,
        errors=tally.errors,
        lost=lost,
        megabytes_warm=warm,
        megabytes_end=memory[-1],
        megabytes_most=max(memory),
        megabytes_a_thousand_conversations=round((memory[-1] - warm) / after * 1000, 2),
        megabytes=memory[:: max(1, len(memory) // 30)],
    )


async def _watched(running: Sequence[Running], memory: list[float]) -> None:
    while True:
        memory.append(round(sum(each.megabytes() for each in running), 1))
        await asyncio.sleep(_SAMPLE_SECONDS)


def _climb(
    running: Sequence[Running],
    talk: Talk,
    wishes: Iterator[str],
    crowds: Sequence[int],
    seconds: float,
    given: list[Acknowledged],
    progress: Progress,
) -> list[Step]:
    """Step by step, until customers are refused or wait far too long."""
    addresses = [each.address for each in running]
    asyncio.run(crowd(addresses, talk, wishes, 1, min(2.0, seconds)))  # the first are slower
    steps: list[Step] = []
    for number, customers in enumerate(crowds):
        progress(f"{customers} customers", number, len(crowds))
        began = time.monotonic()
        tally = asyncio.run(crowd(addresses, talk, wishes, customers, seconds))
        took = time.monotonic() - began
        given += tally.replies
        steps.append(
            Step(
                customers=customers,
                # By messages: a conversation that was cut short by the end counts by its part.
                conversations_a_minute=round(len(tally.seconds) / 3 * 60 / took, 1),
                replies_a_second=round(len(tally.seconds) / took, 2),
                p50_ms=round(tally.percentile(50)),
                p95_ms=round(tally.percentile(95)),
                refused=tally.refused,
                errors=tally.errors,
            )
        )
        if tally.refused or tally.percentile(50) > 4 * SOON_MS:
            break
    return steps


def _peer_steps(
    settings: Settings, wishes: Iterator[str], seconds: float, progress: Progress
) -> list[Step]:
    catalog = Catalog(open_database(settings.resolved_database_url))
    products = list(catalog.products())
    progress("starting the peer", 0, None)
    texts = [product_text(product) for product in products]
    vectors = load_vectors(settings, products, open_embedder(settings))
    with TemporaryDirectory() as folder:
        plain.fill(Path(folder), texts, vectors)
        with peer(Path(folder)) as running:
            return _climb(running, talk_to_peer, wishes, PEER_CROWDS, seconds, [], progress)


@contextmanager
def copy_of_shop(settings: Settings, *, stores: bool = False) -> Generator[Settings]:
    """Settings of a copy of the data directory, so that made-up talk is not among the customers'.

    A configured database is used as it is; in it the channel tells, which is "bench". With
    `stores` products and vectors are copied to a PostgreSQL and a Chroma server of their own.
    """
    if not Catalog(open_database(settings.resolved_database_url)).count():
        raise ShopGuideError(f"{settings.data_dir}: no products; ingest a catalogue first")
    with ExitStack() as opened:
        data_dir = Path(opened.enter_context(TemporaryDirectory())) / "data"
        shutil.copytree(settings.data_dir, data_dir)
        copied = settings.model_copy(update={"data_dir": data_dir})
        yield opened.enter_context(on_servers(copied)) if stores else copied


def _lost(url: str, given: Sequence[Acknowledged]) -> int:
    """How many replies that customers were given are not in the log as they were given."""
    known: dict[tuple[str, int], str] = {}
    engine = open_database(url)
    ids = iter({one.conversation_id for one in given})
    with reading(engine) as connection:
        while some := list(islice(ids, 500)):
            query = select(turns.c.conversation_id, turns.c.turn, turns.c.reply).where(
                turns.c.conversation_id.in_(some), turns.c.completed_at.is_not(None)
            )
            for row in connection.execute(query):
                known[row.conversation_id, row.turn] = row.reply["text"]
    engine.dispose()
    return sum(known.get((one.conversation_id, one.turn)) != one.text for one in given)
