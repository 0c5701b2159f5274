"""Examples for the click model: JSONL files of query, product and what came of it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from retrieval.errors import ShopGuideError


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
    customer_id: str | None = None
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
    Queries that share `split_group` are kept on one side of a split. `simulated` marks what no
    customer did.
    """

    query: str
    title: str
    clicked: bool
    gain: float
    description: str = ""
    kind: str = ""
    product_id: str | None = None
    customer_id: str | None = None
    position: int | None = None
    propensity: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    timestamp: str | None = None
    split_group: str = ""
    simulated: bool = False


def read_examples(paths: Iterable[Path], positive_grade: float | None = None) -> list[Example]:
    """All examples of the files (`.gz` too), in their order.

    In a graded file those with at least `positive_grade` count as clicked; by default those with
    the highest grade there.

    Raises:
        ExampleError: naming file, line and field of the first line that cannot be read.
    """
    return [example for path in paths for example in _read_file(path, positive_grade)]


def _read_file(path: Path, positive_grade: float | None) -> list[Example]:
    lines = list(_checked_lines(path))
    if not lines:
        raise ExampleError(f"{path}: holds no examples")
    grades = [line.grade for line in lines if line.grade is not None]
    top, lowest = (max(grades), min(grades)) if grades else (0.0, 0.0)
    if positive_grade is not None:
        if not lowest < positive_grade <= top:
            raise ExampleError(
                f"{path}: grade {positive_grade:g} tells nothing apart: "
                f"grades go from {lowest:g} to {top:g}"
            )
        top = positive_grade
    examples: list[Example] = []
    for line in lines:
        if line.grade is not None:
            clicked, gain = line.grade >= top and top > lowest, line.grade - lowest
        else:
            clicked, gain = line.label == 1, float(line.label or 0)
        examples.append(
            Example(
                query=line.query,
                title=line.title,
                clicked=clicked,
                gain=gain,
                description=line.description,
                kind=line.kind,
                product_id=line.product_id,
                customer_id=line.customer_id,
                position=line.position,
                propensity=line.propensity,
                numbers=line.features,
                timestamp=line.timestamp,
                split_group=line.split_group or line.query,
                simulated=line.simulated,
            )
        )
    return examples


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
        raise ExampleError(f"{path}: cannot be read: {error}") from None


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
        digest.update(repr((*seen, one.split_group, sorted(one.numbers.items()))).encode())
    return digest.hexdigest()


def group_by_query(examples: Sequence[Example]) -> list[tuple[str, list[Example]]]:
    """Examples of each query together, queries in their order."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.query, []).append(example)
    return list(groups.items())


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
