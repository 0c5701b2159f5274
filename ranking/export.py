"""A trained tower as an ONNX graph with int8 weights, for serving without torch."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

from ranking.model import TextTower, base_folder, merged
from ranking.serving import TEXT_MODEL, TOKENIZER
from retrieval.tokens_first import last_states


def export_tower(tower: TextTower, base: str, folder: Path) -> None:
    """Write `text.onnx` (weights of matrix products in int8, per channel) and the tokenizer.

    Activations are quantised at run time (dynamic quantisation), so no calibration data is
    needed. The tower's adapters are merged by this.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        plain = Path(temporary) / "text.onnx"
        export_plain(merged(tower), plain)
        quantize_dynamic(
            plain,
            folder / TEXT_MODEL,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    shutil.copyfile(base_folder(base) / "tokenizer.json", folder / TOKENIZER)


def export_plain(tower: TextTower, path: Path) -> None:
    """Write the tower as an fp32 ONNX graph with free batch and token dimensions."""
    tokens = torch.ones((2, 8), dtype=torch.int64)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    free = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Exported(tower).eval(),
            (tokens, tokens, tokens),
            str(path),
            input_names=names,
            output_names=["logit"],
            dynamic_axes=dict.fromkeys(names, free) | {"logit": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


class _Exported(nn.Module):
    """A tower as it is exported: the same logits, by what ONNX Runtime computes fastest."""

    def __init__(self, tower: TextTower) -> None:
        super().__init__()
        self.tower = tower
        # Attention in plain products: torch's own comes out with what guards against empty rows.
        plain_attention = getattr(tower.encoder, "set_attn_implementation", None)
        if plain_attention is not None:
            plain_attention("eager")

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """See `TextTower.forward`."""
        encoder = self.tower.encoder
        if not isinstance(encoder, BertModel):
            return self.tower(input_ids, attention_mask, token_type_ids)
        states = last_states(encoder, input_ids, attention_mask, token_type_ids)
        return self.tower.logits(states.transpose(0, 1), attention_mask)
