"""Token ids of pairs, put together from remembered words, are the tokenizer's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from ranking import tokens
from ranking.tokens import PairTokenizer

TEXTS = (
    "",
    " ",
    "Storm Shell Jacket. Waterproof, 2-layer; 100 % nylon",
    "防水夹克 hiking，红色",
    "caf\u0065\u0301 na\u00efve \ufb01ne\u00a0\u00b2 \u0130stanbul",  # accents, odd blanks
    "two\x1cparts\u200bin one\r\n\tline",
    "[SEP] hello[CLS]there",
    "unheardofwordthatgoesonandonandonandonandon " * 8,
)
WORDS = ("storm", "shell", "jacket", "water", "##proof", "layer", "100", "%", ",", ".", "-", "2")


@pytest.fixture(scope="module")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertTokenizerFast

    folder = tmp_path_factory.mktemp("tokenizer")
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    letters = [chr(at) for at in range(ord("a"), ord("z") + 1)]
    words = [*special, *WORDS, *letters, *(f"##{one}" for one in letters), "防", "水", "红"]
    vocabulary = {word: at for at, word in enumerate(words)}
    BertTokenizerFast(vocab=vocabulary).save_pretrained(folder)
    return folder / "tokenizer.json"


@pytest.mark.parametrize("most", [6, 17, 40])
def test_ids_are_those_of_the_tokenizer(tokenizer_file: Path, most: int) -> None:
    whole = Tokenizer.from_file(str(tokenizer_file))
    whole.no_padding()
    whole.enable_truncation(most, strategy="longest_first")
    ours = PairTokenizer(tokenizer_file, most)
    assert ours._words is not None
    for _ in range(2):  # the second time from memory
        for first in TEXTS:
            expected = whole.encode_batch([(first, second) for second in TEXTS])
            for one, wanted in zip(ours.encode(first, TEXTS), expected, strict=True):
                assert one.ids == wanted.ids
                assert [0] * one.first + [1] * (len(one.ids) - one.first) == wanted.type_ids


def test_a_tokenizer_that_reads_across_blanks_is_asked_for_whole_pairs(
    tokenizer_file: Path, tmp_path: Path
) -> None:
    told = json.loads(tokenizer_file.read_text("utf-8"))
    told["pre_tokenizer"] = {"type": "WhitespaceSplit"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(told), "utf-8")
    ours = PairTokenizer(tmp_path / "tokenizer.json", 20)
    assert ours._words is None
    (pair,) = ours.encode("storm", ["shell jacket"])
    assert (len(pair.ids), pair.first) == (6, 3)


def test_the_memory_of_words_is_bounded(
    tokenizer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "REMEMBERED_WORDS", 3)
    ours = PairTokenizer(tokenizer_file, 20)
    (pair,) = ours.encode("storm", ["shell jacket storm water shell 100 % jacket"])
    assert len(ours._ids) <= 3
    assert len(pair.ids) == 3 + 1 + 8
