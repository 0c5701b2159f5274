"""Who writes on a platform is known again, and nowhere is it told who they are."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fake_guide
import httpx
import pytest
from channel_parts import (
    MIA,
    Desk,
    chatwoot,
    joined,
    open_desk,
    telegram,
    webhook,
    whatsapp,
    whatsapp_notice,
)
from fake_guide import FakeGuide
from sqlalchemy import Engine, MetaData, insert, inspect, select, update
from staff_parts import csrf_of, make_desk
from typer.testing import CliRunner

from assistant.audit_log import read_audit
from assistant.events import Event
from assistant.export import export_log
from assistant.log import ConversationLog, TurnRecord
from assistant.privacy.customers import UnknownCustomerError
from assistant.reply import Intent, Reply, TurnEvent
from assistant.tables import conversations, events
from assistant.takeover.desk import Desk as StaffDesk
from retrieval.database import migrate, writing
from ui.api.store import prepare_tables, server_secret
from ui.channels.queue import TALK_LASTS
from ui.channels.senders import SealError, Senders
from ui.channels.store import MIGRATIONS, VERSION_TABLE, open_senders
from ui.channels.tables import jobs, talks
from ui.cli.app import app
from ui.customers import forget, tell
from ui.staff.roles import Role

ANN = "4915112345678"
BEN = "4915112345679"
PARTS = (ANN, ANN[2:], "1511 2345678")
"""What would tell Ann's number, however it is written."""


class LoggingGuide(FakeGuide):
    """The fake guide, with the real log."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.log = ConversationLog(engine)

    def answer(self, message: str, **given: Any) -> Iterator[TurnEvent]:
        names = {each: given[each] for each in ("conversation_id", "customer_id", "channel")}
        turn = self.log.begin(message, **names)
        for event in super().answer(message, **given):
            if isinstance(event, Reply):
                self.log.complete(TurnRecord(reply=event, state={"turn": turn.turn}))
            yield event


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A server of each kind of database, whose guide writes the log."""
    monkeypatch.setattr(fake_guide, "SECONDS_TO_CARDS", 0)
    monkeypatch.setattr(fake_guide, "SECONDS_A_SENTENCE", 0)
    with open_desk(engine, tmp_path / "data", LoggingGuide(engine)) as desk:
        yield desk


def say(desk: Desk, number: int, text: str, sender: str = ANN) -> None:
    message = {"id": f"wamid.{number}", "type": "text", "text": {"body": text}}
    assert whatsapp(desk, message, sender).status_code == 200


def stored(engine: Engine) -> str:
    """Every row of every table, and on SQLite every byte of the database's files."""
    every = MetaData()
    every.reflect(engine)
    with engine.connect() as connection:
        rows = [str(tuple(row)) for table in every.sorted_tables
                for row in connection.execute(select(table))]  # fmt: skip
    file = Path(engine.url.database or "")
    if engine.dialect.name == "sqlite":
        rows += [each.read_bytes().decode("latin-1") for each in file.parent.glob(f"{file.name}*")]
    return "\n".join(rows)


def assert_untold(told: str, where: str = "") -> None:
    assert [part for part in PARTS if part in told] == [], where


def customers(engine: Engine) -> list[str | None]:
    """The customer of each conversation, the oldest first."""
    with engine.connect() as connection:
        query = select(conversations.c.customer_id).order_by(conversations.c.created_at)
        return list(connection.execute(query).scalars())


