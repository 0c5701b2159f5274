"""Hard filters evaluated over all products at once: a mask of the rows that pass.

The rows are those of one snapshot of the catalogue. Each value of a facet has the sorted array
of its rows, so that a filter costs microseconds and is applied before any list is cut.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial, reduce

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import Filters
from retrieval.product import AttributeValue, Product
from retrieval.tokenize import is_chinese, tokenize, without_chinese

Mask = NDArray[np.bool_]
Rows = NDArray[np.int32]

_NO_ROWS: Rows = np.zeros(0, np.int32)
# Prices are compared as whole ten-thousandths, exact as the decimals they come from.
_UNITS = 10_000
_NO_PRICE = -1
_SEPARATORS = str.maketrans(dict.fromkeys(",;/|、，；", "\n"))


class FilterIndex:
    """What filters need to know of products; immutable, safe to share between threads."""

    def __init__(self, products: Sequence[Product]) -> None:
        """Index products in the order of their rows."""
        self.rows = len(products)
        self._ids = {product.id: row for row, product in enumerate(products)}
        self._gone = _NO_ROWS
        self._read_offers(products)
        categories, brands, words = _Postings(), _Postings(), _Postings()
        groups = _Postings()
        attributes: defaultdict[str, _Postings] = defaultdict(_Postings)
        self._chinese: list[tuple[int, str]] = []
        for row, product in enumerate(products):
            groups.add(product.variant_group, row)
            if product.brand:
                brands.add(_normal(product.brand), row)
            for level in _categories(product):
                categories.add(_normal_words(level), row)
            for name, value in _attributes(product):
                for part in _values(value):
                    attributes[_normal_name(name)].add(part, row)
            excludable = " \n ".join(_excludable(product))
            for word in set(tokenize(without_chinese(excludable))):
                words.add(word, row)
            if is_chinese(excludable):
                self._chinese.append((row, excludable))
        self._groups = groups.frozen()
        self._brands = brands.frozen()
        self._categories = categories.frozen()
        self._words = words.frozen()
        self._attributes = {name: values.frozen() for name, values in attributes.items()}
        self._rows_with_word = lru_cache(maxsize=1000)(self._excluded_by)

    def with_offers(self, products: Sequence[Product], gone: Sequence[int]) -> FilterIndex:
        """This index where nothing changed but prices, stock and ratings, and rows are `gone`.

        `products` are those of the rows, the ones that are gone among them: none of these passes.
        """
        other = copy.copy(self)
        other._gone = np.array(gone, np.int32)
        other._read_offers(products)
        return other

    def _read_offers(self, products: Sequence[Product]) -> None:
        """Index what changes every day."""
        self._prices = np.array([_price_units(product) for product in products], np.int64)
        self._ratings = np.array(
            [-1.0 if product.rating is None else product.rating for product in products]
        )
        availability = _Postings()
        for row, product in enumerate(products):
            availability.add(product.availability.value, row)
        self._availability = availability.frozen()

    def mask(self, filters: Filters) -> Mask:
        """Which rows pass, shape (rows,)."""
        passing = np.ones(self.rows, np.bool_)
        passing[self._gone] = False
        if filters.price_min is not None:
            passing &= self._prices >= _ceiling(filters.price_min)
        if filters.price_max is not None:
            passing &= self._prices <= _floor(filters.price_max)
        if filters.price_min is not None or filters.price_max is not None:
            passing &= self._prices != _NO_PRICE
        if filters.rating_min is not None:
            passing &= self._ratings >= filters.rating_min
        if filters.availability:
            wanted = (value.value for value in filters.availability)
            passing &= self._any(self._availability, wanted)
        if filters.categories:
            passing &= self._any(self._categories, map(_normal_words, filters.categories))
        if filters.brands:
            passing &= self._any(self._brands, map(_normal, filters.brands))
        for name, values in filters.attributes.items():
            known = self._attributes.get(_normal_name(name), {})
            passing &= self._mask_of(_rows_with_any(known, values))
        if filters.product_ids:
            wanted_rows = [self._ids[id_] for id_ in filters.product_ids if id_ in self._ids]
            passing &= self._mask_of(np.array(wanted_rows, np.int32))
        for group in filters.exclude_groups:
            passing[self._groups.get(group, _NO_ROWS)] = False
        for id_ in filters.exclude_ids:
            if id_ in self._ids:
                passing[self._ids[id_]] = False
        for word in filters.exclude:
            passing[self._rows_with_word(word)] = False
        return passing

    def row(self, product_id: str) -> int | None:
        """The row of a product id."""
        return self._ids.get(product_id)

    def group(self, row_group: str) -> Rows:
        """The rows of all variants of one group."""
        return self._groups.get(row_group, _NO_ROWS)

    def _any(self, postings: Mapping[str, Rows], keys: Iterable[str]) -> Mask:
        passing = np.zeros(self.rows, np.bool_)
        for key in keys:
            passing[postings.get(key, _NO_ROWS)] = True
        return passing

    def _mask_of(self, rows: Rows) -> Mask:
        passing = np.zeros(self.rows, np.bool_)
        passing[rows] = True
        return passing

    def _excluded_by(self, phrase: str) -> Rows:
        if is_chinese(phrase):
            found = [row for row, text in self._chinese if phrase in text]
            return np.array(found, np.int32)
        tokens = tokenize(phrase)
        if not tokens:
            return _NO_ROWS
        found = self._words.get(tokens[0], _NO_ROWS)
        for token in tokens[1:]:
            found = np.intersect1d(found, self._words.get(token, _NO_ROWS), assume_unique=True)
        return found


class _Postings:
    """Rows by key, while they are collected."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, key: str, row: int) -> None:
        rows = self._rows[key]
        if not rows or rows[-1] != row:
            rows.append(row)

    def frozen(self) -> dict[str, Rows]:
        return {key: np.array(rows, np.int32) for key, rows in self._rows.items()}


