"""A real PostgreSQL server for tests, where Debian's `postgresql` package is installed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from retrieval.errors import ShopGuideError
from ui.load.stores import make_database, postgresql, postgresql_programs

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server without its database name; skips where none can be started."""
    try:
        postgresql_programs()
    except ShopGuideError as error:
        pytest.skip(str(error))
    with postgresql(durable=False) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The URL of a new, empty database."""
    return make_database(postgres_server, f"shop_{next(_numbers)}")
