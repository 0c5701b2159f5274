"""Fine-tuning the text tower, with checkpoints and early stopping, by one worker or several.

A plain loop, because two things are peculiar to it: the loss is taken of the sum of the plain
numbers' logit and the text logit, so that the tower learns what the numbers do not know (as in
boosting), and a run that was killed goes on bit for bit from its last checkpoint.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ranking.files import write_atomically
from ranking.losses import batch_loss
from ranking.methods import LEARNING_RATES, RankAllocation, family
from ranking.model import PairEncoder, TextTower, load_trained, trained_tensors
from ranking.precision import matrix_dtype
from ranking.team import ALONE, Team
from retrieval.errors import ShopGuideError

log = logging.getLogger(__name__)

HEAD_LEARNING_RATE = 1e-3
CHECKPOINT_SECONDS = 30.0
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of query and text, the plain numbers' logits, and whether each was clicked.

    `weights` say how much each pair counts in the loss; 1 where they are not given. `lists`
    numbers the query of each pair; `ratings` are stars or grades, NaN where there is none, and
    `rating_offsets` what the plain numbers make of them.
    """

    texts: Sequence[Pair]
    offsets: NDArray[np.float32]
    clicked: NDArray[np.float32]
    weights: NDArray[np.float32] | None = None
    lists: NDArray[np.int64] | None = None
    ratings: NDArray[np.float32] | None = None
    rating_offsets: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the tower is tuned; learning rates warm up over a tenth and fall to zero.

    `learning_rate` is the encoder's; None takes the method's own. `optimizer` is "adamw" or
    "sgd" (with momentum; its rates are ten times AdamW's). `patience` is how many evaluations
    without a lower validation loss end the training; `clip` bounds the gradient's norm.
    `listwise` and `rating_weight` are the weights of those losses beside that of clicks (see
    `ranking.losses`). `batch` is shared by all workers, where there are several. With
    `layers` the tuned tower teaches one of so many layers, which then takes its place.
    """

    method: str
    epochs: int = 2
    batch: int = 32
    seed: int = 0
    weight_decay: float = 0.01
    evaluations: int = 3  # for each epoch
    clip: float = 1.0
    optimizer: str = "adamw"
    learning_rate: float | None = None
    patience: int = 4
    listwise: float = 0.0
    rating_weight: float = 0.0
    dropout: float = 0.1
    layers: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One evaluation during training: mean loss since the one before, and validation loss."""

    step: int
    training_loss: float
    validation_loss: float


@dataclass(slots=True)
class _State:
    step: int = 0
    best_loss: float = float("inf")
    best: dict[str, Tensor] | None = None
    losses: list[float] = field(default_factory=list)
    curve: list[Point] = field(default_factory=list)

    def worse_for(self) -> int:
        """How many evaluations have passed since the best one."""
        losses = [one.validation_loss for one in self.curve]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0


def tune(
    tower: TextTower,
    encode: PairEncoder,
    train: Pairs,
    validation: Pairs,
    recipe: Recipe,
    checkpoint: Path,
    progress: Callable[[int, int], None],
    watch: Callable[[Point], None] = lambda point: None,
    team: Team = ALONE,
) -> list[Point]:
    """Tune the tower; it is left as it was best on the validation pairs.

    Starts from `checkpoint` where a killed run left one. Returns the learning curve; an untuned
    tower is a candidate too, so it is never worse than the plain numbers alone. `watch` is told
    of every evaluation, again of the earlier ones after a kill. Every worker of a `team` calls
    this with the same arguments; the leading one evaluates and writes checkpoints, where the
    others can read them.
    """
    total = training_steps(train, recipe)
    torch.manual_seed(recipe.seed)
    optimizer = _optimizer(tower, recipe)
    schedule = _schedule(total)
    ranks = RankAllocation(tower.encoder)
    state = _restore(checkpoint, tower, optimizer, ranks) or _State()
    for point in state.curve:
        watch(point)
    if state.best is None:
        state.best = trained_tensors(tower)
        state.best_loss = _held_out_loss(tower, encode, validation, team)
    every = max(1, total // recipe.epochs // recipe.evaluations)
    saved = time.monotonic()
    parameters = [one for group in optimizer.param_groups for one in group["params"]]
    for step, batch in enumerate(_batches(train, recipe), start=1):
        if step <= state.step:
            continue
        if state.worse_for() >= recipe.patience:
            log.info("no better for %d evaluations: training ends early", recipe.patience)
            break
        tower.train()
        for group in optimizer.param_groups:
            group["lr"] = group["top"] * schedule(step)
        loss = _batch_loss(tower, encode, train, batch, recipe, team)
        optimizer.zero_grad()
        (loss + ranks.penalty() / team.size).backward()
        team.sum_gradients(parameters)
        nn.utils.clip_grad_norm_(parameters, recipe.clip)
        optimizer.step()
        ranks.step(step)
        state.step = step
        state.losses.append(team.summed(loss.detach()).item())
        if step % every == 0 or step == total:
            held_out = _held_out_loss(tower, encode, validation, team)
            point = Point(step, float(np.mean(state.losses)), held_out)
            log.info("step %d of %d: validation loss %.4f", step, total, held_out)
            state.losses.clear()
            state.curve.append(point)
            watch(point)
            if held_out < state.best_loss:
                state.best_loss, state.best = held_out, trained_tensors(tower)
        if team.leads and time.monotonic() - saved >= CHECKPOINT_SECONDS:
            _save(checkpoint, tower, optimizer, ranks, state)
            saved = time.monotonic()
        progress(step, total)
    load_trained(tower, state.best)
    tower.eval()
    return state.curve


def training_steps(train: Pairs, recipe: Recipe) -> int:
    """How many steps all epochs take."""
    return sum(1 for _ in _batches(train, recipe))


def _batch_loss(
    tower: TextTower,
    encode: PairEncoder,
    train: Pairs,
    batch: list[int],
    recipe: Recipe,
    team: Team,
) -> Tensor:
    """The loss of this worker's share of a batch; a list is never parted."""
    owners = range(len(batch)) if train.lists is None else train.lists[batch].tolist()
    share = team.share(batch, owners)
    if not share:
        return torch.zeros((), requires_grad=True) * 1.0
    with _fast():
        logits = tower(**encode([train.texts[place] for place in share]))
    return batch_loss(tower, logits.float(), train, share, batch, recipe)


def _held_out_loss(tower: TextTower, encode: PairEncoder, held_out: Pairs, team: Team) -> float:
    return team.told(_loss(tower, encode, held_out) if team.leads else 0.0)


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
    """Matrix products in bfloat16 where the processor has them: about twice as fast."""
    return torch.autocast("cpu", torch.bfloat16, enabled=matrix_dtype() is torch.bfloat16)


def _loss(tower: TextTower, encode: PairEncoder, pairs: Pairs) -> float:
    with _fast():
        text = text_logits(tower, encode, pairs.texts)
    logits = torch.from_numpy(text + pairs.offsets)
    clicked = torch.from_numpy(pairs.clicked)
    weights = None if pairs.weights is None else torch.from_numpy(pairs.weights)
    return nn.functional.binary_cross_entropy_with_logits(logits, clicked, weights).item()


def _batches(train: Pairs, recipe: Recipe) -> Iterator[list[int]]:
    """Batches of pairs of similar length, in an order that the seed and the epoch fix.

    For a listwise loss whole lists make up a batch instead, up to about its size.
    """
    if recipe.listwise and train.lists is not None:
        yield from _batches_of_lists(train.lists, recipe)
        return
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


def _batches_of_lists(lists: NDArray[np.int64], recipe: Recipe) -> Iterator[list[int]]:
    whole = [np.flatnonzero(lists == one).tolist() for one in np.unique(lists)]
    for epoch in range(recipe.epochs):
        random.Random(recipe.seed * 1000 + epoch).shuffle(whole)  # noqa: S311
        batch: list[int] = []
        for one in whole:
            if batch and len(batch) + len(one) > recipe.batch:
                yield batch
                batch = []
            batch += one
        yield batch


def _schedule(total: int) -> Callable[[int], float]:
    warm_up = max(1, total // 10)
    return lambda step: min(step / warm_up, max(0.0, (total - step) / max(1, total - warm_up)))


def _optimizer(tower: TextTower, recipe: Recipe) -> torch.optim.Optimizer:
    makers: dict[str, Callable[..., torch.optim.Optimizer]] = {
        "adamw": torch.optim.AdamW,
        "sgd": partial(torch.optim.SGD, momentum=0.9),
    }
    if recipe.optimizer not in makers:
        raise ShopGuideError(f"unknown optimizer {recipe.optimizer!r}; known: {', '.join(makers)}")
    factor = 10 if recipe.optimizer == "sgd" else 1
    head = [*tower.head.parameters(), *(tower.rating.parameters() if tower.rating else ())]
    encoder = [one for one in tower.encoder.parameters() if one.requires_grad]
    groups = [{"params": head, "top": HEAD_LEARNING_RATE * factor}]
    if encoder:
        rate = recipe.learning_rate or LEARNING_RATES[family(recipe.method)] * factor
        groups.append({"params": encoder, "top": rate})
    return makers[recipe.optimizer](groups, lr=0.0, weight_decay=recipe.weight_decay)


def _named(tower: TextTower) -> dict[str, nn.Parameter]:
    return {name: one for name, one in tower.named_parameters() if one.requires_grad}


def _save(
    path: Path,
    tower: TextTower,
    optimizer: torch.optim.Optimizer,
    ranks: RankAllocation,
    state: _State,
) -> None:
    tensors: dict[str, Tensor] = {"random": torch.get_rng_state()}
    for name, parameter in _named(tower).items():
        tensors[f"now.{name}"] = parameter.detach().contiguous()
        for key, value in optimizer.state[parameter].items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{key}.{name}"] = value.contiguous()
    tensors |= {f"best.{name}": tensor for name, tensor in (state.best or {}).items()}
    tensors |= {f"ranks.{name}": tensor for name, tensor in ranks.tensors().items()}
    told = {
        "step": state.step,
        "best_loss": state.best_loss,
        "losses": state.losses,
        "curve": [asdict(one) for one in state.curve],
    }
    write_atomically(path, save(tensors, {"state": json.dumps(told)}))


def _restore(
    path: Path, tower: TextTower, optimizer: torch.optim.Optimizer, ranks: RankAllocation
) -> _State | None:
    """The state of a killed run, put into tower and optimizer; None where there is none."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            told = json.loads(file.metadata()["state"])
    except FileNotFoundError:
        return None
    except (SafetensorError, KeyError, TypeError) as error:
        log.warning("%s: not usable, training starts afresh: %s", path, error)
        return None

    def part(prefix: str) -> dict[str, Tensor]:
        return {
            name.removeprefix(prefix): one
            for name, one in tensors.items()
            if name.startswith(prefix)
        }

    named = _named(tower)
    load_trained(tower, part("now."))
    for key, value in part("optimizer.").items():
        kind, _, name = key.partition(".")
        optimizer.state[named[name]][kind] = value
    ranks.restore(part("ranks."))
    torch.set_rng_state(tensors["random"])
    log.info("training goes on after step %d", told["step"])
    return _State(
        step=told["step"],
        best_loss=told["best_loss"],
        best=part("best."),
        losses=told["losses"],
        curve=[Point(**one) for one in told["curve"]],
    )
