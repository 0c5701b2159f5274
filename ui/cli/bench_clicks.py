"""The benchmarks of the click model's training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import ShopGuideError
from ui.cli.output import messages, progress_bar
from ui.settings import Settings

if TYPE_CHECKING:
    from ranking.cross_validation import MethodRow
    from ranking.transfer import JudgedSearch


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `shopguide bench` that are about the click model."""

    settings: Settings
    limit: int | None
    examples: list[Path]
    grade: float | None
    folds: int
    tuned_folds: int | None
    methods: str | None
    epochs: int
    queries: Path | None = None


def _methods(asked: Asked) -> object:
    from ranking.contenders import METHODS
    from ranking.cross_validation import bench_methods
    from ranking.examples import read_examples
    from ranking.groups import build_groups
    from retrieval.embeddings import open_embedder

    if not asked.examples:
        raise ShopGuideError("bench methods needs --examples FILE, labelled or graded pairs")
    methods = METHODS if asked.methods is None else asked.methods.replace(" ", "").split(",")
    read = read_examples(asked.examples, asked.grade)
    embedder = open_embedder(asked.settings)
    with progress_bar() as advance:
        advance("Reading examples", 0, None)
        return bench_methods(
            build_groups(read, embedder),
            embedder,
            folds=asked.folds,
            tuned_folds=asked.tuned_folds,
            methods=methods,
            epochs=asked.epochs,
            progress=advance,
            tell=lambda fold, row: messages.print(
                f"Fold {fold} of {asked.folds}, {_figures(row)}", soft_wrap=True
            ),
        )


def _figures(row: MethodRow) -> str:
    """One method's row in a line, for whoever waits, or stops waiting."""
    told = f"{row.method}: AUC {row.auc:.4f}, nDCG@10 {row.ndcg_at_10:.4f}"
    if row.with_numbers_auc is not None:
        told += f", with the numbers {row.with_numbers_auc:.4f} and {row.with_numbers_ndcg:.4f}"
    if row.rmse is not None:
        told += f", RMSE {row.rmse:.4f}"
    return f"{told}, {row.minutes:.1f} minutes"


def _transfer(asked: Asked) -> object:
    from ranking.examples import read_examples
    from ranking.groups import build_groups
    from ranking.transfer import bench_transfer
    from retrieval.embeddings import open_embedder

    search = None if asked.queries is None else _judged_search(asked.settings, asked.queries)
    if len(asked.examples) < 2:
        raise ShopGuideError("bench transfer needs --examples FILE twice or more, one a shop")
    embedder = open_embedder(asked.settings)
    with progress_bar() as advance:
        advance("Reading examples", 0, None)
        shops = {
            f"{path.parent.name}/{path.name}": build_groups(
                read_examples([path], most_queries=asked.limit), embedder
            )
            for path in asked.examples
        }
        method = asked.methods or "numbers"
        return bench_transfer(shops, method=method, search=search, progress=advance)


def _judged_search(settings: Settings, judgments: Path) -> JudgedSearch:
    """What the search of this shop finds for the judged queries."""
    from ranking.transfer import JudgedSearch
    from retrieval.evaluate import DEPTH, read_judgments
    from retrieval.shop import open_shop

    graded = read_judgments(judgments)
    with open_shop(settings) as shop:
        hits = {query: shop.search.search(query, limit=DEPTH) for query in graded}
    return JudgedSearch(hits, graded, settings.rerank_candidates)


def _bias(asked: Asked) -> object:
    from ranking.bias import bench_bias

    return bench_bias(asked.limit or 3000)


def _days(asked: Asked) -> object:
    from ranking.days import bench_days
    from retrieval.embeddings import open_embedder

    with progress_bar() as advance:
        return bench_days(
            open_embedder(asked.settings),
            queries=asked.limit or 300,
            method=asked.methods,
            progress=advance,
        )


def versions(asked: Asked) -> object:
    """Registered versions on examples: quality and latency on one page."""
    from ranking.examples import read_examples
    from ranking.groups import build_groups
    from ranking.versions_bench import bench_versions
    from retrieval.embeddings import open_embedder

    if not asked.examples:
        raise ShopGuideError("quality beside latency needs --examples FILE")
    names = (asked.methods or "champion").replace(" ", "").split(",")
    read = read_examples(asked.examples, asked.grade)
    groups = build_groups(read, open_embedder(asked.settings))[: asked.limit]
    return bench_versions(asked.settings, groups, names)


CLICK_RUNS: dict[str, Callable[[Asked], object]] = {
    "methods": _methods,
    "bias": _bias,
    "days": _days,
    "transfer": _transfer,
}
