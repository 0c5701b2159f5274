import json
from pathlib import Path

import pytest

from ranking.registry import Registry, RegistryError

DETAILS = {
    "method": "lora",
    "base": "minilm",
    "seed": 0,
    "created_at": "2026-01-01T00:00:00+00:00",
    "data_fingerprint": "0" * 64,
    "examples": 10,
}


def add(registry: Registry, content: str = "weights") -> str:
    with registry.building() as folder:
        (folder / "text.onnx").write_text(content)
        return registry.register(folder, DETAILS).version


def test_versions_are_numbered_and_one_of_them_serves(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert registry.champion() is None
    assert registry.list() == []
    assert [add(registry), add(registry)] == ["v1", "v2"]
    assert registry.champion() is None
    registry.promote("v2")
    assert [(one.version, one.champion) for one in registry.list()] == [("v1", False), ("v2", True)]


def test_rollback_goes_back_through_those_that_served(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for _ in range(3):
        registry.promote(add(registry))
    registry.promote("v3")
    assert registry.rollback() == "v2"
    assert registry.rollback() == "v1"
    with pytest.raises(RegistryError, match="no other click model"):
        registry.rollback()
    assert registry.champion() == "v1"


def test_a_version_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    add(registry)
    for name in ("v7", "../../etc", "champion.json"):
        with pytest.raises(RegistryError, match="registered: v1"):
            registry.promote(name)


def test_a_changed_or_missing_file_is_refused(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    add(registry)
    path = registry.path("v1") / "text.onnx"
    path.write_text("something else")
    with pytest.raises(RegistryError, match="is not the file that was registered"):
        registry.promote("v1")
    path.unlink()
    with pytest.raises(RegistryError, match="missing"):
        registry.promote("v1")
    assert registry.champion() is None


def test_a_damaged_pointer_is_named(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    add(registry)
    registry.pointer.write_text("{")
    with pytest.raises(RegistryError, match=r"champion\.json: damaged"):
        registry.champion()


def test_what_a_killed_process_left_is_no_version_and_is_removed(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    add(registry)
    left = registry.folder / ".building-999999999"
    left.mkdir()
    (left / "text.onnx").write_text("half")
    assert [one.version for one in registry.list()] == ["v1"]
    with registry.building() as folder:
        assert folder.is_dir()
        assert not left.exists()
    assert not folder.exists()


def test_an_error_while_building_leaves_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    with pytest.raises(ZeroDivisionError), registry.building() as folder:
        (folder / "text.onnx").write_text("half")
        _ = 1 / 0
    assert [one.name for one in registry.folder.iterdir() if one.name != ".lock"] == []


def test_the_manifest_names_every_file_with_its_hash(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    add(registry)
    manifest = json.loads((registry.path("v1") / "manifest.json").read_text())
    assert manifest["files"].keys() == {"text.onnx"}
    assert len(manifest["files"]["text.onnx"]) == 64
