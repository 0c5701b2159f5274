"""The root of the command line: its groups, its errors, its exit status."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import threading
import warnings
from typing import Annotated

import typer

from retrieval.errors import ShopGuideError
from ui.cli import (
    backup,
    bench,
    catalog,
    conversation,
    evaluation,
    experiments,
    explaining,
    keys,
    mcp,
    models,
    privacy,
    report,
    server,
    settings,
    staff,
)
from ui.cli.output import messages

app = typer.Typer(
    name="shopguide",
    help="A conversational shopping guide: point it at a catalogue and let customers talk to it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ingest")(catalog.ingest)
app.command("documents")(catalog.documents)
app.command("search")(catalog.search)
app.command("explain")(explaining.explain)
app.command("chat")(conversation.chat)
app.command("export")(conversation.export)
app.command("serve")(server.serve)
app.command("mcp")(mcp.mcp)
app.command("setup")(server.setup)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("settings")(settings.settings)
app.command("bench")(bench.bench)
app.add_typer(evaluation.app, name="evaluate")
app.add_typer(models.train_app, name="train")
app.add_typer(models.models_app, name="models")
app.add_typer(experiments.app, name="experiment")
app.add_typer(staff.app, name="staff")
app.add_typer(keys.app, name="keys")
app.add_typer(privacy.app, name="privacy")
app.add_typer(privacy.audit_app, name="audit")
app.add_typer(report.app, name="report")


@app.callback()
def configure(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="log what happens, with tracebacks")
    ] = False,
) -> None:
    """Set up logging; it goes to stderr, so that stdout holds results alone."""
    handler = logging.StreamHandler(sys.stderr)
    if not verbose:
        handler.addFilter(_is_for_the_shop)
        handler.setLevel(logging.WARNING)  # some libraries set their own loggers to talk
        warnings.simplefilter("ignore")
        # Libraries draw progress bars of their own wherever they convert weights.
        os.environ.setdefault("TQDM_DISABLE", "1")
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        handlers=[handler],
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def _is_for_the_shop(record: logging.LogRecord) -> bool:
    """Not the advice of a quantiser to those who write quantisers."""
    return "onnxruntime" not in record.pathname


def main() -> None:
    """Run the command line and end the process.

    Exit status: 0 done, 1 failed with a message, 2 wrong usage, 130 interrupted.
    """
    try:
        _run()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(BrokenPipeError, ValueError):
            stream.flush()
    if any(thread.daemon for thread in threading.enumerate()):
        # A language model that is still loading would take the interpreter down with an abort.
        logging.shutdown()
        os._exit(status)
    sys.exit(status)


def _run() -> None:
    try:
        app()
    except ShopGuideError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("stopped", status=130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            _fail("the disk is full: free some space, then run the same command again")
        _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    except Exception as error:
        logging.getLogger("shopguide").debug("unexpected error", exc_info=True)
        _fail(f"unexpected {type(error).__name__}: {error}\n(shopguide --verbose … tells more)")


def _fail(message: str, status: int = 1) -> None:
    messages.print(f"[red]shopguide:[/red] {_escape(message)}", soft_wrap=True)
    sys.exit(status)


def _escape(message: str) -> str:
    return message.replace("[", "\\[")
