"""Fitting the fused model: plain numbers first, then the text tower on what they leave, then both.

Nothing here reads files of examples or knows of a registry.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.files import write_atomically
from ranking.fusion import Fusion
from ranking.groups import Group, joined_weights
from ranking.methods import is_adapter
from ranking.rating import fit_ridge, with_text
from ranking.serving import FUSION, RATING
from ranking.shipped import TRAINED, Progress
from ranking.warm_start import Start, recalibrated

if TYPE_CHECKING:
    from ranking.optimisation import Pairs, Point, Recipe

# How much of what simulated customers teach is believed of real ones, chosen on two sets graded by
# people: from 0.3 to 0.5 both order better than the search alone, from 0.75 one orders worse.
SIMULATION_TRUST = 0.4
# How many products that were not clicked a query brings to the tower's training at most.
UNCLICKED = 8
CURVE = "curve.json"


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted model: its fusions and how many parameters of the tower were trained."""

    fusion: Fusion
    parameters: int
    rating: Fusion | None = None


def fit(
    train: Sequence[Group],
    validation: Sequence[Group],
    *,
    numbers: Fusion,
    stacked: Fusion | None = None,
    rating: Fusion | None = None,
    prior: Fusion | None = None,
    base: str,
    recipe: Recipe,
    run: Path,
    folder: Path,
    progress: Progress,
    watch: Callable[[Point], None] = lambda point: None,
    workers: int = 1,
    start: Start | None = None,
) -> Trained:
    """Tune the tower and fuse it; write trained tensors, learning curve, fusion and export.

    1. The text tower learns on what the plain `numbers` leave unexplained.
    2. On the validation queries: how much the tower counts beside the `stacked` numbers (or
       `numbers`, where those are not given), and Platt's calibration. A tower that does not
       help on queries it has not seen gets no weight.
    3. Where a `prior` is given, the model is drawn towards it (see `believed`).
    4. Where a `rating` of the plain numbers is given, the tower may learn from ratings as well
       (by the recipe), and the rating takes its logit up as far as that helps.

    With a `start`, which the given numbers went on from as well, the tower is tuned from the one
    that serves, and the calibration is drawn towards what they say already.
    """
    import torch
    from safetensors.torch import save

    from ranking.export import export_tower
    from ranking.model import (
        PairEncoder,
        base_folder,
        load_tower,
        load_trained,
        trained_tensors,
    )
    from ranking.optimisation import text_logits, training_steps, tune

    torch.use_deterministic_algorithms(True)
    # What that would fill with NaN costs time and is of use in debugging alone.
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore
    plain_rating = None if rating is None else fit_ridge(train)
    pairs = thinned(train, numbers, recipe.seed, plain_rating)
    tower = load_tower(
        base,
        recipe.method,
        recipe.seed,
        training_steps(pairs, recipe),
        rated=rating is not None and recipe.rating_weight > 0,
        dropout=recipe.dropout,
    )
    if start is not None:
        start.fill(tower, numbers.text_weight)
    if recipe.layers is not None:
        from ranking.pruning import check_prunable

        check_prunable(tower, recipe.layers, recipe.method)
    parameters = sum(one.numel() for one in tower.parameters() if one.requires_grad)
    encode = PairEncoder(base_folder(base) / "tokenizer.json")
    chosen_on = thinned(validation, numbers, recipe.seed, plain_rating)
    if workers > 1:
        from ranking.ray_training import Job, tune_by_ray

        progress(f"Training by {workers} workers", 0, None)
        job = Job(base, recipe, tower.rating is not None, pairs, chosen_on, run)
        learnt, curve = tune_by_ray(job, workers, watch)
        load_trained(tower, learnt)
        tower.eval()
    else:
        curve = tune(
            tower,
            encode,
            pairs,
            chosen_on,
            recipe,
            run / "checkpoint.safetensors",
            lambda done, total: progress("Training", done, total),
            watch,
        )
    if recipe.layers is not None:
        from ranking.model import merged
        from ranking.pruning import distilled

        tower = distilled(
            merged(tower),
            encode,
            pairs,
            chosen_on,
            recipe.layers,
            recipe.seed,
            lambda done, total: progress("Distilling", done, total),
        )
    progress("Calibrating", 0, None)
    # Trees know their own queries by heart: what they leave unexplained there says nothing.
    fused = stacked or numbers
    held_out = _pairs(validation, fused)
    text = text_logits(tower, encode, held_out.texts)
    if start is None:
        fusion = calibrated(fused, held_out.offsets, text, held_out.clicked)
    else:
        expected = fused.text_weight / numbers.text_weight if numbers.text_weight else 0.0
        fusion = recalibrated(fused, validation, text, expected)
    if prior is not None:
        fusion = believed(fusion, prior, validation, text)
    if rating is not None:
        rating = with_text(rating, validation, text)
        rating.save(folder / RATING)
    tower.rating = None  # read off the logit by the rating's own weights from now on
    tensors = trained_tensors(tower)
    if is_adapter(recipe.method) and recipe.layers is None:
        tensors = {name: one.half() for name, one in tensors.items()}
    write_atomically(folder / TRAINED, save(tensors))
    write_atomically(folder / CURVE, json.dumps([asdict(one) for one in curve]).encode())
    fusion.save(folder / FUSION)
    progress("Exporting", 0, None)
    export_tower(tower, base, folder)
    return Trained(fusion, parameters, rating)


