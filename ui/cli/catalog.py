"""`shopguide ingest`, `shopguide documents` and `shopguide search`."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ui.cli.output import messages, output, print_fields, print_json, progress_bar
from ui.settings import load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


class Format(StrEnum):
    """Catalogue formats."""

    AUTO = "auto"
    JSONL = "jsonl"
    CSV = "csv"
    SHOPIFY = "shopify"
    GOOGLE = "google"
    MAGENTO = "magento"
    SCHEMA_ORG = "schema-org"


def ingest(
    files: Annotated[list[Path], typer.Argument(help="catalogue files, .gz too; - for stdin")],
    format: Annotated[Format, typer.Option(help="how the files are written")] = Format.AUTO,
    field_map: Annotated[
        Path | None, typer.Option("--map", help="TOML field map of a foreign CSV or JSONL")
    ] = None,
    sync: Annotated[bool, typer.Option("--sync", help="retire what the files do not have")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read a catalogue and upsert its products by id."""
    from retrieval.ingest import NothingReadError
    from retrieval.shop import fill_shop, open_shop

    nothing_read: NothingReadError | None = None
    with open_shop(load_settings()) as shop, progress_bar() as advance:
        try:
            report = fill_shop(
                shop, files, format=format.value, field_map=field_map, sync=sync, progress=advance
            )
        except NothingReadError as error:
            report, nothing_read = error.report, error
    if as_json:
        print_json(report)
    else:
        print_fields("Catalogue", dataclasses.asdict(report))
    if nothing_read is not None:
        raise nothing_read


def documents(
    files: Annotated[list[Path], typer.Argument(help="Markdown files: delivery, returns, …")],
) -> None:
    """Store the shop's own documents, from which questions about the shop are answered."""
    from retrieval.documents import store_documents
    from retrieval.shop import open_shop

    with open_shop(load_settings()) as shop:
        store_documents(shop.engine, files)
    messages.print(f"{len(files)} documents stored")


def search(
    query: Annotated[str, typer.Argument(help="what is looked for")],
    limit: Annotated[int, typer.Option(min=1, max=500, help="how many products")] = 10,
    filter: Annotated[
        list[str] | None, typer.Option(help="a hard condition, such as 'price<=100' (repeatable)")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search the catalogue as the guide does: hybrid retrieval, then the click model."""
    from ranking.rerank import open_ranker
    from retrieval.filter_expressions import parse_filter_expressions
    from retrieval.shop import open_shop

    settings = load_settings()
    filters = parse_filter_expressions(filter or [])
    with open_shop(settings) as shop:
        ranker = open_ranker(settings, shop.embedder)
        hits = shop.search.search(query, filters, limit=max(limit, settings.rerank_candidates))
        ranked = ranker.rank(query, hits)[:limit]
        if not ranked and not shop.catalog.count():
            messages.print(
                f"there are no products in {settings.data_dir} yet: shopguide ingest FILE, "
                f"or shopguide setup for the demo shop"
            )
    table = Table("", "product", "price", "click", "title", box=None)
    for rank, result in enumerate(ranked, start=1):
        hit, product = result.hit, result.hit.product
        price = product.current_price
        if as_json:
            print_json(
                {
                    "rank": rank,
                    "product_id": product.id,
                    "title": product.title,
                    "price": price,
                    "currency": product.currency,
                    "score": hit.score,
                    "click_probability": result.click_probability,
                    "sources": {"lexical": hit.lexical_rank, "dense": hit.dense_rank},
                }
            )
        else:
            cost = "–" if price is None else f"{price} {product.currency or ''}"
            table.add_row(
                str(rank), product.id, cost, f"{result.click_probability:.2f}", product.title
            )
    if not as_json:
        output.print(table if ranked else "No product passes.")
