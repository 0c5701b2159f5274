"""Questions on the shop's terms: each of them is answered, from the page that is about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import create_engine

from assistant.answering.shop import answer_shop_question, questions_in
from retrieval.document_search import DocumentSearch
from retrieval.documents import store_documents

PAGES = {
    "returns.md": (
        "# Returns\n## Return period\nYou may return anything within 30 days of delivery.\n"
        "## Gifts\nA gift can be returned with the number on the card."
    ),
    "delivery.md": (
        "# Delivery\n## Delivery times\nDelivery takes 2 to 4 working days.\n"
        "## Delivery costs\nDelivery costs $4.90."
    ),
}


class NoMeaning:
    """All texts mean the same: only words tell them apart."""

    def embed_array(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 1), 0.2**0.5, np.float32)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> DocumentSearch:
    folder = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    engine = create_engine(f"sqlite:///{folder / 'shop.db'}")
    store_documents(engine, sorted(folder.glob("*.md")))
    return DocumentSearch(engine, NoMeaning())


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("Can I return shoes? Thanks!", ["Can I return shoes"]),
        (
            "How long does delivery take and can I send it back?",
            ["How long does delivery take", "can I send it back"],
        ),
        ("I bought a hat and gloves, can I return them?", 1),
        ("多久能到，可以退货吗？", ["多久能到", "可以退货吗"]),
        ("我买了一件外套，可以退货吗？", ["可以退货吗"]),
        ("What are the sizes? Do you ship? How? Where? When?", 3),
    ],
)
def test_the_questions_of_a_message(message: str, questions: list[str] | int) -> None:
    found = questions_in(message)
    assert (len(found) if isinstance(questions, int) else found) == questions


def test_each_question_is_answered(pages: DocumentSearch) -> None:
    said, known = answer_shop_question(
        "How long does delivery take and can I send it back?", "en", pages
    )
    assert known
    assert said == [
        "From our page “Delivery”: Delivery takes 2 to 4 working days.",
        "From our page “Returns”: You may return anything within 30 days of delivery.",
    ]


def test_what_the_pages_say_nothing_on_is_said(pages: DocumentSearch) -> None:
    said, known = answer_shop_question(
        "What does delivery cost? Is there a knitting class?", "en", pages
    )
    assert known
    assert said == [
        "From our page “Delivery”: Delivery costs $4.90.",
        "On “Is there a knitting class” our pages say nothing; a person could tell you.",
    ]


def test_where_they_say_nothing_at_all_a_person_is_offered(pages: DocumentSearch) -> None:
    said, known = answer_shop_question("Is there a knitting class?", "en", pages)
    assert not known
    assert said[-1] == "Shall I pass you on to a person?"


def test_of_passages_that_are_as_good_the_one_headed_by_the_question_comes_first(
    pages: DocumentSearch,
) -> None:
    assert pages.search("can I return it?")[0].heading == "Returns > Return period"
    assert pages.search("can I give it back?")[0].heading == "Returns > Return period"
    assert pages.search("what does shipping cost?")[0].heading == "Delivery > Delivery costs"
