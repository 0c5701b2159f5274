"""Several workers training one model: each takes a share of every batch, gradients are summed.

A batch is the same however many workers share it, and so is what is learnt from it, up to
rounding and the dice of dropout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Team:
    """One worker's place among `size` of them; they talk by `torch.distributed` where several."""

    size: int = 1
    rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this worker evaluates, writes checkpoints and reports."""
        return self.rank == 0

    def share(self, places: Sequence[int], owners: Sequence[int]) -> list[int]:
        """The places whose owners, numbers that are dealt among the workers, are this one's."""
        if self.size == 1:
            return list(places)
        return [
            place
            for place, owner in zip(places, owners, strict=True)
            if owner % self.size == self.rank
        ]

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Sum gradients over the workers."""
        if self.size == 1:
            return
        for one in parameters:
            if one.grad is None:
                one.grad = torch.zeros_like(one)
            torch.distributed.all_reduce(one.grad)

    def summed(self, value: Tensor) -> Tensor:
        """The sum of a number over the workers."""
        if self.size > 1:
            torch.distributed.all_reduce(value)
        return value

    def told(self, value: float) -> float:
        """What the leading worker says a number is."""
        if self.size == 1:
            return value
        spoken = torch.tensor([value], dtype=torch.float64)
        torch.distributed.broadcast(spoken, src=0)
        return float(spoken.item())


ALONE = Team()
