"""Questions on the shop: its terms, in the words of its own documents."""

from __future__ import annotations

import re

from assistant.answering.quoting import shortened
from assistant.language import Language
from assistant.text_safety import without_orders
from assistant.writing.composer import composer_for
from retrieval.document_search import ANSWER_THRESHOLD, DocumentSearch, Passage

MOST_QUESTIONS = 3
_ASKING_EN = r"(?:how|what|when|where|which|who|can|could|do|does|is|are|will|may)\b"
_ASKING_ZH = r"吗|多久|怎么|如何|什么|几天|多少|可以|能不能|是否"
_ASKS = re.compile(rf"\b{_ASKING_EN}|{_ASKING_ZH}", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"[?？;；]+|,?\s*\b(?:and|also)\s+(?:also\s+)?(?={_ASKING_EN})|[，,]?(?:还有|另外)[，,]?"
    rf"|，(?=[^，]*(?:{_ASKING_ZH}))",
    re.IGNORECASE,
)


def answer_shop_question(
    question: str, language: Language, documents: DocumentSearch
) -> tuple[list[str], bool]:
    """An answer from the shop's documents with the document named, and whether there is one.

    A message that asks several things is answered on each of them.
    """
    composer = composer_for(language)
    asked = questions_in(question)
    answers = {one: _answer(one, language, documents) for one in asked} if len(asked) > 1 else {}
    if len(set(answers.values())) < 2:  # one question, or one answer to all of them
        answers = {question: _answer(question, language, documents)}
    known = list(dict.fromkeys(filter(None, answers.values())))
    if not known:
        return composer.shop_unknown(), False
    said = [text for page, quote in known for text in composer.shop_answer(page, quote)]
    said += [composer.shop_silent_on(one) for one, answer in answers.items() if answer is None]
    return said, True


def questions_in(message: str) -> list[str]:
    """The questions of a message, at most a few; what asks nothing ("Thanks!") is left out."""
    parts = (part.strip(" ,.!，。！") for part in _BETWEEN.split(message))
    return [part for part in parts if _ASKS.search(part)][:MOST_QUESTIONS]


def _answer(question: str, language: Language, documents: DocumentSearch) -> tuple[str, str] | None:
    """The page and the quote of it that answer a question; None where nothing does."""
    passages = documents.search(question, limit=1, language=language)
    passages = passages or documents.search(question, limit=1)
    if not passages or passages[0].score < ANSWER_THRESHOLD:
        return None
    quote = shortened(without_orders(passages[0].text))
    return (_page(passages[0]), quote) if quote else None


def _page(passage: Passage) -> str:
    return passage.heading.partition(" > ")[0] or passage.document
