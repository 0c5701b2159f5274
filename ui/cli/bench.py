"""`shopguide bench NAME`: the benchmarks, each side by side with its peer."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from retrieval.errors import ShopGuideError, cause
from retrieval.product import Product
from ui.cli import bench_load
from ui.cli.bench_clicks import CLICK_RUNS, Asked, versions
from ui.cli.output import print_fields, print_json
from ui.settings import Settings, load_settings

_QUERIES = 100


class Bench(StrEnum):
    """The benchmarks."""

    RETRIEVAL = "retrieval"
    INGEST = "ingest"
    RERANK = "rerank"
    TURN = "turn"
    GROUNDING = "grounding"
    LANGUAGES = "languages"
    UNDERSTANDING = "understanding"
    METHODS = "methods"
    BIAS = "bias"
    DAYS = "days"
    LOAD = "load"
    SOAK = "soak"
    INBOX = "inbox"
    START = "start"
    TRANSFER = "transfer"


def bench(
    name: Annotated[Bench, typer.Argument(help="what is measured")],
    queries: Annotated[
        Path | None,
        typer.Option(help="queries or messages: JSONL (query or message, .gz too) or plain lines"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="how many queries, messages, products or starts")
    ] = None,
    examples: Annotated[
        list[Path] | None,
        typer.Option(
            help="methods, transfer: JSONL of query, title, …, label or grade (repeatable)"
        ),
    ] = None,
    grade: Annotated[
        float | None, typer.Option(help="methods: grades from here on count as clicks")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="methods: parts of the queries")] = 5,
    tuned_folds: Annotated[
        int | None, typer.Option(min=1, help="methods: on how many of them towers are tuned")
    ] = None,
    methods: Annotated[
        str | None,
        typer.Option(help="methods: which, by commas; with rerank --examples: which versions"),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="methods: passes over the examples")] = 1,
    servers: Annotated[
        int, typer.Option(min=1, max=16, help="load, soak: server processes side by side")
    ] = 1,
    stores: Annotated[
        bool,
        typer.Option(
            "--stores", help="load, soak: a PostgreSQL and a Chroma server for the copy of the shop"
        ),
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option(min=1, max=7200, help="load: of a step (8); soak: in all (60)"),
    ] = None,
    per_minute: Annotated[
        float, typer.Option(min=1, help="soak: conversations that begin a minute")
    ] = 30,
    peer: Annotated[bool, typer.Option(help="load: measure the peer as well")] = True,
    database: Annotated[
        str | None,
        typer.Option(help="inbox: an empty database to fill; by default a SQLite file of its own"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Measure this shop on this machine.

    retrieval, rerank and ingest run beside LangChain's Chroma and sentence-transformers; with
    --examples rerank shows registered versions, quality and latency on one page;
    turn times what a customer waits for; grounding counts facts in replies that are in no
    record, by a checker that shares no code with the writer's; languages counts the wishes in
    one language that find their products in another, by each encoder that is installed;
    understanding times how long messages take to be understood and, where the file's rows say
    what people made of them (conditions, rewritten requests, intents), how far the guide agrees;
    methods cross-validates ways to train the click model on examples, over queries; bias
    undoes position bias in simulated logs whose true relevance is known; days learns from five
    simulated days' logs, one of them poisoned, and takes a wrong promotion back; inbox fills a
    database of its own with simulated conversations (--limit, by default 100,000 of ten turns)
    and times the staff's pages; transfer trains on the examples of each of several shops, and
    of all together, and tests on each, and on this shop's search where --queries has judgments;
    load lets more and more customers talk to servers on a copy of this shop until some are told
    to wait, beside a plain FastAPI application with LangChain's Chroma and a CrossEncoder; soak
    lets them come at a steady rate and watches the memory. Both stay on this machine, whose cores
    several servers share; with --stores the copy lies on a PostgreSQL and a Chroma server that are
    started for it;
    start times --limit starts (5) of the server on a copy of this shop, from the command to a
    page that answers and to the first reply.
    """
    settings = load_settings()
    asked = Asked(
        settings, limit, examples or [], grade, folds, tuned_folds, methods, epochs, queries
    )
    if name is Bench.INBOX:
        report = _inbox(database, limit)
    elif name is Bench.RERANK and examples:
        report = versions(asked)
    elif name.value in CLICK_RUNS:
        report = CLICK_RUNS[name.value](asked)
    elif name is Bench.LOAD:
        said = _lines(queries, limit)
        report = bench_load.load(settings, said, servers, stores, seconds, peer)
    elif name is Bench.SOAK:
        said = _lines(queries, limit)
        report = bench_load.soak(settings, said, servers, stores, seconds, per_minute)
    elif name is Bench.START:
        report = bench_load.start(settings, limit)
    else:
        report = _RUNS[name](settings, queries, limit)
    fields = dataclasses.asdict(report)  # pyright: ignore[reportArgumentType]
    if as_json:
        print_json(fields)
    else:
        print_fields(f"bench {name.value}", fields)


