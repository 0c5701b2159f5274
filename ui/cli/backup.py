"""`shopguide backup` and `shopguide restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.output import messages, operator, print_json
from ui.settings import load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


def backup(
    file: Annotated[Path, typer.Argument(help="the file to write, such as shop.tar.gz")],
    as_json: JsonOption = False,
) -> None:
    """Write catalogue, conversations, accounts and models into one file; the server may run."""
    from assistant.audit_log import audit
    from assistant.log import ConversationLog
    from retrieval.database import open_database
    from ui.backup import write_backup

    settings = load_settings()
    made = write_backup(settings, file)
    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)  # the audit log is among its tables
    audit(engine, operator(), "backup", str(file))
    told = {"file": file, "bytes": file.stat().st_size, "database": made.database,
            "files": len(made.files), "made_at": made.made_at}  # fmt: skip
    if as_json:
        print_json(told)
        return
    messages.print(f"{file}: {len(made.files)} files, {file.stat().st_size:,} bytes")
    if not made.has_database:
        messages.print("The database is PostgreSQL's: back it up by pg_dump --format=custom.")


def restore(
    file: Annotated[Path, typer.Argument(help="a file that `shopguide backup` wrote")],
    replace: Annotated[
        bool, typer.Option("--replace", help="put it in the place of the shop that is there")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the data directory the shop of a backup; the server must not run."""
    from assistant.audit_log import audit
    from assistant.log import ConversationLog
    from retrieval.database import open_database
    from ui.backup import read_backup

    settings = load_settings()
    found = read_backup(file, settings, replace=replace)
    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)
    audit(engine, operator(), "restore", str(file), made_at=found.made_at)
    if as_json:
        print_json({"file": file, "files": len(found.files), "made_at": found.made_at})
        return
    messages.print(f"{settings.data_dir} is the shop of {found.made_at} again")
    messages.print("The next start makes its indexes anew, which takes a while.")
