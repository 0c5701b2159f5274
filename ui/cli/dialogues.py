"""`shopguide evaluate dialogues`: whole conversations, scripted and simulated."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from retrieval.errors import ShopGuideError
from ui.cli.output import output, print_json, progress_bar
from ui.settings import load_settings

if TYPE_CHECKING:
    from assistant.dialogues.judging import Quality
    from assistant.dialogues.report import CustomerReport, ScriptReport, Share


class CustomerLanguage(StrEnum):
    """What simulated customers speak; `auto` is what the catalogue is written in."""

    AUTO = "auto"
    EN = "en"
    ZH = "zh"


def evaluate_dialogues(
    files: Annotated[
        list[Path] | None, typer.Argument(help="scripted dialogues (YAML) over this shop")
    ] = None,
    customers: Annotated[
        int, typer.Option(min=0, help="simulated customers of each language; 0 for none")
    ] = 20,
    language: Annotated[
        CustomerLanguage, typer.Option(help="what simulated customers speak")
    ] = CustomerLanguage.AUTO,
    tag: Annotated[str | None, typer.Option(help="only dialogues with this tag")] = None,
    seed: Annotated[int, typer.Option(help="of the simulated customers")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Play dialogues and simulated customers against this shop's guide and a plain peer.

    The peer embeds the last message and shows the five nearest products. The conversations
    are in the log, on the channel "evaluation".
    """
    from assistant.dialogues.playing import Player
    from assistant.dialogues.report import report_customers, report_scripts
    from assistant.dialogues.script import read_script
    from assistant.turn import Guide

    scripts = [read_script(path) for path in files or ()]
    if not scripts and not customers:
        raise ShopGuideError("nothing to play: name a FILE, or ask for --customers")
    guide = Guide.open(load_settings())
    try:
        player = Player(guide)
        auditor = player.auditor()
        with progress_bar() as progress:
            played = [each for script in scripts for each in player.play(script, tag, progress)]
            spoken = ("en", "zh") if language is CustomerLanguage.AUTO else (language.value,)
            visits = {
                each: player.customers(customers, seed, each, progress)
                for each in spoken
                if customers
            }
        scripted = report_scripts(played, auditor, guide.parts.search) if played else None
        simulated = [
            report_customers(found, each, auditor) for each, found in visits.items() if found.guide
        ]
        writer = guide.parts.writer.model.name or "composer"
    finally:
        guide.close()
    if as_json:
        print_json(
            {
                "writer": writer,
                "scripted": None if scripted is None else scripted.to_json(),
                "customers": [report.to_json() for report in simulated],
            }
        )
        return
    if scripted is not None:
        _print_scripted(scripted, writer)
    for report in simulated:
        _print_customers(report, writer)


def _print_scripted(report: ScriptReport, writer: str) -> None:
    table = _table(f"{report.dialogues} scripted dialogues, {report.turns} turns (writer {writer})")
    table.add_row("checks that hold", _share(report.checks))
    table.add_row("dialogues without a fault", f"{report.passed} of {report.dialogues}")
    for name, share in {**report.by_kind, **report.by_group}.items():
        table.add_row(f"  {escape(name)}", _share(share))
    table.add_row("state accuracy, slots", _share(report.state))
    table.add_row("state accuracy, whole turns", _share(report.turns_with_state))
    table.add_row("product conditions, guide", _share(report.guide_products))
    table.add_row("product conditions, peer", _share(report.peer_products))
    _add_quality(table, report.quality)
    output.print(table)
    for failure in report.failures:
        output.print(
            f"\n[bold]{escape(failure.shop)} {escape(failure.dialogue)}[/bold], "
            f"turn {failure.turn}: “{escape(failure.said)}”"
        )
        output.print(f"  {escape(failure.check)}: expected {escape(failure.expected)}")
        output.print(f"  found {escape(failure.found)}")


def _print_customers(report: CustomerReport, writer: str) -> None:
    table = _table(f"{report.customers} simulated customers, {report.language} (writer {writer})")
    last = len(report.guide_by_turn)
    table.add_row(f"success within {last} turns, guide", _share(report.guide))
    table.add_row(f"success within {last} turns, peer", _share(report.peer))
    for name, shares in (("guide", report.guide_by_turn), ("peer", report.peer_by_turn)):
        table.add_row(f"  by turn, {name}", " ".join(str(share.held) for share in shares))
    table.add_row("turns to success", f"{report.turns_to_success:.2f}")
    table.add_row("state accuracy", _share(report.state))
    _add_quality(table, report.quality)
    output.print(table)


def _add_quality(table: Table, quality: Quality) -> None:
    satisfaction, grounded = quality.satisfaction, quality.groundedness
    table.add_row(
        "products that satisfy the wish",
        f"{satisfaction.share:.1%} of {satisfaction.shown}: {satisfaction.satisfied} do, of "
        f"{satisfaction.admitted} the text admits it, of {satisfaction.silent} it does not",
    )
    for each in satisfaction.broken:
        unmet = ", ".join(each.conditions)
        table.add_row("", escape(f"“{each.said}”: {each.title} is not {unmet}"))
    table.add_row(
        "facts not on record",
        f"{len(grounded.unverified)} of {grounded.facts} in {grounded.replies} replies",
    )
    for finding in grounded.unverified:
        table.add_row("", escape(f"{finding.kind} “{finding.said}”: {finding.sentence}"))
    table.add_row(
        "clarifying questions",
        f"{quality.clarifying}; twice in one conversation: {quality.asked_twice}",
    )
    latency = quality.latency_ms
    for name, (median, high) in (
        ("understand", latency.understand),
        ("cards", latency.products),
        ("first text", latency.first_text),
        ("whole reply", latency.total),
    ):
        table.add_row(f"{name}, p50 / p95", f"{median:.0f} / {high:.0f} ms")


def _table(title: str) -> Table:
    table = Table(title=title, show_header=False, title_justify="left", box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _share(share: Share) -> str:
    return f"{share.share:.1%} ({share.held} of {share.of})"
