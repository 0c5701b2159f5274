"""The pages of figures and of fairness: numbers, pictures, words, a CSV file, a command."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from staff_parts import Desk, make_desk
from typer.testing import CliRunner

from assistant.audit_log import read_audit
from assistant.figures import wishes
from assistant.inbox.search import Asked, find
from assistant.inbox.simulated import fill
from assistant.reply import Reply
from assistant.tables import turns
from retrieval.catalog import Catalog
from retrieval.database import open_database
from retrieval.errors import ShopGuideError
from retrieval.product import Product
from ui.cli.app import app
from ui.staff import passwords
from ui.staff.bench import bench_inbox
from ui.staff.charts import Point, beside, over_time
from ui.staff.roles import Role

HOSTILE = "<script>alert(1)</script>"
MANY = 40


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as in production, but for its cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def desk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A year of simulated conversations, and embeddings that need no model."""

    def embed(texts: object) -> object:
        return np.stack([np.eye(64, dtype=np.float32)[len(str(text)) % 64] for text in texts])  # type: ignore[attr-defined]

    monkeypatch.setattr(wishes, "open_multilingual", lambda settings: None)
    monkeypatch.setattr(
        wishes,
        "open_embedder",
        lambda settings: type("E", (), {"embed_array": staticmethod(embed)}),
    )
    desk = make_desk(engine)
    fill(engine, MANY)
    Catalog(engine).upsert(
        [Product(id="simulated-0", title="Fell", brand=HOSTILE, price=Decimal(90), currency="USD")]
    )
    return desk


def test_the_page_tells_figures_and_draws_them(desk: Desk) -> None:
    lead = desk.member(Role.LEAD)
    since = (datetime.now(UTC) - timedelta(days=364)).date()
    page = lead.get("/staff/figures", params={"since": str(since), "split": "language"})
    assert page.status_code == 200
    for told in ("Click-through rate", "By channel", "whatsapp", "English", "中文", "Between "):
        assert told in page.text, told
    assert " style=" not in page.text  # which the Content-Security-Policy would refuse
    address = re.search(r'data-address="(/staff/figures/charts[^"]+)"', page.text)
    assert address
    drawn = lead.get(address[1].replace("&amp;", "&")).text
    assert drawn.count("<svg") == 8
    assert " style=" not in drawn
    assert "<style" not in drawn
    assert "English" in drawn  # the lines' legend
    found = lead.get("/staff/figures/wishes", params={"since": str(since)}).text
    assert "What the shop lacks" in found
    assert re.search(
        "kayak|scissors|hammock|beekeeping|sundial|皮划艇|剪刀|吊床|养蜂服|日晷", found
    )
    assert "数据" in lead.get("/staff/figures?lang=zh").text
    for strange in ("since=zz", "since=2030-01-01&until=2020-01-01", "until=0001-01-01"):
        assert lead.get(f"/staff/figures?{strange}").status_code == 200, strange
        assert lead.get(f"/staff/figures/fairness?{strange}").status_code == 200, strange
    assert lead.get("/staff/figures?split=intent").status_code == 422


def test_wishes_that_cannot_be_grouped_are_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(settings: object) -> object:
        raise ShopGuideError("the weights are missing")

    monkeypatch.setattr(wishes, "open_embedder", missing)
    page = desk.member(Role.ML).get("/staff/figures/wishes?since=2020-01-01")
    assert "the weights are missing" in page.text


def test_the_csv_file(desk: Desk) -> None:
    lead = desk.member(Role.LEAD)
    answer = lead.get("/staff/figures.csv?since=2020-01-01")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="figures-[\d-]+\.csv"', answer.headers["content-disposition"]
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sum(int(row["conversations"]) for row in rows) == MANY
    (entry,) = read_audit(desk.console.engine, action="export figures")
    assert entry.who == "lead@shop.example"


def test_fairness_as_a_page_and_as_a_command(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = desk.member(Role.ML).get("/staff/figures/fairness?since=2020-01-01").text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "SIGIR 2018" in page
    assert "Price bands" in page
    engine = desk.console.engine
    monkeypatch.setenv("SHOPGUIDE_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    told = CliRunner().invoke(app, ["report", "fairness", "--since", "2020-01-01", "--json"])
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert {each["name"] for each in report["brands"]} == {HOSTILE, ""}
    assert report["turns"] > 0
    assert sum(each["exposure"] for each in report["brands"]) == pytest.approx(1)
    assert "brands" in CliRunner().invoke(app, ["report", "fairness"]).stdout
    out = tmp_path / "figures.csv"
    done = CliRunner().invoke(
        app, ["report", "figures", "--since", "2020-01-01", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert len(out.read_text("utf-8").splitlines()) > 10
    wrong = ["report", "figures", "--since", "2026-02-02", "--until", "2026-02-01"]
    assert CliRunner().invoke(app, wrong).exit_code == 2


def test_names_of_groups_cannot_break_a_picture() -> None:
    drawn = beside([(HOSTILE, "A", 0.5, f'"{HOSTILE}'), ("'", "A", 0.5, "&")], ["A"])
    assert "<script" not in drawn
    line = over_time([Point(HOSTILE, "x", 1.0, HOSTILE)], {"x": "'];alert(1);['"}, series=[HOSTILE])
    assert "<script" not in line
    assert over_time([], {}).startswith("<svg")


# The simulated conversations, and the bench over them.


def test_simulated_conversations_are_as_the_log_writes_them(desk: Desk) -> None:
    engine = desk.console.engine
    with engine.connect() as connection:
        for row in connection.execute(select(turns)):
            Reply.model_validate(row.reply)
            assert row.conversation_id.startswith("simulated-")
            assert row.notices == ["simulated"]
    assert find(engine, Asked("delivery")).listed
    assert find(engine, Asked("送到", ("language:zh",))).listed
    agent = desk.member(Role.AGENT)
    assert agent.get("/staff/conversations/simulated-00000001").status_code == 200
    assert fill(engine, MANY) > MANY  # it is there already
    assert fill(engine, MANY + 2) > MANY + 2  # what was stopped goes on
    with pytest.raises(ShopGuideError, match="name an empty one"):
        fill(engine, MANY)


def test_the_bench_tells_times_of_pages_and_searches(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bench.db'}"
    report = bench_inbox(url, 30, rounds=5)
    assert (report.database, report.conversations, report.page.runs) == ("sqlite", 30, 5)
    assert report.turns > 100
    assert 0 < report.search_zh.p50 <= report.search_zh.p95 <= report.search_zh.slowest_ms
    open_database(url).dispose()
