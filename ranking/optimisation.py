"""Fine-tuning the text tower: AdamW on binary cross-entropy, with checkpoints.

A plain loop, because two things are peculiar to it: the loss is taken of the sum of the plain
numbers' logit and the text logit, so that the tower learns what the numbers do not know (as in
boosting), and a run that was killed goes on bit for bit from its last checkpoint.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ranking.files import write_atomically
from ranking.model import PairEncoder, TextTower, load_trained, trained_tensors

log = logging.getLogger(__name__)

LEARNING_RATES = {"full": 3e-5, "head": 1e-3, "lora": 5e-4}
HEAD_LEARNING_RATE = 1e-3
CHECKPOINT_SECONDS = 30.0
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of query and text, the plain numbers' logits, and whether each was clicked."""

    texts: Sequence[Pair]
    offsets: NDArray[np.float32]
    clicked: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the tower is tuned; learning rates warm up over a tenth and fall to zero."""

    method: str
    epochs: int = 2
    batch: int = 32
    seed: int = 0
    weight_decay: float = 0.01
    evaluations: int = 3  # for each epoch
    clip: float = 1.0


@dataclass(slots=True)
class _State:
    step: int = 0
    best_loss: float = float("inf")
    best: dict[str, Tensor] | None = None


def tune(
    tower: TextTower,
    encode: PairEncoder,
    train: Pairs,
    validation: Pairs,
    recipe: Recipe,
    checkpoint: Path,
    progress: Callable[[int, int], None],
) -> float:
    """Tune the tower; it is left as it was best on the validation pairs.

    Starts from `checkpoint` where a killed run left one. Returns the validation loss; an
    untuned tower is a candidate too, so it is never worse than the plain numbers alone.
    """
    batches_an_epoch = -(-len(train.texts) // recipe.batch)
    total = batches_an_epoch * recipe.epochs
    torch.manual_seed(recipe.seed)
    optimizer = _optimizer(tower, recipe)
    schedule = _schedule(total)
    state = _restore(checkpoint, tower, optimizer) or _State()
    if state.best is None:
        state.best, state.best_loss = trained_tensors(tower), _loss(tower, encode, validation)
    every = max(1, batches_an_epoch // recipe.evaluations)
    saved = time.monotonic()
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    for step, batch in enumerate(_batches(train, recipe), start=1):
        if step <= state.step:
            continue
        tower.train()
        for group in optimizer.param_groups:
            group["lr"] = group["top"] * schedule(step)
        with _fast():
            logits = tower(**encode([train.texts[place] for place in batch]))
        logits = logits.float() + torch.from_numpy(train.offsets[batch])
        loss = nn.functional.binary_cross_entropy_with_logits(
            logits, torch.from_numpy(train.clicked[batch])
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, recipe.clip)
        optimizer.step()
        state.step = step
        if step % every == 0 or step == total:
            held_out = _loss(tower, encode, validation)
            log.info("step %d of %d: validation loss %.4f", step, total, held_out)
            if held_out < state.best_loss:
                state.best_loss, state.best = held_out, trained_tensors(tower)
        if time.monotonic() - saved >= CHECKPOINT_SECONDS:
            _save(checkpoint, tower, optimizer, state)
            saved = time.monotonic()
        progress(step, total)
    load_trained(tower, state.best)
    tower.eval()
    return state.best_loss


@torch.no_grad()
def text_logits(
    tower: TextTower, encode: PairEncoder, texts: Sequence[Pair], batch: int = 64
) -> NDArray[np.float32]:
    """Text logits of pairs, shape (len(texts),), in batches of similar length."""
    tower.eval()
    order = sorted(range(len(texts)), key=lambda place: sum(map(len, texts[place])))
    logits = np.zeros(len(texts), np.float32)
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        logits[places] = tower(**encode([texts[place] for place in places])).float().numpy()
    return logits


def _fast() -> torch.autocast:
    """Matrix products in bfloat16 where the processor has it: about twice as fast."""
    supported = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # pyright: ignore
    return torch.autocast("cpu", torch.bfloat16, enabled=supported)


def _loss(tower: TextTower, encode: PairEncoder, pairs: Pairs) -> float:
    with _fast():
        text = text_logits(tower, encode, pairs.texts)
    logits = torch.from_numpy(text + pairs.offsets)
    clicked = torch.from_numpy(pairs.clicked)
    return nn.functional.binary_cross_entropy_with_logits(logits, clicked).item()


def _batches(train: Pairs, recipe: Recipe) -> Iterator[list[int]]:
    """Batches of pairs of similar length, in an order that the seed and the epoch fix."""
    for epoch in range(recipe.epochs):
        dice = random.Random(recipe.seed * 1000 + epoch)  # noqa: S311
        order = list(range(len(train.texts)))
        dice.shuffle(order)
        pool = recipe.batch * 20
        batches: list[list[int]] = []
        for start in range(0, len(order), pool):
            some = sorted(
                order[start : start + pool], key=lambda at: sum(map(len, train.texts[at]))
            )
            batches += [some[at : at + recipe.batch] for at in range(0, len(some), recipe.batch)]
        dice.shuffle(batches)
        yield from batches


def _schedule(total: int) -> Callable[[int], float]:
    warm_up = max(1, total // 10)
    return lambda step: min(step / warm_up, max(0.0, (total - step) / max(1, total - warm_up)))


def _optimizer(tower: TextTower, recipe: Recipe) -> torch.optim.AdamW:
    head = list(tower.head.parameters())
    encoder = [one for one in tower.encoder.parameters() if one.requires_grad]
    groups = [{"params": head, "top": HEAD_LEARNING_RATE}]
    if encoder:
        groups.append({"params": encoder, "top": LEARNING_RATES[recipe.method]})
    return torch.optim.AdamW(groups, lr=0.0, weight_decay=recipe.weight_decay)


def _named(tower: TextTower) -> dict[str, nn.Parameter]:
    return {name: one for name, one in tower.named_parameters() if one.requires_grad}


def _save(path: Path, tower: TextTower, optimizer: torch.optim.AdamW, state: _State) -> None:
    tensors: dict[str, Tensor] = {"random": torch.get_rng_state()}
    for name, parameter in _named(tower).items():
        tensors[f"now.{name}"] = parameter.detach().contiguous()
        for key, value in optimizer.state[parameter].items():
            tensors[f"{key}.{name}"] = value.contiguous()
    for name, tensor in (state.best or {}).items():
        tensors[f"best.{name}"] = tensor
    metadata = {"step": str(state.step), "best_loss": state.best_loss.hex()}
    write_atomically(path, save(tensors, metadata))


def _restore(path: Path, tower: TextTower, optimizer: torch.optim.AdamW) -> _State | None:
    """The state of a killed run, put into tower and optimizer; None where there is none."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = file.metadata()
    except FileNotFoundError:
        return None
    except SafetensorError as error:
        log.warning("%s: not usable, training starts afresh: %s", path, error)
        return None
    named = _named(tower)
    load_trained(tower, {name: tensors[f"now.{name}"] for name in named})
    for name, parameter in named.items():
        optimizer.state[parameter] = {
            key: tensors[f"{key}.{name}"] for key in ("step", "exp_avg", "exp_avg_sq")
        }
    torch.set_rng_state(tensors["random"])
    log.info("training goes on after step %s", metadata["step"])
    best = {name: tensors[f"best.{name}"] for name in named}
    return _State(int(metadata["step"]), float.fromhex(metadata["best_loss"]), best)
