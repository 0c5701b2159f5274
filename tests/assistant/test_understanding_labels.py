"""Colours, sizes, prices and words found in real messages, against labels given by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.constraints import Constraints
from assistant.language import message_language
from assistant.state import DialogueState
from assistant.understanding.chinese import word_boundaries
from assistant.understanding.sizes import same_size
from assistant.understanding.text import clean
from assistant.understanding.understander import Understander
from assistant.understanding.words import colour_family
from retrieval.facets import Facets

LABELS = Path(__file__).parent / "labels" / "webshop_goals.json"


@pytest.fixture(scope="module")
def labelled(shared_data: Path) -> tuple[dict[str, Any], Mapping[str, Constraints]]:
    labels = json.loads(LABELS.read_text("utf-8"))
    with gzip.open(shared_data / "webshop-goals" / "goals.jsonl.gz", "rt") as lines:
        messages = [json.loads(line)["message"] for line in lines]
    understander = Understander(Facets(currency="USD"))
    found = {
        str(place): understander.understand(messages[place], DialogueState(), {}).state.constraints
        for place in labels["messages"]
    }
    return labels, found


def precision_and_recall(
    found: Mapping[str, list[str]], wanted: Mapping[str, list[str]]
) -> tuple[float, float]:
    """Of the values found, the share that is wanted; of the wanted, the share found."""
    right = sum(_common(values, wanted.get(place, [])) for place, values in found.items())
    total = sum(map(len, found.values()))
    return right / total, right / sum(map(len, wanted.values()))


def _common(found: list[str], wanted: list[str]) -> int:
    return sum(any(value == w or same_size(value, w) for w in wanted) for value in found)


def test_colours(labelled: tuple[dict[str, Any], Mapping[str, Constraints]]) -> None:
    labels, wishes = labelled
    found = {
        place: list(dict.fromkeys(colour_family(str(v)) for v in wish.attributes.get("color", ())))
        for place, wish in wishes.items()
    }
    precision, recall = precision_and_recall(found, labels["colours"])
    print(f"colours: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.9
    assert recall >= 0.9


def test_sizes(labelled: tuple[dict[str, Any], Mapping[str, Constraints]]) -> None:
    labels, wishes = labelled
    found = {
        place: [str(value) for value in wish.attributes.get("size", ())]
        for place, wish in wishes.items()
    }
    precision, recall = precision_and_recall(found, labels["sizes"])
    print(f"sizes: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.9
    assert recall >= 0.9


def test_no_price_is_invented(
    labelled: tuple[dict[str, Any], Mapping[str, Constraints]],
) -> None:
    _, wishes = labelled
    invented = [place for place, wish in wishes.items() if wish.price_max or wish.price_min]
    assert invented == []


def test_language_and_words_of_chinese_queries(shared_data: Path) -> None:
    labels = json.loads((LABELS.parent / "queries_zh.json").read_text("utf-8"))
    with gzip.open(shared_data / "queries-zh" / "queries.jsonl.gz", "rt") as lines:
        queries = [json.loads(line)["query"] for line in lines]
    places = [int(place) for place in labels["cuts"]]
    english = [place for place in places if message_language(queries[place]) == "en"]
    assert english == labels["english"]
    # More cuts than words are no harm: a name in pieces is still found as a run of them.
    whole = [
        set(labels["cuts"][str(place)]) <= word_boundaries(clean(queries[place]))
        for place in places
    ]
    print(f"no word run into the next: {sum(whole)} of {len(whole)}")
    assert sum(whole) >= 0.95 * len(whole)
