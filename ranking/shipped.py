"""The click model that comes with the project, installed at the first start.

    python -m ranking.shipped --data-dir data --version v2

makes a registered version the one that is shipped (see `weights/README.md`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.files import sha256, write_atomically
from ranking.fusion import read_fusion
from ranking.registry import MANIFEST, Manifest, Registry
from ranking.serving import FUSION
from retrieval.errors import MissingWeightsError

if TYPE_CHECKING:
    from ranking.model import TextTower

# Told of long work: step, how much is done of how much (None: not known).
Progress = Callable[[str, int, int | None], None]

SHIPPED = Path(__file__).parent / "weights" / "clicks-demo"
TRAINED = "trained.safetensors"


def silent(step: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def install_shipped(registry: Registry, progress: Progress | None = None) -> str:
    """Merge and export the shipped adapter, register it, let it serve; returns its version.

    Another process that starts at the same time waits, and finds it done.

    Raises:
        MissingWeightsError: where a shipped file is missing or is not the one that was shipped.
    """
    with registry.building() as folder:
        champion = registry.champion()
        if champion is not None:
            return champion
        manifest = read_shipped()
        report = progress or silent
        report("Preparing the click model", 0, 3)
        build_version(SHIPPED, manifest, folder, report)
        details = asdict(manifest)
        del details["version"], details["files"]
        version = registry.register(folder, details).version
        registry.promote(version)
        report("Preparing the click model", 3, 3)
    return version


def read_shipped() -> Manifest:
    """The manifest of the shipped model, after checking its files.

    Raises:
        MissingWeightsError: where a file is missing or is not the one that was shipped.
    """
    path = SHIPPED / MANIFEST
    try:
        manifest = Manifest(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise MissingWeightsError(f"the shipped click model is not here: {error}") from None
    for name, digest in manifest.files.items():
        if not (SHIPPED / name).is_file() or sha256(SHIPPED / name) != digest:
            raise MissingWeightsError(
                f"{SHIPPED / name}: missing or damaged; restore it from the repository"
            )
    return manifest


def build_version(source: Path, manifest: Manifest, folder: Path, report: Progress) -> None:
    """Fill a version's folder from trained tensors and fusion weights."""
    from ranking.export import export_tower

    tower = trained_tower(source, manifest)
    report("Preparing the click model", 1, 3)
    export_tower(tower, manifest.base, folder)
    report("Preparing the click model", 2, 3)
    for name in (TRAINED, FUSION):
        (folder / name).write_bytes((source / name).read_bytes())
    read_fusion(folder / FUSION)


def trained_tower(source: Path, manifest: Manifest) -> TextTower:
    """The tower of a version in full precision, from its base and what was trained of it."""
    from safetensors.torch import load_file

    from ranking.model import load_tower, load_trained
    from ranking.pruning import pruned

    if manifest.layers is None:
        tower = load_tower(manifest.base, manifest.method)
    else:
        tower = pruned(load_tower(manifest.base, "head"), manifest.layers)
    load_trained(tower, load_file(source / TRAINED))
    return tower


def ship(registry: Registry, version: str, target: Path = SHIPPED) -> None:
    """Copy what is needed to rebuild a registered version to the folder that is shipped."""
    source = registry.verify(version)
    kept = {name: (source / name).read_bytes() for name in (TRAINED, FUSION)}
    manifest = replace(
        registry.manifest(version),
        version="shipped",
        parent=None,
        files={name: sha256(source / name) for name in kept},
    )
    for name, content in kept.items():
        write_atomically(target / name, content)
    document = json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"
    write_atomically(target / MANIFEST, document.encode())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Make a registered version the shipped one.")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--version", required=True)
    arguments = parser.parse_args()
    ship(Registry(arguments.data_dir / "models"), arguments.version)


if __name__ == "__main__":
    main()
