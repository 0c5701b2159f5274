"""Everything a search needs of one revision of the catalogue, in memory and immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
# Of a product's fields, those that are in no index but the filters'.
_OFFER = (
    "price", "sale_price", "price_upper", "currency", "availability", "rating", "rating_count",
    "reviews", "url", "image_urls", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Row r of every array is `products[r]`; `groups` numbers the variant groups.

    The vectors are scanned exactly, shape (rows, d): at 100,000 products that takes as long
    as an approximate index, and filters cost it nothing. `multilingual` are those of the second
    embedder, where there is one. `in_chinese` and `in_english` say in which languages the
    product is named. `fingerprints` are those of `Catalog`, by id. `words_revision` is the last
    one that changed more than offers: words, or which products there are.
    """

    revision: int
    words_revision: int
    fingerprints: Mapping[str, str]
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
    fingerprints = catalog.fingerprints()  # first: what changes meanwhile is read again later
    products = list(catalog.products())
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(product.variant_group, len(numbers)) for product in products]
    return Snapshot(
        revision=revision,
        words_revision=revision,
        fingerprints=fingerprints,
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
        sellable=_sellable(products),
        popularity=_popularities(products),
        text_hashes=[text_hash(product_text(product)) for product in products],
    )


def with_new_offers(before: Snapshot, catalog: Catalog) -> Snapshot | None:
    """The snapshot after a change of prices, stock and ratings, or with products gone.

    A shop's stock changes all day, and is to be right within a second: no word is indexed anew.
    Products that are gone keep their rows, which pass no filter. None where there is a new
    product or another word in one: that wants a whole new snapshot.
    """
    revision = catalog.revision()
    now = catalog.fingerprints()
    products = list(before.products)
    changed = [id_ for id_, content in now.items() if before.fingerprints.get(id_) != content]
    fresh = catalog.get(changed)
    for id_ in changed:
        row, product = before.filters.row(id_), fresh.get(id_)
        if row is None or product is None or not _is_same_thing(products[row], product):
            return None
        products[row] = product
    gone = [row for row, product in enumerate(products) if product.id not in now]
    is_complete = now.keys() == before.fingerprints.keys()
    return replace(
        before,
        revision=revision,
        words_revision=before.words_revision if is_complete else revision,
        fingerprints=now,
        products=products,
        filters=before.filters.with_offers(products, gone),
        sellable=_sellable(products),
        popularity=_popularities(products),
    )


def _is_same_thing(before: Product, now: Product) -> bool:
    """Whether nothing changed but the offer."""
    return before.model_copy(update={name: getattr(now, name) for name in _OFFER}) == now


def _sellable(products: Sequence[Product]) -> NDArray[np.bool_]:
    out_of_stock = Availability.OUT_OF_STOCK
    return np.array([product.availability is not out_of_stock for product in products], np.bool_)


def _popularities(products: Sequence[Product]) -> NDArray[np.float32]:
    return np.array([_popularity(product) for product in products], np.float32)


def _titles(product: Product) -> list[str]:
    return [product.title, *(each.title for each in product.translations.values())]


def _popularity(product: Product) -> float:
    """A rating, drawn to the average while few have rated; in [0, 1]."""
    if product.rating is None:
        return _PRIOR_RATING / 5
    count = product.rating_count or 0
    total = product.rating * count + _PRIOR_RATING * _PRIOR_COUNT
    return total / (count + _PRIOR_COUNT) / 5
