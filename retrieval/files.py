"""Files and folders that are either whole or not there, whenever the process is killed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def whole_folder(target: Path) -> Generator[Path]:
    """Write a folder under another name; it takes its place, synced, when the context ends.

    A folder that is already in place is replaced. After an error nothing is left behind.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    growing = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield growing
        for file in growing.rglob("*"):
            if file.is_file():
                _sync(file)
        if target.exists():
            shutil.rmtree(target)
        growing.replace(target)
        _sync(target.parent)
    finally:
        if growing.exists():
            shutil.rmtree(growing, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
