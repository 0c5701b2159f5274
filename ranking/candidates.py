"""What the click model knows of one product for one query, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ranking.asker import NOBODY, Asker, history_numbers
from ranking.words import is_chinese
from retrieval.product import Availability, Product

if TYPE_CHECKING:
    from retrieval.search import SearchHit

DETAIL_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product as a candidate; a number that is not known is None.

    `kind` is its most special category, `details` are further words, most telling first,
    `cosine` is that of query and product text, `feedback` the cosine after pseudo-relevance
    feedback, `lexical` the BM25 score, `late` and `late_least` the late interaction of their
    tokens (None where the search does without); prices are in one currency. `seen` and
    `history` are those of `history_numbers`; `image` is how close the product's picture is to
    what was asked for, where a shop has an embedding of pictures.
    """

    title: str
    details: str = ""
    kind: str = ""
    cosine: float = 0.0
    lexical: float = 0.0
    late: float | None = None
    late_least: float | None = None
    feedback: float | None = None
    rating: float | None = None
    rating_count: int = 0
    price: float | None = None
    list_price: float | None = None
    available: bool = True
    product_id: str = ""
    segment: str = ""
    seen: float = 0.0
    history: float = 0.0
    image: float | None = None

    @property
    def text(self) -> str:
        """What the text tower reads of the product."""
        return f"{self.title}. {self.details[:DETAIL_CHARACTERS]}" if self.details else self.title


def product_candidate(
    query: str,
    product: Product,
    cosine: float = 0.0,
    lexical: float = 0.0,
    late: float | None = None,
    late_least: float | None = None,
    feedback: float | None = None,
    asker: Asker = NOBODY,
) -> Candidate:
    """The candidate that a product is for a query, with its retrieval scores."""
    title, details = product.title, product_details(product)
    kind = product.category[-1] if product.category else ""
    chinese = product.translations.get("zh") if is_chinese(query) else None
    if chinese is not None:
        title = f"{title} {chinese.title}"
        kind = " ".join((kind, *chinese.category[-1:]))
        details = f"{details} {chinese.description}"
    price = product.current_price
    seen, likeness = history_numbers(product.title, asker.history)
    return Candidate(
        title=title,
        details=details,
        kind=kind,
        cosine=cosine,
        lexical=lexical,
        late=late,
        late_least=late_least,
        feedback=feedback,
        rating=product.rating,
        rating_count=product.rating_count or 0,
        price=None if price is None else float(price),
        list_price=None if product.price is None else float(product.price),
        available=product.availability is not Availability.OUT_OF_STOCK,
        product_id=product.id,
        segment=asker.segment,
        seen=seen,
        history=likeness,
    )


def product_details(product: Product) -> str:
    """Brand, category, short attributes and description, in this order."""
    parts: list[str] = []
    if product.brand and product.brand.lower() not in product.title.lower():
        parts.append(product.brand)
    parts += product.category[-1:]
    words: list[str] = []
    for name, value in product.attributes.items():
        label = name.replace("_", " ")
        if value is True:
            words.append(label)
        elif value is not False and len(str(value)) <= 30:
            words.append(str(value) if isinstance(value, str) else f"{label} {value}")
        if len(words) == 6:
            break
    if words:
        parts.append(", ".join(words))
    if product.description:
        parts.append(product.description)
    return ". ".join(parts)


def hit_candidates(query: str, hits: Sequence[SearchHit], asker: Asker = NOBODY) -> list[Candidate]:
    """The candidates that search hits are, with the scores of the search."""
    return [hit_candidate(query, hit, asker) for hit in hits]


def hit_candidate(query: str, hit: SearchHit, asker: Asker = NOBODY) -> Candidate:
    """The candidate that one search hit is."""
    return product_candidate(
        query,
        hit.product,
        hit.dense_score,
        hit.lexical_score,
        hit.late_score,
        hit.late_least,
        hit.feedback_score,
        asker,
    )


SEARCH_NUMBERS = ("cosine", "lexical", "late", "late_least", "feedback")
# The numbers of a candidate that an example may carry in its `features`.
BEHAVIOUR_NUMBERS = (
    *SEARCH_NUMBERS,
    "rating",
    "rating_count",
    "price",
    "list_price",
    "available",
    "image",
)


def behaviour_numbers(candidate: Candidate) -> dict[str, float]:
    """The numbers of a candidate that are known, as an example's `features` keep them."""
    numbers = {name: getattr(candidate, name) for name in BEHAVIOUR_NUMBERS}
    return {name: float(value) for name, value in numbers.items() if value is not None}


def described_candidate(
    title: str,
    details: str,
    numbers: Mapping[str, float],
    *,
    kind: str = "",
    cosine: float,
    lexical: float,
    late: float | None = None,
    late_least: float | None = None,
    feedback: float | None = None,
    product_id: str = "",
    asker: Asker = NOBODY,
) -> Candidate:
    """The candidate of a logged or graded example; `numbers` win over the given scores."""
    seen, likeness = history_numbers(title, asker.history)
    return Candidate(
        title=title,
        details=details,
        kind=kind,
        cosine=numbers.get("cosine", cosine),
        lexical=numbers.get("lexical", lexical),
        late=numbers.get("late", late),
        late_least=numbers.get("late_least", late_least),
        feedback=numbers.get("feedback", feedback),
        rating=numbers.get("rating"),
        rating_count=int(numbers.get("rating_count", 0)),
        price=numbers.get("price"),
        list_price=numbers.get("list_price"),
        available=numbers.get("available", 1.0) > 0,
        product_id=product_id,
        segment=asker.segment,
        seen=seen,
        history=likeness,
        image=numbers.get("image"),
    )