def test_nothing_that_is_kept_tells_the_number(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    say(desk, 1, f"a jacket, call me at +{ANN}")
    assert_untold(stored(desk.engine), "while it waits")
    desk.platform.answers = [httpx.Response(503), httpx.ConnectTimeout("slow")]
    desk.worker.work()
    assert_untold(stored(desk.engine), "while its reply waits")
    desk.work()
    assert {each["to"] for each in desk.platform.sent()} == {ANN}
    conversation = joined(desk)
    StaffDesk(desk.engine).say(MIA, conversation, "Good morning!")
    desk.platform.answers = [httpx.Response(400, json={"error": {"code": 1}})]
    desk.work()
    assert desk.platform.sent()[-1]["to"] == ANN
    assert_untold(stored(desk.engine), "when a colleague has it")
    nonsense: dict[str, Any] = {"from": ANN, "id": {"of": ANN}, "timestamp": f"never {ANN}"}
    broken = {"entry": [{"changes": [{"value": {"messages": [nonsense]}}]}]}
    assert whatsapp_notice(desk, broken).status_code == 400
    for name in ("examples", "chat", "transcripts"):
        out = tmp_path / f"{name}.jsonl"
        export_log(desk.engine, name, out=out)
        assert_untold(out.read_text("utf-8"), name)
    assert "could not be read: entry.0.changes.0.value.messages.0" in caplog.text
    assert_untold(caplog.text, "the server's log")


def test_who_comes_back_is_the_same_customer(desk: Desk) -> None:
    say(desk, 1, "a jacket")
    say(desk, 2, "a tent", sender=BEN)
    desk.work()
    say(desk, 3, "in blue")
    desk.work()
    assert desk.messages() == [["a jacket", "in blue"], ["a tent"]]
    with writing(desk.engine) as connection:
        connection.execute(update(talks).values(updated_at=datetime.now(UTC) - TALK_LASTS * 2))
    say(desk, 4, "a lamp")
    desk.work()
    assert desk.messages()[2] == ["a lamp"]
    ann, ben, again = customers(desk.engine)
    assert ann == again != ben
    assert ann is not None
    assert ann.startswith("whatsapp:id-")


def test_whoever_writes_to_two_numbers_of_the_shop_is_one_customer_in_two_conversations(
    desk: Desk,
) -> None:
    for number in ("1001", "1002"):
        message = {"id": number, "from": ANN, "timestamp": "1", "text": {"body": "a jacket"}}
        value = {"metadata": {"phone_number_id": number}, "messages": [message]}
        whatsapp_notice(desk, {"entry": [{"changes": [{"value": value}]}]})
    desk.work()
    one, other = customers(desk.engine)
    assert one == other
    assert [request.url.path for request in desk.platform.requests] == [
        "/v23.0/1001/messages",
        "/v23.0/1002/messages",
    ]


def test_no_two_senders_have_one_name() -> None:
    senders = Senders(b"n" * 32, b"s" * 32)
    numbers = [str(4915100000000 + number) for number in range(20_000)]
    assert len({senders.name("whatsapp", number) for number in numbers}) == len(numbers)
    different = [
        ("whatsapp", "1349"), ("whatsapp", "US.1349"), ("whatsapp", "ann"), ("whatsapp", "Ann"),
        ("telegram", "1349"), ("webhook", "1349"), ("webhook", "+1349"), ("webhook", "00 1349"),
        ("webhook", "a:b"), ("webhook", "b"), ("webhook", "id-" + 40 * "0"), ("slack", "T1:D1:"),
    ]  # fmt: skip
    assert len({senders.name(*each) for each in different}) == len(different)
    names = {senders.key(*each) for each in different}
    names |= {senders.key(*each, "1001") for each in different}
    assert len(names) == 2 * len(different)
    assert Senders(b"m" * 32, b"s" * 32).name("webhook", "b") != senders.name("webhook", "b")


@pytest.mark.parametrize(
    "typed",
    [
        f"whatsapp:{ANN}",
        f"whatsapp:+{ANN}",
        " WhatsApp: +49 (1511) 234-5678 ",
        "whatsapp:0049 1511/2345678",
        f"whatsapp:1001:{ANN}",  # as ids of customers once were
    ],
)
def test_a_number_may_be_typed_as_people_write_it(typed: str) -> None:
    senders = Senders(b"n" * 32, b"s" * 32)
    customer = f"whatsapp:{senders.name('whatsapp', ANN)}"
    assert senders.ids(typed) == (customer, typed.strip())
    assert senders.ids(customer) == (customer,)


@pytest.mark.parametrize("typed", ["c-1", "ann@shop.example", "0192abc", "crm:4711", "whatsapp:"])
def test_ids_of_the_shops_own_are_what_they_are(typed: str) -> None:
    assert Senders(b"n" * 32, b"s" * 32).ids(typed) == (typed,)


def test_what_is_sealed_opens_with_the_same_secret_alone() -> None:
    senders = Senders(b"n" * 32, b"s" * 32)
    sealed = senders.seal({"to": ANN})
    assert ANN not in sealed
    assert senders.unseal(sealed) == {"to": ANN}
    with pytest.raises(SealError):
        Senders(b"n" * 32, b"t" * 32).unseal(sealed)


def test_what_cannot_be_opened_ends_and_the_others_go_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    telegram(desk, 1, "a jacket")
    desk.work()
    conversation = joined(desk)
    telegram(desk, 2, "in blue")
    with writing(desk.engine) as connection:
        foreign = Senders(b"n" * 32, b"t" * 32).seal({"chat_id": 8})
        connection.execute(update(talks).values(target=foreign))
        connection.execute(
            update(jobs).where(jobs.c.state == "waiting", jobs.c.calls.is_(None))
            .values(target=foreign)
        )  # fmt: skip
    StaffDesk(desk.engine).say(MIA, conversation, "Good morning!")
    desk.worker.work()
    say(desk, 3, "a tent")
    desk.work()
    assert "sealed with another secret" in caplog.text
    assert desk.queue.waiting() == 0
    assert desk.messages() == [["a jacket"], ["a tent"]]
    assert {each.get("to", each.get("chat_id")) for each in desk.platform.sent()} <= {7, ANN}


def test_where_to_answer_is_forgotten_when_the_talk_is_over(desk: Desk) -> None:
    say(desk, 1, "a jacket", sender=BEN)
    say(desk, 2, "a tent")
    desk.work()
    joined(desk)  # Ann's

    def talking() -> int:
        desk.queue.drop_old()
        with desk.engine.connect() as connection:
            return len(connection.execute(select(talks)).all())

    assert talking() == 2
    with writing(desk.engine) as connection:
        connection.execute(update(talks).values(updated_at=datetime.now(UTC) - TALK_LASTS * 2))
    assert talking() == 1  # a colleague may still write
    StaffDesk(desk.engine).close(MIA, list(desk.guide.turns)[-1])
    assert talking() == 0
    with writing(desk.engine) as connection:
        connection.execute(update(jobs).values(created_at=datetime.now(UTC) - timedelta(days=8)))
    desk.queue.drop_old()
    assert desk.states() == []


def test_a_request_that_comes_with_a_number_is_answered(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = desk.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("SHOPGUIDE_DATABASE_URL", url)
    monkeypatch.setenv("SHOPGUIDE_DATA_DIR", str(tmp_path))

    def run(*arguments: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert (done.exit_code != 0) == fails, done.output
        return str(done.exception) if fails else done.stdout

    say(desk, 1, "a jacket")
    say(desk, 2, "a tent", sender=BEN)
    desk.work()
    say(desk, 3, "not answered yet")
    customer = customers(desk.engine)[0]
    assert customer is not None
    told = json.loads(run("privacy", "export", f"whatsapp:+{ANN}"))
    assert told["customer"] == customer
    assert len(told["conversations"]) == 1
    assert told["records"]["channel_talks"][0]["target"] == {"to": ANN, "number": "1001"}
    assert run("privacy", "export", customer) == run("privacy", "export", f"whatsapp:{ANN}")
    erased = run("privacy", "erase", "whatsapp:+49 1511 2345678", "--yes", "--json")
    assert json.loads(erased) == {"customer": customer, "conversations": 1}
    assert_untold(erased)
    assert desk.queue.waiting() == 0
    assert "nothing is stored" in run("privacy", "erase", f"whatsapp:{ANN}", "--yes", fails=True)
    assert customers(desk.engine) != []
    assert customer not in customers(desk.engine)
    for typed in (customer, f"whatsapp:+{ANN}"):
        found = run("audit", "list", "--json", "--customer", typed).splitlines()
        assert [json.loads(line)["action"] for line in found] == [
            "erase customer", "export customer", "export customer", "export customer",
        ]  # fmt: skip
    assert run("audit", "list", "--json", "--customer", f"whatsapp:{BEN}") == ""
    assert_untold(stored(desk.engine))


def test_the_console_takes_a_number_and_does_not_repeat_it(desk: Desk) -> None:
    say(desk, 1, "a jacket")
    desk.work()
    customer = customers(desk.engine)[0]
    lead = make_desk(desk.engine).member(Role.LEAD)
    form = {"customer": f"whatsapp:+{ANN}", "csrf": csrf_of(lead.get("/staff/privacy"))}
    assert lead.post("/staff/privacy/export", data=form).json()["customer"] == customer
    erase = lead.post("/staff/privacy/erase", data={**form, "again": form["customer"]})
    assert "1 conversations erased" in erase.text
    assert_untold(erase.text)
    found = lead.post("/staff/audit", data={**form, "action": "erase customer"})
    assert found.status_code == 303
    assert_untold(found.headers["location"])  # it stands in proxies' logs
    page = lead.get(found.headers["location"]).text
    assert "erase customer</td>" in page
    assert "export customer</td>" not in page
    assert_untold(page)
    assert lead.post("/staff/audit", data={"customer": "x"}).status_code == 403
    assert_untold(" ".join(f"{each.what} {each.details}" for each in read_audit(desk.engine)))


def test_customers_whom_the_shops_own_program_names_so_are_found(engine: Engine) -> None:
    log = ConversationLog(engine)
    log.begin("a tent", customer_id="telegram:123", channel="api")
    assert len(tell(engine, "lead", "telegram:123").conversations) == 1
    assert forget(engine, "lead", "telegram:123").conversations == 1
    with pytest.raises(UnknownCustomerError):
        forget(engine, "lead", "telegram:123")


def test_servers_that_start_together_have_one_secret(engine: Engine) -> None:
    prepare_tables(engine)
    at_once, made = threading.Barrier(4), set[bytes]()

    def start() -> None:
        at_once.wait()
        made.add(server_secret(engine, "new"))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert made == {server_secret(engine, "new")}


# Databases in which senders were in the clear.


@pytest.fixture
def old(engine: Engine, tmp_path: Path) -> Engine:
    """A shop of the version before: talks, open and closed jobs, conversations and events."""
    scripts = tmp_path / "old" / "versions"
    scripts.mkdir(parents=True)
    for file in (MIGRATIONS / "versions").glob("000[12]_*.py"):
        shutil.copy(file, scripts)
    prepare_tables(engine)
    log = ConversationLog(engine)
    migrate(engine, scripts.parent, VERSION_TABLE)
    now = datetime.now(UTC)
    for conversation, customer, channel in (
        ("ann-1", f"whatsapp:1001:{ANN}", "whatsapp"),
        ("ann-0", f"whatsapp:1001:{ANN}", "whatsapp"),
        ("ben-1", "telegram:7", "telegram"),
        ("hook", f"webhook:{ANN}", "webhook"),
        ("slack", "slack:T1:D1:", "slack"),
        ("web", "c-1", "web"),
        ("nobody", None, "whatsapp"),
        ("own", "whatsapp:own", "api"),
    ):
        turn = log.begin("a jacket", conversation_id=conversation, customer_id=customer,
                         channel=channel)  # fmt: skip
        reply = Reply(conversation_id=conversation, turn=turn.turn, language="en", text="Here.",
                      intent=Intent.RECOMMEND, writer="composer")  # fmt: skip
        log.complete(TurnRecord(reply=reply, state={}))
        log.record_event(Event.model_validate(
            {"conversation_id": conversation, "turn": 1, "kind": "feedback", "value": "up"}
        ))  # fmt: skip
    target = {"to": ANN, "number": "1001"}
    body = {"to": ANN, "type": "text", "text": {"body": "waited for you"}}
    body |= {"messaging_product": "whatsapp", "recipient_type": "individual"}
    job: dict[str, Any] = {
        "message": "", "calls": None, "calls_sent": 0, "attempts": 0, "not_before": now,
        "created_at": now, "channel": "whatsapp", "sender": f"1001:{ANN}", "target": target,
        "state": "waiting",
    }  # fmt: skip
    answered = [{"path": "1001/messages", "body": body}]
    with writing(engine) as connection:
        connection.execute(insert(talks), [
            {"channel": "whatsapp", "sender": f"1001:{ANN}", "conversation_id": "ann-1",
             "updated_at": now, "target": target},
            {"channel": "telegram", "sender": "7", "conversation_id": "ben-1",
             "updated_at": now, "target": {"chat_id": 7}},
        ])  # fmt: skip
        for number in range(50):
            done = {"id": f"done-{number}", "event_id": f"e-{number}", "sent_at": 1.0}
            connection.execute(insert(jobs).values(job | done))
        over = {"state": "done", "sender": "", "target": {}, "calls": None}
        connection.execute(update(jobs).values(over))
        connection.execute(insert(jobs).values(
            job | {"id": "open-1", "event_id": "e-a", "sent_at": 1.0, "calls": answered}
        ))  # fmt: skip
        connection.execute(insert(jobs).values(
            job | {"id": "open-2", "event_id": "e-b", "sent_at": 2.0, "message": "in blue"}
        ))  # fmt: skip
    return engine


def test_old_rows_are_made_like_new_ones(
    old: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_guide, "SECONDS_TO_CARDS", 0)
    monkeypatch.setattr(fake_guide, "SECONDS_A_SENTENCE", 0)
    assert ANN in stored(old)
    with open_desk(old, tmp_path / "data", LoggingGuide(old)) as desk:
        assert_untold(stored(old))
        say(desk, 9, "waterproof")
        telegram(desk, 9, "a tent")
        desk.work()
        assert desk.platform.sent()[0]["text"]["body"] == "waited for you"
        told = [each.get("to", each.get("chat_id")) for each in desk.platform.sent()]
        assert sorted(told, key=str) == [ANN, ANN, ANN, 7]
        talked = {name: [turn.message for turn in said] for name, said in desk.guide.turns.items()}
        assert talked == {"ann-1": ["in blue", "waterproof"], "ben-1": ["a tent"]}  # as before
    with old.connect() as connection:
        rows = connection.execute(select(conversations.c.id, conversations.c.customer_id)).all()
        said = connection.execute(select(events.c.conversation_id, events.c.customer_id)).all()
    named = {row.id: row.customer_id for row in rows}
    senders = open_senders(old)
    assert named["ann-1"] == named["ann-0"] == f"whatsapp:{senders.name('whatsapp', ANN)}"
    assert named["ben-1"] == f"telegram:{senders.name('telegram', '7')}"
    assert named["hook"] == f"webhook:{senders.name('webhook', ANN)}"
    assert named["slack"] == f"slack:{senders.name('slack', 'T1:D1:')}"
    assert (named["web"], named["nobody"], named["own"]) == ("c-1", None, "whatsapp:own")
    assert {row.conversation_id: row.customer_id for row in said} == named
    assert forget(old, "lead", f"whatsapp:+{ANN}").conversations == 2


def test_a_message_that_an_older_server_kept_meanwhile_is_answered(desk: Desk) -> None:
    say(desk, 1, "a jacket")
    desk.work()
    say(desk, 2, "in blue")
    with writing(desk.engine) as connection:
        connection.execute(
            update(jobs).where(jobs.c.state == "waiting")
            .values(sender=f"1001:{ANN}", target={"to": ANN, "number": "1001"})
        )  # fmt: skip
    desk.work()
    assert desk.messages() == [["a jacket", "in blue"]]
    assert [each["to"] for each in desk.platform.sent()] == [ANN, ANN]
    assert len(customers(desk.engine)) == 1


def test_old_rows_change_all_at_once_or_not_at_all(
    old: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> dict[str, list[Any]]:
        with old.connect() as connection:
            return {
                table.name: sorted(map(str, connection.execute(select(table)).all()))
                for table in (jobs, talks, conversations, events)
            }

    before = rows()
    real, named = Senders.name, [0]

    def name(self: Senders, channel: str, address: str) -> str:
        named[0] += 1
        if named[0] == 5:
            raise RuntimeError("the power is gone")
        return real(self, channel, address)

    monkeypatch.setattr(Senders, "name", name)
    with pytest.raises(RuntimeError, match="power"):
        open_senders(old)
    assert rows() == before
    monkeypatch.undo()
    open_senders(old)
    once = rows()
    assert once != before
    open_senders(old)
    assert rows() == once


def test_a_new_shop_is_not_written_anew(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("ui.channels.store.rewrite", never)
    open_senders(engine)
    assert inspect(engine).has_table("channel_talks")
    open_senders(engine)


def test_signed_senders_of_other_platforms_are_known_by_digests(desk: Desk) -> None:
    webhook(desk, "e1", {"sender": f"+{ANN}", "text": "a jacket"})
    chatwoot(desk, {"id": 1, "content": "a tent"})
    desk.work()
    assert f"+{ANN}" in [each.get("sender") for each in desk.platform.sent()]
    assert_untold(stored(desk.engine))
    name = desk.queue.senders.name
    assert set(customers(desk.engine)) == {
        f"webhook:{name('webhook', f'+{ANN}')}",
        f"chatwoot:{name('chatwoot', '3:44')}",
    }
