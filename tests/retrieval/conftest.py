"""Fixtures of the catalogue's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import postgres_server, postgres_url
from sqlalchemy import Engine

from retrieval.catalog import Catalog
from retrieval.database import open_database

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A new database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    opened = open_database(request.getfixturevalue(name))
    yield opened
    opened.dispose()


@pytest.fixture
def catalog(engine: Engine) -> Catalog:
    return Catalog(engine)
