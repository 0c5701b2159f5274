"""Fixtures of the catalogue's tests."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from retrieval.catalog import Catalog


@pytest.fixture
def catalog(engine: Engine) -> Catalog:
    return Catalog(engine)
