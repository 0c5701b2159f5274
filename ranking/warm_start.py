"""Going on from the model that serves, instead of from nothing.

A day's log is small. What it teaches is learnt as a change of the model before it: all weights
are fitted anew, but drawn towards those that serve (maximum a posteriori with a normal prior
around them, as in Chelba and Acero, "Adaptation of maximum entropy capitalizer", 2004), and the
tower is tuned from where it was. So few examples change little, and many decide for themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.fusion import FloatArray, Fusion
from ranking.groups import Group, joined_weights
from ranking.registry import Registry
from ranking.serving import ServedModel
from ranking.shipped import TRAINED

if TYPE_CHECKING:
    from torch import Tensor

    from ranking.model import TextTower

# How sure it is that scale, weights of standardised features and calibration stay as they are: what
# some hundreds of pairs can tell. Less so of the intercept, which moves with how much is clicked.
PRIOR_PRECISION, INTERCEPT_PRECISION = 100.0, 10.0
LEAST_SLOPE = 0.01


@dataclass(frozen=True, slots=True)
class Start:
    """What a new model goes on from: one version's fusion, and its tower where that fits.

    `tensors` are what was trained of the tower, by name; None where a new tower has to be tuned.
    """

    served: ServedModel
    base: str
    method: str
    tensors: dict[str, Tensor] | None

    def with_text(self, groups: Sequence[Group]) -> list[Group]:
        """The groups with the logits of the tower that serves, where it counts for anything."""
        text = self.served.text
        if text is None:
            return list(groups)
        return [
            replace(one, text=text.logits(one.query, [each.text for each in one.candidates]))
            for one in groups
        ]

    def fill(self, tower: TextTower, weight: float) -> None:
        """Let a new tower begin with `weight` times the logit of the one that serves.

        It is left as it is where the two are not alike. What it tells ratings by is not kept with
        a version, and begins anew.
        """
        import torch

        from ranking.model import load_trained

        if self.tensors is None:
            return
        rating, tower.rating = tower.rating, None
        load_trained(tower, self.tensors)
        tower.rating = rating
        with torch.no_grad():
            for parameter in tower.head.parameters():
                parameter.mul_(weight)


def start_from(
    registry: Registry, served: ServedModel, base: str | None = None, method: str | None = None
) -> Start | None:
    """Go on from a registered version, by its own base and method unless others are named.

    None for a model that is not registered. A tower of another base, method or depth is not
    gone on from.

    Raises:
        RegistryError: where the version is damaged.
    """
    from safetensors.torch import load_file

    if served.version not in {one.version for one in registry.list()}:
        return None
    manifest = registry.manifest(served.version)
    start = Start(served, base or manifest.base, method or manifest.method, None)
    alike = (start.base, start.method) == (manifest.base, manifest.method)
    if served.text is None or not alike or manifest.layers is not None:
        return start
    return replace(start, tensors=load_file(registry.verify(served.version) / TRAINED))


def kept_near(first: Fusion, groups: Sequence[Group]) -> Fusion:
    """The fusion fitted on the groups' clicks: another one's logit, scaled, and a weighted sum.

    The scale is drawn towards 1 and the sum, of standardised features, towards 0. Trees and text
    stay what they are but for the scale.
    """
    features = np.concatenate([one.features for one in groups]).astype(np.float64)
    clicked = np.concatenate([one.clicked for one in groups])
    logits = np.concatenate([first.logits(one.features, one.text_logits) for one in groups])
    mean, scale = features.mean(0), features.std(0)
    scale[scale < 1e-6] = np.inf  # a number that never varies says nothing
    columns = np.column_stack([logits, (features - mean) / scale])
    centre = np.eye(1, columns.shape[1])[0]
    least = np.where(centre > 0, 0.0, -np.inf)
    found, bias = _most_probable(columns, clicked, centre, least, joined_weights(groups))
    shared, changes = found[0] * first.slope, found[1:] / scale
    return Fusion(
        weights=shared * first.weights + changes,
        bias=float(shared * first.bias + found[0] * first.intercept + bias - changes @ mean),
        text_weight=float(shared * first.text_weight),
        trees=first.trees,
        trees_weight=float(shared * first.trees_weight),
    )


def recalibrated(
    numbers: Fusion, groups: Sequence[Group], text: NDArray[np.float32], text_weight: float
) -> Fusion:
    """`fitting.calibrated` for a model that is calibrated already, but perhaps not for these.

    Slope, text weight and intercept fit the clicks of held-out groups, drawn towards 1,
    `text_weight` and 0; `text` are the tower's logits of all their candidates. A tower that
    would count against a click counts nothing.
    """
    offsets = np.concatenate([numbers.number_logits(one.features) for one in groups])
    clicked = np.concatenate([one.clicked for one in groups])
    columns = np.column_stack([offsets, text.astype(np.float64)])
    centre, least = np.array([1.0, text_weight]), np.array([LEAST_SLOPE, 0.0])
    found, intercept = _most_probable(columns, clicked, centre, least)
    slope, weight = (float(one) for one in found)
    return replace(numbers, text_weight=weight / slope, slope=slope, intercept=intercept)


def _most_probable(
    columns: FloatArray,
    clicked: FloatArray,
    centre: FloatArray,
    least: FloatArray,
    counts: FloatArray | None = None,
) -> tuple[FloatArray, float]:
    """Weights and intercept of a logistic regression with a normal prior around `centre`.

    No weight falls below its `least`. The intercept is drawn towards 0.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    matrix = np.column_stack([columns, np.ones(len(columns))])
    middle = np.append(centre, 0.0)
    sure = np.append(np.full(len(centre), PRIOR_PRECISION), INTERCEPT_PRECISION)
    weights = np.ones(len(clicked)) if counts is None else counts

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        logits = matrix @ at
        apart = at - middle
        lost = weights @ (np.logaddexp(0, logits) - clicked * logits)
        slope = matrix.T @ (weights * (expit(logits) - clicked)) + sure * apart
        return float(lost + 0.5 * sure @ apart**2), slope

    bounds = [(float(one), None) for one in np.append(least, -np.inf)]
    found = minimize(loss, middle, jac=True, method="L-BFGS-B", bounds=bounds)
    *best, intercept = np.asarray(found.x, np.float64).tolist()
    return np.array(best), float(intercept)