def _price_units(product: Product) -> int:
    price = product.current_price
    return _NO_PRICE if price is None else int(price * _UNITS)


def _floor(amount: Decimal) -> int:
    return int((amount * _UNITS).to_integral_value(rounding="ROUND_FLOOR"))


def _ceiling(amount: Decimal) -> int:
    return int((amount * _UNITS).to_integral_value(rounding="ROUND_CEILING"))


def _categories(product: Product) -> Iterable[str]:
    yield from product.category
    for translation in product.translations.values():
        yield from translation.category


def _attributes(product: Product) -> Iterable[tuple[str, AttributeValue]]:
    yield from product.attributes.items()
    for translation in product.translations.values():
        yield from translation.attributes.items()


def _excludable(product: Product) -> Iterable[str]:
    """The words that an exclusion can meet; a description may well say "goes with black"."""
    yield product.title
    yield product.brand or ""
    yield from _categories(product)
    for name, value in _attributes(product):
        if value is True:
            yield name.replace("_", " ")
        elif isinstance(value, str):
            yield value
    for translation in product.translations.values():
        yield translation.title


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=10_000)
def _normal_words(text: str) -> str:
    """One form for singular and plural: "Rain Jackets" is "rain jacket"."""
    return _normal(text) if is_chinese(text) else " ".join(tokenize(text))


def _normal_name(name: str) -> str:
    normal = _normal(name.replace("_", " "))
    return "color" if normal == "colour" else normal


def _rows_with_any(known: Mapping[str, Rows], wanted: Iterable[AttributeValue]) -> Rows:
    """Rows that have one of the values; "black, red" is had by what is both, in any order."""
    rows = [_NO_ROWS]
    for value in wanted:
        whole, *parts = _values(value)
        own = [known.get(part, _NO_ROWS) for part in parts or [whole]]
        rows.append(reduce(partial(np.intersect1d, assume_unique=True), own))
    return np.concatenate(rows)


def _values(value: AttributeValue) -> Iterable[str]:
    """The forms under which a value is found; a list in one text gives each of its parts."""
    if isinstance(value, bool):
        yield "true" if value else "false"
        return
    if not isinstance(value, str):
        yield f"{value:g}"
        return
    whole = _normal(value)
    yield whole
    parts = value.translate(_SEPARATORS).split("\n")
    if len(parts) > 1:
        yield from (_normal(part) for part in parts if part.strip())
