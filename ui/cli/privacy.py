"""`shopguide privacy` and `shopguide audit`: what customers may ask for, and who did what."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import Engine

from ui.cli.output import messages, operator, output, print_json
from ui.settings import load_settings

app = typer.Typer(help="What is stored about customers.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)

Customer = Annotated[
    str,
    typer.Argument(
        help="the customer's id, that of one conversation, or the address they write from, "
        "such as whatsapp:+49…"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


@app.command("export")
def export(
    customer: Customer,
    out: Annotated[Path | None, typer.Option(help="the file to write; by default stdout")] = None,
) -> None:
    """Everything that is stored about a customer, as JSON."""
    from assistant.privacy.vault import Vault
    from ui.customers import tell

    data = tell(_database(), operator(), customer, Vault.open(load_settings()))
    if out is None:
        print_json(data.to_json())
        return
    out.write_text(json.dumps(data.to_json(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    messages.print(f"{len(data.conversations)} conversations written to {out}")


@app.command("erase")
def erase(
    customer: Customer,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete everything that is stored about a customer. It cannot be undone."""
    from ui.customers import forget

    if not yes:
        typer.confirm("Everything stored about this customer will be gone. Go on?", abort=True)
    erased = forget(_database(), operator(), customer)
    if as_json:
        print_json(erased)
    else:
        messages.print(f"{erased.conversations} conversations erased")


@app.command("expire")
def expire(
    days: Annotated[
        int | None, typer.Option(min=1, help="instead of the setting retention_days")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Delete conversations whose time is over, as the server does at its start and daily."""
    from assistant.privacy.retention import expire_conversations

    keep = load_settings().retention_days if days is None else days
    expired = expire_conversations(_database(), keep, who=operator())
    if as_json:
        print_json(expired)
    else:
        messages.print(f"{expired.conversations} conversations, {expired.turns} turns deleted")


@app.command("new-key")
def new_key() -> None:
    """Print a new key for kept originals (settings keep_originals and privacy_key)."""
    from assistant.privacy.vault import new_key as make

    output.print(make(), soft_wrap=True)


@audit_app.command("list")
def list_entries(
    who: Annotated[str | None, typer.Option(help="only of this member")] = None,
    action: Annotated[str | None, typer.Option(help="only this, such as 'erase customer'")] = None,
    what: Annotated[str | None, typer.Option(help="only things whose name begins so")] = None,
    customer: Annotated[
        str | None, typer.Option(help="only exports and erasures of this id or address")
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="from this day or time on")] = None,
    limit: Annotated[int, typer.Option(min=1, help="at most so many, the newest")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Show who looked at, changed, exported or erased what, the newest first."""
    from assistant.audit_log import read_audit
    from ui.customers import digests_of

    database = _database()
    whats = digests_of(database, customer) if customer else what
    entries = read_audit(database, who=who, action=action, what=whats, since=since, limit=limit)
    if as_json:
        for entry in entries:
            print_json(entry)
        return
    table = Table("time (UTC)", "who", "action", "what", "details", box=None)
    for entry in entries:
        details = ", ".join(f"{name} {value}" for name, value in entry.details.items())
        cells = (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.who, entry.action, entry.what, details)
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    output.print(table if entries else "Nothing is logged yet.")


@audit_app.command("check")
def check() -> None:
    """See that no entry was changed or taken out; exit status 1 where one was."""
    from assistant.audit_log import first_broken_entry
    from retrieval.errors import ShopGuideError

    broken = first_broken_entry(_database())
    if broken is not None:
        raise ShopGuideError(f"the audit log is not whole: entry {broken} or one before is altered")
    messages.print("the audit log is whole")


def _database() -> Engine:
    from assistant.log import ConversationLog
    from retrieval.database import open_database

    engine = open_database(load_settings().resolved_database_url)
    ConversationLog(engine)  # brings the tables up to date
    return engine
