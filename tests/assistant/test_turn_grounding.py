"""Replies over real wishes, read by an auditor that shares nothing with the writer's verifier."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from turn_guide import small_guide
from turn_parts import PARKA, SHELL, SHOP

from assistant.audit import Auditor
from assistant.bench import bench_grounding, bench_turn

SHOWN = ["shell", "parka"]


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    records = [product.model_dump(mode="json") for product in SHOP]
    return Auditor.of(records, {"returns": "You can send things back within 30 days."})


@pytest.mark.parametrize(
    "text",
    [
        "Storm Shell Jacket ($89.00) is waterproof and green.",
        "Drizzle Parka is the cheapest of these.",
        "The best rated of these is Storm Shell Jacket, with 4.6 stars from 212 reviews.",
        "Here are two jackets that fit: under $100 and not black.",
        "From our page “returns”: You can send things back within 30 days.",
        "风暴硬壳夹克（US$89.00）：防水。",
    ],
)
def test_the_auditor_finds_facts_on_record(auditor: Auditor, text: str) -> None:
    findings = auditor.audit(text, SHOWN, ["waterproof jacket under $100, not black"])
    assert [finding for finding in findings if not finding.on_record] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Storm Shell Jacket ($79.00) comes first.", "amount"),
        ("Storm Shell Jacket ($59.90) comes first.", "amount"),
        ("Storm Shell Jacket has 213 reviews.", "number"),
        ("Storm Shell Jacket comes in blue.", "colour"),
        ("Storm Shell Jacket is made of leather.", "material"),
        ("Storm Shell Jacket is made by Ostrel.", "brand"),
        ("Ember Vest comes first.", "product"),
        ("Storm Shell Jacket is the cheapest of these.", "promise"),
        ("Drizzle Parka is the best rated of these.", "promise"),
        ("Drizzle Parka comes with free delivery.", "promise"),
        ("The description says: “It glows in the dark.”", "quote"),
        ("风暴硬壳夹克是黑色的。", "word"),
    ],
)
def test_the_auditor_finds_inventions(auditor: Auditor, text: str, kind: str) -> None:
    findings = auditor.audit(text, SHOWN, ["a jacket"])
    assert kind in {finding.kind for finding in findings if not finding.on_record}


def test_the_auditor_knows_a_family_by_the_record_that_its_variants_name() -> None:
    family, other = ({"id": key, "title": f"{key} Pant", "category": []} for key in ("Yoga", "Gym"))
    black, blue = (
        {**family, "id": colour, "title": f"Yoga Pant-{colour}", "group_id": "Yoga"}
        for colour in ("Black", "Blue")
    )
    auditor = Auditor.of([family, other, black, blue])

    def is_shown(title: str) -> bool:
        return all(finding.on_record for finding in auditor.audit(f"The {title}.", ["Black"], []))

    assert is_shown("Yoga Pant")
    assert is_shown("Yoga Pant-Black")
    assert not is_shown("Yoga Pant-Blue")
    assert not is_shown("Gym Pant")


def test_replies_to_real_wishes_hold_no_unverified_fact(tmp_path: Path, shared_data: Path) -> None:
    with gzip.open(shared_data / "webshop-goals" / "goals.jsonl.gz", "rt") as file:
        messages = [json.loads(line)["message"] for line in file][::200]
    guide = small_guide(tmp_path)
    report = bench_grounding(guide, messages)
    assert (report.errors, report.unverified) == (0, ())
    assert report.facts > len(messages)
    guide.close()


def test_a_bench_times_cards_and_first_text(tmp_path: Path) -> None:
    guide = small_guide(tmp_path, products=[SHELL, PARKA])
    bench = bench_turn(guide, ["a jacket", "a blue parka"], warm=0)
    assert bench.turns == 2
    assert bench.products_ms.p50 <= bench.first_text_ms.p95
    guide.close()
