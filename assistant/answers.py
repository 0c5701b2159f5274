"""Answers that are no recommendation: on a product, on the shop, a comparison."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.claims import COLOURS, MATERIALS
from assistant.evidence import stem, stems
from assistant.language import Language
from assistant.money import price_text
from assistant.naming import Naming
from assistant.neutral_words import CHINESE, ENGLISH
from assistant.reasons import rating_text, stock_text
from assistant.text_safety import describing_sentences
from assistant.writing.composer import composer_for
from retrieval.documents import ANSWER_THRESHOLD, DocumentSearch
from retrieval.product import Product

QUOTE_CHARS = 400
PORTRAIT_FACTS = 6
_NEUTRAL = {stem(word) for word in ENGLISH} | {"how", "much", "mani", "doe", "ani", "about", "tell"}
_PRICE = re.compile(r"\b(price|cost|how much|expensive)\b|多少钱|价格|价钱|贵", re.IGNORECASE)
_RATING = re.compile(r"\b(rating|ratings|rated|reviews?|stars)\b|评价|评分|口碑", re.IGNORECASE)
# What a question asks for without saying the word that answers it: any of these words does.
_TOPICS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (
        re.compile(
            r"\bmade (?:of|from|out)\b|\bmaterials?\b|\bfabric\b|材质|材料|面料|什么做",
            re.IGNORECASE,
        ),
        MATERIALS | {"材质", "材料", "面料"},
    ),
    (re.compile(r"\bcolou?rs?\b|颜色", re.IGNORECASE), COLOURS | {"颜色"}),
    (
        re.compile(r"\b(?:wash|clean|iron|care)\b|洗|清洁", re.IGNORECASE),
        frozenset(
            {
                stem(word)
                for word in (
                    "wash",
                    "washable",
                    "dishwasher",
                    "clean",
                    "machine",
                    "care",
                    "iron",
                    "wipe",
                )
            }
            | {"洗", "清洁"}
        ),
    ),
)
_FIELDS = (("material", _TOPICS[0][0]), ("color", _TOPICS[1][0]))
_STOCK = re.compile(r"\b(in stock|available|availability|stock)\b|有货|现货|库存", re.IGNORECASE)
_FIELD_QUESTION = re.compile(
    "|".join(pattern.pattern for pattern in (_PRICE, _RATING, _STOCK, *(p for p, _ in _TOPICS))),
    re.IGNORECASE,
)


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
    return composer.shop_answer(page, _shortened(best.text)), True


def answer_product_question(
    question: str, product: Product, naming: Naming
) -> tuple[list[str], bool]:
    """An answer from record, description and reviews, in this order, and whether there is one."""
    composer = composer_for(naming.language)
    title = naming.title(product)
    asked = _asked(question, product, naming.language)
    if not asked and not _FIELD_QUESTION.search(question):
        return _portrait(product, naming), True
    facts = _stated(question, asked, product, naming)
    if facts:
        return composer.product_answer(title, facts), True
    translation = product.translations.get(naming.language)
    description = (translation.description if translation else "") or product.description
    topic = frozenset[str]().union(
        *(words for pattern, words in _TOPICS if pattern.search(question))
    )
    if quote := _best(describing_sentences(description), asked, topic, naming.language):
        return composer.described(title, quote), True
    agreeing = [
        quote
        for review in product.reviews
        if (quote := _best(describing_sentences(review.text), asked, topic, naming.language))
    ]
    if agreeing:
        total = len(product.reviews)
        return composer.reviewed(title, min(agreeing, key=len), len(agreeing), total), True
    return composer.product_unknown(title), False


def _portrait(product: Product, naming: Naming) -> list[str]:
    """The product in short, for a question that asks nothing in particular."""
    composer = composer_for(naming.language)
    language, title = naming.language, naming.title(product)
    facts = [naming.attribute(name, value) for name, value in product.attributes.items() if value]
    if product.current_price is not None:
        facts.insert(0, price_text(product.current_price, product.currency, language))
    told = [*facts[: PORTRAIT_FACTS - 1], rating_text(product, language)]
    said = composer.product_answer(title, [fact for fact in told if fact])
    translation = product.translations.get(language)
    sentences = describing_sentences(
        (translation.description if translation else "") or product.description
    )
    return [*said, *(composer.described(title, _shortened(sentences[0])) if sentences else [])]


def _asked(question: str, product: Product, language: Language) -> set[str]:
    """The words of the question that say what is asked, without the product's own name."""
    if language == "zh":
        import jieba

        title = product.title + "".join(each.title for each in product.translations.values())
        return {
            word
            for word in jieba.lcut(question)
            if word not in CHINESE and word not in title and any(c.isalnum() for c in word)
        }
    return stems(question) - _NEUTRAL - stems(product.title) - stems(product.brand or "")


def _stated(question: str, asked: set[str], product: Product, naming: Naming) -> list[str]:
    """Facts of the record that the question names."""
    language = naming.language
    facts: list[str] = []
    if _PRICE.search(question) and product.current_price is not None:
        facts.append(price_text(product.current_price, product.currency, language))
    if _RATING.search(question) and (rating := rating_text(product, language)):
        facts.append(rating)
    if _STOCK.search(question):
        known = "in stock" if language == "en" else "有货"
        facts.append(stock_text(product, language) or known)
    asked = asked | {stem(name) for name, pattern in _FIELDS if pattern.search(question)}
    for name, value in product.attributes.items():
        told = naming.attribute(name, value)
        words = told if language == "zh" else f"{name} {'' if isinstance(value, bool) else value}"
        if _named(asked, words.replace("_", " "), language):
            facts.append(told)
    return facts[:4]


def _named(asked: set[str], text: str, language: Language) -> bool:
    if language == "zh":
        return any(word in text for word in asked)
    return bool(asked & stems(text))


def _best(
    sentences: Sequence[str], asked: set[str], topic: frozenset[str], language: Language
) -> str:
    """The sentence with most of the words asked for, or on the topic; empty if none has enough.

    Enough is two thirds of the words asked for, or one word of the topic.
    """

    def shared(sentence: str) -> tuple[int, int]:
        if language == "zh":
            return sum(word in sentence for word in asked), sum(word in sentence for word in topic)
        words = stems(sentence)
        return len(asked & words), len(topic & words)

    best = max(sentences, key=shared, default="")
    named, on_topic = shared(best) if best else (0, 0)
    return _shortened(best) if on_topic or (named and named * 3 >= 2 * len(asked)) else ""


def _shortened(text: str) -> str:
    """The first whole sentences that fit into a quotation."""
    text = " ".join(text.split())
    if len(text) <= QUOTE_CHARS:
        return text
    cut = text[:QUOTE_CHARS]
    end = max(cut.rfind(mark) for mark in (". ", "。", "! ", "！"))
    return cut[: end + 1].strip() if end > QUOTE_CHARS // 3 else f"{cut.rsplit(' ', 1)[0]}…"
