"""What the page needs to know of the shop: names in both languages, currency, example wishes."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from assistant.language import Language
from assistant.naming import Naming
from retrieval.catalog import Catalog
from retrieval.facets import Facets
from ui.chat.examples import Wish, example_wishes

PRODUCTS_READ = 3000
"""Enough to see every department of most shops, and read in a moment."""
OFFERS_SECONDS = 60.0
"""So long wishes may speak of the prices of a moment ago."""


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
    """The storefront as it is now.

    It is made anew where the catalogue has other words, and for new prices, of which its wishes
    speak, once a minute: stock changes all day, and no customer waits for that.
    """

    def __init__(self, catalog: Catalog, currency: str | None) -> None:
        self._catalog = catalog
        self._currency = currency
        self._lock = threading.Lock()
        self._made: Storefront | None = None
        self._shape: Facets | None = None
        self._made_at = 0.0

    def now(self) -> Storefront:
        """The storefront of the catalogue's present revision, or of one like it but for prices."""
        with self._lock:
            revision = self._catalog.revision()
            if self._made is not None and self._made.revision == revision:
                return self._made
            facets = self._catalog.facets()
            shape = replace(facets, price_min=None, price_max=None)
            is_recent = time.monotonic() - self._made_at < OFFERS_SECONDS
            if self._made is not None and is_recent and shape == self._shape:
                return self._made
            products = islice(self._catalog.products(), PRODUCTS_READ)
            self._made = Storefront(
                revision,
                self._currency or facets.currency,
                {"en": Naming(facets, "en"), "zh": Naming(facets, "zh")},
                tuple(example_wishes(products, facets)),
            )
            self._shape, self._made_at = shape, time.monotonic()
            return self._made
