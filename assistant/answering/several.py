"""One question on several products: which of them are waterproof, what each of them weighs."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.product import answers_by_record
from assistant.naming import Naming
from assistant.writing.composer import composer_for
from retrieval.product import Product


def answer_on_several(question: str, products: Sequence[Product], naming: Naming) -> list[str]:
    """What the record of each says on the question; empty where none of them says anything."""
    composer = composer_for(naming.language)
    answers = [answers_by_record(question, product, naming) for product in products]
    if not any(answers):
        return []
    flags = [answer[0] for answer in answers if len(answer) == 1 and isinstance(answer[0][1], bool)]
    if len(flags) == len([each for each in answers if each]) and len({n for n, _ in flags}) == 1:
        feature = naming.attribute_name(flags[0][0])
        having = [
            naming.title(product)
            for product, answer in zip(products, answers, strict=True)
            if answer and answer[0][1]
        ]
        return composer.which_have(having, feature, len(products))
    said: list[str] = []
    for product, answer in zip(products, answers, strict=True):
        if answer:
            facts = [naming.attribute(name, value) for name, value in answer[:2]]
            said += composer.product_answer(naming.title(product), facts)
        else:
            said += composer.no_record(naming.title(product))
    return said
