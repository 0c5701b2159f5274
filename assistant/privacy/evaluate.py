"""How well masking finds what it should, and nothing else, on marked sentences.

A sentence marks what is to be found as `{kind:passage}`; `\\n` in it is a new line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.privacy.findings import Finding, Kind
from assistant.privacy.masking import Masker
from retrieval.errors import ShopGuideError

SENTENCES = tuple(Path(__file__).parent / f"sentences.{language}.txt" for language in ("en", "zh"))
_MARK = re.compile(r"\{(\w+):([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence and what is to be found in it."""

    text: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class KindScore:
    """`recall`: of the passages, how many are covered whole; `precision`: of what was masked,
    how much is for the most part a passage of that kind. None where there was none."""

    passages: int
    masked: int
    recall: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class PrivacyScore:
    """Scores over all sentences, by kind and together."""

    sentences: int
    recall: float
    precision: float
    kinds: dict[str, KindScore]
    missed: list[str]
    wrong: list[str]


def read_sentences(files: Iterable[Path] = SENTENCES) -> list[Marked]:
    """Marked sentences, one a line.

    Raises:
        ShopGuideError: a file cannot be read, or marks a kind that there is none of.
    """
    sentences: list[Marked] = []
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise ShopGuideError(f"{file}: {error.strerror}") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    sentences.append(parse(line))
                except ValueError as error:
                    raise ShopGuideError(f"{file} line {number}: {error}") from error
    return sentences


def parse(line: str) -> Marked:
    """One marked sentence.

    Raises:
        ValueError: it marks an unknown kind.
    """
    line = line.replace("\\n", "\n")
    text, at = "", 0
    findings: list[Finding] = []
    for match in _MARK.finditer(line):
        text += line[at : match.start()]
        findings.append(Finding(Kind(match[1]), len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return Marked(text + line[at:], tuple(findings))


def evaluate_masking(masker: Masker, sentences: Sequence[Marked]) -> PrivacyScore:
    """Mask every sentence and compare."""
    passages: Counter[Kind] = Counter()
    covered: Counter[Kind] = Counter()
    masked: Counter[Kind] = Counter()
    right: Counter[Kind] = Counter()
    missed: list[str] = []
    wrong: list[str] = []
    for sentence in sentences:
        found = masker.find(sentence.text)
        hidden = {place for each in found for place in range(each.start, each.end)}
        for passage in sentence.findings:
            passages[passage.kind] += 1
            whole = hidden.issuperset(range(passage.start, passage.end))
            covered[passage.kind] += whole
            if not whole:
                missed.append(f"{passage.kind}: {masker.mask(sentence.text).text}")
        for each in found:
            of_kind = [passage for passage in sentence.findings if passage.kind is each.kind]
            inside = sum(
                max(0, min(each.end, other.end) - max(each.start, other.start)) for other in of_kind
            )
            masked[each.kind] += 1
            right[each.kind] += 2 * inside > each.end - each.start
            if 2 * inside <= each.end - each.start:
                wrong.append(f"{each.kind}: {masker.mask(sentence.text).text}")
    kinds = {
        kind.value: KindScore(
            passages[kind],
            masked[kind],
            _share(covered[kind], passages[kind]),
            _share(right[kind], masked[kind]),
        )
        for kind in Kind
    }
    return PrivacyScore(
        len(sentences),
        _share(covered.total(), passages.total()) or 0.0,
        _share(right.total(), masked.total()) or 0.0,
        kinds,
        missed,
        wrong,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
