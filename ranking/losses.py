"""What the text tower is tuned to make small, on one batch of pairs.

    loss = BCE(click) + listwise · softmax(lists) + rating_weight · MSE(rating)

Each part is a sum over the pairs at hand divided by a count of the whole batch, so that workers
who share a batch need only add up what they got.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from ranking.model import TextTower
    from ranking.optimisation import Pairs, Recipe


def batch_loss(
    tower: TextTower,
    text: Tensor,
    pairs: Pairs,
    places: Sequence[int],
    whole: Sequence[int],
    recipe: Recipe,
) -> Tensor:
    """The loss of the pairs at `places`, a share of the `whole` batch; `text` are their logits."""
    at = np.array(places, np.int64)
    logits = text + torch.from_numpy(pairs.offsets[at])
    clicked = torch.from_numpy(pairs.clicked[at])
    weights = None if pairs.weights is None else torch.from_numpy(pairs.weights[at])
    loss = nn.functional.binary_cross_entropy_with_logits(
        logits, clicked, weights, reduction="sum"
    ) / len(whole)
    if recipe.listwise and pairs.lists is not None:
        lists = pairs.lists
        telling = len(_telling(pairs, whole))
        loss = loss + recipe.listwise * list_loss(logits, clicked, lists[at]) / max(1, telling)
    if recipe.rating_weight and tower.rating is not None and pairs.ratings is not None:
        known = np.isfinite(pairs.ratings[np.array(whole, np.int64)]).sum()
        loss = loss + recipe.rating_weight * _squares(tower.rating, text, pairs, at) / max(1, known)
    return loss


def list_loss(logits: Tensor, clicked: Tensor, lists: np.ndarray) -> Tensor:
    """Softmax cross-entropy of each list's clicks, summed over lists (ListNet, Cao et al., 2007).

    Lists in which all is clicked, or nothing, say nothing of order and are left out.
    """
    total = logits.new_zeros(())
    for one in np.unique(lists):
        own = torch.from_numpy(np.flatnonzero(lists == one))
        clicks = clicked[own]
        count = clicks.sum()
        if 0 < count < len(clicks):
            total = total - (clicks * torch.log_softmax(logits[own], 0)).sum() / count
    return total


def _telling(pairs: Pairs, whole: Sequence[int]) -> list[int]:
    """The lists of a batch that have both clicked and other products."""
    assert pairs.lists is not None
    at = np.array(whole, np.int64)
    lists, clicked = pairs.lists[at], pairs.clicked[at]
    return [
        int(one)
        for one in np.unique(lists)
        if clicked[lists == one].min() < clicked[lists == one].max()
    ]


def _squares(rating: nn.Module, text: Tensor, pairs: Pairs, at: np.ndarray) -> Tensor:
    """Sum of squared errors of the ratings that are known."""
    assert pairs.ratings is not None
    wanted = torch.from_numpy(pairs.ratings[at])
    known = torch.isfinite(wanted)
    told = rating(text.unsqueeze(-1)).squeeze(-1)
    if pairs.rating_offsets is not None:
        told = told + torch.from_numpy(pairs.rating_offsets[at])
    return (told - wanted)[known].square().sum()
