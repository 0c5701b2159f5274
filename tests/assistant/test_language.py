"""The language to answer in."""

from __future__ import annotations

import pytest

from assistant.language import Language, message_language


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("a red jacket", "en"),
        ("我想买红色的夹克", "zh"),
        ("我想要一双 Nike Air Max 跑鞋", "zh"),
        ("iPhone 12 手机壳", "zh"),
        ("what does 夹克 mean in your shop?", "en"),
        ("XL码的T恤", "zh"),
        ("", "en"),
        ("50", "en"),
        ("👍", "en"),
        ("veste rouge", "en"),
        ("ジャケット", "en"),
    ],
)
def test_language_of_a_message(message: str, language: Language) -> None:
    assert message_language(message) == language


def test_a_message_without_words_keeps_the_language_of_the_conversation() -> None:
    assert message_language("50?", "zh") == "zh"
    assert message_language("👍", "zh") == "zh"
    assert message_language("ok then", "zh") == "en"
