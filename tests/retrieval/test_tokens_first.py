"""An encoder run tokens first gives what it gives the usual way."""

from __future__ import annotations

import pytest
import torch
from transformers import BertConfig, BertModel

from retrieval.tokens_first import last_states

SIZE = {"hidden_size": 48, "num_attention_heads": 4, "num_hidden_layers": 2}


@pytest.fixture
def encoder() -> BertModel:
    torch.manual_seed(0)
    return BertModel(BertConfig(vocab_size=100, intermediate_size=96, **SIZE)).eval()


@pytest.fixture
def pairs() -> torch.Tensor:
    return torch.randint(1, 100, (3, 7), generator=torch.Generator().manual_seed(1))


def test_texts_of_one_length_need_no_mask(encoder: BertModel, pairs: torch.Tensor) -> None:
    usual = encoder(input_ids=pairs).last_hidden_state
    assert torch.allclose(last_states(encoder, pairs).transpose(0, 1), usual, atol=1e-5)


def test_padding_changes_nothing_of_what_a_text_says(
    encoder: BertModel, pairs: torch.Tensor
) -> None:
    mask = torch.ones_like(pairs)
    mask[1, 4:] = 0
    types = torch.zeros_like(pairs)
    types[:, 3:] = 1
    usual = encoder(input_ids=pairs, attention_mask=mask, token_type_ids=types).last_hidden_state
    ours = last_states(encoder, pairs, mask, types).transpose(0, 1)
    assert torch.allclose(ours[mask == 1], usual[mask == 1], atol=1e-5)


def test_the_encoder_can_be_used_the_usual_way_afterwards(
    encoder: BertModel, pairs: torch.Tensor
) -> None:
    usual = encoder(input_ids=pairs).last_hidden_state
    last_states(encoder, pairs)
    assert torch.allclose(encoder(input_ids=pairs).last_hidden_state, usual, atol=1e-5)
