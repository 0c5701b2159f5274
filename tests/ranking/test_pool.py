from ranking.pool import rerank_pool
from retrieval.product import Product
from retrieval.search import SearchHit


class TwoRankings:
    """A search that knows one ranking for each system."""

    def __init__(self, **rankings: str) -> None:
        self.rankings = rankings
        self.asked: list[str] = []

    def search(self, query, filters, limit, system="hybrid"):
        self.asked.append(system)
        return [
            SearchHit(Product(id=one, title=one), 1.0, None, rank, 0.0, 0.5)
            for rank, one in enumerate(self.rankings[system][:limit], start=1)
        ]


def ids(search: TwoRankings, query: str, limit: int) -> str:
    return "".join(hit.product.id for hit in rerank_pool(search, query, limit=limit))


def test_both_rankings_have_their_turn_and_none_comes_twice() -> None:
    assert ids(TwoRankings(hybrid="abcd", dense="axbz"), "laptop", 10) == "abxcdz"
    assert ids(TwoRankings(hybrid="abcd", dense="xyzw"), "laptop", 4) == "axby"
    assert ids(TwoRankings(hybrid="", dense="xy"), "laptop", 4) == "xy"


def test_without_a_query_the_order_of_the_search_stands() -> None:
    search = TwoRankings(hybrid="abcd", dense="xyzw")
    assert ids(search, "  ", 3) == "abc"
    assert search.asked == ["hybrid"]
