"""Pictures of a report, as PNG bytes, drawn without a display."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ranking.evaluate import CalibrationBins

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, SECOND, PALE = "#1f5f8b", "#d1662a", "#c9d6df"


def reliability_picture(bins: CalibrationBins) -> bytes:
    """Click rate over predicted probability; a calibrated model is on the diagonal."""
    figure, axes = _canvas(5, 5)
    axes.plot([0, 1], [0, 1], color=PALE, linewidth=1)
    axes.bar(bins.predicted, bins.share, width=0.03, color=PALE, label="share of the pairs")
    axes.plot(bins.predicted, bins.clicked, "o-", color=INK, label="clicked")
    axes.set(xlabel="predicted click probability", ylabel="click rate", xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f"Expected calibration error {bins.error:.3f}", loc="left")
    axes.legend(frameon=False, loc="upper left")
    return _png(figure)


def importance_picture(importance: Mapping[str, float]) -> bytes:
    """Bars of AUC lost, the largest first."""
    figure, axes = _canvas(6, 0.35 * len(importance) + 1)
    axes.barh(list(importance), list(importance.values()), color=INK)
    axes.invert_yaxis()
    axes.set(xlabel="AUC lost without it")
    return _png(figure)


def curve_picture(curve: Sequence[Mapping[str, float]]) -> bytes:
    """Training and validation loss over the steps of a run."""
    figure, axes = _canvas(6, 3.5)
    steps = [one["step"] for one in curve]
    axes.plot(steps, [one["training_loss"] for one in curve], color=PALE, label="training")
    axes.plot(
        steps, [one["validation_loss"] for one in curve], "o-", color=SECOND, label="validation"
    )
    axes.set(xlabel="training step", ylabel="log loss")
    axes.legend(frameon=False)
    return _png(figure)


def _canvas(width: float, height: float) -> tuple[Figure, Any]:
    # Not pyplot: it keeps figures for the whole process and picks a display.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes: Any = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=120)
    return stream.getvalue()
