"""`shopguide evaluate search`, `clicks`, `policy`, `dialogues` and `privacy`."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ui.cli.dialogues import evaluate_dialogues
from ui.cli.output import messages, output, print_fields, print_json
from ui.settings import load_settings

app = typer.Typer(
    help="Measure search, the click model, a policy, whole conversations or masking.",
    no_args_is_help=True,
)
app.command("dialogues")(evaluate_dialogues)


class SystemName(StrEnum):
    """The stages that can be measured."""

    BM25 = "bm25"
    DENSE = "dense"
    HYBRID = "hybrid"
    FULL = "full"


@app.command("search")
def evaluate_search(
    judgments: Annotated[Path, typer.Option(help="JSONL of query, product_id, grade")],
    system: Annotated[SystemName, typer.Option(help="which stage answers")] = SystemName.FULL,
    as_json: Annotated[bool, typer.Option("--json", help="print the metrics as JSON")] = False,
) -> None:
    """Score the search of this shop's catalogue against relevance judgments."""
    from ranking.rerank import open_ranker
    from retrieval.evaluate import evaluate_search as evaluate
    from retrieval.evaluate import read_judgments
    from retrieval.shop import open_shop

    settings = load_settings()
    graded = read_judgments(judgments)
    with open_shop(settings) as shop:
        if system is SystemName.FULL:
            ranker = open_ranker(settings, shop.embedder)

            def rank(query: str, limit: int) -> list[str]:
                hits = shop.search.search(query, limit=limit)
                head = ranker.rank(query, hits[: settings.rerank_candidates])
                tail = hits[settings.rerank_candidates :]
                return [ranked.hit.product.id for ranked in head] + [hit.product.id for hit in tail]
        else:
            stage = system.value

            def rank(query: str, limit: int) -> list[str]:
                hits = shop.search.search(query, limit=limit, system=stage)
                return [hit.product.id for hit in hits]

        metrics = evaluate(rank, graded, system=system.value)
    if as_json:
        print_json(metrics.to_json())
    else:
        print_fields(f"{system.value} on {judgments}", metrics.to_json())


@app.command("privacy")
def evaluate_privacy(
    sentences: Annotated[
        list[Path] | None,
        typer.Option(help="marked sentences, one a line (repeatable); by default our own"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the metrics as JSON")] = False,
) -> None:
    """Score the masking of personal data on sentences that mark it as {kind:passage}."""
    from assistant.privacy.evaluate import SENTENCES, evaluate_masking, read_sentences
    from assistant.privacy.masking import Masker

    masker = Masker(load_settings().phone_regions)
    score = evaluate_masking(masker, read_sentences(sentences or SENTENCES))
    if as_json:
        print_json(score)
        return
    table = Table("kind", "passages", "masked", "recall", "precision", box=None)
    for kind, each in score.kinds.items():
        shares = (
            "–" if share is None else f"{share:.3f}" for share in (each.recall, each.precision)
        )
        table.add_row(kind, str(each.passages), str(each.masked), *shares)
    table.add_row("all", "", "", f"{score.recall:.3f}", f"{score.precision:.3f}")
    output.print(f"{score.sentences} sentences")
    output.print(table)
    for missed in (*score.missed, *score.wrong):
        output.print(missed, markup=False)


@app.command("clicks")
def evaluate_clicks(
    examples: Annotated[Path, typer.Option(help="JSONL of query, title, …, label or grade")],
    model: Annotated[str, typer.Option(help="a registered version, or 'base'")] = "champion",
    report: Annotated[
        Path | None,
        typer.Option(help="folder for a report (Markdown, pictures, JSON) beside BM25 and cosine"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the metrics as JSON")] = False,
) -> None:
    """Score a click model on labelled query-product pairs."""
    from ranking.evaluate import evaluate_clicks as evaluate
    from retrieval.embeddings import open_embedder

    settings = load_settings()
    embedder = open_embedder(settings)
    metrics = evaluate(settings, embedder, examples, model=model)
    if report is not None:
        from ranking.report import report_clicks, write_report

        path = write_report(report_clicks(settings, embedder, examples, model=model), report)
        messages.print(f"The report is in {path}")
    fields = metrics.to_json()
    if as_json:
        print_json(fields)
    else:
        print_fields(f"{model} on {examples}", fields)


@app.command("policy")
def evaluate_policy(
    log: Annotated[
        Path,
        typer.Option(help="CSV of item_id, position, click, propensity_score: what is weighed"),
    ],
    target: Annotated[Path, typer.Option(help="the log of the policy to estimate, alike")],
    clip: Annotated[float, typer.Option(min=1, help="the largest weight of an impression")] = 20.0,
    as_json: Annotated[bool, typer.Option("--json", help="print the estimate as JSON")] = False,
) -> None:
    """Estimate what one way of choosing products earns from the log of another."""
    from ranking.policy import estimate_policy, read_policy_log

    report = estimate_policy(read_policy_log(log), read_policy_log(target), clip=clip)
    if as_json:
        print_json(report)
    else:
        print_fields(f"{target.name} by {log.name}", dataclasses.asdict(report))
