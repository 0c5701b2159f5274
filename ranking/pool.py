"""Which products are reranked: the best of both searches, so that neither has the last word.

The fused order has words in it, and words mislead: of an electronics shop's products for
"laptop", those with the word in their titles are bags and locks, while the laptops are called
notebooks. The search by meaning alone finds them; the click model then decides.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from retrieval.filters import Filters

if TYPE_CHECKING:
    from retrieval.search import ProductSearch, SearchHit

NO_FILTERS = Filters()


def rerank_pool(
    search: ProductSearch, query: str, filters: Filters = NO_FILTERS, limit: int = 50
) -> list[SearchHit]:
    """At most `limit` different hits, by turns from the fused and from the dense ranking.

    Without a query there is nothing to be near to, and the order of the search stands.
    """
    fused = search.search(query, filters, limit=limit)
    if not query.strip():
        return fused
    dense = search.search(query, filters, limit=limit, system="dense")
    pool: dict[str, SearchHit] = {}
    for hit in chain.from_iterable(zip_longest(fused, dense)):
        if hit is not None and len(pool) < limit:
            pool.setdefault(hit.product.variant_group, hit)
    return list(pool.values())
