"""What customers think of a product: its rating, and what its reviews say for and against it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.quoting import shortened
from assistant.language import Language, has_chinese
from assistant.naming import Naming
from assistant.reasons import rating_text
from assistant.text_safety import describing_sentences
from assistant.understanding.words import grammar_pattern
from assistant.writing.composer import composer_for
from retrieval.product import Product, Review

LIKED = 4.0
"""Stars from which a review speaks for a product; below `DISLIKED` it speaks against it."""
DISLIKED = 3.5
QUOTED_CHARS = 160
_OPINION = grammar_pattern("answering", "opinion")
_AGAINST = grammar_pattern("answering", "against")
_RATING_ALONE = re.compile(r"\b(?:ratings?|rated|stars|how many reviews)\b|评分|几星|多少评价")


def asks_opinion(question: str) -> bool:
    """Whether a clean question is on what customers think, and not only on the rating."""
    opinion = _OPINION.search(question) or _AGAINST.search(question)
    return bool(opinion) and not _RATING_ALONE.search(question)


def answer_on_opinions(question: str, product: Product, naming: Naming) -> tuple[list[str], bool]:
    """The rating, how many reviews like it or do not, and one of each in its own words.

    A question on what is wrong with it gets the critical ones alone. The second value is
    whether anything is known.
    """
    composer, title = composer_for(naming.language), naming.title(product)
    rating = rating_text(product, naming.language)
    if not rating and not product.reviews:
        return composer.product_unknown(title), False
    liked = [each for each in product.reviews if each.rating is not None and each.rating >= LIKED]
    against = [
        each for each in product.reviews if each.rating is not None and each.rating < DISLIKED
    ]
    bad = _quote(against, naming.language)
    if _AGAINST.search(question):
        return composer.complaints(title, len(product.reviews), len(against), bad), True
    good = _quote(liked or [each for each in product.reviews if each not in against], "en")
    good = _quote(liked, naming.language) or good
    counts = (len(product.reviews), len(liked), len(against))
    return composer.opinions(title, rating, counts, good, bad), True


def _quote(reviews: Sequence[Review], language: Language) -> str:
    """The most telling sentences of one review: in the customer's language, neither short nor long.

    A review that gives orders to a machine is not quoted.
    """
    texts: list[str] = []
    for review in reviews:
        said = " ".join(describing_sentences(review.text))
        if said:
            texts.append(shortened(said, QUOTED_CHARS))
    return max(
        texts,
        key=lambda text: (has_chinese(text) == (language == "zh"), min(len(text), QUOTED_CHARS)),
        default="",
    )
