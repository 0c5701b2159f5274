"""Position bias on simulated logs whose true relevance is known: how much of it is undone.

Nothing here was clicked by anyone. A shop orders products by a number that says little of their
relevance; simulated customers look at positions by a position-based model, or read from the top
until they are content (the cascade model; Craswell et al., 2008). The model that serves learns
the weights of its plain numbers from what they clicked, as it is and debiased, and from the true
relevance; measured is how well each orders products of other queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ranking.evaluate import mean_ndcg
from ranking.features import FEATURES
from ranking.fusion import FloatArray
from ranking.groups import Group
from ranking.numbers import fit_numbers
from ranking.propensity import (
    Propensities,
    cascade_weights,
    from_random_order,
    inverse_weights,
    regression_em,
)

SHOWN, TELLING = 10, 12
STEEPNESS = 1.0  # the chance of a look at position k is k^-STEEPNESS


@dataclass(frozen=True, slots=True)
class BiasRow:
    """nDCG@10 on unseen queries of models taught by one simulated log.

    `recovered` is the share of the gap from biased clicks to true relevance that debiasing
    closes.
    """

    click_model: str
    debiased_by: str
    biased: float
    debiased: float
    true_relevance: float
    recovered: float


@dataclass(frozen=True, slots=True)
class BiasBench:
    """All simulated logs, each with every way of debiasing that fits it."""

    simulated: bool
    queries: int
    rows: list[BiasRow]


def bench_bias(queries: int = 3000, seed: int = 0) -> BiasBench:
    """Simulate the logs, teach the models, and measure them on as many other queries."""
    dice = np.random.default_rng(seed)
    taste = dice.normal(size=TELLING)
    shown, test = _shop(dice, queries, taste), _shop(dice, queries, taste)
    shown = [_ordered(dice, one) for one in shown]
    truth = _quality([_expected(one) for one in shown], test)
    rows: list[BiasRow] = []
    by_position = [_position_clicks(dice, one) for one in shown]
    biased = _quality(by_position, test)
    shuffled = [_position_clicks(dice, _dealt(dice, one)) for one in _shop(dice, queries, taste)]
    positions = np.tile(np.arange(1, SHOWN + 1), queries)
    features = np.concatenate([one.features for one in by_position])
    estimates = {
        "a randomised log": from_random_order(positions, _clicked(shuffled)),
        "regression-EM": regression_em(positions, _clicked(by_position), features),
    }
    for name, looks in estimates.items():
        debiased = _quality(weighted(by_position, looks), test)
        rows.append(_row("position-based", name, biased, debiased, truth))
    by_cascade = [_cascade_clicks(dice, one) for one in shown]
    biased = _quality(by_cascade, test)
    seen = cascade_weights([one.clicked for one in by_cascade])
    lists = [replace(one, weights=each) for one, each in zip(by_cascade, seen, strict=True)]
    rows.append(_row("cascade", "reading to the last click", biased, _quality(lists, test), truth))
    return BiasBench(simulated=True, queries=queries, rows=rows)


def weighted(groups: Sequence[Group], looks: Propensities) -> list[Group]:
    """The groups, listed in the order shown, with inverse propensities as weights."""
    return [
        replace(
            one,
            weights=inverse_weights(one.clicked, looks.of(np.arange(1, len(one.clicked) + 1))),
        )
        for one in groups
    ]


def _row(model: str, way: str, biased: float, debiased: float, truth: float) -> BiasRow:
    recovered = (debiased - biased) / (truth - biased)
    return BiasRow(model, way, biased, debiased, truth, recovered)


def _shop(dice: np.random.Generator, queries: int, taste: FloatArray) -> list[Group]:
    """Queries with products whose chance of pleasing depends on the first numbers."""
    groups: list[Group] = []
    for number in range(queries):
        features = np.zeros((SHOWN, len(FEATURES)), np.float32)
        features[:, : TELLING + 1] = dice.normal(size=(SHOWN, TELLING + 1))
        pleasing = 1 / (1 + np.exp(1.5 - 0.7 * (features[:, :TELLING] @ taste)))
        groups.append(
            Group(
                query=str(number),
                candidates=(),
                features=features,
                clicked=pleasing,
                gains=pleasing,
                product_ids=tuple(map(str, range(SHOWN))),
            )
        )
    return groups


def _ordered(dice: np.random.Generator, group: Group) -> Group:
    """As the shop shows them: by a number that customers do not care for, and a little by taste."""
    score = 2.0 * group.features[:, TELLING] - 0.5 * group.features[:, 0] + dice.normal(size=SHOWN)
    return _taken(group, np.argsort(-score))


def _dealt(dice: np.random.Generator, group: Group) -> Group:
    return _taken(group, dice.permutation(SHOWN))


def _taken(group: Group, order: NDArray[np.int_]) -> Group:
    return replace(
        group,
        features=group.features[order],
        clicked=group.clicked[order],
        gains=group.gains[order],
    )


def _position_clicks(dice: np.random.Generator, group: Group) -> Group:
    looks = np.arange(1, SHOWN + 1) ** -STEEPNESS
    clicked = (dice.random(SHOWN) < looks) & (dice.random(SHOWN) < group.gains)
    return replace(group, clicked=clicked.astype(np.float64))


def _cascade_clicks(dice: np.random.Generator, group: Group) -> Group:
    """One click at most: the first product that pleases."""
    pleased = np.flatnonzero(dice.random(SHOWN) < group.gains)
    clicked = np.zeros(SHOWN)
    clicked[pleased[:1]] = 1.0
    return replace(group, clicked=clicked)


def _expected(group: Group) -> Group:
    """True relevance as training data: every product both ways, as often as it pleases."""
    both = np.concatenate([group.gains, 1 - group.gains])
    return replace(
        group,
        features=np.vstack([group.features, group.features]),
        clicked=np.repeat([1.0, 0.0], SHOWN),
        gains=np.concatenate([group.gains, group.gains]),
        weights=both,
    )


def _quality(train: Sequence[Group], test: Sequence[Group]) -> float:
    model = fit_numbers(train)
    return mean_ndcg(test, [model.number_logits(one.features) for one in test])


def _clicked(groups: Sequence[Group]) -> FloatArray:
    return np.concatenate([one.clicked for one in groups])
