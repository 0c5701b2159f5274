"""Examples for the click model: JSONL files of query, product and what came of it.

Files are read line by line, twice: once for the range of their grades and which queries they
have, once for the examples. Of files with more queries than asked for, a sample of the queries
is kept, so that what is in memory does not grow with the files.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import io
import json
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from retrieval.errors import ShopGuideError, cause


class ExampleError(ShopGuideError):
    """An examples file that cannot be read; the message names file, line and field."""


def _blank_for_null(value: object) -> object:
    return "" if value is None else value


_Text = Annotated[str, BeforeValidator(_blank_for_null)]


class _Line(BaseModel):
    """One line of an examples file; further fields are allowed and not read."""

    model_config = ConfigDict(extra="ignore")

    query: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    description: _Text = ""
    kind: _Text = ""
    product_id: str | None = None
    label: Literal[0, 1] | None = None
    grade: float | None = None
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    customer_id: str | None = None
    segment: _Text = ""
    shop: _Text = ""
    history: Annotated[list[str], Field(max_length=1000)] = Field(default_factory=list)
    position: Annotated[int, Field(ge=1)] | None = None
    propensity: Annotated[float, Field(gt=0, le=1)] | None = None
    features: dict[str, float] = Field(default_factory=dict)
    timestamp: str | None = None
    split_group: str | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """One product that was shown or judged for one query.

    `clicked` is whether it was clicked or, in a graded file, has the highest grade there.
    `gain` is its grade above the lowest one, for nDCG; 0 or 1 where there are only clicks.
    `rating` is how many stars the customer gave it, or else its grade in a graded file.
    `history` are titles that the customer had seen before, `segment` is a group of customers.
    The same query in two shops is two queries. Queries that share `split_group` are kept on one
    side of a split. `simulated` marks what no customer did.
    """

    query: str
    title: str
    clicked: bool
    gain: float
    description: str = ""
    kind: str = ""
    product_id: str | None = None
    rating: float | None = None
    customer_id: str | None = None
    segment: str = ""
    shop: str = ""
    history: tuple[str, ...] = ()
    position: int | None = None
    propensity: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    timestamp: str | None = None
    split_group: str = ""
    simulated: bool = False


def read_examples(
    paths: Iterable[Path], positive_grade: float | None = None, most_queries: int | None = None
) -> list[Example]:
    """All examples of the files (`.gz` too), in their order.

    In a graded file those with at least `positive_grade` count as clicked; by default those with
    the highest grade there. Of more queries than `most_queries`, so many are drawn, each with
    the same chance and always the same ones, and all of their examples are kept.

    Raises:
        ExampleError: naming file, line and field of the first line that cannot be read.
    """
    files, draw = list(paths), _QueryDraw(most_queries)
    scales = [_survey(path, positive_grade, draw) for path in files]
    return [
        _example(line, scale)
        for path, scale in zip(files, scales, strict=True)
        for line in _checked_lines(path)
        if draw.keeps(line)
    ]


@dataclass(frozen=True, slots=True)
class _Scale:
    """The lowest grade of a file, and from which one on a product counts as clicked."""

    lowest: float
    positive: float


class _QueryDraw:
    """The queries with the smallest hashes: a sample of a stream in bounded memory."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._largest_first: list[int] = []
        self._kept: set[int] = set()

    def see(self, line: _Line) -> None:
        if self._most is None or (number := _query_hash(line)) in self._kept:
            return
        if len(self._kept) < self._most:
            heapq.heappush(self._largest_first, -number)
        elif -number > self._largest_first[0]:
            self._kept.discard(-heapq.heapreplace(self._largest_first, -number))
        else:
            return
        self._kept.add(number)

    def keeps(self, line: _Line) -> bool:
        return self._most is None or _query_hash(line) in self._kept


