"""`shopguide train clicks` and `shopguide models`."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ui.cli.learning import learn_from_log
from ui.cli.output import messages, output, print_fields, print_json, progress_bar
from ui.settings import load_settings

train_app = typer.Typer(help="Fine-tune a model.", no_args_is_help=True)
models_app = typer.Typer(help="The registry of click models.", invoke_without_command=True)

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


@train_app.command("clicks")
def train_clicks(
    examples: Annotated[
        list[Path] | None, typer.Option(help="JSONL of examples (repeatable)")
    ] = None,
    from_log: Annotated[
        bool,
        typer.Option("--from-log", help="learn from this shop's log since it was last learnt from"),
    ] = False,
    since: Annotated[
        datetime | None, typer.Option(help="with --from-log: from this day or time on")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="'minilm' (the default with --examples), a folder or a name of a BERT-like "
            "checkpoint; ':4' takes four layers. With --from-log the champion's unless given"
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="full, head, top-N (layers), lora (the default with --examples), adalora, "
            "prefix or ia3. With --from-log the champion's unless given"
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help="go on from this version, or from 'champion', as --from-log always does"),
    ] = None,
    seed: Annotated[int, typer.Option(help="of the split, the order and the weights")] = 0,
    epochs: Annotated[int | None, typer.Option(min=1, help="passes over the examples")] = None,
    optimizer: Annotated[str, typer.Option(help="adamw or sgd")] = "adamw",
    learning_rate: Annotated[
        float | None, typer.Option(min=0, help="of the encoder; the method's own by default")
    ] = None,
    patience: Annotated[
        int, typer.Option(min=1, help="evaluations without gain that end the training")
    ] = 4,
    listwise: Annotated[
        float, typer.Option(min=0, help="weight of a softmax loss over each list, beside clicks'")
    ] = 0.0,
    rating_weight: Annotated[
        float, typer.Option(min=0, help="weight of the squared error of ratings, beside clicks'")
    ] = 0.0,
    dropout: Annotated[float, typer.Option(min=0, max=0.9, help="before the head")] = 0.1,
    most_queries: Annotated[
        int | None,
        typer.Option(min=5, help="of files with more queries, draw so many (bounds the memory)"),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="processes or machines that train, by Ray (extra 'ray')")
    ] = 1,
    layers: Annotated[
        int | None,
        typer.Option(
            min=1, help="let the tuned tower teach a faster one of so many layers, and use that"
        ),
    ] = None,
    debias: Annotated[
        str,
        typer.Option(
            help="position bias: undone where examples have propensities (given), "
            "by estimated ones (estimated), or left (none)"
        ),
    ] = "given",
    resume: Annotated[
        bool, typer.Option("--resume/--afresh", help="go on where a killed run stopped")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="promote even a worse model")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune the click model, compare it with the champion, and register it.

    The new version is promoted only if it is better on held-out queries. With --from-log old
    examples are mixed in, and it must not be worse on old queries that were set aside either.
    """
    from ranking.train import train_clicks as train
    from retrieval.embeddings import open_embedder

    if from_log == bool(examples):
        raise typer.BadParameter("give either --examples FILE or --from-log")
    if from_log and (layers is not None or start is not None):
        raise typer.BadParameter("--layers and --start go with --examples FILE")
    settings = load_settings()
    if examples is None:
        with progress_bar() as advance:
            learnt = learn_from_log(
                settings,
                since=since,
                base=base,
                method=method,
                seed=seed,
                epochs=epochs,
                debias=debias,
                force=force,
                progress=advance,
            )
        if as_json:
            print_json(learnt)
        else:
            print_fields(f"Click model {learnt.version}", dataclasses.asdict(learnt))
        return
    with progress_bar() as advance:
        report = train(
            settings,
            open_embedder(settings),
            examples,
            base=base,
            method=method,
            start=start,
            seed=seed,
            epochs=epochs,
            optimizer=optimizer,
            learning_rate=learning_rate,
            patience=patience,
            listwise=listwise,
            rating_weight=rating_weight,
            dropout=dropout,
            most_queries=most_queries,
            workers=workers,
            layers=layers,
            debias=debias,
            resume=resume,
            force=force,
            progress=advance,
        )
    if as_json:
        print_json(report)
    else:
        print_fields(f"Click model {report.version}", dataclasses.asdict(report))


@train_app.command("writer")
def train_writer(
    chats: Annotated[
        list[Path] | None,
        typer.Option(help="approved conversations from `export chat` (repeatable)"),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="passes over the examples")] = 2,
    seed: Annotated[int, typer.Option(help="of the split, the order and the weights")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune the local language model for its one task, and compare it with the untrained one.

    It learns from this shop's products, and from conversations that staff approved. A version
    that writes no worse on products kept aside serves from the next start on.
    """
    from assistant.verify import strict_words
    from assistant.writing.tuning import train_writer as train
    from retrieval.shop import open_shop

    settings = load_settings()
    with open_shop(settings) as shop:
        products = list(shop.catalog.products())
        strict = strict_words(shop.catalog.facets())
    with progress_bar() as advance:
        report = train(
            settings.models_dir,
            products,
            strict,
            chats or (),
            epochs=epochs,
            seed=seed,
            progress=advance,
        )
    fields = report.to_json()
    if as_json:
        print_json(fields)
    else:
        print_fields(f"Writer {report.version}", fields)


@models_app.callback()
def models(context: typer.Context) -> None:
    """Without a subcommand: list the versions."""
    if context.invoked_subcommand is None:
        list_models(as_json=False)


@models_app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Show every registered version, its metrics, and which one serves."""
    from ranking.registry import Registry

    versions = Registry(load_settings().models_dir).list()
    if as_json:
        for version in versions:
            print_json(version)
        return
    table = Table("", "version", "method", "trained", "metrics", box=None)
    for version in versions:
        table.add_row(
            "●" if version.champion else "",
            version.version,
            version.method,
            version.created_at,
            ", ".join(f"{name} {value:.3f}" for name, value in version.metrics.items()),
        )
    output.print(table if versions else "No model is registered yet: the first start adds one.")


@models_app.command("promote")
def promote(version: Annotated[str, typer.Argument(help="the version that is to serve")]) -> None:
    """Let a version serve; running servers take it up by themselves."""
    from ranking.registry import Registry

    Registry(load_settings().models_dir).promote(version)
    messages.print(f"{version} serves now")


@models_app.command("rollback")
def rollback() -> None:
    """Let the version serve that served before."""
    from ranking.registry import Registry

    version = Registry(load_settings().models_dir).rollback()
    messages.print(f"{version} serves again")
