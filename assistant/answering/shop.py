"""Questions on the shop: its terms, in the words of its own documents."""

from __future__ import annotations

from assistant.answering.quoting import shortened
from assistant.language import Language
from assistant.text_safety import without_orders
from assistant.writing.composer import composer_for
from retrieval.documents import ANSWER_THRESHOLD, DocumentSearch


def answer_shop_question(
    question: str, language: Language, documents: DocumentSearch
) -> tuple[list[str], bool]:
    """An answer from the shop's documents with the document named, and whether there is one."""
    composer = composer_for(language)
    passages = documents.search(question, limit=3, language=language)
    if not passages:
        passages = documents.search(question, limit=3)
    if not passages or passages[0].score < ANSWER_THRESHOLD:
        return composer.shop_unknown(), False
    best = passages[0]
    page = best.heading.partition(" > ")[0] or best.document
    quote = shortened(without_orders(best.text))
    return (composer.shop_answer(page, quote), True) if quote else (composer.shop_unknown(), False)
