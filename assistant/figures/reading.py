"""The figures of a span of days: in all, by day or week, by language and by channel."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, TextIO

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
)

from assistant.cells import plain_cell
from assistant.figures.sketch import quantile
from assistant.figures.tables import days, latencies
from retrieval.database import reading

SUMS = tuple(column.name for column in days.columns if not column.primary_key)
LONGEST_BY_DAY = 100
"""A longer span is told by weeks."""

Split = Literal["", "language", "channel"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which turns are counted: from `since` to `until`, both included."""

    since: date
    until: date
    language: str = ""
    channel: str = ""

    def of(self, table: Table) -> ColumnElement[bool]:
        """The same as a condition on `days` or `latencies`."""
        conditions = [table.c.day >= self.since, table.c.day <= self.until]
        if self.language:
            conditions.append(table.c.language == self.language)
        if self.channel:
            conditions.append(table.c.channel == self.channel)
        return and_(*conditions)

    @property
    def by_week(self) -> bool:
        """Whether the span is told by weeks, which begin on Mondays."""
        return (self.until - self.since).days >= LONGEST_BY_DAY

    def period_of(self, day: date) -> date:
        """The first day of the period that a day is told in."""
        return day - timedelta(days=day.weekday()) if self.by_week else day

    def periods(self) -> list[date]:
        """The first days of all periods, those in which nothing happened too."""
        step = timedelta(days=7 if self.by_week else 1)
        first = self.period_of(self.since)
        return [first + step * at for at in range((self.until - first) // step + 1)]


@dataclass(slots=True)
class Figures:
    """Sums over some turns, and what follows from them; a rate is None where nothing is counted.

    `sums` has the columns of `figures_days`; `latency` counts turns by bucket.
    """

    sums: Counter[str] = field(default_factory=Counter[str])
    latency: Counter[int] = field(default_factory=Counter[int])

    def add(self, more: Figures) -> None:
        """Add others' sums."""
        self.sums.update(more.sums)
        self.latency.update(more.latency)

    def rate(self, part: str, *whole: str) -> float | None:
        """One sum over others."""
        total = sum(self.sums[name] for name in whole)
        return self.sums[part] / total if total else None

    @property
    def click_through(self) -> float | None:
        """Of the products shown, how many were clicked."""
        return self.rate("clicks", "shown")

    @property
    def add_to_cart(self) -> float | None:
        """Of the products shown, how many were put in the cart."""
        return self.rate("carts", "shown")

    @property
    def handed_over(self) -> float | None:
        """Of the conversations, how many were handed to a person."""
        return self.rate("handoffs", "conversations")

    @property
    def no_result(self) -> float | None:
        """Of the wishes for products, how many found none."""
        return self.rate("without_result", "wishes")

    @property
    def satisfaction(self) -> float | None:
        """Of the thumbs, how many were up."""
        return self.rate("helpful", "helpful", "unhelpful")

    @property
    def fall_back(self) -> float | None:
        """Of the turns in which a language model wrote, how many sent nothing of it."""
        return self.rate("fell_back", "drafted")

    @property
    def p50(self) -> float | None:
        """Milliseconds in which half of the replies were complete."""
        return quantile(self.latency, 0.5)

    @property
    def p95(self) -> float | None:
        """Milliseconds in which all but a twentieth of the replies were complete."""
        return quantile(self.latency, 0.95)


MEASURES = (
    *("click_through", "add_to_cart", "no_result", "handed_over", "satisfaction"),
    *("fall_back", "p50", "p95"),
)
"""What follows from the sums; the last two in milliseconds, the others shares."""


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a span; `over_time` by the split's value and the period's first day."""

    asked: Asked
    total: Figures
    over_time: Mapping[str, Mapping[date, Figures]]
    by_language: Mapping[str, Figures]
    by_channel: Mapping[str, Figures]
    by_intent: Mapping[str, int]


def read_figures(engine: Engine, asked: Asked, split: Split = "") -> Report:
    """Sum up a span of days. Costs as many rows as there are days, not turns."""
    over_time: dict[str, dict[date, Figures]] = {}
    with reading(engine) as connection:
        for (value, day), figures in _summed(connection, asked, split, "day").items():
            periods = over_time.setdefault(str(value), {})
            periods.setdefault(asked.period_of(day), Figures()).add(figures)
        by_language = _summed(connection, asked, "language")
        by_channel = _summed(connection, asked, "channel")
        turns = func.sum(days.c.turns)
        intents = select(days.c.intent, turns).where(asked.of(days)).group_by(days.c.intent)
        by_intent = connection.execute(intents.order_by(turns.desc())).all()
    total = Figures()
    for (_,), figures in by_language.items():
        total.add(figures)
    return Report(
        asked=asked,
        total=total,
        over_time={value: over_time[value] for value in _most_first(over_time)},
        by_language=_ordered(by_language),
        by_channel=_ordered(by_channel),
        by_intent={row[0]: row[1] for row in by_intent},
    )


def write_csv(engine: Engine, asked: Asked, out: TextIO) -> None:
    """A row for each day, language and channel: the sums, the rates, the latencies."""
    with reading(engine) as connection:
        rows = _summed(connection, asked, "day", "language", "channel")
    writer = csv.writer(out)
    writer.writerow(["day", "language", "channel", *SUMS, *MEASURES])
    for (day, language, channel), figures in sorted(rows.items()):
        measured = (getattr(figures, name) for name in MEASURES)
        told = ["" if value is None else f"{value:.6g}" for value in measured]
        sums = [figures.sums[name] for name in SUMS]
        writer.writerow([day, plain_cell(language), plain_cell(channel), *sums, *told])


def _summed(connection: Connection, asked: Asked, *by: str) -> dict[tuple[Any, ...], Figures]:
    """Figures by these columns; the empty name stands for all together."""
    rows: defaultdict[tuple[Any, ...], Figures] = defaultdict(Figures)

    def key(table: Table) -> list[ColumnElement[Any]]:
        return [table.c[name] if name else literal("") for name in by]

    def grouped(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
        parts = [table.c[name] for name in by if name]
        more = [table.c.bucket] if table is latencies else []
        query = select(*key(table), *more, *columns).where(asked.of(table))
        return query.group_by(*parts, *more)

    sums = (func.sum(days.c[name]) for name in SUMS)
    for row in connection.execute(grouped(days, *sums)):
        rows[tuple(row[: len(by)])].sums.update(dict(zip(SUMS, row[len(by) :], strict=True)))
    for row in connection.execute(grouped(latencies, func.sum(latencies.c.turns))):
        *place, bucket, turns = list(row)
        rows[tuple(place)].latency[bucket] += turns
    return rows


def _most_first(over_time: Mapping[str, Mapping[date, Figures]]) -> Sequence[str]:
    def turns(value: str) -> int:
        return -sum(figures.sums["turns"] for figures in over_time[value].values())

    return sorted(over_time, key=turns)


def _ordered(figures: Mapping[tuple[Any, ...], Figures]) -> dict[str, Figures]:
    named = {str(name): each for (name,), each in figures.items()}
    return dict(sorted(named.items(), key=lambda each: -each[1].sums["turns"]))
