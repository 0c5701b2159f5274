"""`shopguide keys`, and what the database holds of a key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from typer.testing import CliRunner

from retrieval.database import open_database
from retrieval.errors import ShopGuideError
from ui.api.capability import ConversationTokens
from ui.api.keys import ApiKeys, Scope
from ui.cli.app import app


def test_a_key_is_kept_as_a_hash(engine: Engine) -> None:
    keys = ApiKeys(engine)
    key, secret = keys.add("web shop", [Scope.SEARCH, Scope.CATALOG], 10)
    assert keys.find(secret) == key
    assert keys.find(secret + "x") is None
    with engine.connect() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM api_keys")).all())
    keys.revoke(key.id)
    assert keys.find(secret) is None
    assert keys.all()[0].revoked_at is not None
    with pytest.raises(ShopGuideError, match="could be revoked"):
        keys.revoke(key.id)
    with pytest.raises(ShopGuideError, match="scope"):
        keys.add("nothing", [])
    with pytest.raises(ShopGuideError, match="name"):
        keys.add(" ", [Scope.CHAT])


def test_servers_on_one_database_know_each_others_tokens(engine: Engine) -> None:
    one, other = ConversationTokens(engine), ConversationTokens(engine)
    token = one.sign("c1")
    assert other.matches("c1", token)
    assert not other.matches("c2", token)
    assert not other.matches("c1", "é" + token)


def test_keys_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPGUIDE_DATA_DIR", str(tmp_path))
    runner = CliRunner()
    made = runner.invoke(app, ["keys", "add", "web shop", "--scope", "search", "--json"])
    key = json.loads(made.stdout)
    assert key["key"].startswith("sg_")
    listed = runner.invoke(app, ["keys", "list", "--json"])
    assert json.loads(listed.stdout)["id"] == key["id"]
    assert key["key"] not in listed.output
    assert runner.invoke(app, ["keys", "revoke", key["id"]]).exit_code == 0
    assert json.loads(runner.invoke(app, ["keys", "list", "--json"]).stdout)["revoked_at"]
    assert runner.invoke(app, ["keys", "add", "x", "--scope", "everything"]).exit_code == 2
    engine = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    from assistant.tables import audit_log

    with engine.connect() as connection:
        actions = connection.execute(select(audit_log.c.action)).scalars().all()
    assert actions == ["key added", "key revoked"]
