"""Accounts of the staff: set-up, sign-in, sessions, roles, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from argon2 import PasswordHasher
from fastapi import Body, Depends, Form
from sqlalchemy import Engine, select, update
from staff_parts import PASSWORD, Desk, csrf_of, make_desk, sign_in
from typer.testing import CliRunner

from assistant.audit_log import read_audit
from retrieval.database import writing
from ui.cli.app import app as command_line
from ui.staff import passwords, sessions, tickets
from ui.staff.accounts import VERSION_TABLE, AccountError, Accounts, StaffUser
from ui.staff.guard import require
from ui.staff.links import setup_link
from ui.staff.passwords import WeakPasswordError, check_strength
from ui.staff.roles import Role
from ui.staff.tables import metadata, users
from ui.staff.throttle import Throttle


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, but for its cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return make_desk(engine)


@pytest.fixture
def anna(desk: Desk) -> StaffUser:
    return desk.accounts.add("Anna@Shop.example ", "Anna Berg", Role.LEAD, password=PASSWORD)


def test_the_scripts_make_the_tables_of_the_staff(desk: Desk) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name in metadata.tables

    options = {"version_table": VERSION_TABLE, "include_name": ours}
    with desk.console.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


# Passwords.


@pytest.mark.parametrize(
    ("password", "key"),
    [("short", "short"), ("x" * 201, "long"), ("aaaaaaaaaaaaaaaa", "simple"),
     ("anna@shop.example1", "personal"), ("123-anna berg", "personal")],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str, key: str) -> None:
    with pytest.raises(WeakPasswordError) as refused:
        check_strength(password, "anna@shop.example", "Anna Berg")
    assert refused.value.key == f"password.{key}"


def test_only_hashes_of_passwords_and_tokens_are_stored(desk: Desk, anna: StaffUser) -> None:
    link = tickets.issue(desk.console.engine, tickets.Purpose.PASSWORD, user_id=anna.id)
    session = sessions.start(desk.console.engine, anna.id, hours=1)
    with desk.console.engine.connect() as connection:
        stored = str([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    assert "$argon2id$" in stored
    for secret in (PASSWORD, link, session):
        assert secret not in stored


# Set-up.


def test_without_an_account_the_start_gives_a_link_and_that_makes_one(desk: Desk) -> None:
    older = setup_link(desk.console.settings)
    link = setup_link(desk.console.settings)
    assert older and link
    assert link.startswith("http://127.0.0.1:7860/staff/set-up/")
    visitor = desk.visitor()
    assert visitor.get(older[len("http://127.0.0.1:7860") :]).status_code == 404
    path = link[len("http://127.0.0.1:7860") :]
    page = visitor.get(path)
    form = {"name": "Ada", "email": "ada@shop.example", "password": PASSWORD, "again": PASSWORD}
    weak = visitor.post(
        path, data={**form, "password": "short", "again": "short", "csrf": csrf_of(page)}
    )
    assert (weak.status_code, "at least 12" in weak.text) == (422, True)
    differ = visitor.post(path, data={**form, "again": "other", "csrf": csrf_of(page)})
    assert "The two passwords differ" in differ.text
    assert visitor.post(path, data=form).status_code == 403
    done = visitor.post(path, data={**form, "csrf": csrf_of(page)})
    assert (done.status_code, done.headers["location"]) == (303, "/staff")
    assert visitor.get("/staff/account").status_code == 200
    assert desk.accounts.find("ada@shop.example").role is Role.ADMIN
    # Once only, and no new one while there is an account.
    assert desk.visitor().get(path).status_code == 404
    assert setup_link(desk.console.settings) is None


def test_there_is_no_default_account(desk: Desk) -> None:
    assert desk.accounts.all() == []
    for password in ("", "admin", "password"):
        assert sign_in(desk.visitor(), "admin", password).status_code == 401


def test_of_two_first_accounts_one_is_made(desk: Desk) -> None:
    desk.accounts.add("one@shop.example", "One", Role.ADMIN, password=PASSWORD, first=True)
    with pytest.raises(AccountError, match="already"):
        desk.accounts.add("two@shop.example", "Two", Role.ADMIN, password=PASSWORD, first=True)


def test_a_link_is_void_when_its_time_is_over(
    desk: Desk, anna: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tickets.LASTS, tickets.Purpose.PASSWORD, timedelta(seconds=-1))
    token = tickets.issue(desk.console.engine, tickets.Purpose.PASSWORD, user_id=anna.id)
    assert desk.visitor().get(f"/staff/password/{token}").status_code == 404


def test_a_password_link_sets_the_password_once(desk: Desk, anna: StaffUser) -> None:
    token = tickets.issue(desk.console.engine, tickets.Purpose.PASSWORD, user_id=anna.id)
    path, visitor = f"/staff/password/{token}", desk.visitor()
    new = "four brass lanterns"
    form = {"password": new, "again": new, "csrf": csrf_of(visitor.get(path))}
    assert visitor.post(path, data=form).status_code == 303
    assert visitor.post(path, data=form).status_code == 404
    assert sign_in(desk.visitor(), anna.email, PASSWORD).status_code == 401
    assert sign_in(desk.visitor(), anna.email, new).status_code == 303


# Signing in.


@pytest.mark.usefixtures("anna")
def test_signing_in_opens_the_console_and_signing_out_shuts_it(desk: Desk) -> None:
    visitor = desk.visitor()
    sent_away = visitor.get("/staff/account?x=1")
    assert sent_away.status_code == 303
    assert sent_away.headers["location"] == "/staff/sign-in?next=%2Fstaff%2Faccount%3Fx%3D1"
    inside = sign_in(visitor, "ANNA@shop.example", next="/staff/account?x=1")
    assert inside.headers["location"] == "/staff/account?x=1"
    page = visitor.get("/staff/account")
    assert "Anna Berg" in page.text
    token = visitor.cookies["__Host-shopguide-staff"]
    out = visitor.post("/staff/sign-out", data={"csrf": csrf_of(page)})
    assert (out.status_code, out.headers["location"]) == (303, "/staff/sign-in")
    # The session is gone on the server, not only from this browser.
    thief = desk.visitor()
    thief.cookies.set("__Host-shopguide-staff", token)
    assert thief.get("/staff/account").status_code == 303
    actions = [entry.action for entry in read_audit(desk.console.engine)]
    assert actions == ["sign-out", "sign-in"]


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    ("address", "name"),
    [("https://shop.example", "__Host-shopguide-staff"),
     ("http://shop.example", "shopguide-staff")],
)  # fmt: skip
def test_the_cookie_is_out_of_reach(desk: Desk, address: str, name: str) -> None:
    answer = sign_in(desk.visitor(address), "anna@shop.example")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(name))
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert ("secure" in attributes) == address.startswith("https")
    assert not any(each.startswith("domain") for each in attributes)


@pytest.mark.usefixtures("anna")
def test_behind_tls_the_unprotected_cookie_does_not_count(engine: Engine) -> None:
    desk = make_desk(engine, public_url="https://guide.shop.example")
    visitor = desk.visitor("https://inside.example")
    sign_in(visitor, "anna@shop.example")
    other = desk.visitor("http://inside.example")
    other.cookies.set("shopguide-staff", visitor.cookies["__Host-shopguide-staff"])
    assert other.get("/staff/account").status_code == 303


@pytest.mark.usefixtures("anna")
def test_nobody_learns_which_addresses_have_accounts(desk: Desk) -> None:
    visitor = desk.visitor()
    wrong = sign_in(visitor, "anna@shop.example", "not this one")
    unknown = sign_in(visitor, "nora@shop.example", "not this one")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("anna@", "nora@") == unknown.text


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/staff\\..\\x", "/staffx",
     "/staff/sign-in", "javascript:alert(1)", "/staff/\r\nSet-Cookie: x=1"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(desk: Desk, target: str) -> None:
    answer = sign_in(desk.visitor(), "anna@shop.example", next=target)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")


@pytest.mark.usefixtures("anna")
def test_a_sign_in_form_of_another_site_is_refused(desk: Desk) -> None:
    form = {"email": "anna@shop.example", "password": PASSWORD, "csrf": "made up"}
    assert desk.visitor().post("/staff/sign-in", data=form).status_code == 403
    visitor = desk.visitor()
    form["csrf"] = csrf_of(visitor.get("/staff/sign-in"))
    foreign = visitor.post("/staff/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert visitor.post("/staff/sign-in", data=form).status_code == 303


# Guessing.


@pytest.mark.usefixtures("anna")
def test_guessing_is_slowed_for_the_account(desk: Desk) -> None:
    visitor = desk.visitor()
    guesses = [sign_in(visitor, "anna@shop.example", f"guess {number}") for number in range(6)]
    assert [each.status_code for each in guesses] == [401] * 5 + [429]
    assert 1 <= int(guesses[-1].headers["retry-after"]) <= 300
    # The right password does not help now, and another account is not concerned.
    assert sign_in(visitor, "anna@shop.example").status_code == 429
    desk.member(Role.AGENT)
    actions = [entry.action for entry in read_audit(desk.console.engine)]
    assert actions.count("sign-in refused") == 5
    assert actions.count("sign-in slowed") == 2


def test_guessing_is_slowed_from_one_address_and_for_one_account_from_many() -> None:
    throttle = Throttle()
    waits = [throttle.wait(f"user{number}@shop.example", "10.0.0.1") for number in range(31)]
    assert waits[:30] == [0] * 30
    assert waits[30] > 0
    throttle = Throttle()
    waits = [throttle.wait("anna@shop.example", f"10.0.0.{number}") for number in range(21)]
    assert waits[:20] == [0] * 20
    assert waits[20] > 0


def test_slips_are_forgiven() -> None:
    throttle = Throttle()
    for _ in range(10):
        assert [throttle.wait("anna@shop.example", "10.0.0.1") for _ in range(3)] == [0, 0, 0]
        throttle.forgive("anna@shop.example", "10.0.0.1")
        if throttle.wait("other@shop.example", "10.0.0.1"):
            break  # the address stays counted
    else:
        pytest.fail("attempts from one address were forgotten")


# Sessions.


def _shift(engine: Engine, **moments: datetime) -> None:
    with writing(engine) as connection:
        connection.execute(update(metadata.tables["staff_sessions"]).values(**moments))


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("column", ["expires_at", "seen_at"])
def test_sessions_expire(desk: Desk, column: str) -> None:
    visitor = desk.visitor()
    sign_in(visitor, "anna@shop.example")
    assert visitor.get("/staff/account").status_code == 200
    _shift(desk.console.engine, **{column: datetime.now(UTC) - sessions.IDLE})
    assert visitor.get("/staff/account").status_code == 303
    # The next to sign in clears away what is over.
    sign_in(desk.visitor(), "anna@shop.example")
    with desk.console.engine.connect() as connection:
        assert len(connection.execute(select(metadata.tables["staff_sessions"])).all()) == 1


def test_a_session_ends_with_the_role_the_account_or_the_password(
    desk: Desk, anna: StaffUser
) -> None:
    def signed_in() -> bool:
        return visitor.get("/staff/account").status_code == 200

    desk.accounts.add("ada@shop.example", "Ada", Role.ADMIN, password=PASSWORD)
    new = "four brass lanterns"
    for password, end in (
        (PASSWORD, lambda: desk.accounts.change(anna, role=Role.AGENT, disabled=False)),
        (PASSWORD, lambda: desk.accounts.set_password(anna, new)),
        (new, lambda: desk.accounts.remove_password(anna)),
        (PASSWORD, lambda: desk.accounts.change(anna, role=Role.AGENT, disabled=True)),
    ):
        if password is PASSWORD:
            desk.accounts.set_password(anna, PASSWORD)
        visitor = desk.visitor()
        sign_in(visitor, anna.email, password)
        assert signed_in()
        end()
        assert not signed_in()
        assert sign_in(desk.visitor(), anna.email, "not the password").status_code == 401
    assert sign_in(desk.visitor(), anna.email, PASSWORD).status_code == 401


def test_an_admin_always_remains(desk: Desk) -> None:
    ada = desk.accounts.add("ada@shop.example", "Ada", Role.ADMIN, password=PASSWORD)
    for role, disabled in ((Role.LEAD, False), (Role.ADMIN, True)):
        with pytest.raises(AccountError, match="only admin"):
            desk.accounts.change(ada, role=role, disabled=disabled)
    desk.accounts.add("bea@shop.example", "Bea", Role.ADMIN, password=PASSWORD)
    assert desk.accounts.change(ada, role=Role.LEAD, disabled=False).role is Role.LEAD


@pytest.mark.usefixtures("anna")
def test_one_changes_ones_own_password(desk: Desk) -> None:
    visitor, elsewhere = desk.visitor(), desk.visitor()
    for each in (visitor, elsewhere):
        sign_in(each, "anna@shop.example")
    new = "four brass lanterns"
    form = {"current": "wrong", "password": new, "again": new}
    form["csrf"] = csrf_of(visitor.get("/staff/account"))
    assert visitor.post("/staff/account/password", data=form).status_code == 422
    form["current"] = PASSWORD
    assert visitor.post("/staff/account/password", data=form).status_code == 303
    assert "Your password is changed" in visitor.get("/staff/account?done=true").text
    assert elsewhere.get("/staff/account").status_code == 303
    assert sign_in(desk.visitor(), "anna@shop.example", new).status_code == 303


# What the guard demands.


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    @desk.app.post("/staff/for-leads")
    def for_leads(
        user: Annotated[StaffUser, Depends(require(Role.LEAD, Role.ML))],
        word: Annotated[str, Form()],
    ) -> dict[str, str]:
        return {"user": user.name, "word": word}

    @desk.app.put("/v1/staff/note")
    def note(
        user: Annotated[StaffUser, Depends(require(Role.AGENT))],
        text: Annotated[str, Body(embed=True)],
    ) -> dict[str, str]:
        return {"user": user.name, "text": text}

    return desk


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.AGENT, 403), (Role.LEAD, 200), (Role.ADMIN, 200), (Role.ML, 200)],
)
def test_a_route_is_open_to_its_roles(guarded: Desk, role: Role, status: int) -> None:
    member = guarded.member(role)
    form = {"word": "hello", "csrf": csrf_of(member.get("/staff/account"))}
    answer = member.post("/staff/for-leads", data=form)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"user": role.value.title(), "word": "hello"}


def test_nothing_is_changed_without_the_sessions_token(guarded: Desk) -> None:
    member, other = guarded.member(Role.LEAD), guarded.member(Role.AGENT)
    token, foreign = (csrf_of(each.get("/staff/account")) for each in (member, other))
    assert member.post("/staff/for-leads", data={"word": "x"}).status_code == 403
    assert member.post("/staff/for-leads", data={"word": "x", "csrf": foreign}).status_code == 403
    from_elsewhere = {"Sec-Fetch-Site": "same-site"}
    good = {"word": "x", "csrf": token}
    refused = member.post("/staff/for-leads", data=good, headers=from_elsewhere)
    assert refused.status_code == 403
    assert member.post("/staff/for-leads", data=good).status_code == 200
    answer = member.put("/v1/staff/note", json={"text": "x"}, headers={"Accept": "*/*"})
    assert answer.json()["detail"] == "The request carries no valid CSRF token."
    written = member.put("/v1/staff/note", json={"text": "x"}, headers={"X-CSRF-Token": token})
    assert written.json() == {"user": "Lead", "text": "x"}


def test_scripts_are_told_and_people_are_led(guarded: Desk) -> None:
    visitor = guarded.visitor()
    for_script = visitor.put("/v1/staff/note", json={"text": "x"}, headers={"Accept": "*/*"})
    assert for_script.status_code == 401
    assert for_script.headers["content-type"] == "application/problem+json"
    for_person = visitor.post("/staff/for-leads", data={"word": "x"})
    assert for_person.headers["location"] == "/staff/sign-in?next=%2Fstaff"


def test_pages_cannot_be_framed_cached_or_told_on(guarded: Desk) -> None:
    for answer in (guarded.visitor().get("/staff/sign-in"), guarded.visitor().get("/staff")):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


def test_the_pages_speak_both_languages(desk: Desk) -> None:
    visitor = desk.visitor()
    assert "Sign in" in visitor.get("/staff/sign-in").text
    chinese = visitor.get("/staff/sign-in?lang=zh").text
    assert '<html lang="zh">' in chinese
    assert "登录" in chinese
    assert "登录" in visitor.get("/staff/sign-in").text  # it is remembered


def test_both_languages_have_the_same_texts() -> None:
    from ui.staff.pages import staff_words

    english, chinese = staff_words("en"), staff_words("zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        for name in ("{shop}", "{email}", "{minutes}", "{provider}"):
            assert (name in text) == (name in chinese[key]), key


# The command line.


def test_accounts_from_the_command_line(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SHOPGUIDE_DATABASE_URL", url)
    monkeypatch.setenv("SHOPGUIDE_PUBLIC_URL", "https://guide.shop.example")

    def run(*arguments: str, stdin: str | None = None, fails: bool = False) -> str:
        done = CliRunner().invoke(command_line, ["staff", *arguments], input=stdin)
        assert (done.exit_code != 0) == fails, done.output
        return str(done.exception) if fails else done.stdout

    run("add", "ada@shop.example", "--role", "admin", "--password-stdin", stdin=PASSWORD + "\n")
    link = json.loads(run("add", "ben@shop.example", "--name", "Ben", "--json"))["link"]
    assert link.startswith("https://guide.shop.example/staff/password/")
    listed = [json.loads(line) for line in run("list", "--json").splitlines()]
    assert [(each["email"], each["role"], each["has_password"]) for each in listed] == [
        ("ben@shop.example", "agent", False),
        ("ada@shop.example", "admin", True),
    ]
    desk = make_desk(engine)
    assert desk.visitor().get(link.removeprefix("https://guide.shop.example")).status_code == 200
    member = desk.visitor()
    sign_in(member, "ada@shop.example")
    run("reset", "ada@shop.example")
    assert member.get("/staff/account").status_code == 303
    run("role", "ben@shop.example", "lead")
    run("disable", "ben@shop.example")
    assert "only admin" in run("disable", "ada@shop.example", fails=True)
    assert "no account" in run("reset", "nobody@shop.example", fails=True)
    assert Accounts(engine).find("ben@shop.example").disabled
    run("disable", "ben@shop.example", "--undo")
    with engine.connect() as connection:
        assert connection.execute(select(users.c.disabled_at)).scalars().all() == [None, None]
    actions = [entry.action for entry in reversed(read_audit(engine))]
    assert actions == [
        "account added", "account added", "sign-in", "account reset", "role changed",
        "account disabled", "account opened",
    ]  # fmt: skip
