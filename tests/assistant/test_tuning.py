"""Fine-tuning the writer: what it learns from is true, and what serves is the better one."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from turn_parts import PARKA, SHOP, jacket

from assistant.local_llm import LocalChatModel, open_local
from assistant.local_weights import NAME, TUNED, champion_folder, ship, shipped_folder
from assistant.verify import Verifier
from assistant.writing.tuning import approved_examples, catalogue_examples, measure, train_writer
from retrieval.errors import MissingWeightsError, ShopGuideError
from retrieval.product import Product

STRICT: frozenset[str] = frozenset()
TEMPLATE = "{% for m in messages %}{{ m['content'] }} {% endfor %}"


def many(count: int) -> list[Product]:
    """Jackets of so many kinds, each with facts enough for a sentence."""
    materials, colors = ("wool", "cotton", "linen"), ("red", "blue", "green")
    return [
        jacket(
            f"coat-{n}",
            f"Harbour Coat {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n]}",
            str(Decimal(40 + n)),
            attributes={"material": materials[n % 3], "color": colors[n % 3], "hood": n % 2 == 0},
            description="A coat for walks by the sea.",
        )
        for n in range(count)
    ]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder with a language model so small that it knows nothing."""
    words = {chr(code): code - 31 for code in range(32, 127)} | {"<unk>": 0, "</s>": 96, "’": 97}
    tokenizer = Tokenizer(WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Split(Regex("."), "isolated")
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", pad_token="</s>", unk_token="<unk>"
    )
    fast.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=98, hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=2048,
        eos_token_id=96, pad_token_id=96, bos_token_id=None,
    )  # fmt: skip
    folder = tmp_path / "llm" / NAME
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    fast.save_pretrained(folder)
    return tmp_path


def test_every_sentence_of_the_catalogue_is_true() -> None:
    products = [*many(26), *SHOP]
    examples = catalogue_examples(products)
    assert len(examples) > 20
    for example in examples:
        verdict = Verifier([example.product], STRICT).check(
            example.sentence, "en", [example.product.id]
        )
        assert not verdict.reason, example.sentence
        assert example.product.title in example.sentence


def test_variants_are_learnt_from_once() -> None:
    red, blue = (
        jacket(
            f"shirt-{color}", "Quay Shirt", "20", group_id="shirt",
            attributes={"color": color, "material": "linen", "hood": True},
        )
        for color in ("red", "blue")
    )  # fmt: skip
    assert len(catalogue_examples([red, blue])) == 1


def chat(*contents: str) -> str:
    messages = [{"role": "assistant", "content": content} for content in contents]
    return json.dumps({"messages": messages})


def test_of_approved_conversations_only_what_is_true_is_learnt(tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text(
        "\n".join(
            [
                chat("Hello! The Drizzle Parka is blue and has a hood. Anything else?"),
                chat("The Drizzle Parka costs $12.00."),
                "",
                chat("The Drizzle Parka and the Ember Vest are both nice."),
            ]
        )
    )
    found = approved_examples([path], SHOP, STRICT)
    assert [(each.product.id, each.sentence) for each in found] == [
        (PARKA.id, "The Drizzle Parka is blue and has a hood.")
    ]


def test_what_is_no_conversation_is_named(tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_text(chat("Hello.") + "\n{}\n")
    with pytest.raises(ShopGuideError, match=r"chats\.jsonl, line 2: field messages"):
        approved_examples([path], SHOP, STRICT)
    with pytest.raises(ShopGuideError, match="cannot be read"):
        approved_examples([tmp_path / "none"], SHOP, STRICT)


def test_training_writes_a_version_that_serves(models: Path) -> None:
    report = train_writer(models, many(26), STRICT, epochs=1)
    assert (report.examples, report.held_out, report.version) == (21, 5, "w1")
    assert report.promoted
    assert report.trained_parameters > 0
    folder = models / "writer" / "w1"
    assert champion_folder(models) == folder
    assert (folder / TUNED).is_file()
    served = open_local("smollm2", models)
    assert served.is_tuned
    assert served.name_ != "smollm2"
    base = LlamaForCausalLM.from_pretrained(models / "llm" / NAME)
    tuned = LlamaForCausalLM.from_pretrained(folder)
    changed = {
        name.split(".")[-2]
        for name, value in tuned.state_dict().items()
        if not torch.equal(value, base.state_dict()[name])
    }
    assert changed <= {"q_proj", "k_proj", "v_proj", "o_proj"}
    assert changed
    assert train_writer(models, many(26), STRICT, epochs=1).version == "w2"


def test_a_model_that_writes_worse_does_not_serve(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.writing import tuning

    def worse(model: LocalChatModel, *_: object) -> tuning.WriterMeasure:
        return tuning.WriterMeasure(5, 4 if model.name_ == "base" else 3, 10.0, 20.0)

    monkeypatch.setattr(tuning, "measure", worse)
    report = train_writer(models, many(26), STRICT, epochs=1)
    assert not report.promoted
    assert champion_folder(models) is None


def test_sentences_are_counted_only_where_they_are_true(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter(
        ["The Harbour Coat A is red and has a hood.", "The Harbour Coat B costs $3.00.", ""]
    )
    monkeypatch.setattr(LocalChatModel, "_decode", lambda *_: iter([next(told)]))
    model = LocalChatModel.load(models / "llm" / NAME, "base")
    products = [
        each.model_copy(update={"attributes": {**each.attributes, "color": "red", "hood": True}})
        for each in many(3)
    ]
    measured = measure(model, products, STRICT)
    assert (measured.asked, measured.accepted) == (3, 1)


def test_a_shop_that_is_too_small_is_told_so(models: Path) -> None:
    with pytest.raises(ShopGuideError, match="20 are needed"):
        train_writer(models, many(4), STRICT)


def test_a_version_can_be_shipped_and_made_again(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_writer(models, many(26), STRICT, epochs=1)
    trained = models / "writer" / "w1"
    ship(models, "w1", tmp_path / "shipped")
    assert sorted(path.name for path in (tmp_path / "shipped").iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    monkeypatch.setattr("assistant.local_weights.SHIPPED", tmp_path / "shipped")
    folder = shipped_folder(models)
    assert shipped_folder(models) == folder
    assert LocalChatModel.load(folder, "shipped").is_tuned
    again = LlamaForCausalLM.from_pretrained(folder).state_dict()
    for name, value in LlamaForCausalLM.from_pretrained(trained).state_dict().items():
        torch.testing.assert_close(again[name], value, atol=1e-2, rtol=1e-2)


def test_a_missing_adapter_is_named(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.local_weights.SHIPPED", models / "nothing")
    with pytest.raises(MissingWeightsError, match="restore it"):
        open_local("smollm2", models)
