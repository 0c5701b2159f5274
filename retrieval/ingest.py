"""Reading catalogue files into the shop: validate, store in batches, retire, index.

SQL is the truth and every batch is one transaction; the search indexes are derived from it
afterwards by difference. So a run that is killed at any moment, started again, ends in the
state of an unbroken run.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TextIO

from retrieval.catalog import Catalog, UpsertCounts
from retrieval.database import held_lock
from retrieval.errors import CatalogError
from retrieval.fieldmap import read_field_map
from retrieval.product import Product
from retrieval.sources import BadRow, Row, open_source
from retrieval.sources.opening import STANDARD_INPUT

BATCH = 500
LOCK = "ingest"
_KEPT_REJECTS = 20

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Reports how far a step is: `done` of `total`, None where the total is not known."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Called as often as the work likes."""
        ...


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did; `read` = added + updated + unchanged + rejected.

    Counted are products as the file gives them: of Shopify's rows that is one a variant.
    """

    read: int
    added: int
    updated: int
    unchanged: int
    retired: int
    rejected: int
    rejects_file: str | None
    seconds: float


class NothingReadError(CatalogError):
    """Not one product could be read; `report` holds the counts and the rejects file."""

    def __init__(self, message: str, report: IngestReport) -> None:
        super().__init__(message)
        self.report = report


def no_progress(step: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def ingest(
    files: Sequence[Path],
    *,
    catalog: Catalog,
    index: Callable[[Progress], object],
    format: str = "auto",
    field_map: Path | None = None,
    sync: bool = False,
    rejects_dir: Path,
    progress: Progress = no_progress,
) -> IngestReport:
    """Read catalogue files into the catalogue and bring the search index in line.

    Products are upserted by id. Of several rows with one id in a run the first is taken and
    the others are rejected: which one is right is for the shop to say, and a second run must
    not swap them. With `sync`, products that are in none of the files are retired, unless a
    file broke off before its end; one whose row names it but is wrong stays as it was.
    Rejected rows go to a JSONL file in `rejects_dir`, an object each with `file`, `line`,
    `reason` and `raw`; no rejects, no file.

    Args:
        files: paths; `-` is standard input.
        index: brings the derived indexes in line with the catalogue; called once at the end,
            also when nothing changed, to mend what an earlier run may have left undone.

    Of several files, one that cannot be read as a whole is named among the rejects (line 0);
    but files that are not there at all are an error before anything is read.

    Raises:
        CatalogError: where a file is missing, or the only file cannot be read as a whole.
        NothingReadError: where no row of any file is a product; nothing is retired then.
        ShopGuideError: where another ingest is running, or the database cannot be written.
    """
    started = time.perf_counter()
    for file in files:
        if file != STANDARD_INPUT and not file.exists():
            raise CatalogError(f"{file}: no such file")
    if list(files).count(STANDARD_INPUT) > 1:
        raise CatalogError("standard input (-) can be read only once")
    busy = "another ingest is running on this shop; wait until it is done, then try again"
    with held_lock(catalog.engine, LOCK, busy):
        chosen_map = None if field_map is None else read_field_map(field_map)
        counts = UpsertCounts()
        first_seen: dict[str, str] = {}
        named_by_rejects: set[str] = set()
        broken: list[str] = []
        retired = 0
        with _Rejects(rejects_dir) as rejects:
            for file in files:
                rows = open_source(file, format, chosen_map)
                good = _good_rows(rows, str(file), rejects, first_seen, named_by_rejects, broken)
                try:
                    while batch := list(itertools.islice(good, BATCH)):
                        counts = _sum(counts, catalog.upsert(batch))
                        progress("reading", len(first_seen) + rejects.count, None)
                except CatalogError as error:
                    if len(files) == 1:
                        raise
                    # The other files are still worth reading; this one is named.
                    log.warning("%s", error)
                    rejects.add(str(file), BadRow(0, str(error), ""))
                    broken.append(str(file))
            if sync and first_seen and not broken:
                retired = catalog.retire_missing({*first_seen, *named_by_rejects})
        if sync and broken:
            log.warning("%s not read to the end: nothing was retired", ", ".join(broken))
        if first_seen:
            index(progress)
        report = IngestReport(
            read=len(first_seen) + rejects.count,
            added=counts.added,
            updated=counts.updated,
            unchanged=counts.unchanged,
            retired=retired,
            rejected=rejects.count,
            rejects_file=str(rejects.path) if rejects.count else None,
            seconds=round(time.perf_counter() - started, 3),
        )
    if not first_seen:
        raise NothingReadError(_nothing_read(files, report), report)
    return report


def _good_rows(
    rows: Iterable[Row],
    file: str,
    rejects: _Rejects,
    first_seen: dict[str, str],
    named_by_rejects: set[str],
    broken: list[str],
) -> Iterator[Product]:
    """The products of one file that are stored; the other rows go to the rejects."""
    for row in rows:
        if isinstance(row, BadRow):
            rejects.add(file, row)
            if row.product_id is not None:
                named_by_rejects.add(row.product_id)
            if row.cut_short:
                broken.append(file)
            continue
        product = row.product
        if product.id in first_seen:
            reason = f"id: '{product.id}' stands in {first_seen[product.id]} already"
            rejects.add(file, BadRow(row.line, reason, product.model_dump_json()))
            continue
        first_seen[product.id] = f"{file}, line {row.line}"
        yield product


def _sum(one: UpsertCounts, other: UpsertCounts) -> UpsertCounts:
    return UpsertCounts(
        one.added + other.added, one.updated + other.updated, one.unchanged + other.unchanged
    )


def _nothing_read(files: Sequence[Path], report: IngestReport) -> str:
    names = ", ".join(str(file) for file in files)
    if report.rejected:
        return (
            f"{names}: none of {report.rejected} rows is a product; "
            f"the reasons are in {report.rejects_file}"
        )
    return f"{names}: no products in it"


class _Rejects:
    """The rejects file of one run: made with its first row, in place when the run ends.

    While it grows it has a name of its own, so that what stands under the final name is
    whole. What killed runs left behind, and all but the newest files, are removed.
    """

    def __init__(self, folder: Path) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        self.path = folder / f"rejects-{stamp}.jsonl"
        self.count = 0
        self._growing = self.path.with_suffix(".partial")
        self._file: TextIO | None = None

    def add(self, file: str, row: BadRow) -> None:
        """Write one rejected row."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._growing.open("w", encoding="utf-8")
        entry = {"file": file, "line": row.line, "reason": row.reason, "raw": row.raw}
        line = json.dumps(entry, ensure_ascii=False)
        self._file.write(line.encode("utf-8", "replace").decode() + "\n")
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._growing.replace(self.path)
        if self.path.parent.is_dir():
            finished = sorted(self.path.parent.glob("rejects-*.jsonl"))
            unfinished = self.path.parent.glob("rejects-*.partial")
            for old in (*finished[:-_KEPT_REJECTS], *unfinished):
                with suppress(FileNotFoundError):
                    old.unlink()
