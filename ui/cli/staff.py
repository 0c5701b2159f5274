"""`shopguide staff`: the accounts of the console, from the machine that runs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ui.cli.output import messages, operator, output, print_json
from ui.settings import Settings, load_settings
from ui.staff.roles import Role

if TYPE_CHECKING:
    from ui.staff.accounts import Accounts, StaffUser

app = typer.Typer(help="The accounts of the staff console.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="the member's e-mail address")]
PasswordFromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="read the password from stdin, give no link")
]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON on stdout, nothing else")]


@app.command("add")
def add(
    email: Email,
    role: Annotated[Role, typer.Option(help="what the member may do")] = Role.AGENT,
    name: Annotated[str, typer.Option(help="the name that colleagues see")] = "",
    password_stdin: PasswordFromStdin = False,
    as_json: JsonOption = False,
) -> None:
    """Make an account and print a link, good once, with which its owner chooses a password."""
    from assistant.audit_log import audit

    settings, accounts = _open()
    password = _password() if password_stdin else None
    user = accounts.add(email, name, role, password=password)
    audit(accounts.engine, operator(), "account added", user.email, role=role.value)
    _told(settings, accounts, user, link=password is None, as_json=as_json)


@app.command("reset")
def reset(
    email: Email, password_stdin: PasswordFromStdin = False, as_json: JsonOption = False
) -> None:
    """Void the password and all sessions of an account and print a link for a new password."""
    from assistant.audit_log import audit

    settings, accounts = _open()
    user = accounts.find(email)
    if password_stdin:
        accounts.set_password(user, _password())
    else:
        accounts.remove_password(user)
    audit(accounts.engine, operator(), "account reset", user.email)
    _told(settings, accounts, user, link=not password_stdin, as_json=as_json)


@app.command("disable")
def disable(
    email: Email,
    undo: Annotated[bool, typer.Option("--undo", help="open the account again")] = False,
) -> None:
    """Shut an account: its sessions end and nobody can sign in to it."""
    from assistant.audit_log import audit
    from assistant.takeover.desk import Desk

    _, accounts = _open()
    user = accounts.find(email)
    accounts.change(user, role=user.role, disabled=not undo)
    Desk(accounts.engine).sign_off(user.id)
    action = "account opened" if undo else "account disabled"
    audit(accounts.engine, operator(), action, user.email)
    messages.print(f"{user.email}: {action}")


@app.command("role")
def change_role(
    email: Email, role: Annotated[Role, typer.Argument(help="what the member may do from now on")]
) -> None:
    """Give an account another role; its sessions end."""
    from assistant.audit_log import audit
    from assistant.takeover.desk import Desk

    _, accounts = _open()
    user = accounts.find(email)
    accounts.change(user, role=role, disabled=user.disabled)
    Desk(accounts.engine).sign_off(user.id)
    audit(accounts.engine, operator(), "role changed", user.email, role=role.value)
    messages.print(f"{user.email} is {role.value} now")


@app.command("list")
def list_accounts(as_json: JsonOption = False) -> None:
    """Show all accounts."""
    _, accounts = _open()
    everybody = accounts.all()
    if as_json:
        for user in everybody:
            print_json(user)
        return
    table = Table("e-mail", "name", "role", "state", "last sign-in", box=None)
    for user in everybody:
        state = "disabled" if user.disabled else "open" if user.has_password else "no password yet"
        seen = f"{user.signed_in_at:%Y-%m-%d %H:%M} UTC" if user.signed_in_at else "–"
        table.add_row(user.email, user.name, user.role.value, state, seen)
    output.print(table if everybody else "There is no account yet: shopguide staff add")


def _open() -> tuple[Settings, Accounts]:
    from assistant.log import ConversationLog
    from retrieval.database import open_database
    from ui.staff.accounts import Accounts

    settings = load_settings()
    engine = open_database(settings.resolved_database_url)
    ConversationLog(engine)  # the audit log is among its tables
    return settings, Accounts(engine)


def _told(
    settings: Settings, accounts: Accounts, user: StaffUser, *, link: bool, as_json: bool
) -> None:
    from ui.staff.links import password_link

    address = password_link(settings, accounts.engine, user) if link else None
    if as_json:
        print_json({"email": user.email, "role": user.role.value, "link": address})
    elif address:
        messages.print(f"{user.email} ({user.role.value}) chooses a password within 48 hours at")
        output.print(address, soft_wrap=True)
    else:
        messages.print(f"{user.email} ({user.role.value}) has a password now")


def _password() -> str:
    return sys.stdin.readline().rstrip("\r\n")
