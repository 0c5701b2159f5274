import math

import numpy as np
import pytest

from ranking.evaluate import calibration_error, mean_ndcg, metrics_of
from ranking.features import FEATURES
from ranking.groups import Group
from retrieval.errors import ShopGuideError


def group(gains: list[float], clicked: list[float] | None = None) -> Group:
    return Group(
        query="lamp",
        candidates=(),
        features=np.zeros((len(gains), len(FEATURES)), np.float32),
        clicked=np.array(clicked or [float(gain == max(gains)) for gain in gains]),
        gains=np.array(gains),
        product_ids=tuple(map(str, range(len(gains)))),
    )


def ndcg_by_hand(gains: list[float]) -> float:
    def dcg(values: list[float]) -> float:
        return sum((2**one - 1) / math.log2(place + 2) for place, one in enumerate(values[:10]))

    return dcg(gains) / dcg(sorted(gains, reverse=True))


@pytest.mark.parametrize("gains", [[0, 3, 1, 2], [1, 0, 0], [0.0, 1.67, 2.0, 0.33]])
def test_ndcg_is_that_of_the_ranking_by_score(gains: list[float]) -> None:
    scores = np.arange(len(gains), 0, -1) / 10
    assert mean_ndcg([group(gains)], [scores]) == pytest.approx(ndcg_by_hand(gains), abs=0.01)


def test_queries_without_anything_relevant_are_left_out_of_ndcg() -> None:
    scores = [np.array([0.9, 0.1]), np.array([0.5, 0.5])]
    assert mean_ndcg([group([1, 0]), group([0, 0], [0, 0])], scores) == pytest.approx(1)


def test_a_calibrated_model_has_no_calibration_error() -> None:
    dice = np.random.default_rng(0)
    chance = dice.random(20_000)
    clicked = (dice.random(20_000) < chance).astype(float)
    assert calibration_error(clicked, chance) < 0.02
    assert calibration_error(clicked, np.clip(chance * 0.3, 0, 1)) > 0.2


def test_examples_of_one_kind_only_cannot_be_measured() -> None:
    with pytest.raises(ShopGuideError, match="only clicked or only unclicked"):
        metrics_of("v1", [group([1, 1], [1, 1])], [np.array([0.4, 0.6])])
