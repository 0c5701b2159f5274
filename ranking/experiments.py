"""Experiments on live traffic: a challenger beside the champion, compared by what customers do.

    models/clicks/experiments.json    {"experiments": [{"name": "e1", "control": "v3", …}, …]}

A split lets the challenger serve a share of the units (whatever the caller splits by, such as
conversations); a shadow lets it score what the champion serves, and nobody sees its scores. The
file is replaced in one step, so that all processes see the same; as soon as another version is
promoted an experiment is over, because its control no longer serves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ranking.files import write_atomically
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.registry import Registry

EXPERIMENTS = "experiments.json"
Arm = Literal["control", "challenger"]


class ExperimentError(ShopGuideError):
    """An experiment that cannot be started, is not running, or whose record is damaged."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """`share` of the units see the challenger, none where it is a `shadow`; times are ISO 8601."""

    name: str
    control: str
    challenger: str
    share: float
    shadow: bool
    started_at: str
    stopped_at: str | None = None
    stopped_because: str = ""

    def arm_of(self, unit: str) -> Arm:
        """The arm of a unit: always the same one, independent of any other experiment's."""
        if self.shadow:
            return "control"
        digest = hashlib.sha256(f"{self.name} {self.started_at} {unit}".encode()).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
        return "challenger" if place < self.share else "control"


class Experiments:
    """The experiments of one registry; at most one runs at a time."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def all(self) -> list[Experiment]:
        """Every experiment that was started, oldest first.

        Raises:
            ExperimentError: where the record of them is damaged.
        """
        return read_experiments(self._registry.folder)

    def running(self) -> Experiment | None:
        """The experiment that runs now; None where none does."""
        return next((one for one in self.all() if one.stopped_at is None), None)

    def start(self, challenger: str, *, share: float = 0.5, shadow: bool = False) -> Experiment:
        """Let a registered version challenge the champion.

        Raises:
            ExperimentError: where one runs already, the version is the champion, or the share
                is not between 0 and 1.
            RegistryError: where the version is not there or damaged.
        """
        if not shadow and not 0 < share < 1:
            raise ExperimentError(f"the challenger's share must be between 0 and 1, not {share:g}")
        self._registry.verify(challenger)
        control = self._registry.champion()
        if control is None or control == challenger:
            raise ExperimentError(f"{challenger} cannot challenge {control or 'nobody'}")
        with self._registry.lock():
            known = self.all()
            if known and known[-1].stopped_at is None:
                raise ExperimentError(
                    f"{known[-1].name} ({known[-1].challenger} against {known[-1].control}) "
                    "runs already; stop it first"
                )
            started = Experiment(
                name=f"e{len(known) + 1}",
                control=control,
                challenger=challenger,
                share=0.0 if shadow else share,
                shadow=shadow,
                started_at=_now(),
            )
            _write(self._registry.folder, [*known, started])
        return started

    def stop(self, because: str = "stopped by hand") -> Experiment:
        """End the experiment that runs; the champion serves everybody again.

        Raises:
            ExperimentError: where none runs.
        """
        with self._registry.lock():
            ended = end_running(self._registry.folder, because)
        if ended is None:
            raise ExperimentError("no experiment is running")
        return ended


def read_experiments(folder: Path) -> list[Experiment]:
    """The experiments kept in a registry's folder.

    Raises:
        ExperimentError: where the record is damaged.
    """
    path = folder / EXPERIMENTS
    try:
        return [Experiment(**one) for one in json.loads(path.read_text("utf-8"))["experiments"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExperimentError(f"{path}: damaged: {error}") from None


def end_running(folder: Path, because: str) -> Experiment | None:
    """End the experiment that runs, if one does; the caller holds the registry's lock."""
    known = read_experiments(folder)
    if not known or known[-1].stopped_at is not None:
        return None
    ended = replace(known[-1], stopped_at=_now(), stopped_because=because)
    _write(folder, [*known[:-1], ended])
    return ended


def _write(folder: Path, experiments: Sequence[Experiment]) -> None:
    document = {"experiments": [asdict(one) for one in experiments]}
    write_atomically(folder / EXPERIMENTS, json.dumps(document, indent=1).encode())


def _now() -> str:
    return datetime.now(UTC).isoformat()
