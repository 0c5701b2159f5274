"""The benchmarks of a server under load."""

from __future__ import annotations

import random
from collections.abc import Sequence

from retrieval.catalog import Catalog
from retrieval.database import open_database
from ui.cli.output import progress_bar
from ui.settings import Settings

WISHES = 5000


def load(
    settings: Settings,
    said: Sequence[str],
    servers: int,
    stores: bool,
    seconds: float | None,
    beside: bool,
) -> object:
    """`bench load`."""
    from ui.load.measuring import bench_load

    wishes = said or made_up(settings)
    with progress_bar() as advance:
        return bench_load(
            settings,
            wishes,
            servers=servers,
            stores=stores,
            seconds=seconds or 8,
            beside=beside,
            progress=advance,
        )


def soak(
    settings: Settings,
    said: Sequence[str],
    servers: int,
    stores: bool,
    seconds: float | None,
    a_minute: float,
) -> object:
    """`bench soak`."""
    from ui.load.measuring import bench_soak

    wishes = said or made_up(settings)
    return bench_soak(
        settings,
        wishes,
        servers=servers,
        stores=stores,
        seconds=seconds or 60,
        a_minute=a_minute,
    )


def start(settings: Settings, starts: int | None) -> object:
    """`bench start`."""
    from ui.load.starting import STARTS, bench_start

    return bench_start(settings, made_up(settings)[0], starts or STARTS)


def made_up(settings: Settings) -> list[str]:
    """Wishes of two or three words of a product's title, hardly one like another.

    Repeated ones would be answered from the cache of click logits, which flatters.
    """
    titles = [
        title for _, _, title in Catalog(open_database(settings.resolved_database_url)).titles()
    ]
    chosen = random.Random(0)  # noqa: S311
    wishes: list[str] = []
    for title in chosen.sample(titles, min(WISHES, len(titles))):
        words = title.split()[:6]
        wishes.append(" ".join(chosen.sample(words, min(len(words), chosen.choice((2, 3))))))
    return wishes
