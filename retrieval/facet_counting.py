"""Counting what a catalogue holds: categories, brands, attribute values, prices, translations."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from retrieval.facets import Facets
from retrieval.product import AttributeValue


def count_facets(records: Iterable[Mapping[str, Any]]) -> Facets:
    """Count over products in their stored JSON form; the most frequent value comes first.

    A category level counts once a product wherever in its path it stands. Prices are what a
    customer pays now, in the most frequent currency alone: amounts of others do not compare.
    """
    total = 0
    categories: Counter[str] = Counter()
    paths: Counter[tuple[str, ...]] = Counter()
    brands: Counter[str] = Counter()
    attributes: defaultdict[str, Counter[AttributeValue]] = defaultdict(Counter)
    stated: defaultdict[str, Counter[str]] = defaultdict(Counter)
    prices: dict[str | None, tuple[Decimal, Decimal]] = {}
    currencies: Counter[str | None] = Counter()
    words: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    for record in records:
        total += 1
        path = tuple(record.get("category", ()))
        categories.update(set(path))
        if path:
            paths[path] += 1
        if record.get("brand"):
            brands[record["brand"]] += 1
        for name, value in record.get("attributes", {}).items():
            attributes[name][value] += 1
        for level in set(path):
            stated[level].update(record.get("attributes", {}).keys())
        price = record.get("sale_price") or record.get("price")
        if price is not None:
            amount, currency = Decimal(price), record.get("currency")
            currencies[currency] += 1
            low, high = prices.get(currency, (amount, amount))
            prices[currency] = (min(low, amount), max(high, amount))
        for language, translation in record.get("translations", {}).items():
            for own, foreign in _translated(record, translation):
                words[language][foreign][own] += 1
    currency = currencies.most_common(1)[0][0] if currencies else None
    low, high = prices.get(currency, (None, None))
    return Facets(
        products=total,
        categories=dict(categories.most_common()),
        category_paths=dict(paths.most_common()),
        brands=dict(brands.most_common()),
        attributes={
            name: dict(values.most_common())
            for name, values in sorted(
                attributes.items(), key=lambda item: item[1].total(), reverse=True
            )
        },
        stated={level: dict(names) for level, names in stated.items()},
        price_min=low,
        price_max=high,
        currency=currency,
        translations={
            language: {foreign: own.most_common(1)[0][0] for foreign, own in table.items()}
            for language, table in words.items()
        },
    )


def shape_of(record: Mapping[str, Any]) -> int:
    """A number that changes with whatever of a record is counted, but its price."""
    counted = ("category", "brand", "attributes", "translations", "currency")
    has_price = (record.get("sale_price") or record.get("price")) is not None
    return hash(json.dumps([has_price, *(record.get(name) for name in counted)], sort_keys=True))


def _translated(
    record: Mapping[str, Any], translation: Mapping[str, Any]
) -> Iterable[tuple[str, str]]:
    """(own value, translated value): categories by position, attributes by the same name."""
    yield from zip(record.get("category", ()), translation.get("category", ()), strict=False)
    own = record.get("attributes", {})
    for name, value in translation.get("attributes", {}).items():
        if isinstance(value, str) and isinstance(own.get(name), str):
            yield own[name], value
