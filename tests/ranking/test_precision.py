"""Which precision matrices are multiplied in is what the processor has, not what it imitates."""

from __future__ import annotations

import pytest
import torch

from ranking.precision import matrix_dtype


@pytest.mark.parametrize(
    ("has", "wanted"),
    [
        ({"avx512_f": True, "avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"bf16": True, "neon": True}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False, "avx512_vnni": True}, torch.float32),
        ({"avx2": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_bfloat16_is_for_processors_that_multiply_in_it(
    monkeypatch: pytest.MonkeyPatch, has: dict[str, bool], wanted: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    assert matrix_dtype() is wanted
