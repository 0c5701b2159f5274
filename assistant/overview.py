"""The shop as a whole, counted from the catalogue: departments and brands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.naming import Naming
from assistant.writing.plan import Department
from retrieval.facets import Facets
from retrieval.filters import Filters
from retrieval.search import ProductSearch, SearchHit

MOST_DEPARTMENTS = 12
MOST_BRANDS = 20
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is: all products, the biggest departments and brands, each biggest first."""

    products: int
    departments: tuple[Department, ...]
    brands: tuple[str, ...]


def overview(search: ProductSearch, facets: Facets, naming: Naming) -> Overview:
    """Count the shop; variants of one product count once."""
    tops = dict.fromkeys(path[0] for path in facets.category_paths if path)
    departments = [
        Department(naming.department(top), search.count(Filters(categories=(top,))), top)
        for top in tops
    ]
    departments.sort(key=lambda department: -department.products)
    brands = tuple(naming.word(brand) for brand in list(facets.brands)[:MOST_BRANDS])
    return Overview(search.count(Filters()), tuple(departments[:MOST_DEPARTMENTS]), brands)


def samples(search: ProductSearch, departments: Sequence[Department]) -> list[SearchHit]:
    """The best rated product of each of the biggest departments."""
    found: list[SearchHit] = []
    for department in departments[:SAMPLES]:
        found += search.search("", Filters(categories=(department.category,)), 1)
    return found
