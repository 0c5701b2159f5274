"""One way to open an exported model: ONNX Runtime on the CPU."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

# The fused kernel for a sum and its layer normalisation is not vectorised: the two apart cost an
# eighth less of a whole MiniLM in int8.
_SLOWER_FUSIONS = ["SkipLayerNormFusion"]


def open_session(model: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session whose runs take so many threads each.

    Raises whatever ONNX Runtime raises of a file that it cannot read.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(model),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=_SLOWER_FUSIONS,
    )
