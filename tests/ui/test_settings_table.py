"""The list of settings: complete, current in the manual, and discreet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli.app import app
from ui.settings import Settings, load_settings
from ui.settings_table import all_settings, in_force, markdown

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_in_the_manual_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), (
        "run: shopguide settings --markdown > docs/settings.md"
    )


def test_every_setting_is_listed_once_and_explained() -> None:
    listed = all_settings()
    assert sorted(each.name for each in listed) == sorted(Settings.model_fields)
    assert [each.name for each in listed if len(each.description) < 8] == []


def test_what_is_listed_says_what_may_be_set() -> None:
    by_name = {each.name: each for each in all_settings()}
    assert by_name["port"].values == "whole number, 1 to 65535"
    assert by_name["port"].default == "7860"
    assert by_name["writer"].values == "`local`, `endpoint`, `composer`"
    assert by_name["open_chat"].default == "true"
    assert by_name["staff_session_hours"].default == "12"
    assert by_name["llm_api_key"].values == "secret"
    assert by_name["llm_api_key"].variable == "SHOPGUIDE_LLM_API_KEY"


def test_secrets_and_passwords_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPGUIDE_LLM_API_KEY", "hush-1")
    monkeypatch.setenv("SHOPGUIDE_DATABASE_URL", "postgresql://shop:hush-2@db/shop")
    shown = in_force(load_settings())
    assert shown["llm_api_key"] == "***"
    assert shown["database_url"] == "postgresql://shop:***@db/shop"
    printed = CliRunner().invoke(app, ["settings"]).stdout
    assert "hush" not in printed
    changed = CliRunner().invoke(app, ["settings", "--json", "--changed"]).stdout
    assert [json.loads(line)["name"] for line in changed.splitlines()] == [
        "database_url",
        "llm_api_key",
    ]
