"""Explanations: of the model as it serves, complete, and faithful when words are taken away."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from ranking_parts import weighing

from ranking.candidates import Candidate
from ranking.explain import explain, logits_without, without, words_of
from ranking.registry import Registry
from ranking.serving import TEXT_MODEL, TOKENIZER, ServedModel, TextScorer, load_served, workers
from ranking.shipped import install_shipped
from retrieval.errors import ShopGuideError

LAMP = Candidate("Red desk lamp, 40 W", "brass; for reading", "Lamps", cosine=0.7, rating=4.9,
                 rating_count=400, price=20, list_price=40)  # fmt: skip
OTHERS = [
    Candidate("Blue chair", "oak", "Chairs", cosine=0.2, price=30),
    Candidate("Green kettle", "steel", "Kettles", cosine=0.1, price=40),
    Candidate("Black tent", "for two", "Tents", cosine=0.15, price=50),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    registry = Registry(tmp_path_factory.mktemp("shipped"))
    version = install_shipped(registry)
    return load_served(registry.path(version), version)


def test_words_are_cut_out_of_each_text() -> None:
    words = words_of(LAMP)
    assert [(word.text, word.field) for word in words] == [
        ("Red", "title"), ("desk", "title"), ("lamp", "title"), ("40", "title"), ("W", "title"),
        ("Lamps", "kind"), ("brass", "details"), ("for", "details"), ("reading", "details"),
    ]  # fmt: skip
    less = without(LAMP, [words[0], words[2], words[7]])
    assert (less.title, less.kind, less.details) == ("desk 40 W", "Lamps", "brass; reading")
    assert [word.text for word in words_of(Candidate("红色台灯 LED"))] == ["红色", "台灯", "LED"]


def test_numbers_tell_how_a_product_stands_among_its_candidates() -> None:
    model = ServedModel("v1", weighing(rating=1.0, discount=2.0, cosine=3.0), None)
    told = explain(model, "lamp", [LAMP, *OTHERS], 0)
    assert told.numbers["discount"] == pytest.approx(2.0 * 0.5)
    assert told.numbers["meaning"] == pytest.approx(3.0 * (0.7 - 0.175))
    assert told.numbers["rating"] > 0.8
    assert told.numbers["price"] == told.numbers["text"] == 0
    assert told.click_probability == model.probabilities("lamp", [LAMP, *OTHERS])[0]
    assert all(one.logit == 0 for one in told.words)  # none of these numbers reads words
    with pytest.raises(ShopGuideError, match="no candidate 9 among 4"):
        explain(model, "lamp", [LAMP, *OTHERS], 9)


def test_words_count_through_the_tower_and_through_the_numbers(exported: Path) -> None:
    scorer = TextScorer(exported / TEXT_MODEL, exported / TOKENIZER, workers(2))
    model = ServedModel("v1", weighing(text=1.0, title_share=2.0), scorer)
    told = explain(model, "red lamp", [LAMP, *OTHERS], 0)
    for word in words_of(LAMP):
        alone = logits_without(model, "red lamp", [LAMP, *OTHERS], 0, [[word]])[0]
        (by,) = [
            one.logit for one in told.words if (one.word, one.field) == (word.text, word.field)
        ]
        assert by == pytest.approx(told.logit - alone, abs=0.05)  # int8 scales vary by batch
    sizes = [abs(one.logit) for one in told.words]
    assert sizes == sorted(sizes, reverse=True)


def test_the_shipped_model_loses_most_by_the_words_that_it_is_said_to_count(
    shipped: ServedModel,
) -> None:
    """Deletion (Petsiuk et al., 2018): words by falling weight, beside words in random order."""
    dice = random.Random(0)
    things = ["jacket", "tent", "kettle", "camera", "laptop", "bottle"]
    kinds = ["waterproof", "steel", "compact", "light", "insulated", "two-person"]
    ordered: list[float] = []
    by_chance: list[float] = []
    for thing, kind in zip(things, kinds, strict=True):
        query = f"{kind} {thing}"
        candidates = [
            Candidate(f"Norvex Alto 300 {kind} {thing} in moss green", f"{thing}s for every day",
                      f"{thing.title()}s", cosine=0.6),
            *(Candidate(f"Norvex {other}", cosine=0.2) for other in things if other != thing),
        ]  # fmt: skip
        told = explain(shipped, query, candidates, 0)
        words = words_of(candidates[0])
        weight = {(one.word, one.field): one.logit for one in told.words}
        best = sorted(words, key=lambda one: -weight[one.text, one.field])
        orders = [best, *(dice.sample(words, len(words)) for _ in range(4))]
        for number, order in enumerate(orders):
            gone = [order[:count] for count in range(1, len(order) // 2 + 1)]
            left = logits_without(shipped, query, candidates, 0, gone)
            (by_chance if number else ordered).append(float(np.mean(told.logit - left)))
    assert np.mean(ordered) > 1.5 * np.mean(by_chance)
    assert np.mean(ordered) > 0
