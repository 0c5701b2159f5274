"""Learning curves in TensorBoard, or in any tracker that `accelerate` knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.optimisation import Point


class Tracker:
    """Where the losses of one run are written; without a tracker, nowhere."""

    def __init__(self, tracker: Any | None) -> None:
        self._tracker = tracker

    def watch(self, point: Point) -> None:
        """Write one evaluation."""
        if self._tracker is not None:
            values = {
                "loss/training": point.training_loss,
                "loss/validation": point.validation_loss,
            }
            self._tracker.log(values, step=point.step)

    def close(self) -> None:
        """Write what is left."""
        if self._tracker is not None:
            self._tracker.finish()


def open_tracker(name: str, folder: Path, run: str) -> Tracker:
    """A tracker of that name ("tensorboard", "mlflow", "wandb", …; "none": nothing is written).

    TensorBoard writes below `folder`: `tensorboard --logdir FOLDER` shows all runs.

    Raises:
        ShopGuideError: where the tracker is not known or its package is not installed.
    """
    if name == "none":
        return Tracker(None)
    from accelerate.state import PartialState
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    if name not in LOGGER_TYPE_TO_CLASS:
        known = ", ".join(sorted(LOGGER_TYPE_TO_CLASS))
        raise ShopGuideError(f"unknown training tracker {name!r}; known: none, {known}")
    PartialState(cpu=True)
    kind: Any = LOGGER_TYPE_TO_CLASS[name]
    try:
        if kind.requires_logging_directory:
            folder.mkdir(parents=True, exist_ok=True)
            tracker = kind(run, logging_dir=str(folder))
        else:
            tracker = kind(run)
        tracker.start()
    except ImportError as error:
        raise ShopGuideError(f"training tracker {name!r}: {error}") from None
    return Tracker(tracker)