def _query_hash(line: _Line) -> int:
    name = f"{line.shop}\x1f{line.split_group or line.query}"
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _survey(path: Path, positive_grade: float | None, draw: _QueryDraw) -> _Scale:
    lowest, top, empty = math.inf, -math.inf, True
    for line in _checked_lines(path):
        empty = False
        draw.see(line)
        if line.grade is not None:
            lowest, top = min(lowest, line.grade), max(top, line.grade)
    if empty:
        raise ExampleError(f"{path}: holds no examples")
    if positive_grade is not None:
        if not lowest < positive_grade <= top:
            told = f"grades go from {lowest:g} to {top:g}" if lowest <= top else "it has no grades"
            raise ExampleError(f"{path}: grade {positive_grade:g} tells nothing apart: {told}")
        top = positive_grade
    return _Scale(lowest, top)


def _example(line: _Line, scale: _Scale) -> Example:
    if line.grade is not None:
        clicked = line.grade >= scale.positive > scale.lowest
        gain = line.grade - scale.lowest
    else:
        clicked, gain = line.label == 1, float(line.label or 0)
    return Example(
        query=line.query,
        title=line.title,
        clicked=clicked,
        gain=gain,
        description=line.description,
        kind=line.kind,
        product_id=line.product_id,
        rating=line.grade if line.rating is None else line.rating,
        customer_id=line.customer_id,
        segment=line.segment,
        shop=line.shop,
        history=tuple(line.history),
        position=line.position,
        propensity=line.propensity,
        numbers=line.features,
        timestamp=line.timestamp,
        split_group=line.split_group or line.query,
        simulated=line.simulated,
    )


def _checked_lines(path: Path) -> Iterator[_Line]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            for number, text in enumerate(io.TextIOWrapper(stream, encoding="utf-8"), start=1):
                if text.strip():
                    yield _checked_line(text, f"{path}, line {number}")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ExampleError(f"{path}: cannot be read: {cause(error)}") from None


def _checked_line(text: str, where: str) -> _Line:
    try:
        line = _Line.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise ExampleError(f"{where}: not JSON: {error.msg}") from None
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in problem["loc"]) or "line"
        raise ExampleError(f"{where}: field {name}: {problem['msg']}") from None
    if line.label is None and line.grade is None:
        raise ExampleError(f"{where}: field label: neither label nor grade is given")
    return line


def fingerprint(examples: Sequence[Example]) -> str:
    """SHA-256 over all that training reads of the examples, in their order."""
    digest = hashlib.sha256()
    for one in examples:
        seen = (one.query, one.title, one.description, one.kind, one.gain, one.clicked)
        told = (one.split_group, one.shop, one.segment, one.history, one.rating, one.propensity)
        digest.update(repr((*seen, *told, sorted(one.numbers.items()))).encode())
    return digest.hexdigest()


def group_by_query(examples: Sequence[Example]) -> list[tuple[str, list[Example]]]:
    """Examples of each shop's each query together, queries in their order."""
    groups: dict[tuple[str, str], list[Example]] = {}
    for example in examples:
        groups.setdefault((example.shop, example.query), []).append(example)
    return [(query, members) for (_, query), members in groups.items()]


@dataclass(frozen=True, slots=True)
class Split:
    """Examples apart by query: to train on, to choose and calibrate on, to report on."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]


def split_by_query(
    examples: Sequence[Example], seed: int = 0, validation: float = 0.15, test: float = 0.15
) -> Split:
    """Split by `split_group`, so that no query of one part is in another.

    Raises:
        ExampleError: where there are too few queries to split.
    """
    groups = sorted({example.split_group for example in examples})
    if len(groups) < 5:
        raise ExampleError(f"{len(groups)} queries are too few to split: at least 5 are needed")
    random.Random(seed).shuffle(groups)  # noqa: S311
    tests = max(1, round(len(groups) * test))
    validations = max(1, round(len(groups) * validation))
    part_of = {
        group: 2 if place < tests else 1 if place < tests + validations else 0
        for place, group in enumerate(groups)
    }
    parts: tuple[list[Example], list[Example], list[Example]] = ([], [], [])
    for example in examples:
        parts[part_of[example.split_group]].append(example)
    return Split(*parts)
