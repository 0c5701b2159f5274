"""Fixtures that every part's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the project; tests that need it skip without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the data sets beside the project (../shared/data) are not here")
    return SHARED_DATA
