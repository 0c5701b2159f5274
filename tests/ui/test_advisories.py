"""Pins against the advisories that concern us, for machines that cannot ask a database of them."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

PROJECT = Path(__file__).parents[2]

FIXED_IN = {
    # SSRF and file reads, routes without authorisation, an async guard that was never awaited.
    "gradio": "6.25",
    # Key injection when objects are loaded (CVE-2025-68664).
    "langchain-core": "1.2.5",
    # Code execution although only weights were to be loaded (CVE-2025-32434).
    "torch": "2.6",
    # Sandbox escape by the attr filter (CVE-2025-27516).
    "jinja2": "3.1.6",
    # Quadratic parsing of Range headers (CVE-2025-62727).
    "starlette": "0.49.1",
}
"""The first versions in which known holes are closed."""

NEVER = {"llm-guard", "python-jose", "passlib", "bleach"}
"""Archived or with holes that nobody closes."""


def pins() -> dict[str, Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for more in project["optional-dependencies"].values() for each in more]
    required = map(Requirement, [*project["dependencies"], *extras])
    return {each.name.lower(): each for each in required}


@pytest.mark.parametrize("name", sorted(FIXED_IN))
def test_what_is_pinned_and_installed_has_the_hole_closed(name: str) -> None:
    (pin,) = pins()[name].specifier
    assert pin.operator == "=="
    assert Version(pin.version) >= Version(FIXED_IN[name])
    assert Version(version(name)) >= Version(FIXED_IN[name])


def test_everything_is_pinned_to_one_version_and_nothing_abandoned_is() -> None:
    found = pins()
    assert all([each.operator for each in pin.specifier] == ["=="] for pin in found.values())
    assert not NEVER & found.keys()


def test_the_vector_store_is_embedded_and_never_loads_code() -> None:
    """Chroma's server has holes in every release (CVE-2026-45829): none is imported or needed."""
    code = "\n".join(
        file.read_text("utf-8")
        for package in ("retrieval", "ranking", "assistant", "ui")
        for file in (PROJECT / package).rglob("*.py")
    )
    assert "chromadb.PersistentClient(" in code
    for call in ("chromadb.server", "trust_remote_code=True", "pickle.load", "torch.load("):
        assert call not in code, call
