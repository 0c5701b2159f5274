"""Smoothed rates: what is known of products, kinds and segments, and nothing of what is new."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ranking.asker import Asker, history_numbers
from ranking.candidates import Candidate
from ranking.examples import Example
from ranking.features import FEATURES, feature_matrix
from ranking.groups import Group, build_groups
from ranking.numbers import fit_numbers
from ranking.rates import (
    COLUMNS,
    Count,
    Rates,
    count_rates,
    read_rates,
    with_rates,
    with_rates_of_others,
)
from retrieval.embeddings import Embedder
from retrieval.errors import ShopGuideError

KINDS = ("boots", "tents")


def log(queries: int, seed: int = 0) -> list[Example]:
    """Hikers click boots, campers click tents, and everybody clicks the famous product."""
    dice = random.Random(seed)
    examples: list[Example] = []
    for number in range(queries):
        segment = dice.choice(("hikers", "campers"))
        for place in range(8):
            kind = KINDS[place % 2]
            famous = place == 0
            liked = (segment == "hikers") == (kind == "boots")
            chance = 0.05 + 0.5 * liked + 0.35 * famous
            clicked = dice.random() < chance
            examples.append(
                Example(
                    query=f"outdoor {number} of {seed}",
                    title=f"{kind} {place}",
                    clicked=clicked,
                    gain=float(clicked),
                    kind=kind,
                    product_id=f"p{place}",
                    segment=segment,
                )
            )
    return examples


@pytest.fixture(scope="module")
def groups(embedder: Embedder) -> list[Group]:
    return build_groups(log(120), embedder)


def columns(rates: Rates, candidate: Candidate) -> dict[str, float]:
    return dict(zip(COLUMNS, rates.columns([candidate])[0].tolist(), strict=True))


def test_a_rate_moves_from_its_prior_to_what_was_seen() -> None:
    assert Count(0, 0).rate(0.2, 20) == pytest.approx(0.2)
    assert Count(5, 10).rate(0.2, 20) == pytest.approx(9 / 30)
    assert Count(5000, 10000).rate(0.2, 20) == pytest.approx(0.5, abs=0.001)
    assert Count(30, 10).rate(0.2, 20) == pytest.approx(14 / 30)  # weights may exceed impressions


def test_products_kinds_and_segments_are_told_apart(groups: list[Group]) -> None:
    rates = count_rates(groups)
    famous = columns(rates, Candidate("boots 0", kind="boots", product_id="p0"))
    plain = columns(rates, Candidate("boots 2", kind="boots", product_id="p2"))
    assert famous["click_rate"] > plain["click_rate"] + 0.5
    assert famous["popularity"] > plain["popularity"]
    hiker = columns(rates, Candidate("boots 2", kind="boots", segment="hikers"))
    camper = columns(rates, Candidate("boots 2", kind="boots", segment="campers"))
    assert hiker["segment_taste"] > 0.5 > -0.5 > camper["segment_taste"]


def test_what_is_new_counts_neither_for_nor_against(groups: list[Group]) -> None:
    rates = count_rates(groups)
    new = columns(rates, Candidate("boots 99", kind="boots", product_id="new", segment="climbers"))
    assert new["click_rate"] == new["segment_taste"] == new["popularity"] == 0
    unknown = columns(rates, Candidate("kayak", kind="kayaks", product_id="new"))
    assert set(unknown.values()) == {0.0}
    assert set(columns(Rates(), Candidate("kayak", kind="kayaks")).values()) == {0.0}


def test_a_list_is_not_told_its_own_clicks(groups: list[Group]) -> None:
    flipped = [replace(groups[0], clicked=1 - groups[0].clicked), *groups[1:]]
    told = [with_rates_of_others(some)[0].features for some in (groups, flipped)]
    assert np.array_equal(told[0], told[1])
    assert told[0].any()


def test_segments_are_served_better_and_strangers_no_worse(
    groups: list[Group], embedder: Embedder
) -> None:
    from sklearn.metrics import log_loss

    rates = count_rates(groups)
    knowing = fit_numbers(with_rates_of_others(groups))
    blind = fit_numbers(groups)
    tests = build_groups(log(80, seed=1), embedder)
    strangers = [
        replace(one, candidates=tuple(replace(each, segment="new") for each in one.candidates))
        for one in tests
    ]

    def loss(groups: list[Group], known: bool) -> float:
        seen = with_rates(groups, rates) if known else groups
        model = knowing if known else blind
        logits = np.concatenate([model.number_logits(one.features) for one in seen])
        return float(
            log_loss(np.concatenate([one.clicked for one in groups]), 1 / (1 + np.exp(-logits)))
        )

    assert loss(tests, True) < loss(tests, False) - 0.05
    assert loss(strangers, True) < loss(strangers, False) + 0.01


def test_rates_are_kept_as_they_are(groups: list[Group], tmp_path: Path) -> None:
    rates = count_rates(groups)
    rates.save(tmp_path / "rates.json")
    assert read_rates(tmp_path / "rates.json") == rates
    (tmp_path / "rates.json").write_text(json.dumps({"not": "rates"}))
    with pytest.raises(ShopGuideError, match="not the rates of a click model"):
        read_rates(tmp_path / "rates.json")


def test_history_tells_what_was_seen_and_what_is_like_it() -> None:
    history = ("Red hiking boots", "Blue hiking boots")
    seen, likeness = history_numbers("Red hiking boots", history)
    assert seen == 1.0
    other, far = history_numbers("Camping stove", history)
    assert (other, far) == (0.0, 0.0)
    assert 0 < history_numbers("Green hiking socks", history)[1] < likeness <= 1
    assert history_numbers("Red hiking boots", ()) == (0.0, 0.0)


def test_history_and_pictures_are_numbers_of_the_model() -> None:
    candidates = [
        Candidate("Red boots", seen=1.0, history=0.5, image=0.7),
        Candidate("Blue boots"),
    ]
    matrix = feature_matrix("boots", candidates)
    names = list(FEATURES)
    assert matrix[0, [names.index(one) for one in ("seen", "history", "image")]].tolist() == (
        pytest.approx([1.0, 0.5, 0.7])
    )
    assert not matrix[1, [names.index(one) for one in ("seen", "history", "image")]].any()
    assert Asker("hikers").history == ()
