"""Why a product is where it is: conditions it meets, and facts that spoke for it in ranking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.conditions import condition_paths, label, meets
from assistant.constraints import Constraints
from assistant.evidence import WORD, stem, stems
from assistant.language import Language
from assistant.money import number_text, price_text
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.product import Availability, Product

MOST = 4
_RATING_PARTS = ("rating", "review", "popular")
_SALE_PARTS = ("sale", "discount")

ReasonKind = Literal["condition", "rating", "sale", "price", "words"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as a card shows it: "under $100", "4.6 stars from 212 reviews"."""

    kind: ReasonKind
    text: str


def reasons_for(
    ranked: RankedHit,
    constraints: Constraints,
    wish_words: Sequence[str],
    language: Language,
    facets: Facets,
    *,
    cheapest: bool = False,
) -> tuple[Reason, ...]:
    """At most four reasons, in the customer's language, the customer's own conditions first.

    A condition is a reason when the record says it is met. A rating or a sale price is one
    when the click model counted it in the product's favour. `cheapest` marks the product that
    costs least of all that are shown.
    """
    product = ranked.hit.product
    met = [
        (path, Reason("condition", text))
        for path in condition_paths(constraints)
        if path != "category" and meets(product, constraints, path, facets)
        if (text := label(constraints, path, language, product.currency, [product]))
    ]
    # What a product is not says less for it than what it is.
    reasons = [reason for path, reason in met if not path.startswith("exclude")]
    favour = {name for name, part in ranked.contributions.items() if part > 0}
    if _counted(favour, _RATING_PARTS) and (text := rating_text(product, language)):
        reasons.append(Reason("rating", text))
    if _counted(favour, _SALE_PARTS) and (text := sale_text(product, language)):
        reasons.append(Reason("sale", text))
    if cheapest:
        reasons.append(
            Reason("price", "the cheapest of these" if language == "en" else "其中最便宜")
        )
    reasons += [reason for path, reason in met if path.startswith("exclude")]
    kinds = {stem(word) for level in product.category for word in WORD.findall(level)}
    words = [
        word
        for word in wish_words
        if _stands_in(word, product.title)
        and not stems(word) <= kinds
        and (len(word) > 2 or not word.isascii())
    ]
    if not reasons and words:
        quoted = " ".join(words)
        text = f"“{quoted}” in its name" if language == "en" else f"名称含“{quoted}”"
        reasons.append(Reason("words", text))
    return tuple(reasons[:MOST])


def rating_text(product: Product, language: Language) -> str:
    """ "4.6 stars from 212 reviews"; empty without a rating or with too few to mean much."""
    if product.rating is None or not product.rating_count:
        return ""
    stars, count = (
        number_text(product.rating, language),
        number_text(product.rating_count, language),
    )
    if language == "zh":
        return f"{count} 条评价，{stars} 星"
    return f"{stars} stars from {count} review{'' if product.rating_count == 1 else 's'}"


def sale_text(product: Product, language: Language) -> str:
    """ "down from $120.00"; empty where nothing is reduced."""
    if product.sale_price is None or product.price is None or product.sale_price >= product.price:
        return ""
    before = price_text(product.price, product.currency, language)
    return f"down from {before}" if language == "en" else f"原价 {before}"


def stock_text(product: Product, language: Language) -> str:
    """What must be said of a product that is not simply in stock; else empty."""
    texts: dict[Availability, tuple[str, str]] = {
        Availability.OUT_OF_STOCK: ("out of stock", "缺货"),
        Availability.PREORDER: ("on pre-order", "预售"),
        Availability.BACKORDER: ("on back-order", "需等待补货"),
    }
    return texts.get(product.availability, ("", ""))[language == "zh"]


def _stands_in(word: str, title: str) -> bool:
    """Whether a word of the wish stands in a title as a word: "blu" is not in "Blush"."""
    if not word.isascii():
        return word in title
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", title, re.IGNORECASE) is not None


def _counted(favour: set[str], parts: Sequence[str]) -> bool:
    return any(part in name for name in favour for part in parts)
