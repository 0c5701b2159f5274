"""Everything a search needs of one revision of the catalogue, in memory and immutable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.catalog import Catalog
from retrieval.embeddings import Embedder, Vectors
from retrieval.filter_index import FilterIndex
from retrieval.indexing import lexical_index, load_vectors
from retrieval.lexical import LexicalIndex
from retrieval.product import Availability, Product
from retrieval.settings import RetrievalSettings
from retrieval.texts import product_text, text_hash
from retrieval.tokenize import is_chinese

# A rating counts as if this many average ratings had been given before (Bayesian average).
_PRIOR_RATING, _PRIOR_COUNT = 4.0, 10


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Row r of every array is `products[r]`; `groups` numbers the variant groups.

    The vectors are scanned exactly, shape (rows, d): at 100,000 products that takes as long
    as an approximate index, and filters cost it nothing. `multilingual` are those of the second
    embedder, where there is one. `in_chinese` and `in_english` say in which languages the
    product is named.
    """

    revision: int
    products: Sequence[Product]
    vectors: Vectors
    multilingual: Vectors | None
    in_chinese: NDArray[np.bool_]
    in_english: NDArray[np.bool_]
    lexical: LexicalIndex
    filters: FilterIndex
    groups: NDArray[np.int32]
    sellable: NDArray[np.bool_]
    popularity: NDArray[np.float32]
    text_hashes: Sequence[str]


def take_snapshot(
    settings: RetrievalSettings,
    catalog: Catalog,
    embedder: Embedder,
    multilingual: Embedder | None = None,
) -> Snapshot:
    """Read the catalogue and its indexes as they stand now.

    Raises:
        ShopGuideError: where the database or the vector store cannot be read.
    """
    revision = catalog.revision()
    products = list(catalog.products())
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(product.variant_group, len(numbers)) for product in products]
    return Snapshot(
        revision=revision,
        products=products,
        vectors=load_vectors(settings, products, embedder),
        multilingual=None
        if multilingual is None
        else load_vectors(settings, products, multilingual),
        in_chinese=np.array([any(map(is_chinese, _titles(each))) for each in products], np.bool_),
        in_english=np.array(
            [not all(map(is_chinese, _titles(each))) for each in products], np.bool_
        ),
        lexical=lexical_index(settings, revision, products),
        filters=FilterIndex(products),
        groups=np.array(groups, np.int32),
        sellable=np.array(
            [product.availability is not Availability.OUT_OF_STOCK for product in products],
            np.bool_,
        ),
        popularity=np.array([_popularity(product) for product in products], np.float32),
        text_hashes=[text_hash(product_text(product)) for product in products],
    )


def _titles(product: Product) -> list[str]:
    return [product.title, *(each.title for each in product.translations.values())]


def _popularity(product: Product) -> float:
    """A rating, drawn to the average while few have rated; in [0, 1]."""
    if product.rating is None:
        return _PRIOR_RATING / 5
    count = product.rating_count or 0
    total = product.rating * count + _PRIOR_RATING * _PRIOR_COUNT
    return total / (count + _PRIOR_COUNT) / 5
