"""What customers write about themselves reaches neither database, logs nor exports."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError
from turn_guide import small_guide

from assistant.audit_log import read_audit
from assistant.events import Event, EventKind
from assistant.export import export_log
from assistant.log import ConversationLog
from assistant.privacy.vault import Vault, new_key
from assistant.reply import Reply
from assistant.settings import AssistantSettings
from assistant.tables import originals, turns
from assistant.turn import Guide
from ranking.settings import RankingSettings
from ranking.train import train_clicks
from retrieval.database import writing
from retrieval.errors import SettingsError, ShopGuideError
from tests.retrieval.shops import WordEmbedder

SECRETS = [
    "Annegret", "Schmidthausen", "annegret.s@mail.example", "415 555 2671", "4155552671",
    "742 Evergreen Terrace", "4111 1111 1111 1111", "078-05-1120", "张伟强", "13812345678",
    "11010519491231002X", "建国路88号", "wxid_secret77", "6222021234567890128",
]  # fmt: skip
MESSAGES = [
    "My name is Annegret Schmidthausen, I want a waterproof jacket under $100",
    "cheaper please, mail annegret.s@mail.example or call +1 415 555 2671",
    "Ship it to 742 Evergreen Terrace, Springfield, OR 97403. Card 4111 1111 1111 1111",
    "does it matter that my SSN is 078-05-1120? a red jacket",
    "我叫张伟强，电话13812345678，想买防水夹克",
    "地址：北京市朝阳区建国路88号，身份证11010519491231002X，微信号wxid_secret77",
    "银行卡6222021234567890128，红色的夹克",
    "a jacket " + "that is warm " * 152 + "my card is 4111 1111 1111 1111 and I need it",
]


def talk(guide: Guide) -> str:
    conversation: str | None = None
    for message in MESSAGES:
        reply = list(guide.answer(message, conversation_id=conversation))[-1]
        assert isinstance(reply, Reply)
        conversation = reply.conversation_id
    assert conversation
    guide.record_event(
        Event(
            conversation_id=conversation, kind=EventKind.FEEDBACK, turn=1,
            value="down: write to annegret.s@mail.example",
        )
    )  # fmt: skip
    return conversation


def told(folder: Path) -> bytes:
    """Every byte of every file."""
    return b"\n".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def found_in(data: bytes) -> list[str]:
    forms = {secret: [secret.encode(), secret.encode("unicode-escape")] for secret in SECRETS}
    return [secret for secret, encoded in forms.items() if any(form in data for form in encoded)]


def test_nothing_of_it_is_in_any_file_log_or_export(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    guide = small_guide(tmp_path)
    guide.parts.search.fails = True  # type: ignore[attr-defined]
    list(guide.answer(MESSAGES[0]))  # a failure and its traceback are logged as well
    guide.parts.search.fails = False  # type: ignore[attr-defined]
    conversation = talk(guide)
    engine = guide.parts.log._engine  # pyright: ignore[reportPrivateUsage]
    for format in ("examples", "chat", "transcripts"):
        assert export_log(engine, format, out=tmp_path / f"{format}.jsonl")
    export_log(engine, "transcripts", out=tmp_path / "transcripts.csv")
    shown = guide.history(conversation)
    guide.close()
    assert "[name]" in shown[0].message
    assert "[card]" in shown[2].message
    written = told(tmp_path)
    assert b"waterproof jacket" in written
    assert found_in(written) == []
    assert "on fire" in caplog.text
    assert found_in(caplog.text.encode()) == []
    assert found_in("".join(capfd.readouterr()).encode()) == []


def test_nothing_of_it_is_in_what_a_training_writes(
    tmp_path: Path,
    tiny_base: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nor in TensorBoard's files, the registered version or the messages on the way."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("ranking.shipped.SHIPPED", tmp_path / "nothing-shipped")
    guide = small_guide(tmp_path)
    conversation = talk(guide)
    first = guide.history(conversation)[0].reply
    assert first is not None
    chosen = first.products[0].product_id
    guide.record_event(
        Event(conversation_id=conversation, kind=EventKind.CLICK, turn=1, product_id=chosen)
    )
    exported = tmp_path / "examples.jsonl"
    export_log(guide.parts.log._engine, "examples", out=exported)  # pyright: ignore[reportPrivateUsage]
    guide.close()
    lines = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]
    assert {line["label"] for line in lines} == {0, 1}
    many = tmp_path / "many.jsonl"  # as many customers as it takes to split them
    many.write_text(
        "".join(
            json.dumps(line | {"query": f"{line['query']} {number}"}) + "\n"
            for number in range(12)
            for line in lines
        ),
        "utf-8",
    )
    settings = RankingSettings(data_dir=tmp_path / "data")
    train_clicks(
        settings, WordEmbedder(), [many], base=tiny_base, method="head", epochs=1, force=True
    )
    logs = settings.models_dir / "clicks" / "logs"
    assert b"loss/training" in b"".join(
        file.read_bytes() for file in logs.glob("*/events.out.tfevents.*")
    )
    assert found_in(told(tmp_path)) == []
    assert found_in(caplog.text.encode()) == []


def test_the_answer_is_about_the_rest_of_the_message(tmp_path: Path) -> None:
    guide = small_guide(tmp_path)
    replies = [
        list(guide.answer(message))[-1]
        for message in (MESSAGES[0], "I want a waterproof jacket under $100")
    ]
    guide.close()
    one, two = (reply for reply in replies if isinstance(reply, Reply))
    assert one.constraints == two.constraints
    assert [card.product_id for card in one.products] == [card.product_id for card in two.products]
    assert one.products


def test_a_number_is_masked_before_a_message_is_cut(tmp_path: Path) -> None:
    guide = small_guide(tmp_path)
    limit = guide.parts.settings.max_message_chars
    message = "x " * ((limit - 10) // 2) + "4111 1111 1111 1111"
    assert len(message) > limit
    reply = list(guide.answer(message))[-1]
    assert isinstance(reply, Reply)
    (turn,) = guide.history(reply.conversation_id)
    guide.close()
    assert len(turn.message) <= limit
    assert "4111" not in turn.message


@pytest.mark.parametrize("vaulted", [False, True])
def test_on_both_databases_only_the_masked_text_is_stored(engine: Engine, vaulted: bool) -> None:
    log = ConversationLog(engine, vault=Vault(new_key()) if vaulted else None)
    turn = log.begin("mail me at anna@example.com", conversation_id="c")
    assert turn.message == "mail me at"
    log.begin("a tent", conversation_id="c")
    with engine.connect() as connection:
        assert connection.execute(select(turns.c.message)).scalars().all() == [
            "mail me at [email]",
            "a tent",
        ]
        # Only what was masked has an original.
        assert len(connection.execute(select(originals)).all()) == int(vaulted)


# Originals.


def test_an_original_is_sealed_and_each_look_is_in_the_audit_log(engine: Engine) -> None:
    vault = Vault(new_key())
    log = ConversationLog(engine, vault=vault)
    log.begin("mail anna@example.com", conversation_id="c")
    with engine.connect() as connection:
        sealed = bytes(connection.execute(select(originals.c.sealed)).scalar_one())
    assert b"anna" not in sealed
    assert vault.look(engine, "lea@shop.example", "c", 1, "call back") == "mail anna@example.com"
    assert vault.look(engine, "lea@shop.example", "c", 2) is None
    entries = read_audit(engine)
    assert [(each.who, each.action, each.what) for each in entries] == [
        ("lea@shop.example", "read original", "conversation c")
    ] * 2
    assert entries[1].details == {"turn": 1, "why": "call back"}


def test_keys_can_be_changed_and_a_lost_one_is_told(engine: Engine) -> None:
    old, new = new_key(), new_key()
    ConversationLog(engine, vault=Vault(old)).begin("mail anna@example.com", conversation_id="c")
    assert Vault(f"{new}\n{old}").look(engine, "x", "c", 1) == "mail anna@example.com"
    with pytest.raises(ShopGuideError, match="another key"):
        Vault(new).look(engine, "x", "c", 1)


def test_an_original_cannot_be_passed_off_as_another_ones(engine: Engine) -> None:
    vault = Vault(new_key())
    log = ConversationLog(engine, vault=vault)
    log.begin("mail anna@example.com", conversation_id="c")
    log.begin("mail ben@example.com", conversation_id="d")
    with writing(engine) as connection:
        of_d = select(originals.c.sealed).where(originals.c.conversation_id == "d")
        connection.execute(
            update(originals)
            .where(originals.c.conversation_id == "c")
            .values(sealed=of_d.scalar_subquery())
        )
    with pytest.raises(ShopGuideError, match="another message"):
        vault.look(engine, "x", "c", 1)


def test_originals_are_not_kept_unless_the_shop_says_so(tmp_path: Path) -> None:
    assert Vault.open(AssistantSettings()) is None
    with pytest.raises(SettingsError, match="privacy_key"):
        Vault.open(AssistantSettings(keep_originals=True))
    with pytest.raises(SettingsError, match="not a key"):
        Vault.open(AssistantSettings.model_validate({"keep_originals": True, "privacy_key": "x"}))
    file = tmp_path / "key"
    with pytest.raises(SettingsError, match="No such file"):
        Vault.open(AssistantSettings(keep_originals=True, privacy_key_file=file))
    file.write_bytes(Fernet.generate_key() + b"\n")
    assert Vault.open(AssistantSettings(keep_originals=True, privacy_key_file=file))


def test_the_database_knows_the_new_tables(engine: Engine) -> None:
    ConversationLog(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM consents")).scalar_one() == 0
    with pytest.raises(DBAPIError), writing(engine) as connection:
        connection.execute(text("INSERT INTO originals VALUES ('none', 1, 'x', '2026-01-01')"))
