"""In which precision matrices are multiplied on this processor."""

from __future__ import annotations

import torch

# What the processor's own bfloat16 products are called, by torch.
_BFLOAT16 = ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16")


def matrix_dtype() -> torch.dtype:
    """bfloat16 where the processor multiplies in it, else float32.

    oneDNN also says that it supports bfloat16 where it only imitates it, which takes three times
    as long as float32; so what counts is what the processor has.
    """
    has = torch.cpu.get_capabilities()
    return torch.bfloat16 if any(has.get(one, False) for one in _BFLOAT16) else torch.float32
