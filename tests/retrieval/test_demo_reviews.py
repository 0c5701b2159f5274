"""The demo shop's reviews agree with its stars, and ingest reads every row of it."""

from __future__ import annotations

from collections import defaultdict
from statistics import mean

import pytest

from retrieval.demo import demo_catalog_path
from retrieval.product import Product
from retrieval.sources import GoodRow, open_source

# A rating is the mean of many more customers than the few who wrote.
FARTHEST_FROM_THE_MEAN = 0.5


@pytest.fixture(scope="module")
def families() -> dict[str, Product]:
    """One variant of each product, read as `shopguide ingest` reads it."""
    read = list(open_source(demo_catalog_path()))
    assert [row for row in read if not isinstance(row, GoodRow)] == []
    found: dict[str, Product] = {}
    for row in read:
        if isinstance(row, GoodRow):
            found.setdefault(row.product.variant_group, row.product)
    return found


def test_a_rating_is_near_the_mean_of_the_reviews(families: dict[str, Product]) -> None:
    for name, product in families.items():
        stars = [review.rating for review in product.reviews if review.rating is not None]
        if product.rating is not None and stars:
            assert abs(mean(stars) - product.rating) <= FARTHEST_FROM_THE_MEAN, name
            assert (product.rating_count or 0) > len(stars), name
    assert all((p.rating is None) is (p.rating_count is None) for p in families.values())


def test_most_products_have_two_to_six_reviews(families: dict[str, Product]) -> None:
    counts = [len(product.reviews) for product in families.values()]
    assert max(counts) <= 6
    assert sum(count >= 2 for count in counts) >= 0.95 * len(counts)
    assert 0 in counts


def test_no_review_is_written_twice(families: dict[str, Product]) -> None:
    written: defaultdict[str, list[str]] = defaultdict(list)
    for name, product in families.items():
        for review in product.reviews:
            written[review.text].append(name)
    assert {text: names for text, names in written.items() if len(names) > 1} == {}


def test_chinese_reviews_stand_with_chinese_products(families: dict[str, Product]) -> None:
    for name, product in families.items():
        languages = {review.language for review in product.reviews}
        assert languages <= {"en", "zh"}, name
        assert "zh" not in languages or "zh" in product.translations, name
    chinese = sum(
        any(review.language == "zh" for review in product.reviews) for product in families.values()
    )
    assert chinese >= 30
