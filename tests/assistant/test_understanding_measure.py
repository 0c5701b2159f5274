"""The figures of understanding: counted by hand on a few rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop_facets import FACETS
from typer.testing import CliRunner

from assistant.understanding.measure import measure_understanding
from assistant.understanding.understander import Understander
from retrieval.errors import ShopGuideError
from ui.cli.app import app


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(FACETS)


def test_messages_are_counted_and_timed(understander: Understander) -> None:
    report = measure_understanding(
        understander, [{"message": "a red jacket"}, {"query": "防水夹克"}, {"message": "hello"}]
    )
    assert report.messages == 3
    assert report.errors == 0
    assert report.intents == {"recommend": 2, "greeting": 1}
    assert report.languages == {"en": 2, "zh": 1}
    assert 0 < report.p50_ms <= report.p95_ms


def test_prices_and_values_are_compared_with_what_a_right_answer_meets(
    understander: Understander,
) -> None:
    row = {
        "kind": "product",
        "query": "Show me waterproof jackets in red with free delivery priced below 90 dollars",
        "reward": {
            "title": ["Rain Jacket"],
            "attributes": [{"color": ["red"]}, {"feature": ["waterproof"]}],
            "price": [{"less than": [None, 90]}, {"greater than": [10, None]}],
        },
    }
    agreement = measure_understanding(understander, [row]).agreement
    assert agreement["price bounds"] == {"precision": 1.0, "recall": 0.5, "wanted": 2}
    kept = agreement["values named in the request, kept in the wish"]
    assert kept == {"precision": 1.0, "recall": 1.0, "wanted": 2}


def test_wishes_are_compared_with_requests_that_people_rewrote(understander: Understander) -> None:
    row = {
        "conversation": "U: a jacket for hiking\nS: Which colour?\nU: in red please",
        "intents_by_annotator": [
            {
                "utterance": 1,
                "intent_annotations": [
                    [{"type": "recommendation", "query": "red hiking jacket"}],
                    [{"type": "search", "query": "red jacket for hiking in autumn"}],
                ],
            }
        ],
    }
    agreement = measure_understanding(understander, [row]).agreement
    kept = agreement["words of the rewritten request, kept in the wish"]
    assert kept == {"precision": 1.0, "recall": 1.0, "wanted": 3}


def test_intents_are_compared_with_what_most_people_saw(understander: Understander) -> None:
    row = {
        "utterances": [
            {"participant": "Wizard", "utterance": "Hi", "intents": [["greeting", 5.0]]},
            {"participant": "Client", "utterance": "Hello!", "intents": [["greeting", 5.0]]},
            {
                "participant": "Client",
                "utterance": "I am looking for a tent",
                "intents": [["disclose", 3.0], ["greeting", 1.0]],
            },
        ]
    }
    agreement = measure_understanding(understander, [row]).agreement
    assert agreement["disclosed wishes taken for one"]["recall"] == 1.0
    assert agreement["greetings taken for one"]["recall"] == 1.0


def test_a_row_of_no_known_shape_is_an_error(understander: Understander) -> None:
    with pytest.raises(ShopGuideError, match="neither message nor query"):
        measure_understanding(understander, [{"text": "a jacket"}])


def test_the_command_prints_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "messages.txt"
    file.write_text("a red jacket\n")
    monkeypatch.setenv("SHOPGUIDE_DATA_DIR", str(tmp_path))
    result = CliRunner().invoke(app, ["bench", "understanding", "--queries", str(file), "--json"])
    assert json.loads(result.stdout)["messages"] == 1
