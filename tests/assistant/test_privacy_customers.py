"""What customers may ask for, what time takes, and what an export does not tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, inspect, select, text, update
from turn_parts import SHELL, record_of
from typer.testing import CliRunner

from assistant.audit_log import audit, read_audit
from assistant.events import Event
from assistant.export import export_log
from assistant.log import ConversationLog, UnknownTurnError
from assistant.privacy.customers import (
    UnknownCustomerError,
    customer_data,
    digest_of,
    erase_customer,
)
from assistant.privacy.retention import expire_conversations
from assistant.privacy.vault import Vault, new_key
from assistant.reply import Intent
from assistant.tables import conversations, expired_counts, metadata, turns
from retrieval.database import open_database, writing
from ui.cli.app import app

MARK = "zanzibar"
"""A word that only the erased customer uses."""


@pytest.fixture
def vault() -> Vault:
    return Vault(new_key())


@pytest.fixture
def log(engine: Engine, vault: Vault) -> ConversationLog:
    return ConversationLog(engine, vault=vault)


def talk(log: ConversationLog, customer: str | None, message: str, turns: int = 2) -> str:
    conversation: str | None = None
    for _ in range(turns):
        turn = log.begin(message, conversation_id=conversation, customer_id=customer)
        conversation = turn.conversation_id
        log.complete(record_of(turn, f"About {turn.message}."))
    assert conversation
    done = {"conversation_id": conversation, "turn": 1}
    log.record_event(Event.model_validate({**done, "kind": "click", "product_id": "parka"}))
    log.record_event(Event.model_validate({**done, "kind": "feedback", "value": f"up: {message}"}))
    log.record_consent(conversation, "training", given=True)
    return conversation


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in ("audit_log", "expired_counts")
        }


def test_a_customer_is_told_everything(engine: Engine, log: ConversationLog, vault: Vault) -> None:
    one = talk(log, "c1", f"a {MARK} jacket, mail anna@example.com")
    talk(log, "c2", "another customer's tent")
    data = customer_data(engine, "lea@shop.example", "c1", vault).to_json()
    document = json.dumps(data)
    assert data["conversations"] == [one]
    assert document.count("anna@example.com") == 2  # the originals of two turns
    assert "parka" in document
    assert "another" not in document
    assert set(data["records"]) == {  # type: ignore[arg-type]
        "conversations", "turns", "impressions", "events", "feedback", "consents", "figures_wishes",
    }  # fmt: skip
    without = json.dumps(customer_data(engine, "lea@shop.example", one).to_json())
    assert MARK in without
    assert "anna@example.com" not in without
    actions = [(each.action, each.what) for each in read_audit(engine)]
    assert actions.count(("export customer", digest_of("c1"))) == 1
    assert ("read original", f"conversation {one}") in actions
    with pytest.raises(UnknownCustomerError):
        customer_data(engine, "lea@shop.example", "nobody")


def test_erasing_takes_all_of_one_customer_and_nothing_else(
    engine: Engine, log: ConversationLog
) -> None:
    talk(log, "other", "a tent")
    before = counts(engine)
    for message in (f"a {MARK} jacket", f"a {MARK} tent, mail a@example.com"):
        talk(log, "c1", message)
    assert erase_customer(engine, "lea@shop.example", "c1").conversations == 2
    assert counts(engine) == before
    entry = read_audit(engine)[0]
    assert (entry.who, entry.action, entry.what) == (
        "lea@shop.example", "erase customer", digest_of("c1"),
    )  # fmt: skip
    with pytest.raises(UnknownCustomerError):
        erase_customer(engine, "lea@shop.example", "c1")


def test_one_conversation_can_be_erased_by_its_id(engine: Engine, log: ConversationLog) -> None:
    one, two = talk(log, None, "a tent"), talk(log, None, "a jacket")
    assert erase_customer(engine, "x", one).conversations == 1
    assert log.history(one) == []
    assert log.history(two)


def test_tables_of_other_parts_are_erased_as_well(engine: Engine, log: ConversationLog) -> None:
    with writing(engine) as connection:
        connection.execute(
            text(
                "CREATE TABLE notes (id INTEGER PRIMARY KEY, conversation_id VARCHAR(100) NOT NULL"
                " REFERENCES conversations (id), note TEXT)"
            )
        )
    conversation = talk(log, "c1", "a tent")
    with writing(engine) as connection:
        connection.execute(
            text("INSERT INTO notes VALUES (1, :conversation, 'calls again')"),
            {"conversation": conversation},
        )
    assert "calls again" in json.dumps(customer_data(engine, "x", "c1").to_json())
    erase_customer(engine, "x", "c1")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notes")).scalar_one() == 0
    assert inspect(engine).has_table("conversations")


def test_nothing_of_an_erased_customer_is_left_in_the_files(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    log = ConversationLog(engine)
    with writing(engine) as connection:
        connection.execute(
            text("CREATE VIRTUAL TABLE said USING fts5(conversation_id UNINDEXED, words)")
        )
    for number in range(30):
        talk(log, f"other {number}", "a tent")
        conversation = talk(log, f"customer-{MARK}", f"{MARK} jacket {number}")
        with writing(engine) as connection:
            connection.execute(
                text("INSERT INTO said VALUES (:conversation, :words)"),
                {"conversation": conversation, "words": f"{MARK} jacket"},
            )
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("shop.db*"))
    assert MARK.encode() in stored
    erase_customer(engine, "lea@shop.example", f"customer-{MARK}")
    left = b"".join(file.read_bytes() for file in tmp_path.glob("shop.db*"))
    engine.dispose()
    assert b"tent" in left
    assert MARK.encode() not in left


# Retention.


def _age(engine: Engine, conversation: str, days: int) -> None:
    moment = datetime.now(UTC) - timedelta(days=days)
    with writing(engine) as connection:
        for table, key in ((turns, "conversation_id"), (conversations, "id")):
            connection.execute(
                update(table).where(table.c[key] == conversation).values(created_at=moment)
            )


def test_silent_conversations_expire_and_leave_counts(engine: Engine, log: ConversationLog) -> None:
    old = [talk(log, f"c{number}", "a jacket") for number in range(3)]
    fresh = talk(log, "c9", "a tent")
    begun_long_ago = talk(log, "c8", "a lamp", turns=1)
    for conversation in (*old, begun_long_ago):
        _age(engine, conversation, 40)
    again = log.begin("still there?", conversation_id=begun_long_ago)
    log.complete(record_of(again, shown=[SHELL]))

    assert expire_conversations(engine, 0).conversations == 0
    assert expire_conversations(engine, 60).conversations == 0
    expired = expire_conversations(engine, 30)
    assert (expired.conversations, expired.turns) == (3, 6)
    assert all(log.history(conversation) == [] for conversation in old)
    assert len(log.history(fresh)) == 2
    assert len(log.history(begun_long_ago)) == 2
    with engine.connect() as connection:
        (row,) = connection.execute(select(expired_counts)).all()
    assert (row.channel, row.language, row.intent) == ("web", "en", Intent.RECOMMEND.value)
    assert (row.conversations, row.turns, row.helpful, row.clicks) == (3, 6, 3, 3)
    assert (row.unhelpful, row.handoffs, row.carts, row.without_result) == (0, 0, 0, 0)
    # Later ones are added to the same day's counts.
    late = talk(log, "c7", "a jacket")
    _age(engine, late, 40)
    expire_conversations(engine, 30)
    with engine.connect() as connection:
        assert connection.execute(select(func.sum(expired_counts.c.turns))).scalar() == 8
    entry = read_audit(engine)[0]
    assert (entry.action, entry.details) == ("expire", {"conversations": 1, "days": 30})


# Exports and consent.


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_exports_carry_no_identity(engine: Engine, log: ConversationLog, tmp_path: Path) -> None:
    ids = [talk(log, customer, "a jacket") for customer in ("anna@shop.example", "c-4711")]
    names: dict[str, list[object]] = {}
    for format in ("examples", "chat", "transcripts"):
        out = tmp_path / f"{format}.jsonl"
        assert export_log(engine, format, out=out)
        content = out.read_text("utf-8")
        for identity in (*ids, "anna@shop.example", "c-4711"):
            assert identity not in content, format
        names[format] = [line.get("customer_id") for line in lines(out)]
    # Within one export the same customer has the same name; in another one a different one.
    assert len(set(names["transcripts"])) == len(set(names["examples"])) == 2
    assert not set(names["transcripts"]) & set(names["examples"])


def test_exports_mask_what_was_logged_before_masking(
    engine: Engine, log: ConversationLog, tmp_path: Path
) -> None:
    conversation = talk(log, "c1", "a jacket")
    with writing(engine) as connection:
        connection.execute(
            update(turns)
            .where(turns.c.conversation_id == conversation)
            .values(message="a jacket, mail anna@example.com")
        )
    for format in ("chat", "transcripts"):
        out = tmp_path / f"{format}.jsonl"
        export_log(engine, format, out=out)
        assert "anna@example.com" not in out.read_text("utf-8")
        assert "[email]" in out.read_text("utf-8")


def test_training_data_follow_consent(engine: Engine, log: ConversationLog, tmp_path: Path) -> None:
    agreed = talk(log, "c1", "a jacket")
    refused = talk(log, "c2", "a jacket")
    log.record_consent(refused, "training", given=False)
    silent = log.begin("a jacket", customer_id="c3")
    log.complete(record_of(silent))
    out = tmp_path / "out.jsonl"

    def conversations_in(format: str, *, required: bool) -> int:
        return export_log(engine, format, consent_required=required, out=out)

    assert conversations_in("chat", required=False) == 2
    assert conversations_in("chat", required=True) == 1
    assert conversations_in("examples", required=True) == 4
    assert conversations_in("transcripts", required=True) == 5
    log.record_consent(agreed, "training", given=False)
    assert conversations_in("chat", required=True) == 0
    with pytest.raises(UnknownTurnError):
        log.record_consent("nobody", "training", given=True)


# The command line.


def test_privacy_and_audit_from_the_command_line(
    engine: Engine, log: ConversationLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SHOPGUIDE_DATABASE_URL", url)
    conversation = talk(log, "c1", f"a {MARK} jacket")
    _age(engine, talk(log, "c2", "a tent"), 40)

    def run(*arguments: str, stdin: str | None = None, fails: bool = False) -> str:
        done = CliRunner().invoke(app, list(arguments), input=stdin)
        assert (done.exit_code != 0) == fails, done.output
        return str(done.exception) if fails and done.exception else done.stdout

    assert MARK in run("privacy", "export", "c1")
    out = tmp_path / "c1.json"
    run("privacy", "export", "c1", "--out", str(out))
    assert json.loads(out.read_text("utf-8"))["conversations"] == [conversation]
    run("export", "transcripts", "--out", str(tmp_path / "all.csv"))
    assert json.loads(run("privacy", "expire", "--days", "30", "--json"))["conversations"] == 1
    run("privacy", "erase", "c1", stdin="n\n", fails=True)
    assert log.history(conversation)
    erased = json.loads(run("privacy", "erase", "c1", "--yes", "--json"))
    assert erased == {"customer": "c1", "conversations": 1}
    assert "nothing is stored" in run("privacy", "erase", "c1", "--yes", fails=True)
    assert len(run("privacy", "new-key").strip()) == 44
    told = [json.loads(line) for line in run("audit", "list", "--json").splitlines()]
    assert [entry["action"] for entry in told] == [
        "erase customer", "expire", "export", "export customer", "export customer",
    ]  # fmt: skip
    assert all(entry["who"].startswith("command line") for entry in told)
    assert "c1" not in json.dumps([entry["what"] for entry in told])
    by_customer = run("audit", "list", "--json", "--customer", "c1").splitlines()
    assert len(by_customer) == 3
    assert "erase customer" in run("audit", "list")
    run("audit", "check")
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_log_update"))
        else:
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit_log SET who = 'nobody' WHERE id = 2"))
    assert "not whole" in run("audit", "check", fails=True)
    audit(engine, "x", "read")
