"""Questions on a product: from its record, else its description, else its reviews."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.quoting import best_sentence, shortened, words_in
from assistant.answering.topics import Topic, topics_of
from assistant.evidence import stem, stems
from assistant.language import Language
from assistant.money import price_text
from assistant.naming import Naming
from assistant.neutral_words import CHINESE, ENGLISH
from assistant.reasons import rating_text, stock_text
from assistant.text_safety import describing_sentences, is_command
from assistant.understanding.text import clean
from assistant.writing.composer import composer_for
from retrieval.product import AttributeValue, Product

PORTRAIT_FACTS = 6
MOST_FACTS = 4
_NEUTRAL = {stem(word) for word in ENGLISH} | {"how", "much", "mani", "doe", "ani", "about", "tell"}
_PRICE = re.compile(
    r"\b(price|cost|how much (?:is|are|does|do|for)(?! \S+ (?:hold|weigh|fit|carry))|expensive)\b"
    r"|多少钱|价格|价钱|贵"
)
_RATING = re.compile(r"\b(rating|ratings|rated|reviews?|stars)\b|评价|评分|口碑")
_STOCK = re.compile(r"\b(in stock|available|availability|stock|sold out)\b|有货|现货|库存|缺货")
_YES_OR_NO = re.compile(
    r"^(?:(?:and|but|so|ok|okay|also|is it|tell me|do you know) ,?)*"
    r"(?:is|are|does|do|has|have|can|could|will|would|was|isn't|doesn't|aren't|if)\b"
    r"|(?:吗|么)[?？。]?$|是不是|能不能|可不可以|会不会|有没有"
)


def answer_product_question(
    question: str, product: Product, naming: Naming
) -> tuple[list[str], bool]:
    """An answer from record, description and reviews, in this order, and whether there is one."""
    composer, language = composer_for(naming.language), naming.language
    title, text = naming.title(product), clean(question)
    asked, topics = _asked(question, product, language), topics_of(text)
    is_on_field = any(pattern.search(text) for pattern in (_PRICE, _RATING, _STOCK))
    if not asked and not topics and not is_on_field:
        return _portrait(product, naming), True
    stated = _stated(asked, topics, product, naming)
    if len(stated) == 1 and _YES_OR_NO.search(text) and not is_on_field:
        (name, value), *_ = stated
        if isinstance(value, bool):
            return composer.confirmed(title, naming.attribute_name(name), value), True
    facts = [*_fields(text, product, language), *(naming.attribute(*each) for each in stated)]
    if facts:
        return composer.product_answer(title, facts[:MOST_FACTS]), True
    words = frozenset[str]().union(*(topic.words for topic in topics))
    translation = product.translations.get(language)
    description = (translation.description if translation else "") or product.description
    if quote := best_sentence(describing_sentences(description), asked, words, language):
        return composer.described(title, quote), True
    agreeing = [
        quote
        for review in product.reviews
        if (quote := best_sentence(describing_sentences(review.text), asked, words, language))
    ]
    if agreeing:
        total = len(product.reviews)
        return composer.reviewed(title, min(agreeing, key=len), len(agreeing), total), True
    return composer.product_unknown(title), False


def answers_by_record(
    question: str, product: Product, naming: Naming
) -> list[tuple[str, AttributeValue]]:
    """The attributes, as (name, value), with which a product's record answers a question."""
    topics = topics_of(clean(question))
    return _stated(_asked(question, product, naming.language), topics, product, naming)


def _portrait(product: Product, naming: Naming) -> list[str]:
    """The product in short, for a question that asks nothing in particular."""
    composer = composer_for(naming.language)
    language, title = naming.language, naming.title(product)
    facts = [
        naming.attribute(name, value)
        for name, value in product.attributes.items()
        if value and not is_command(value)
    ]
    if product.current_price is not None:
        facts.insert(0, price_text(product.current_price, product.currency, language))
    told = [*facts[: PORTRAIT_FACTS - 1], rating_text(product, language)]
    said = composer.product_answer(title, [fact for fact in told if fact])
    translation = product.translations.get(language)
    sentences = describing_sentences(
        (translation.description if translation else "") or product.description
    )
    return [*said, *(composer.described(title, shortened(sentences[0])) if sentences else [])]


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


def _fields(text: str, product: Product, language: Language) -> list[str]:
    """Price, rating and stock, where the question is on them."""
    facts: list[str] = []
    if _PRICE.search(text) and product.current_price is not None:
        facts.append(price_text(product.current_price, product.currency, language))
    if _RATING.search(text) and (rating := rating_text(product, language)):
        facts.append(rating)
    if _STOCK.search(text):
        facts.append(stock_text(product, language) or ("in stock" if language == "en" else "有货"))
    return facts


def _stated(
    asked: set[str], topics: Sequence[Topic], product: Product, naming: Naming
) -> list[tuple[str, AttributeValue]]:
    """Attributes that the question names, else those that answer its topic."""
    language = naming.language
    translation = product.translations.get(language)
    own = product.attributes
    told = {**own, **(translation.attributes if translation else {})}
    named: list[tuple[str, AttributeValue]] = []
    for name, value in own.items():
        if is_command(value):
            continue
        words = f"{name} {'' if isinstance(value, bool) else value}".replace("_", " ")
        if language == "zh":
            words = f"{naming.attribute_name(name)} {told.get(name, value)}"
        if _named(asked, words, language):
            named.append((name, value))
    on_topic = [
        (name, value)
        for name, value in own.items()
        if any(topic.is_answered_by(name) for topic in topics)
    ]
    return named or on_topic


def _named(asked: set[str], text: str, language: Language) -> bool:
    if language == "zh":
        return any(word in text for word in asked)
    return bool(words_in(asked, stems(text)))
