"""Models that can be put side by side: each fits on one fold's queries and scores the others."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking import baselines
from ranking.fitting import calibrated
from ranking.folds import parted
from ranking.fusion import FloatArray, Fusion
from ranking.groups import Group
from ranking.numbers import fit_numbers
from ranking.rating import fit_rating, fit_ridge, is_rated, ratings_of, with_text
from ranking.stacking import fit_stacked
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.optimisation import Pairs
    from retrieval.embeddings import Embedder

TUNED = ("head", "top-2", "full", "lora", "adalora", "prefix", "ia3")
FUSED = "fused"
METHODS = ("cosine", "nine", "base", "numbers", "stacked", *TUNED, FUSED)
# Whose text tower the fused model takes; another's that is tuned already, where this is not there.
FUSED_WITH = "lora"
# What the ratings' squared error counts beside the clicks' loss, where the examples are rated.
RATING_WEIGHT = 1.0
# Of a fold's training queries, every so many go to early stopping and the text tower's weight.
CHOOSE_EVERY = 7


@dataclass(frozen=True, slots=True)
class Fold:
    """Queries to learn from and to test on; `train` is `learn` and `choose` together.

    `text` keeps the logits of towers that were tuned on the fold, on `choose` and on `test`.
    """

    train: list[Group]
    learn: list[Group]
    choose: list[Group]
    test: list[Group]
    places: NDArray[np.int_]
    text: dict[str, Tuned] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tuned:
    """A tuned tower's logits, one array for each query, and how many weights were trained."""

    choose: list[NDArray[np.float32]]
    test: list[NDArray[np.float32]]
    parameters: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """Click probabilities of a fold's test queries; `together`: with the plain numbers.

    `ratings` are expected ones, of methods that tell them, where the examples are rated.
    """

    alone: list[FloatArray]
    parameters: int
    together: list[FloatArray] | None = None
    ratings: list[FloatArray] | None = None


def make_fold(groups: Sequence[Group], places: NDArray[np.int_]) -> Fold:
    """The fold whose test queries are at the places."""
    train, test = parted(groups, places)
    learn, choose = parted(train, np.arange(0, len(train), CHOOSE_EVERY))
    return Fold(train, learn, choose, test, places)


def is_tuned(method: str) -> bool:
    """Whether a tower is tuned for the method, which is what costs time."""
    return method in TUNED or method == FUSED


