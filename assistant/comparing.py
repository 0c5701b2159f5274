"""Two to four products side by side: where they differ, and what speaks for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.cart import is_size
from assistant.evidence import FEW_RATINGS
from assistant.money import price_text
from assistant.naming import Naming
from assistant.reasons import rating_text, stock_text
from assistant.reply import Comparison, ComparisonRow
from assistant.text_safety import gives_orders, is_command
from assistant.understanding.words import grammar_pattern
from assistant.writing.plan import Advantage
from retrieval.product import Product

MOST_COMPARED = 4
MOST_DIFFERENCES = 8
MOST_ADVANTAGES = 3
UNKNOWN = "–"
_LONGEST_VALUE = 40
# What stands in records for customs and laboratories helps nobody to choose.
_NO_DIFFERENCE = re.compile(
    r"提示|标准|等级|安全|执行|编号|产地|certif|standard|barcode|\bean\b|\bsku\b", re.IGNORECASE
)


def comparison_of(products: Sequence[Product], naming: Naming) -> Comparison:
    """The facts in which products differ, those that all of them state first."""
    language = naming.language
    rows: dict[str, list[str]] = {}
    for column, product in enumerate(products):
        facts = [
            fact
            for fact in naming.attributes(product)
            if not (is_size(fact[0]) or is_command(fact[1]) or _NO_DIFFERENCE.search(fact[0]))
        ]
        if product.current_price is not None:
            price = price_text(product.current_price, product.currency, language)
            facts.insert(0, ("price" if language == "en" else "价格", price))
        if rating := rating_text(product, language):
            facts.append(("rating" if language == "en" else "评价", rating))
        if stock := stock_text(product, language):
            facts.append(("stock" if language == "en" else "库存", stock))
        for name, value in facts:
            value = " ".join(value.split())
            if len(value) <= _LONGEST_VALUE and not gives_orders(f"{name} {value}"):
                rows.setdefault(name, [UNKNOWN] * len(products))[column] = value
    differing = [(name, values) for name, values in rows.items() if len(set(values)) > 1]
    differing.sort(key=lambda row: row[1].count(UNKNOWN))
    return Comparison(
        product_ids=[product.id for product in products],
        titles=[naming.title(product) for product in products],
        rows=[ComparisonRow(name=name, values=values) for name, values in differing]
        [:MOST_DIFFERENCES],
    )  # fmt: skip


def advantages(products: Sequence[Product], naming: Naming) -> list[tuple[str, list[Advantage]]]:
    """What speaks for each product against all the others, by its title.

    A feature counts where the records of the others deny it: silence is no difference.
    """
    found: list[tuple[str, list[Advantage]]] = []
    weight = _weight_name(products) or ""
    for product in products:
        others = [other for other in products if other.id != product.id]
        own: list[Advantage] = []
        if len({each.currency for each in products}) == 1 and _least(product, others, price_of):
            own.append(Advantage("price"))
        if _least(product, others, rating_of):
            own.append(Advantage("rating"))
        if _least(product, others, lambda each: _number(each, weight)):
            own.append(Advantage("weight"))
        own += [
            Advantage("feature", naming.attribute_name(name))
            for name, value in product.attributes.items()
            if value is True and all(other.attributes.get(name) is False for other in others)
        ]
        if own:
            found.append((naming.title(product), own[:MOST_ADVANTAGES]))
    return found


def winners_first(products: Sequence[Product], question: str) -> Sequence[Product]:
    """In the order a clean question asks for ("which is lighter?"), where all can be measured."""
    weight = _weight_name(products) or ""
    measures: dict[str, Callable[[Product], float | None]] = {
        "cheaper": price_of,
        "dearer": lambda each: None if (price := price_of(each)) is None else -price,
        "lighter": lambda each: _number(each, weight),
        "better": rating_of,
    }
    for name, measure in measures.items():
        if grammar_pattern("comparing", name).search(question):
            values = {product.id: measure(product) for product in products}
            known = {key: value for key, value in values.items() if value is not None}
            if len(known) == len(products):
                return sorted(products, key=lambda product: known[product.id])
    return products


def _least(
    product: Product, others: Sequence[Product], measure: Callable[[Product], float | None]
) -> bool:
    own = measure(product)
    values = [measure(other) for other in others]
    return own is not None and all(value is not None and own < value for value in values)


def price_of(product: Product) -> float | None:
    """What a product costs now, where its record says so."""
    return None if product.current_price is None else float(product.current_price)


def rating_of(product: Product) -> float | None:
    """The rating below zero, so that the best comes first; None with too few ratings."""
    if product.rating is None or (product.rating_count or 0) < FEW_RATINGS:
        return None
    return -product.rating


def _weight_name(products: Sequence[Product]) -> str | None:
    names = [name for name in products[0].attributes if name.casefold().startswith("weight")]
    return next((name for name in names if all(name in p.attributes for p in products)), None)


def _number(product: Product, name: str) -> float | None:
    value = product.attributes.get(name)
    return float(value) if isinstance(value, int | float) and value is not True else None
