"""`shopguide experiment`: a challenger beside the champion, on live traffic."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.output import messages, operator, print_fields, print_json
from ui.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.experiment_report import ShadowReport, SplitReport
    from ranking.experiments import Experiment

app = typer.Typer(
    help="Compare a click model with the champion on live traffic.", no_args_is_help=True
)
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


@app.command("start")
def start(
    version: Annotated[str, typer.Argument(help="the version that challenges the champion")],
    share: Annotated[
        float, typer.Option(min=0, max=1, help="of the conversations that it ranks for")
    ] = 0.5,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="only score unseen what the champion ranks")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a registered version challenge the champion.

    Running servers take it up by themselves. A conversation stays in its arm, and the log says
    which version ranked what was shown. Promoting any version ends the experiment.
    """
    from ranking.experiments import Experiments
    from ranking.registry import Registry

    settings = load_settings()
    started = Experiments(Registry(settings.models_dir)).start(version, share=share, shadow=shadow)
    _audit(settings, "experiment started", started)
    if as_json:
        print_json(started)
        return
    how = "scores unseen" if shadow else f"ranks {share:.0%} of the conversations"
    messages.print(f"{started.name}: {version} {how} beside {started.control}")


@app.command("stop")
def stop(as_json: JsonOption = False) -> None:
    """End the experiment that runs; the champion serves everybody again."""
    from ranking.experiments import Experiments
    from ranking.registry import Registry

    settings = load_settings()
    ended = Experiments(Registry(settings.models_dir)).stop()
    _audit(settings, "experiment stopped", ended)
    if as_json:
        print_json(ended)
    else:
        messages.print(f"{ended.name} is over: {ended.control} serves everybody")


@app.command("list")
def list_experiments(as_json: JsonOption = False) -> None:
    """Show every experiment there was."""
    from ranking.experiments import Experiments
    from ranking.registry import Registry

    known = Experiments(Registry(load_settings().models_dir)).all()
    if as_json:
        for one in known:
            print_json(one)
    elif known:
        print_fields("", {"experiments": [dataclasses.asdict(one) for one in known]})
    else:
        messages.print("there was no experiment yet")


@app.command("report")
def report(
    name: Annotated[
        str | None, typer.Argument(help="such as e2; the newest one by default")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what an experiment has come to, with a test by conversation."""
    from assistant.experiment_report import SplitReport, report_experiment
    from assistant.log import ConversationLog
    from ranking.experiments import ExperimentError, Experiments
    from ranking.registry import Registry
    from retrieval.database import open_database

    settings = load_settings()
    known = Experiments(Registry(settings.models_dir)).all()
    wanted = [one for one in known if name in (None, one.name)]
    if not wanted:
        raise ExperimentError("there was no experiment" + (f" {name}" if name else " yet"))
    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)  # brings the tables up to date
    found = report_experiment(engine, wanted[-1])
    if as_json:
        print_json(found)
    elif isinstance(found, SplitReport):
        _print_split(found)
    else:
        _print_shadow(found)


def _print_split(found: SplitReport) -> None:
    one = found.experiment
    until = one.stopped_at or "now"
    arms = [
        {"arm": arm, **dataclasses.asdict(counts)}
        for arm, counts in (("control", found.control), ("challenger", found.challenger))
    ]
    metrics = [
        {"metric": metric, **dataclasses.asdict(difference)}
        for metric, difference in found.metrics.items()
    ]
    print_fields(
        f"{one.name}: {one.challenger} against {one.control}",
        {
            "from": one.started_at,
            "until": until,
            "share": one.share,
            "split is chance with p": found.sample_ratio_p,
            "verdict": found.verdict,
            "arms": arms,
            "metrics": metrics,
        },
    )


def _print_shadow(found: ShadowReport) -> None:
    one = found.experiment
    fields = dataclasses.asdict(found)
    del fields["experiment"]
    print_fields(f"{one.name}: {one.challenger} in the shadow of {one.control}", fields)


def _audit(settings: Settings, action: str, experiment: Experiment) -> None:
    from assistant.audit_log import audit
    from assistant.log import ConversationLog
    from retrieval.database import open_database

    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)
    audit(
        engine,
        operator(),
        action,
        experiment.name,
        challenger=experiment.challenger,
        control=experiment.control,
        share=experiment.share,
        shadow=experiment.shadow,
    )
