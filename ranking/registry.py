"""The registry of click models: versions on disk, and a pointer to the one that serves.

    models/clicks/v3/manifest.json, fusion.json, text.onnx, tokenizer.json, trained.safetensors
    models/clicks/champion.json      {"version": "v3", "before": ["v1", "v2"]}
    models/clicks/experiments.json   see `ranking/experiments.py`

A version's folder is filled under another name and renamed when complete; the pointer is replaced
in one step. A kill at any moment leaves either the old state or the new one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ranking.experiments import end_running
from ranking.files import flush_folder, sha256, write_atomically
from retrieval.errors import ShopGuideError

MANIFEST, POINTER, BUILDING = "manifest.json", "champion.json", ".building-"
_VERSION = re.compile(r"v([1-9]\d*)")
_LOCK_SECONDS = 300


class RegistryError(ShopGuideError):
    """A version that is not there, damaged, or cannot be registered."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of one version; `metrics` are those after training, on unseen queries.

    `simulated` says that the examples were made by a simulation, not by customers; `layers` how
    many layers the tower was pruned to, None where it has all of its base's.
    """

    version: str
    method: str
    base: str
    seed: int
    created_at: str
    data_fingerprint: str
    examples: int
    parent: str | None = None
    simulated: bool = False
    layers: int | None = None
    metrics_before: dict[str, float] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # name: SHA-256


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version, as `shopguide models list` shows it."""

    version: str
    champion: bool
    method: str
    created_at: str
    parent: str | None
    metrics: dict[str, float]


class Registry:
    """The click models of one shop."""

    def __init__(self, models_dir: Path) -> None:
        self.folder = models_dir / "clicks"

    @property
    def pointer(self) -> Path:
        """The file that names the champion; its change is how servers learn of a new one."""
        return self.folder / POINTER

    def champion(self) -> str | None:
        """The version that serves; None before the first one.

        Raises:
            RegistryError: where the pointer is damaged.
        """
        return self._pointer()[0]

    def list(self) -> list[Version]:
        """All complete versions, oldest first."""
        champion = self.champion()
        return [
            Version(
                version=manifest.version,
                champion=manifest.version == champion,
                method=manifest.method,
                created_at=manifest.created_at,
                parent=manifest.parent,
                metrics=manifest.metrics,
            )
            for manifest in map(self.manifest, self._names())
        ]

    def path(self, version: str) -> Path:
        """The folder of a version.

        Raises:
            RegistryError: where there is no such version.
        """
        folder = self.folder / version
        if not _VERSION.fullmatch(version) or not (folder / MANIFEST).is_file():
            known = ", ".join(self._names()) or "none yet"
            raise RegistryError(f"there is no click model {version!r}; registered: {known}")
        return folder

    def manifest(self, version: str) -> Manifest:
        """What is known of a version.

        Raises:
            RegistryError: where it is not there or its manifest is damaged.
        """
        path = self.path(version) / MANIFEST
        try:
            return Manifest(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise RegistryError(f"{path}: damaged: {error}") from None

    def verify(self, version: str) -> Path:
        """The folder of a version whose files are those that were registered.

        Raises:
            RegistryError: naming the file that is missing or was changed.
        """
        folder = self.path(version)
        for name, digest in self.manifest(version).files.items():
            if not (folder / name).is_file():
                raise RegistryError(f"{folder / name}: missing")
            if sha256(folder / name) != digest:
                raise RegistryError(f"{folder / name}: is not the file that was registered")
        return folder

    @contextmanager
    def building(self) -> Generator[Path]:
        """A folder to fill and hand to `register`; removed with whatever is left in it."""
        with self.lock():
            for left in self.folder.glob(f"{BUILDING}*"):
                if not _is_running(left.name.removeprefix(BUILDING)):
                    shutil.rmtree(left)
            folder = self.folder / f"{BUILDING}{os.getpid()}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def register(self, folder: Path, details: dict[str, Any]) -> Manifest:
        """Give a filled folder the next version number and make it a version.

        `details` are the fields of the manifest but `version` and `files`.
        """
        with self.lock():
            taken = [int(name[1:]) for name in self._names()]
            version = f"v{max(taken, default=0) + 1}"
            files = {one.name: sha256(one) for one in sorted(folder.iterdir()) if one.is_file()}
            manifest = Manifest(version=version, files=files, **details)
            document = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
            for name in files:
                with (folder / name).open("rb") as stream:
                    os.fsync(stream.fileno())
            write_atomically(folder / MANIFEST, document.encode())
            folder.rename(self.folder / version)
            flush_folder(self.folder)
        return manifest

    def promote(self, version: str) -> None:
        """Let a version serve, after checking its files.

        Raises:
            RegistryError: where it is not there or damaged.
        """
        self.verify(version)
        with self.lock():
            champion, before = self._pointer()
            if champion != version:
                self._point(version, [*before, *([champion] if champion else [])])

    def rollback(self) -> str:
        """Let the version serve that served before, and return its name.

        Raises:
            RegistryError: where none served before, or it is damaged.
        """
        with self.lock():
            _, before = self._pointer()
            if not before:
                raise RegistryError("no other click model served before this one")
            self.verify(before[-1])
            self._point(before[-1], before[:-1])
        return before[-1]

    @contextmanager
    def lock(self) -> Generator[None]:
        """Hold the registry against other processes.

        Raises:
            RegistryError: where another process holds it for minutes.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / ".lock", timeout=_LOCK_SECONDS):
                yield
        except Timeout:
            raise RegistryError(f"{self.folder}: another process is changing it") from None

    def _names(self) -> list[str]:
        if not self.folder.is_dir():
            return []
        names = [
            one.name
            for one in self.folder.iterdir()
            if _VERSION.fullmatch(one.name) and (one / MANIFEST).is_file()
        ]
        return sorted(names, key=lambda name: int(name[1:]))

    def _pointer(self) -> tuple[str | None, list[str]]:
        try:
            content = json.loads(self.pointer.read_text("utf-8"))
            return str(content["version"]), [str(name) for name in content["before"]]
        except FileNotFoundError:
            return None, []
        except (ValueError, KeyError, TypeError) as error:
            raise RegistryError(f"{self.pointer}: damaged: {error}") from None

    def _point(self, version: str, before: list[str]) -> None:
        end_running(self.folder, f"{version} was promoted")
        content = json.dumps({"version": version, "before": before[-20:]})
        write_atomically(self.pointer, content.encode())


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return int(process) != os.getpid()
