"""`shopguide report`: the figures of the console, and the fairness report, for scripts."""

from __future__ import annotations

import dataclasses
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ui.cli.output import messages, output, print_fields, print_json
from ui.settings import load_settings

app = typer.Typer(help="What became of the conversations.", no_args_is_help=True)

Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day, UTC")]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day; by default today")
]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]
_DAYS = 30


@app.command("figures")
def figures(
    since: Since = None,
    until: Until = None,
    out: Annotated[Path | None, typer.Option(help="the file to write; by default stdout")] = None,
) -> None:
    """A CSV row for each day, language and channel: counts, rates, latencies."""
    from assistant.audit_log import audit
    from assistant.figures.reading import Asked, write_csv
    from ui.cli.output import operator

    engine, asked = _database(), Asked(*_span(since, until))
    if out is None:
        write_csv(engine, asked, sys.stdout)
    else:
        with out.open("w", encoding="utf-8", newline="") as file:
            write_csv(engine, asked, file)
        messages.print(f"figures from {asked.since} to {asked.until} written to {out}")
    told = {"since": str(asked.since), "until": str(asked.until)}
    audit(engine, operator(), "export figures", "figures", **told)


@app.command("fairness")
def fairness(since: Since = None, until: Until = None, as_json: JsonOption = False) -> None:
    """Exposure of brands, price bands and sellers against their relevance.

    A ratio of 1 is what a group deserves by the click probability of its products; groups whose
    ratio is below 0.8 or above 1.25 are marked.
    """
    from assistant.figures.fairness import fairness as report_of

    report = report_of(_database(), *_span(since, until))
    if as_json:
        print_json(report)
        return
    output.print(
        f"{report.since} to {report.until}: {report.turns} turns that showed products, "
        f"{100 * report.paid:.1f} % of the attention sponsored"
    )
    for kind in ("brands", "price_bands", "sellers"):
        groups = getattr(report, kind)
        if groups:
            rows = [dataclasses.asdict(group) for group in groups]
            named = kind.replace("_", " ")
            output.print(f"\n{named} (inequity {report.inequity[kind]:.3f})")
            print_fields(named, {"groups": rows})


def _span(since: datetime | None, until: datetime | None) -> tuple[date, date]:
    last = until.date() if until else datetime.now(UTC).date()
    first = since.date() if since else last - timedelta(days=_DAYS - 1)
    if first > last:
        raise typer.BadParameter("--since is after --until")
    return first, last


def _database() -> Engine:
    from assistant.log import ConversationLog
    from retrieval.catalog import Catalog
    from retrieval.database import open_database

    engine = open_database(load_settings().resolved_database_url)
    ConversationLog(engine)  # brings the tables up to date
    Catalog(engine)
    return engine
