"""What names a person is found in two languages, and what names a product is left."""

from __future__ import annotations

import json
import time

import pytest
from typer.testing import CliRunner

from assistant.privacy.evaluate import evaluate_masking, parse, read_sentences
from assistant.privacy.findings import Kind
from assistant.privacy.masking import Masker
from assistant.privacy.numbers import is_chinese_id, is_iban, passes_luhn
from retrieval.errors import ShopGuideError
from ui.cli.app import app

MASKER = Masker()


def test_our_sentences_are_masked_as_they_should_be() -> None:
    sentences = read_sentences()
    score = evaluate_masking(MASKER, sentences)
    assert score.sentences >= 400
    assert sum(not each.findings for each in sentences) >= 150
    assert score.recall >= 0.99, score.missed
    assert score.precision >= 0.99, score.wrong
    for kind, each in score.kinds.items():
        assert each.passages >= 9, kind
        assert each.recall is not None and each.recall >= 0.95, kind
        assert each.precision is not None and each.precision >= 0.9, kind


def test_the_command_prints_the_scores_by_kind() -> None:
    done = CliRunner().invoke(app, ["evaluate", "privacy", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["recall"] >= 0.95
    assert set(told["kinds"]) == {kind.value for kind in Kind}


@pytest.mark.parametrize(
    ("text", "masked"),
    [("Mail anna@example.com or call +1 415 555 2671.", "Mail [email] or call [phone]."),
     ("我叫张伟，电话13812345678", "我叫[name]，电话[phone]"),
     ("电话：１３８１２３４５６７８", "电话：[phone]"),
     ("a jacket under $100", "a jacket under $100"),
     ("", "")],
)  # fmt: skip
def test_a_text_is_masked(text: str, masked: str) -> None:
    assert MASKER.mask(text).text == masked
    assert MASKER.mask(masked).text == masked


def test_the_guide_reads_the_rest() -> None:
    masked = MASKER.mask("My name is Anna Schmidt, I need a tent; mail anna@example.com please")
    assert masked.spoken == "My name is , I need a tent; mail please"
    # What a customer types as a placeholder is no finding.
    assert MASKER.mask("a [name] tag").spoken == "a [name] tag"


def test_a_number_that_is_a_products_is_left() -> None:
    number = "13812345678"
    assert MASKER.mask(f"how much is {number}?").findings
    assert (
        not Masker(is_product=lambda text: text == number).mask(f"how much is {number}?").findings
    )


def test_values_in_json_are_masked_and_names_of_fields_stay() -> None:
    value = {"anna@example.com": ["to anna@example.com", 5, None, {"deep": "tel 13812345678"}]}
    assert MASKER.mask_all(value) == {
        "anna@example.com": ["to [email]", 5, None, {"deep": "tel [phone]"}]
    }


def test_check_digits() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert not passes_luhn("0000000000000000")
    assert is_chinese_id("11010519491231002X")
    assert not is_chinese_id("110105194912310021")
    assert not is_chinese_id("11010519491331002X")
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE88 3704 0044 0532 0130 00")


@pytest.mark.parametrize(
    "seed",
    ["a ", "1 ", "A ", "中", "1-", "Aa ", "a@", "路1", "12 Ab ", "dot at ", "my name is ", "+1 ",
     "小区1", "A.'", "12 rue a ", "(1", "王先生", "passport "],
)  # fmt: skip
def test_a_hostile_text_takes_no_long_time(seed: str) -> None:
    text = (seed * 10_000)[:10_000]
    MASKER.mask("我是高明 +1 415 555 2671")  # loads word lists and number plans
    since = time.perf_counter()
    MASKER.mask(text)
    assert time.perf_counter() - since < 10.0  # quadratic work on this takes minutes


def test_marks_of_an_unknown_kind_are_told() -> None:
    with pytest.raises(ValueError, match="shoe"):
        parse("a {shoe:boot}")


def test_a_file_that_is_not_there_is_told(tmp_path: object) -> None:
    from pathlib import Path

    with pytest.raises(ShopGuideError, match="No such file"):
        read_sentences([Path(str(tmp_path)) / "none.txt"])
