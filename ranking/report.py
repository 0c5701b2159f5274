"""A report on a click model beside its rivals: Markdown with pictures, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.evaluate import CalibrationBins, calibration_bins, open_model
from ranking.examples import read_examples
from ranking.features import FEATURES
from ranking.files import write_atomically
from ranking.fitting import CURVE
from ranking.groups import Group, build_groups
from ranking.intervals import LOWER_IS_BETTER, METRICS, Comparison, compare
from ranking.pictures import curve_picture, importance_picture, reliability_picture
from ranking.registry import Registry
from ranking.settings import RankingSettings
from ranking.words import is_chinese

if TYPE_CHECKING:
    from ranking.serving import ServedModel
    from retrieval.embeddings import Embedder

FloatArray = NDArray[np.float64]
# A part of the queries smaller than this says nothing.
SMALLEST_SEGMENT = 10
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class ClickReport:
    """A model, its rivals and what it looks at, measured on one set of examples.

    The first system of each comparison is the model. `importance` is by how much AUC falls when
    one part of its input is dealt out among the pairs at random.
    """

    model: str
    examples: str
    overall: Comparison
    segments: dict[str, Comparison]
    calibration: CalibrationBins
    importance: dict[str, float]
    curve: list[dict[str, float]]


def report_clicks(
    settings: RankingSettings,
    embedder: Embedder,
    examples: Path,
    *,
    model: str = "champion",
    resamples: int = 300,
    seed: int = 0,
) -> ClickReport:
    """Measure a model, BM25, cosine and the champion, overall and by segment.

    Raises:
        ShopGuideError: where the examples or a model cannot be read.
    """
    groups = build_groups(read_examples([examples]), embedder)
    registry = Registry(settings.models_dir)
    served = open_model(registry, model, settings.rerank_threads)
    inputs = [served.inputs(one.query, one.candidates) for one in groups]
    predicted = [served.fusion.probabilities(*one) for one in inputs]
    systems: dict[str, list[FloatArray]] = {served.version: predicted}
    if model not in ("champion", registry.champion()):
        champion = open_model(registry, "champion", settings.rerank_threads)
        systems[f"{champion.version} (champion)"] = _scored(champion, groups)
    systems |= {
        "cosine": _as_probabilities(groups, [_column(one, "cosine") for one in groups]),
        "BM25": _as_probabilities(groups, [_column(one, "lexical") for one in groups]),
    }
    segments = {
        name: compare(
            [groups[at] for at in places],
            {name: [scores[at] for at in places] for name, scores in systems.items()},
            resamples=resamples,
            seed=seed,
        )
        for name, places in segments_of(groups).items()
    }
    clicked = np.concatenate([one.clicked for one in groups])
    return ClickReport(
        model=served.version,
        examples=examples.name,
        overall=compare(groups, systems, resamples=resamples, seed=seed),
        segments=segments,
        calibration=calibration_bins(clicked, np.concatenate(predicted)),
        importance=_importance(served, inputs, clicked, seed),
        curve=_curve(registry, served.version),
    )


def write_report(report: ClickReport, folder: Path) -> Path:
    """Write `report.md`, `report.json` and the pictures; returns the path of `report.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    document = asdict(report)
    document["calibration"] = {
        name: values.tolist() for name, values in asdict(report.calibration).items()
    }
    text = json.dumps(_finite(document), indent=1, ensure_ascii=False)
    write_atomically(folder / "report.json", text.encode())
    write_atomically(folder / "reliability.png", reliability_picture(report.calibration))
    write_atomically(folder / "importance.png", importance_picture(report.importance))
    if report.curve:
        write_atomically(folder / "curve.png", curve_picture(report.curve))
    path = folder / "report.md"
    write_atomically(path, _markdown(report).encode())
    return path


def _markdown(report: ClickReport) -> str:
    overall = report.overall
    lines = [
        f"# Click model {report.model} on {report.examples}",
        "",
        f"{overall.pairs:,} pairs of {overall.queries:,} queries. In brackets: the middle 95 % of "
        "bootstrap resamples over queries. Higher is better, but for "
        f"{' and '.join(sorted(LOWER_IS_BETTER))}. BM25 and cosine have no probabilities of their "
        "own; theirs are fitted to these very clicks (Platt), which flatters them in log loss and "
        "calibration and leaves their order as it is.",
        "",
        *_table(overall),
        "",
        f"## How far {report.model} is from the others",
        "",
        "The same resamples for both, so an interval without 0 is a difference beyond chance.",
        "",
        *_rows(overall.differences, "against"),
        "",
        "## Calibration",
        "",
        "![Click rates beside predicted probabilities](reliability.png)",
        "",
        "## What the model looks at",
        "",
        "AUC lost when one part of the input is dealt out among the pairs at random.",
        "",
        "![Importance of each part of the input](importance.png)",
    ]
    if report.curve:
        lines += ["", "## Training", "", "![Loss over training steps](curve.png)"]
    for name, part in report.segments.items():
        lines += ["", f"## {name} ({part.queries} queries)", "", *_table(part)]
    return "\n".join(lines) + "\n"


def _table(comparison: Comparison) -> list[str]:
    return _rows(comparison.systems, "system")


def _rows(table: Mapping[str, Mapping[str, object]], first: str) -> list[str]:
    return [
        f"| {first} | {' | '.join(METRICS)} |",
        f"|---|{'---|' * len(METRICS)}",
        *(
            f"| {name} | {' | '.join(str(row[metric]) for metric in METRICS)} |"
            for name, row in table.items()
        ),
    ]


def segments_of(groups: Sequence[Group]) -> dict[str, list[int]]:
    """Places of the groups of each part of the queries that is large enough to measure."""
    found: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        words = len(group.query.split())
        names = ["Chinese" if is_chinese(group.query) else f"Words in the query: {min(words, 4)}"]
        if words >= 4:
            names = [f"{names[0]} or more" if names[0].endswith("4") else names[0]]
        if group.shop:
            names.append(f"Shop: {group.shop}")
        customers = {one.segment for one in group.candidates}
        if len(customers) == 1 and (segment := customers.pop()):
            names.append(f"Customers: {segment}")
        for name in names:
            found.setdefault(name, []).append(place)
    kept: dict[str, list[int]] = {}
    for name, places in sorted(found.items()):
        clicked = np.concatenate([groups[at].clicked for at in places])
        if len(places) >= SMALLEST_SEGMENT and clicked.min() < clicked.max():
            kept[name] = places
    return kept if len(kept) > 1 else {}


def _importance(
    served: ServedModel,
    inputs: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]],
    clicked: FloatArray,
    seed: int,
) -> dict[str, float]:
    """Permutation importance (Breiman, 2001) of each part of an explanation, in AUC."""
    from sklearn.metrics import roc_auc_score

    features = np.concatenate([one for one, _ in inputs])
    text = np.concatenate([one for _, one in inputs])
    ends = np.cumsum([len(one) for _, one in inputs])[:-1]

    def auc(numbers: NDArray[np.float32], words: NDArray[np.float32]) -> float:
        lists = zip(np.split(numbers, ends), np.split(words, ends), strict=True)
        return float(
            roc_auc_score(clicked, np.concatenate([served.fusion.logits(*one) for one in lists]))
        )

    whole = auc(features, text)
    dice = np.random.default_rng(seed)
    lost: dict[str, float] = {}
    for part in dict.fromkeys(["text", *FEATURES.values()]):
        order = dice.permutation(len(text))
        columns = [place for place, name in enumerate(FEATURES.values()) if name == part]
        dealt = features.copy()
        dealt[:, columns] = features[order][:, columns]
        words = text[order] if part == "text" else text
        lost[part] = whole - auc(dealt, words)
    return dict(sorted(lost.items(), key=lambda one: -one[1]))


def _scored(served: ServedModel, groups: Sequence[Group]) -> list[FloatArray]:
    return [served.probabilities(one.query, one.candidates) for one in groups]


def _column(group: Group, name: str) -> FloatArray:
    return group.features[:, list(FEATURES).index(name)].astype(np.float64)


def _as_probabilities(groups: Sequence[Group], scores: Sequence[FloatArray]) -> list[FloatArray]:
    from sklearn.linear_model import LogisticRegression

    clicked = np.concatenate([one.clicked for one in groups])
    model = LogisticRegression(C=1e4).fit(np.concatenate(scores)[:, None], clicked)
    if model.coef_.item() <= 0:  # worse than chance; the order must stay that of the scores
        return [1 / (1 + np.exp(-one)) for one in scores]
    return [model.predict_proba(one[:, None])[:, 1] for one in scores]


def _curve(registry: Registry, version: str) -> list[dict[str, float]]:
    """The learning curve kept with a version; none with the shipped one and the base."""
    path = registry.folder / version / CURVE
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


def _finite(document: object) -> object:
    """The document with null for NaN, which JSON does not have."""
    if isinstance(document, dict):
        return {key: _finite(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_finite(value) for value in document]
    return None if isinstance(document, float) and np.isnan(document) else document
