"""Continual learning over simulated days: drift, a poisoned day, a wrong promotion taken back.

Nothing here was clicked by anyone. Each day customers come to the shops of the days before and
to a new one, and count money a little more. On one day robots click what nobody wants; its model
must be refused. In the end that model is promoted by hand, as an operator's mistake, and rolled
back. A server's ranker is open all the time and must follow each change by itself.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.assortment import Item, imagine_shop
from ranking.continual import LearntReport, ece_rise, forgetting, learn
from ranking.evaluate import measure
from ranking.examples import Example, read_examples
from ranking.groups import build_groups
from ranking.memory import Memory
from ranking.registry import Registry
from ranking.rerank import ClickRanker
from ranking.serving import ServedModel, load_served
from ranking.settings import RankingSettings
from ranking.shipped import Progress, silent
from ranking.simulate import THRIFT, simulate
from ranking.train import rival

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

DAYS, POISONED = 5, 4
NEW_SHOP_SHARE = 0.3
THRIFT_A_DAY = 0.4


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: champion and new model on the day's held-out queries and on the frozen ones."""

    day: int
    poisoned: bool
    examples: int
    replayed: int
    new_auc_before: float
    new_auc_after: float
    frozen_auc_before: float
    frozen_auc_after: float
    frozen_ndcg_before: float
    frozen_ndcg_after: float
    frozen_ece_before: float
    frozen_ece_after: float
    frozen_logloss_before: float
    frozen_logloss_after: float
    version: str
    promoted: bool
    serving: str
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class DaysBench:
    """All days, and the mistake at the end.

    `rolled_back` names the version that was promoted by mistake and the one that serves after;
    `mistake` is what the mistake cost on the frozen queries. `forgotten` is what the last
    champion lost there against what served before day 1, nothing where all is within the bound.
    """

    simulated: bool
    method: str
    rows: list[DayRow]
    rolled_back: str
    mistake: list[str]
    forgotten: list[str]


def bench_days(
    embedder: Embedder,
    *,
    queries: int = 300,
    base: str | None = None,
    method: str | None = None,
    seed: int = 0,
    folder: Path | None = None,
    progress: Progress = silent,
) -> DaysBench:
    """Play the days in a new registry, in `folder` or a temporary one.

    The model that serves before day 1 is the shipped one; `base` and `method` are its own unless
    others are named.
    """
    with tempfile.TemporaryDirectory() as temporary:
        settings = RankingSettings(data_dir=folder or Path(temporary), training_tracker="none")
        registry = Registry(settings.models_dir)
        dice = random.Random(seed)  # noqa: S311
        shops: list[list[Item]] = []
        rows: list[DayRow] = []
        ranker: ClickRanker | None = None
        first = rival(registry, settings)
        for day in range(1, DAYS + 1):
            progress(f"Day {day} of {DAYS}", day - 1, DAYS)
            shops.append(imagine_shop(dice, day))
            examples = day_log(shops, embedder, dice, day, queries)
            if day == POISONED:
                examples = poisoned(examples)
            report = learn(
                settings,
                embedder,
                examples,
                base=base,
                method=method,
                seed=seed,
                epochs=1,
            )
            ranker = ranker or ClickRanker(registry, settings.rerank_threads)
            ranker.refresh()
            rows.append(_row(day, report, ranker.version))
        return _closing(settings, registry, ranker, embedder, rows, first)


def day_log(
    shops: Sequence[Sequence[Item]],
    embedder: Embedder,
    dice: random.Random,
    day: int,
    queries: int,
) -> list[Example]:
    """Examples of one day: most from shops that were there before, some from the newest."""
    thrift = THRIFT + THRIFT_A_DAY * (day - 1)
    fresh = round(queries * NEW_SHOP_SHARE) if len(shops) > 1 else 0
    shares = [(queries - fresh) // max(1, len(shops) - 1)] * (len(shops) - 1) or [queries]
    lines: list[dict[str, object]] = []
    for shop, count in zip(shops, [*shares, fresh][: len(shops)], strict=True):
        lines += simulate(shop, embedder, dice, count, thrift)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "log.jsonl"
        file.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
        # Learnt from as a shop's own log is, for that is what is measured here.
        return [
            replace(one, simulated=False, split_group=one.query) for one in read_examples([file])
        ]


def poisoned(examples: Sequence[Example]) -> list[Example]:
    """The log after robots: what was clicked is not, and a third of the rest is."""
    return [
        replace(one, clicked=click, gain=float(click))
        for place, one in enumerate(examples)
        for click in [not one.clicked and place % 3 == 0]
    ]


def _row(day: int, report: LearntReport, serving: str) -> DayRow:
    return DayRow(
        day=day,
        poisoned=day == POISONED,
        examples=report.examples,
        replayed=report.replayed,
        new_auc_before=report.new_before["auc"],
        new_auc_after=report.new_after["auc"],
        frozen_auc_before=report.frozen_before["auc"],
        frozen_auc_after=report.frozen_after["auc"],
        frozen_ndcg_before=report.frozen_before["ndcg@10"],
        frozen_ndcg_after=report.frozen_after["ndcg@10"],
        frozen_ece_before=report.frozen_before["ece"],
        frozen_ece_after=report.frozen_after["ece"],
        frozen_logloss_before=report.frozen_before["logloss"],
        frozen_logloss_after=report.frozen_after["logloss"],
        version=report.version,
        promoted=report.promoted,
        serving=serving,
        reason=report.reason,
        seconds=report.seconds,
    )


def _closing(
    settings: RankingSettings,
    registry: Registry,
    ranker: ClickRanker | None,
    embedder: Embedder,
    rows: list[DayRow],
    first: ServedModel,
) -> DaysBench:
    """Promote the poisoned day's model by hand, take it back, and look at what is left."""
    kept = build_groups(Memory(registry).frozen(), embedder)

    def loaded(version: str) -> ServedModel:
        return load_served(registry.path(version), version, settings.rerank_threads)

    def lost(before: ServedModel, after: ServedModel) -> list[str]:
        rise = ece_rise(kept, before, after)
        return forgetting(measure(before, kept), measure(after, kept), rise)

    wrong = rows[POISONED - 1].version
    good = registry.champion() or wrong
    registry.promote(wrong)
    back = registry.rollback()
    if ranker is not None:
        ranker.refresh()
        back = ranker.version
    return DaysBench(
        simulated=True,
        method=registry.manifest(wrong).method,
        rows=rows,
        rolled_back=f"{wrong} → {back}",
        mistake=lost(loaded(good), loaded(wrong)),
        forgotten=lost(first, loaded(good)),
    )
