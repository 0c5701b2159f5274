"""A tower with fewer layers, taught by the whole one: much faster, and nearly as good.

The student starts as some of the teacher's layers, evenly spaced (Sanh et al., 2019), and learns
the teacher's logits together with the labels (Hinton, Vinyals and Dean, 2015).
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from ranking.model import (
    PairEncoder,
    TextTower,
    cut_layers,
    kept_layers,
    load_trained,
    trained_tensors,
)
from ranking.optimisation import Pairs, text_logits
from retrieval.errors import ShopGuideError

EPOCHS, BATCH = 3, 32
LEARNING_RATE, HEAD_LEARNING_RATE = 1e-4, 1e-3
# How much of the loss is the distance from the teacher; the rest is that from the labels.
FROM_TEACHER = 0.7


def pruned(tower: TextTower, layers: int) -> TextTower:
    """A copy with so many of the encoder's layers, evenly spaced, as `cut_layers` takes them.

    Raises:
        ShopGuideError: where the encoder has not more layers than that, or cannot be cut.
    """
    student = copy.deepcopy(tower)
    cut_layers(student.encoder, layers)
    for name, parameter in student.encoder.named_parameters():
        parameter.requires_grad = name.startswith("encoder.")
    return student


def check_prunable(tower: TextTower, layers: int, method: str = "full") -> None:
    """Refuse what cannot be cut down to so many layers.

    Raises:
        ShopGuideError: where the encoder has not more layers, or a prefix that none can do without.
    """
    if method == "prefix":
        raise ShopGuideError("a tower with a prefix cannot be pruned: take another method")
    kept_layers(tower.encoder, layers)


def distilled(
    teacher: TextTower,
    encode: PairEncoder,
    train: Pairs,
    validation: Pairs,
    layers: int,
    seed: int,
    progress: Callable[[int, int], None],
) -> TextTower:
    """A student with so many layers, as it was best on the validation pairs."""
    torch.manual_seed(seed)
    student = pruned(teacher, layers)
    wanted = torch.from_numpy(text_logits(teacher, encode, train.texts))
    held_out = torch.from_numpy(text_logits(teacher, encode, validation.texts))

    def validation_loss() -> float:
        logits = torch.from_numpy(text_logits(student, encode, validation.texts))
        return _loss(logits, held_out, validation, list(range(len(held_out)))).item()

    head = list(student.head.parameters())
    encoder = [one for one in student.encoder.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": head, "lr": HEAD_LEARNING_RATE}, {"params": encoder, "lr": LEARNING_RATE}],
        weight_decay=0.01,
    )
    dice = np.random.default_rng(seed)
    by_length = sorted(range(len(train.texts)), key=lambda at: sum(map(len, train.texts[at])))
    batches = [by_length[at : at + BATCH] for at in range(0, len(by_length), BATCH)]
    total = EPOCHS * len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) * 10 / total, 1 - step / total)
    )
    best, lowest = trained_tensors(student), validation_loss()
    for epoch in range(EPOCHS):
        student.train()
        for number, at in enumerate(dice.permutation(len(batches)).tolist()):
            batch = batches[at]
            logits = student(**encode([train.texts[place] for place in batch]))
            loss = _loss(logits, wanted[batch], train, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([*head, *encoder], 1.0)
            optimizer.step()
            schedule.step()
            progress(epoch * len(batches) + number + 1, total)
        reached = validation_loss()
        if reached < lowest:
            best, lowest = trained_tensors(student), reached
    load_trained(student, best)
    return student.eval()


def _loss(logits: Tensor, wanted: Tensor, pairs: Pairs, batch: list[int]) -> Tensor:
    """How far logits are from the teacher's and from the labels, the latter beside the numbers."""
    weights = None if pairs.weights is None else torch.from_numpy(pairs.weights[batch])
    labels = nn.functional.binary_cross_entropy_with_logits(
        logits + torch.from_numpy(pairs.offsets[batch]),
        torch.from_numpy(pairs.clicked[batch]),
        weight=weights,
    )
    teacher = nn.functional.mse_loss(logits, wanted)
    return FROM_TEACHER * teacher + (1 - FROM_TEACHER) * labels
