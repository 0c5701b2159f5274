"""`shopguide evaluate search`, `clicks` and `dialogues`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.dialogues import evaluate_dialogues
from ui.cli.output import print_fields, print_json
from ui.settings import load_settings

app = typer.Typer(
    help="Measure search, the click model or whole conversations.", no_args_is_help=True
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


@app.command("clicks")
def evaluate_clicks(
    examples: Annotated[Path, typer.Option(help="JSONL of query, title, …, label or grade")],
    model: Annotated[str, typer.Option(help="a registered version, or 'base'")] = "champion",
    as_json: Annotated[bool, typer.Option("--json", help="print the metrics as JSON")] = False,
) -> None:
    """Score a click model on labelled query-product pairs."""
    from ranking.evaluate import evaluate_clicks as evaluate
    from retrieval.embeddings import open_embedder

    settings = load_settings()
    metrics = evaluate(settings, open_embedder(settings), examples, model=model)
    fields = metrics.to_json()
    if as_json:
        print_json(fields)
    else:
        print_fields(f"{model} on {examples}", fields)