def calibrated(
    numbers: Fusion,
    offsets: NDArray[np.floating],
    text: NDArray[np.floating],
    clicked: NDArray[np.floating],
) -> Fusion:
    """The fusion whose text weight, slope and intercept fit held-out clicks best.

    Two logistic regressions without a penalty worth the name, one without the tower; the
    tower counts only where it has a positive weight and lowers the loss.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    both = np.column_stack([offsets, text]).astype(np.float64)
    alone = LogisticRegression(C=1e4).fit(both[:, :1], clicked)
    fused = LogisticRegression(C=1e4).fit(both, clicked)
    slope, text_slope = fused.coef_.ravel().tolist()
    loss_alone = log_loss(clicked, alone.predict_proba(both[:, :1])[:, 1])
    loss_fused = log_loss(clicked, fused.predict_proba(both)[:, 1])
    if text_slope <= 0 or slope <= 0 or loss_fused >= loss_alone:
        slope, weight, intercept = alone.coef_.item(), 0.0, alone.intercept_.item()
    else:
        weight, intercept = text_slope / slope, fused.intercept_.item()
    return replace(numbers, text_weight=weight, slope=slope, intercept=intercept)


def believed(
    learnt: Fusion, prior: Fusion, validation: Sequence[Group], text: NDArray[np.float32]
) -> Fusion:
    """What simulated customers taught, drawn towards the search's own order, calibrated anew.

    Within the simulation all of it helps, but no simulation is a shop: what was learnt of what
    a product is, by the tower and by words, counts `SIMULATION_TRUST` of its weight. `text` are
    the tower's logits on the validation pairs.
    """
    from sklearn.linear_model import LogisticRegression

    drawn = Fusion(
        weights=prior.weights + SIMULATION_TRUST * (learnt.weights - prior.weights),
        bias=prior.bias + SIMULATION_TRUST * (learnt.bias - prior.bias),
        text_weight=SIMULATION_TRUST * learnt.text_weight,
    )
    raw = np.concatenate([drawn.number_logits(one.features) for one in validation])
    raw += drawn.text_weight * text.astype(np.float64)
    clicked = np.concatenate([one.clicked for one in validation])
    platt = LogisticRegression(C=1e4).fit(raw[:, None], clicked)
    return replace(drawn, slope=platt.coef_.item(), intercept=platt.intercept_.item())


def _pairs(groups: Sequence[Group], numbers: Fusion) -> Pairs:
    from ranking.optimisation import Pairs

    return Pairs(
        texts=[(group.query, one.text) for group in groups for one in group.candidates],
        offsets=np.concatenate([numbers.number_logits(one.features) for one in groups]).astype(
            np.float32
        ),
        clicked=np.concatenate([one.clicked for one in groups]).astype(np.float32),
        weights=_as_float32(joined_weights(groups)),
    )


def _as_float32(weights: NDArray[np.float64] | None) -> NDArray[np.float32] | None:
    return None if weights is None else weights.astype(np.float32)


def thinned(
    groups: Sequence[Group], numbers: Fusion, seed: int, rating: Fusion | None = None
) -> Pairs:
    """Training pairs: all clicked ones, and at most `UNCLICKED` others of each query.

    Leaving out others by chance raises the log odds of a click by log(all / kept), which the
    offsets make good (King and Zeng, 2001); time goes where something is to be learnt.
    """
    from ranking.optimisation import Pairs

    dice = np.random.default_rng(seed)
    texts: list[tuple[str, str]] = []
    offsets: list[float] = []
    clicked: list[float] = []
    weights: list[float] = []
    lists: list[int] = []
    ratings: list[float] = []
    rating_offsets: list[float] = []
    for number, group in enumerate(groups):
        logits = numbers.number_logits(group.features)
        expected = logits if rating is None else rating.number_logits(group.features)
        others = np.flatnonzero(group.clicked == 0)
        most = max(UNCLICKED, 2 * int(group.clicked.sum()))
        kept = np.sort(dice.permutation(others)[:most])
        correction = math.log(len(others) / len(kept)) if len(kept) else 0.0
        for place in sorted([*np.flatnonzero(group.clicked).tolist(), *kept.tolist()]):
            texts.append((group.query, group.candidates[place].text))
            offsets.append(float(logits[place]) + correction)
            clicked.append(float(group.clicked[place]))
            weights.append(1.0 if group.weights is None else float(group.weights[place]))
            lists.append(number)
            if rating is not None:
                known = math.nan if group.ratings is None else float(group.ratings[place])
                ratings.append(known)
                rating_offsets.append(float(expected[place]))
    return Pairs(
        texts,
        np.array(offsets, np.float32),
        np.array(clicked, np.float32),
        np.array(weights, np.float32),
        np.array(lists, np.int64),
        None if rating is None else np.array(ratings, np.float32),
        None if rating is None else np.array(rating_offsets, np.float32),
    )
