"""What of a BERT-like encoder is trained: all, nothing, its top layers, or an adapter.

Adapters are those of `peft`: LoRA (Hu et al., 2021), AdaLoRA (Zhang et al., 2023), prefix tuning
(Li and Liang, 2021) and IA3 (Liu et al., 2022). The head is always trained.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from torch import Tensor, nn

from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from peft import PeftConfig

RANK = 8
PREFIX_TOKENS = 8
# Of the encoder's own weights, as learning rates of AdamW.
LEARNING_RATES = {
    "full": 3e-5, "top": 1e-4, "head": 1e-3, "lora": 5e-4, "adalora": 1e-3, "prefix": 5e-3,
    "ia3": 5e-3,
}  # fmt: skip
_PROJECTIONS = ["query", "key", "value", "dense"]
_TOP = re.compile(r"top-([1-9]\d*)")
# Takes an encoder and how many training steps are to come; returns what is to be trained.
Marking = Callable[[nn.Module, int], nn.Module]


def marking(method: str) -> Marking:
    """How a method marks what is trained in an encoder, perhaps wrapping it in an adapter.

    Raises:
        ShopGuideError: where the method is not known.
    """
    if found := _TOP.fullmatch(method):
        return lambda encoder, steps: _top_layers(encoder, int(found[1]))
    if method not in _MARKINGS:
        known = ", ".join([*_MARKINGS, "top-N"])
        raise ShopGuideError(f"unknown training method {method!r}; known: {known}")
    return _MARKINGS[method]


def family(method: str) -> str:
    """The method without its number: "top" for "top-2"."""
    return method.partition("-")[0]


def is_adapter(method: str) -> bool:
    """Whether the method trains an adapter beside the encoder's own weights."""
    return method in ("lora", "adalora", "prefix", "ia3")


def _all(encoder: nn.Module, steps: int) -> nn.Module:
    # Word vectors stay: words of unseen queries would drift away from those that were seen.
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad = not name.startswith(("embeddings.", "pooler."))
    return encoder


def _nothing(encoder: nn.Module, steps: int) -> nn.Module:
    return encoder.requires_grad_(False)


def _top_layers(encoder: nn.Module, count: int) -> nn.Module:
    layers = cast(Any, encoder).encoder.layer
    if count > len(layers):
        raise ShopGuideError(f"top-{count}: the base has only {len(layers)} layers")
    encoder.requires_grad_(False)
    for layer in layers[-count:]:
        layer.requires_grad_(True)
    return encoder


def _lora(encoder: nn.Module, steps: int) -> nn.Module:
    from peft import LoraConfig

    return _adapted(
        encoder,
        LoraConfig(
            r=RANK,
            lora_alpha=2 * RANK,
            target_modules=_PROJECTIONS,
            exclude_modules=["pooler.dense"],
        ),
    )


def _adalora(encoder: nn.Module, steps: int) -> nn.Module:
    from peft import AdaLoraConfig

    return _adapted(
        encoder,
        AdaLoraConfig(
            init_r=RANK + RANK // 2,
            target_r=RANK,
            lora_alpha=2 * RANK,
            tinit=steps // 10,
            tfinal=max(1, steps // 2),
            deltaT=max(1, steps // 50),
            total_step=max(steps, 3),
            target_modules=_PROJECTIONS,
            exclude_modules=["pooler.dense"],
        ),
    )


def _prefix(encoder: nn.Module, steps: int) -> nn.Module:
    from peft import PrefixTuningConfig, TaskType

    return _adapted(
        encoder,
        PrefixTuningConfig(task_type=TaskType.FEATURE_EXTRACTION, num_virtual_tokens=PREFIX_TOKENS),
    )


def _ia3(encoder: nn.Module, steps: int) -> nn.Module:
    from peft import IA3Config

    return _adapted(
        encoder,
        IA3Config(
            target_modules=["key", "value", r"output.dense"],
            feedforward_modules=["output.dense"],
            exclude_modules=["pooler.dense"],
        ),
    )


def _adapted(encoder: nn.Module, config: PeftConfig) -> nn.Module:
    from peft import get_peft_model

    return cast(nn.Module, get_peft_model(cast(Any, encoder), config))


_MARKINGS: dict[str, Marking] = {
    "full": _all,
    "head": _nothing,
    "lora": _lora,
    "adalora": _adalora,
    "prefix": _prefix,
    "ia3": _ia3,
}


class RankAllocation:
    """AdaLoRA's shifting of ranks to where they matter; nothing with other methods.

    Call `step` after each optimizer step. `tensors` and `restore` carry what it has seen over
    a kill.
    """

    def __init__(self, encoder: nn.Module) -> None:
        model = cast(Any, getattr(encoder, "base_model", None))
        self._model = model if hasattr(model, "update_and_allocate") else None

    def penalty(self) -> Tensor | float:
        """How far the factors are from orthogonal (the method's regulariser), to be minimised."""
        if self._model is None:
            return 0.0
        import torch

        total, count = torch.zeros(()), 0
        for name, one in self._model.named_parameters():
            if "lora_A" in name or "lora_B" in name:
                gram = one @ one.T if "lora_A" in name else one.T @ one
                total = total + torch.linalg.norm(gram - torch.eye(len(gram)))
                count += 1
        return 0.5 * total / max(count, 1)

    def step(self, number: int) -> None:
        """Score the ranks by their gradients, and drop the least telling ones when it is time."""
        if self._model is not None:
            self._model.update_and_allocate(number)

    def tensors(self) -> dict[str, Tensor]:
        """What the scores of the ranks have come to."""
        if self._model is None:
            return {}
        allocator = self._model.rankallocator
        kept = ("ipt", "exp_avg_ipt", "exp_avg_unc")
        return {
            f"{kind}/{name}": value.contiguous()
            for kind in kept
            for name, value in getattr(allocator, kind).items()
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` gave."""
        if self._model is None:
            return
        for key, value in tensors.items():
            kind, _, name = key.partition("/")
            getattr(self._model.rankallocator, kind)[name] = value
