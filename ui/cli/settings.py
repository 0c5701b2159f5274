"""`shopguide settings`: what can be set, and what is in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from retrieval.errors import SettingsError
from ui.cli.output import output, print_json
from ui.settings import load_settings


def settings(
    as_json: Annotated[
        bool, typer.Option("--json", help="one setting a line, with its value here")
    ] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="the page docs/settings.md, with no values")
    ] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="only what is not at its default")
    ] = False,
) -> None:
    """List every setting with what is in force here; secrets are not shown.

    Raises:
        SettingsError: a setting is wrong, or both forms are asked for.
    """
    from ui.settings_table import grouped, in_force, markdown

    if as_json and as_markdown:
        raise SettingsError("choose one of --json and --markdown")
    if as_markdown:
        output.file.write(markdown())
        return
    values = in_force(load_settings())
    for group, members in grouped():
        table = Table(
            "setting",
            "here",
            "meaning",
            title=group,
            title_justify="left",
            box=None,
            pad_edge=False,
        )
        for each in members:
            value = values[each.name]
            if changed and value == each.default:
                continue
            if as_json:
                print_json({"variable": each.variable, "value": value, **asdict(each)})
            table.add_row(each.variable, "–" if value is None else value, each.description)
        if table.rows and not as_json:
            output.print(table)
            output.print()
