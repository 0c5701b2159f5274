"""`shopguide keys`: what opens the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ui.api.keys import Scope
from ui.cli.output import messages, operator, output, print_json
from ui.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ui.api.keys import ApiKeys

app = typer.Typer(help="The keys of the HTTP API.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="who uses it, such as 'web shop'")],
    scope: Annotated[
        list[Scope],
        typer.Option(help="what it opens (repeatable); chat alone may stand in a page"),
    ],
    rate: Annotated[
        int | None, typer.Option(min=1, help="requests a minute, if not as the settings say")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it, this once."""
    from assistant.audit_log import audit

    engine, keys = _open()
    key, secret = keys.add(name, scope, rate)
    scopes = sorted(each.value for each in key.scopes)
    audit(engine, operator(), "key added", key.name, id=key.id, scopes=", ".join(scopes))
    if as_json:
        print_json({"id": key.id, "name": key.name, "scopes": scopes, "key": secret})
    else:
        messages.print(f"key {key.id} for {', '.join(scopes)}; it is shown only now:")
        output.print(secret, soft_wrap=True)


@app.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """Name all keys, the revoked ones too; what they are is not known any more."""
    table = Table("id", "name", "scopes", "a minute", "made", "revoked", box=None)
    for key in _open()[1].all():
        scopes = sorted(each.value for each in key.scopes)
        if as_json:
            print_json(
                {
                    "id": key.id,
                    "name": key.name,
                    "scopes": scopes,
                    "rate_per_minute": key.rate_per_minute,
                    "created_at": key.created_at,
                    "revoked_at": key.revoked_at,
                }
            )
        revoked = "" if key.revoked_at is None else f"{key.revoked_at:%Y-%m-%d}"
        rate = "" if key.rate_per_minute is None else str(key.rate_per_minute)
        table.add_row(
            key.id, key.name, ", ".join(scopes), rate, f"{key.created_at:%Y-%m-%d}", revoked
        )
    if not as_json:
        output.print(table if table.rows else "There are no keys.")


@app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="the key's id, as in the list")]) -> None:
    """Let a key open nothing from now on."""
    from assistant.audit_log import audit

    engine, keys = _open()
    keys.revoke(key_id)
    audit(engine, operator(), "key revoked", key_id)
    messages.print(f"key {key_id} is revoked")


def _open() -> tuple[Engine, ApiKeys]:
    from assistant.log import ConversationLog
    from retrieval.database import open_database
    from ui.api.keys import ApiKeys

    engine = open_database(load_settings().resolved_database_url)
    ConversationLog(engine)  # the audit log is among its tables
    return engine, ApiKeys(engine)
