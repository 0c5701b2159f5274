"""The shop's own documents: cut into passages, found by questions, silent when they say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine

from retrieval.document_search import ANSWER_THRESHOLD, DocumentSearch, content_words
from retrieval.documents import split_passages, store_documents
from retrieval.errors import ShopGuideError

DELIVERY = """# Delivery
We deliver **fast**.

## Costs
Standard delivery costs $4.90. Orders over $50 are delivered free of charge.

## Times
- Standard delivery takes two to four working days.
- [Express](https://shop.example) takes one.

| Way | Price |
|---|---|
| Express | $9.90 |
"""
RETURNS = """# Returns
## Return period
You may send back anything unused within 30 days and get your money back.
## Exchanges
We do not exchange sizes: return the item and order the other size.
"""
RETURNS_ZH = """# 退换货
## 退货期限
自收到商品之日起30天内，未使用的商品可以无忧退货并全额退款。
## 换货
不支持直接换尺码，请退货后重新下单。
"""


class WordEmbedder:
    """Stands for a real embedder: texts that share words point the same way."""

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in content_words(text):
                vectors[row, sum(word.encode()) * len(word) % 512] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    contents = {"delivery.en.md": DELIVERY, "returns.en.md": RETURNS, "returns.zh.md": RETURNS_ZH}
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return [tmp_path / name for name in contents]


def test_passages_are_cut_by_heading_and_lose_their_marks() -> None:
    assert list(split_passages(DELIVERY)) == [
        ("Delivery", "We deliver fast."),
        (
            "Delivery > Costs",
            "Standard delivery costs $4.90. Orders over $50 are delivered free of charge.",
        ),
        (
            "Delivery > Times",
            "Standard delivery takes two to four working days.\nExpress takes one.\n"
            "Way – Price\nExpress – $9.90",
        ),
    ]


def test_long_sections_are_cut_between_paragraphs() -> None:
    paragraphs = [f"Paragraph {n}. " + "word " * 60 for n in range(9)]
    pieces = [text for _, text in split_passages("# Terms\n" + "\n\n".join(paragraphs))]
    assert len(pieces) == 5
    assert all(len(piece) < 1000 for piece in pieces)
    assert "".join(pieces).count("Paragraph") == 9


def test_a_question_finds_its_passage(engine: Engine, files: list[Path]) -> None:
    assert store_documents(engine, files) == 3
    search = DocumentSearch(engine, WordEmbedder())
    best = search.search("how much does standard delivery cost?")[0]
    assert (best.document, best.heading, best.language) == ("delivery", "Delivery > Costs", "en")
    assert best.score > ANSWER_THRESHOLD


def test_a_chinese_question_finds_a_chinese_passage(engine: Engine, files: list[Path]) -> None:
    store_documents(engine, files)
    best = DocumentSearch(engine, WordEmbedder()).search("多少天内可以退货？", language="zh")[0]
    assert (best.document, best.heading) == ("returns", "退换货 > 退货期限")
    assert best.score > ANSWER_THRESHOLD


@pytest.mark.parametrize(
    "question", ["who won the world cup?", "write a poem about autumn", "今天天气怎么样"]
)
def test_what_the_documents_do_not_say_scores_low(
    engine: Engine, files: list[Path], question: str
) -> None:
    store_documents(engine, files)
    found = DocumentSearch(engine, WordEmbedder()).search(question)
    assert all(0 <= passage.score < ANSWER_THRESHOLD for passage in found)


def test_results_are_limited_and_ordered(engine: Engine, files: list[Path]) -> None:
    store_documents(engine, files)
    scores = [p.score for p in DocumentSearch(engine, WordEmbedder()).search("delivery", limit=2)]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)


def test_a_language_without_documents_falls_back(engine: Engine, files: list[Path]) -> None:
    store_documents(engine, files[:2])
    found = DocumentSearch(engine, WordEmbedder()).search("delivery", language="zh")
    assert {passage.language for passage in found} == {"en"}


def test_a_changed_document_replaces_the_old_one(engine: Engine, files: list[Path]) -> None:
    store_documents(engine, files)
    search = DocumentSearch(engine, WordEmbedder())
    assert search.search("delivery costs")
    files[0].write_text("# Delivery\nDrones bring every parcel.")
    store_documents(engine, files)
    texts = [p.text for p in search.search("drones", limit=10, language="en")]
    assert texts[0] == "Drones bring every parcel."
    assert not any("$4.90" in text for text in texts)


def test_the_language_is_seen_from_the_text(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 支付\n支持 PayPal 和微信支付。")
    (tmp_path / "b.md").write_text("# Payment\nWe accept PayPal.")
    store_documents(engine, [tmp_path / "a.md", tmp_path / "b.md"])
    found = DocumentSearch(engine, WordEmbedder()).search("PayPal")
    assert {(p.document, p.language) for p in found} == {("a", "zh"), ("b", "en")}


def test_an_empty_shop_has_no_answers(engine: Engine) -> None:
    assert DocumentSearch(engine, WordEmbedder()).search("delivery?") == []


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "has no text"), (b"Gr\xf6\xdfe", "not valid UTF-8"), (None, "No such file")],
)
def test_a_file_that_cannot_be_used_stores_nothing(
    engine: Engine, files: list[Path], tmp_path: Path, content: bytes | None, message: str
) -> None:
    bad = tmp_path / "bad.md"
    if content is not None:
        bad.write_bytes(content)
    with pytest.raises(ShopGuideError, match=message):
        store_documents(engine, [*files, bad])
    assert DocumentSearch(engine, WordEmbedder()).search("delivery") == []
