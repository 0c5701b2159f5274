"""What the page needs to know of the shop: names in both languages, currency, example wishes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from assistant.language import Language
from assistant.naming import Naming
from retrieval.catalog import Catalog
from ui.chat.examples import Wish, example_wishes

PRODUCTS_READ = 3000
"""Enough to see every department of most shops, and read in a moment."""


@dataclass(frozen=True, slots=True)
class Storefront:
    """The shop at one revision of its catalogue."""

    revision: int
    currency: str | None
    namings: Mapping[Language, Naming]
    wishes: tuple[Wish, ...]

    def reader(self, language: Language) -> Reader:
        """For somebody who uses the page in `language`."""
        return Reader(language, self.namings[language], self.currency)


@dataclass(frozen=True, slots=True)
class Reader:
    """How things are said to one visitor: the interface's language and its names and money."""

    language: Language
    naming: Naming
    currency: str | None


class Storefronts:
    """The storefront as it is now; made once a revision."""

    def __init__(self, catalog: Catalog, currency: str | None) -> None:
        self._catalog = catalog
        self._currency = currency
        self._lock = threading.Lock()
        self._made: Storefront | None = None

    def now(self) -> Storefront:
        """The storefront of the catalogue's present revision."""
        with self._lock:
            revision = self._catalog.revision()
            if self._made is None or self._made.revision != revision:
                facets = self._catalog.facets()
                products = islice(self._catalog.products(), PRODUCTS_READ)
                self._made = Storefront(
                    revision,
                    self._currency or facets.currency,
                    {"en": Naming(facets, "en"), "zh": Naming(facets, "zh")},
                    tuple(example_wishes(products, facets)),
                )
            return self._made