class Contenders:
    """The models, with what they share over all folds."""

    def __init__(
        self,
        groups: Sequence[Group],
        embedder: Embedder,
        *,
        base: str = "minilm",
        epochs: int = 1,
        seed: int = 0,
    ) -> None:
        self._groups, self._embedder = groups, embedder
        self._base, self._epochs, self._seed = base, epochs, seed
        self._columns: dict[str, baselines.Columns] = {}

    def predict(self, method: str, fold: Fold) -> Predicted:
        """Fit on the fold's training queries and score its test queries.

        Raises:
            ShopGuideError: where the method is not known.
        """
        if method not in METHODS:
            raise ShopGuideError(f"unknown method {method!r}; known: {', '.join(METHODS)}")
        if method == FUSED:
            return self._fused(fold)
        if method in TUNED:
            return self._tuned(method, fold)
        if method in ("numbers", "stacked"):
            fitted = fit_numbers(fold.train) if method == "numbers" else fit_stacked(fold.train)
            rating = None
            if is_rated(fold.train):
                rating = (fit_ridge if method == "numbers" else fit_rating)(fold.train)
            return Predicted(
                [_sigmoid(fitted.number_logits(one.features)) for one in fold.test],
                parameters_of(fitted),
                ratings=rating and [rating.number_logits(one.features) for one in fold.test],
            )
        return self._regression(method, fold)

    def _regression(self, method: str, fold: Fold) -> Predicted:
        """A logistic regression over the few columns of a baseline."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        if method not in self._columns:
            self._columns[method] = (
                baselines.nine_numbers(self._groups, self._embedder)
                if method == "nine"
                else {"cosine": baselines.cosine, "base": baselines.shipped}[method](self._groups)
            )
        columns = self._columns[method]
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        model.fit(np.concatenate([columns[one.key] for one in fold.train]), _clicked(fold.train))
        return Predicted(
            [model.predict_proba(columns[one.key])[:, 1] for one in fold.test],
            parameters=columns[fold.test[0].key].shape[1] + 1,
        )

    def _tuned(self, method: str, fold: Fold) -> Predicted:
        """A text tower alone, and together with the plain sum of numbers."""
        tuned = self._tower(method, fold)
        numbers = fit_numbers(fold.learn)
        alone = _sigmoid_of(tuned.choose, tuned.test, _clicked(fold.choose))
        fused = calibrated(
            numbers,
            _number_logits(numbers, fold.choose),
            _joined(tuned.choose),
            _clicked(fold.choose),
        )
        return Predicted(alone, tuned.parameters, _together(fused, fold, tuned))

    def _fused(self, fold: Fold) -> Predicted:
        """The stacked numbers and a tower, which counts what it is worth on unseen queries."""
        ready = fold.text.get(FUSED_WITH) or next(iter(fold.text.values()), None)
        tuned = ready or self._tower(FUSED_WITH, fold)
        numbers = fit_stacked(fold.learn)
        chosen = calibrated(
            numbers,
            _number_logits(numbers, fold.choose),
            _joined(tuned.choose),
            _clicked(fold.choose),
        )
        fused = fit_stacked(fold.train)
        if chosen.text_weight:
            fused = replace(
                fused,
                text_weight=chosen.text_weight,
                slope=chosen.slope,
                intercept=chosen.intercept,
            )
        ratings = None
        if is_rated(fold.train):
            weighed = with_text(fit_rating(fold.learn), fold.choose, _joined(tuned.choose))
            lists = zip(fold.test, tuned.test, strict=True)
            ratings = [weighed.logits(one.features, text) for one, text in lists]
        return Predicted(
            _together(fused, fold, tuned),
            tuned.parameters + parameters_of(fused),
            ratings=ratings,
        )

    def _tower(self, method: str, fold: Fold) -> Tuned:
        """Tune a tower on the fold, alone: what it says is not told what the numbers say.

        Ratings say more than clicks do, so where there are any it learns from both.
        """
        from ranking.model import PairEncoder, base_folder, load_tower
        from ranking.optimisation import Recipe, text_logits, training_steps, tune

        encode = PairEncoder(base_folder(self._base) / "tokenizer.json")
        learn = _pairs(fold.learn)
        rated = is_rated(fold.learn)
        recipe = Recipe(
            method=method,
            epochs=self._epochs,
            seed=self._seed,
            rating_weight=RATING_WEIGHT if rated else 0.0,
        )
        steps = training_steps(learn, recipe)
        tower = load_tower(self._base, method, self._seed, steps, rated=rated)
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "checkpoint.safetensors"
            tune(tower, encode, learn, _pairs(fold.choose), recipe, checkpoint, _unwatched)
        logits = [
            _apart(text_logits(tower, encode, _pairs(part).texts), part)
            for part in (fold.choose, fold.test)
        ]
        trained = sum(one.numel() for one in tower.parameters() if one.requires_grad)
        fold.text[method] = Tuned(logits[0], logits[1], trained)
        return fold.text[method]


def parameters_of(fusion: Fusion) -> int:
    """Weights and bias that are not zero, and the leaves of the trees."""
    leaves = 0 if fusion.trees is None else fusion.trees.leaves
    return int(np.count_nonzero(fusion.weights)) + 1 + leaves


def _unwatched(done: int, total: int) -> None:
    pass


def _pairs(groups: Sequence[Group]) -> Pairs:
    from ranking.optimisation import Pairs

    clicked = _clicked(groups).astype(np.float32)
    texts = [(group.query, one.text) for group in groups for one in group.candidates]
    if not is_rated(groups):
        return Pairs(texts, np.zeros(len(texts), np.float32), clicked)
    ratings = ratings_of(groups).astype(np.float32)
    return Pairs(
        texts,
        offsets=np.zeros(len(texts), np.float32),
        clicked=clicked,
        ratings=ratings,
        rating_offsets=np.full(len(texts), np.nanmean(ratings), np.float32),
    )


def _clicked(groups: Sequence[Group]) -> FloatArray:
    return np.concatenate([one.clicked for one in groups])


def _number_logits(numbers: Fusion, groups: Sequence[Group]) -> FloatArray:
    return np.concatenate([numbers.number_logits(one.features) for one in groups])


def _together(fusion: Fusion, fold: Fold, tuned: Tuned) -> list[FloatArray]:
    lists = zip(fold.test, tuned.test, strict=True)
    return [fusion.probabilities(one.features, text) for one, text in lists]


def _joined(logits: Sequence[NDArray[np.float32]]) -> FloatArray:
    return np.concatenate(logits).astype(np.float64)


def _apart(logits: NDArray[np.float32], groups: Sequence[Group]) -> list[NDArray[np.float32]]:
    return np.split(logits, np.cumsum([len(one.clicked) for one in groups])[:-1])


def _sigmoid(logits: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-logits))


def _sigmoid_of(
    seen: Sequence[NDArray[np.float32]],
    logits: Sequence[NDArray[np.float32]],
    clicked: FloatArray,
) -> list[FloatArray]:
    """Platt's calibration fitted on what was seen, applied to the others."""
    from sklearn.linear_model import LogisticRegression

    platt = LogisticRegression(C=1.0).fit(_joined(seen)[:, None], clicked)
    return [platt.predict_proba(one[:, None].astype(np.float64))[:, 1] for one in logits]
