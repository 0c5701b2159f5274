"""What commands print: JSON for machines on stdout, everything for people on stderr."""

from __future__ import annotations

import dataclasses
import getpass
import json
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol, cast

from pydantic import BaseModel
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

messages = Console(stderr=True, highlight=False)
output = Console(highlight=False)


class Advance(Protocol):
    """Reports progress of a step: how much is done of how much (None: not known)."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Called as often as the work likes."""
        ...


def operator() -> str:
    """Who runs the command, for the audit log: "command line: anna"."""
    try:
        return f"command line: {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "command line"


def print_json(document: object) -> None:
    """Print one JSON document on one line of stdout, and flush it for a reading program."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def print_fields(title: str, fields: dict[str, object]) -> None:
    """Print names and values as a small table."""
    table = Table(title=title, show_header=False, title_justify="left", box=None, pad_edge=False)
    lists = {name: value for name, value in fields.items() if _is_rows(value)}
    for name, value in fields.items():
        if name not in lists:
            table.add_row(name.replace("_", " "), _readable(value))
    output.print(table)
    for rows in lists.values():
        _print_rows(cast("Sequence[Mapping[str, object]]", rows))


def _is_rows(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], dict)


def _print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(_readable(value) for value in row.values()))
    output.print(table)


def _readable(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_readable(part)}" for name, part in value.items())
    return "–" if value is None else str(value)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, date):  # or a moment
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


@contextmanager
def progress_bar() -> Generator[Advance]:
    """A progress bar on stderr when that is a terminal, silence otherwise."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
        disable=not messages.is_terminal,
    )
    tasks: dict[str, int] = {}

    def advance(step: str, done: int, total: int | None) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=total)
        bar.update(tasks[step], completed=done, total=total)  # pyright: ignore[reportArgumentType]

    with bar:
        yield advance