def _retrieval(settings: Settings, queries: Path | None, limit: int | None) -> object:
    from retrieval.bench import bench_retrieval
    from retrieval.shop import open_shop

    with open_shop(settings) as shop:
        words = _lines(queries, limit) or _title_words(shop.catalog.products())
        return bench_retrieval(shop.search, shop.catalog, words)


def _ingest(settings: Settings, _queries: Path | None, limit: int | None) -> object:
    from retrieval.bench import bench_ingest
    from retrieval.shop import open_shop

    with open_shop(settings) as shop:
        products = list(islice(shop.catalog.products(), limit or 2000))
        return bench_ingest(settings, products)


def _rerank(settings: Settings, queries: Path | None, limit: int | None) -> object:
    from ranking.bench import bench_rerank
    from retrieval.shop import open_shop

    with open_shop(settings) as shop:
        words = _lines(queries, limit or 20) or _title_words(shop.catalog.products())[:20]
        hits = [(query, shop.search.search(query, limit=50)) for query in words]
    return bench_rerank(settings, hits)


def _turn(settings: Settings, queries: Path | None, limit: int | None) -> object:
    from assistant.bench import bench_turn
    from assistant.turn import Guide
    from retrieval.catalog import Catalog
    from retrieval.database import open_database

    catalog = Catalog(open_database(settings.resolved_database_url))
    said = _lines(queries, limit) or _title_words(catalog.products())[: limit or 30]
    guide = Guide.open(settings)
    try:
        return bench_turn(guide, said)
    finally:
        guide.close()


def _grounding(settings: Settings, queries: Path | None, limit: int | None) -> object:
    from assistant.bench import bench_grounding
    from assistant.turn import Guide

    if queries is None:
        raise ShopGuideError("bench grounding needs --queries FILE, a message a line")
    guide = Guide.open(settings)
    try:
        return bench_grounding(guide, _lines(queries, limit or 200))
    finally:
        guide.close()


def _languages(settings: Settings, queries: Path | None, limit: int | None) -> object:
    from assistant.language_bench import bench_languages
    from retrieval.evaluate import read_judgments

    if queries is None:
        raise ShopGuideError(
            "bench languages needs --queries FILE, judged wishes: query, product_id, grade a line"
        )
    judged = read_judgments(queries)
    return bench_languages(settings, dict(list(judged.items())[:limit]))


def _understanding(settings: Settings, queries: Path | None, limit: int | None) -> object:
    from assistant.understanding.measure import measure_understanding
    from assistant.understanding.understander import Understander
    from retrieval.catalog import Catalog
    from retrieval.database import open_database

    if queries is None:
        raise ShopGuideError("bench understanding needs --queries FILE, a message a line")
    catalog = Catalog(open_database(settings.resolved_database_url))
    understander = Understander(catalog.facets(), catalog.titles())
    understander.warm_up()
    return measure_understanding(understander, islice(_rows(queries), limit))


def _inbox(database: str | None, limit: int | None) -> object:
    from ui.cli.output import progress_bar
    from ui.staff.bench import CONVERSATIONS, bench_inbox

    with progress_bar() as bar:
        return bench_inbox(
            database,
            limit or CONVERSATIONS,
            advance=lambda done, total: bar("conversations", done, total),
        )


_RUNS = {
    Bench.RETRIEVAL: _retrieval,
    Bench.INGEST: _ingest,
    Bench.RERANK: _rerank,
    Bench.TURN: _turn,
    Bench.GROUNDING: _grounding,
    Bench.LANGUAGES: _languages,
    Bench.UNDERSTANDING: _understanding,
}


def _lines(file: Path | None, limit: int | None) -> list[str]:
    """Distinct queries or messages of a file, in order; none without a file."""
    if file is None:
        return []
    opened = gzip.open if file.suffix == ".gz" else open
    found: dict[str, None] = {}
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if len(found) == limit:
                    break
                if line.strip():
                    found[_text_of(line.strip(), f"{file}, line {number}")] = None
    except (OSError, UnicodeDecodeError) as error:
        raise ShopGuideError(f"{file}: cannot be read ({cause(error)})") from error
    return list(found)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file; a line of plain text is a message."""
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                if not line.startswith("{"):
                    yield {"message": line.strip()}
                    continue
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    raise ShopGuideError(f"{file}, line {number}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ShopGuideError(f"{file}: cannot be read ({cause(error)})") from error


def _text_of(line: str, where: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ShopGuideError(f"{where}: {error}") from error
    text = row.get("query") or row.get("message")
    if not isinstance(text, str):
        raise ShopGuideError(f"{where}: field query (or message) is missing")
    return text


def _title_words(products: Iterable[Product]) -> list[str]:
    """Stand-in queries: the first words of titles spread over the catalogue."""
    titles = [product.title for product in products]
    step = max(1, len(titles) // _QUERIES)
    return list(dict.fromkeys(" ".join(title.split()[:3]) for title in titles[::step]))
