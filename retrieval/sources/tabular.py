"""Reading CSV and TSV row by row, with the line each row starts on."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.errors import CatalogError
from retrieval.sources.opening import SourceFile, is_valid_text
from retrieval.sources.rows import BadRow, bad_row

_CELL_LIMIT = 4 << 20
_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table: {column: cell} for the cells that are not empty."""

    line: int
    values: dict[str, str]


def header_of(source: SourceFile) -> tuple[list[str], str]:
    """The column names and the delimiter of a table.

    Raises:
        CatalogError: where the first line cannot be column names.
    """
    head = source.head_text
    first = head.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    delimiter = max(_DELIMITERS, key=lambda mark: len(_cells(first, mark)))
    # A quoted name may hold a line break; the reader then sees more of the head.
    names = next(csv.reader(head.lstrip("\r\n").splitlines(True), delimiter=delimiter), [])
    names = [name.strip() for name in names]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        raise CatalogError(f"{source.name}: line 1: column {names.index('') + 1} has no name"
                           if names else f"{source.name}: line 1: no column names")  # fmt: skip
    return names, delimiter


def read_table(source: SourceFile) -> Iterator[Cells | BadRow]:
    """The rows of a table; those with too few or too many cells, or bad bytes, are bad rows.

    Column names are as the file has them, without spaces around; a name that stands twice
    has its non-empty cells joined by commas.
    """
    names, delimiter = header_of(source)
    previous_limit = csv.field_size_limit(_CELL_LIMIT)
    try:
        lines = source.text(newline="")
        quoting = csv.QUOTE_MINIMAL
        reader = csv.reader(lines, delimiter=delimiter, quoting=quoting)
        header_seen = False
        while True:
            start = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield bad_row(start, f"not readable as a row: {error}", "")
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if not header_seen:
                header_seen = True
                continue
            yield _row(start, names, cells, delimiter)
    finally:
        csv.field_size_limit(previous_limit)


def _row(line: int, names: Sequence[str], cells: list[str], delimiter: str) -> Cells | BadRow:
    raw = delimiter.join(cells)
    while len(cells) > len(names) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(names):
        return bad_row(line, f"{len(cells)} cells where the header names {len(names)} columns", raw)
    if not is_valid_text(raw):
        wrong = ", ".join(
            name for name, cell in zip(names, cells, strict=True) if not is_valid_text(cell)
        )
        return bad_row(line, f"{wrong}: not valid UTF-8", raw.encode("utf-8", "replace").decode())
    values: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell.strip():
            values[name] = f"{values[name]},{cell}" if name in values else cell
    return Cells(line, values)


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])
