"""The command line: exit status, JSON on stdout alone, and messages a person can act on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.errors import SettingsError
from ui.settings import load_settings

PRODUCTS = [
    {
        "id": "tent-2",
        "title": "Larkfell two-person tent",
        "description": "A light tent for two.",
        "category": ["Camping", "Tents"],
        "price": "149.00",
        "currency": "USD",
        "attributes": {"color": "green", "waterproof": True},
    },
    {
        "id": "tent-4",
        "title": "Larkfell four-person tent",
        "description": "Room for a family.",
        "category": ["Camping", "Tents"],
        "price": "239.00",
        "currency": "USD",
        "attributes": {"color": "orange", "waterproof": True},
    },
    {
        "id": "mug",
        "title": "Enamel camping mug",
        "description": "Holds 350 ml.",
        "category": ["Camping", "Cookware"],
        "price": "12.50",
        "currency": "USD",
        "attributes": {"color": "blue"},
    },
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    catalog = folder / "catalog.jsonl"
    rows = [json.dumps(product) for product in PRODUCTS]
    catalog.write_text("\n".join([*rows, '{"id": "broken"}']), encoding="utf-8")
    result = shopguide(folder, "ingest", str(catalog), "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["read"] == 4
    assert (report["added"], report["rejected"]) == (3, 1)
    reject = json.loads(Path(report["rejects_file"]).read_text(encoding="utf-8"))
    assert reject["line"] == 4
    assert "title" in reject["reason"]
    return folder


def shopguide(
    folder: Path, *arguments: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SHOPGUIDE_")}
    return subprocess.run(
        [sys.executable, "-c", "from ui.cli import main; main()", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env={
            **inherited,
            "SHOPGUIDE_DATA_DIR": str(folder / "data"),
            "SHOPGUIDE_WRITER": "composer",
            **environment,
        },
        check=False,
    )


def test_help_is_everywhere(tmp_path: Path) -> None:
    for command in ([], ["ingest"], ["search"], ["evaluate"], ["train", "clicks"], ["models"]):
        result = shopguide(tmp_path, *command, "--help")
        assert result.returncode == 0, result.stderr
        assert "Usage" in result.stdout


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    assert shopguide(tmp_path, "ingest").returncode == 2
    assert shopguide(tmp_path, "no-such-command").returncode == 2


def test_a_second_ingest_changes_nothing(data_dir: Path) -> None:
    result = shopguide(data_dir, "ingest", str(data_dir / "catalog.jsonl"), "--json")
    report = json.loads(result.stdout)
    assert (report["added"], report["updated"], report["unchanged"]) == (0, 0, 3)


def test_search_prints_one_object_a_line(data_dir: Path) -> None:
    result = shopguide(data_dir, "search", "tent", "--filter", "price<=200", "--json")
    assert result.returncode == 0, result.stderr
    hits = [json.loads(line) for line in result.stdout.splitlines()]
    assert hits[0]["rank"] == 1
    assert hits[0]["product_id"] == "tent-2"
    assert hits[0]["price"] == "149.00"
    assert 0 <= hits[0]["click_probability"] <= 1
    assert set(hits[0]["sources"]) == {"lexical", "dense"}
    assert "tent-4" not in {hit["product_id"] for hit in hits}


def test_a_wrong_filter_is_named(data_dir: Path) -> None:
    result = shopguide(data_dir, "search", "tent", "--filter", "price<=cheap")
    assert result.returncode == 1
    assert "price<=cheap" in result.stderr
    assert "Traceback" not in result.stderr


def test_chat_answers_each_line_with_one_reply(data_dir: Path) -> None:
    lines = ["a tent under $200", json.dumps({"message": "thanks"})]
    result = shopguide(data_dir, "chat", "--json", stdin="\n".join(lines) + "\n")
    assert result.returncode == 0, result.stderr
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["products"][0]["product_id"] == "tent-2"
    assert first["constraints"]["price"] == {"max": "200"}
    assert first["writer"] == "composer"
    assert (first["turn"], second["turn"]) == (1, 2)
    assert second["conversation_id"] == first["conversation_id"]


def test_export_writes_what_was_logged(data_dir: Path) -> None:
    shopguide(data_dir, "chat", "--json", stdin="an orange tent\n")
    out = data_dir / "examples.jsonl"
    result = shopguide(data_dir, "export", "examples", "--out", str(out), "--json")
    assert result.returncode == 0, result.stderr
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert json.loads(result.stdout)["rows"] == len(rows) > 0
    assert {"query", "title", "label", "position"} <= set(rows[0])


def test_an_unreadable_catalogue_is_a_message_and_not_a_traceback(tmp_path: Path) -> None:
    result = shopguide(tmp_path, "ingest", str(tmp_path / "missing.csv"))
    assert result.returncode == 1
    assert "missing.csv" in result.stderr
    assert "Traceback" not in result.stderr


def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    result = shopguide(tmp_path, "search", "x", SHOPGUIDE_PORT="high", SHOPGUIDE_WRITER="parrot")
    assert result.returncode == 1
    assert "port" in result.stderr
    assert "writer" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_misspelt_setting_in_the_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shopguide.toml").write_text('data_dri = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"data_dri.*shopguide\.toml.*perhaps data_dir"):
        load_settings()
    (tmp_path / "shopguide.toml").write_text("port = [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^shopguide\.toml: "):
        load_settings()


def test_a_misspelt_variable_is_told_and_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SHOPGUIDE_PROT", "8080")
    load_settings()
    assert "SHOPGUIDE_PROT is no setting of ours; perhaps SHOPGUIDE_PORT is meant" in caplog.text
