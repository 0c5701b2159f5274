"""Why a product got its score: which words of it and which numbers moved the click logit.

Occlusion (Zeiler and Fergus, 2014; by captum's `FeatureAblation`) of the model as it serves: each
word is left out of the product's texts, each kind of number is set to what the middle one of its
list has, and the logit is computed again, by tower, plain numbers and trees together. The scores
of the search stay as they are when words go, so that what words did for them counts as "meaning".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import DETAIL_CHARACTERS, Candidate
from ranking.features import FEATURES, feature_matrix
from ranking.words import is_chinese
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.serving import ServedModel

Field = Literal["title", "kind", "details"]
_FIELDS: tuple[Field, ...] = ("title", "kind", "details")
_PIECE = re.compile(r"[\u3400-\u9fff]+|[^\s\u3400-\u9fff]+")
_EDGES = ".,;:!?()[]\"'“”‘’«»、，。；：！？（）"


@dataclass(frozen=True, slots=True)
class Word:
    """A word at one place in a product's texts."""

    field: Field
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A word and by how much the click logit falls without it; below zero it spoke against."""

    word: str
    field: Field
    logit: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of one product among the candidates of a query.

    `numbers` are how far each kind of number, and the text tower ("text"), move the logit from
    where it would be if the product were in that like the middle one of the candidates; `words`
    are by falling weight, whichever way they moved it.
    """

    model: str
    query: str
    title: str
    candidates: int
    click_probability: float
    logit: float
    numbers: dict[str, float]
    words: tuple[Moved, ...]


def explain(
    model: ServedModel, query: str, candidates: Sequence[Candidate], place: int
) -> Explanation:
    """Explain the candidate at `place` as the model scores it among all of them.

    Raises:
        ShopGuideError: where there is no such place.
    """
    if not 0 <= place < len(candidates):
        raise ShopGuideError(f"no candidate {place} among {len(candidates)}")
    features, text = model.inputs(query, candidates)
    logit = float(model.fusion.logits(features, text)[place])
    words = words_of(candidates[place])
    moved = _words_moved(model, query, candidates, place, words)
    told = [Moved(word.text, word.field, by) for word, by in zip(words, moved, strict=True)]
    return Explanation(
        model=model.version,
        query=query,
        title=candidates[place].title,
        candidates=len(candidates),
        click_probability=float(1 / (1 + np.exp(-logit))),
        logit=logit,
        numbers=_numbers_moved(model, features, text, place),
        words=tuple(sorted(told, key=lambda one: -abs(one.logit))),
    )


def words_of(candidate: Candidate) -> list[Word]:
    """The words of title and kind, and of as much of the details as the text tower reads."""
    found: list[Word] = []
    for field in _FIELDS:
        text: str = getattr(candidate, field)
        for piece in _PIECE.finditer(text if field != "details" else text[:DETAIL_CHARACTERS]):
            start = piece.start()
            for part in _parts(piece.group()):
                bare = part.strip(_EDGES)
                if any(character.isalnum() for character in bare):
                    found.append(Word(field, start, start + len(part), bare))
                start += len(part)
    return found


def without(candidate: Candidate, left_out: Sequence[Word]) -> Candidate:
    """The candidate as if these words did not stand in its texts."""
    texts = {field: str(getattr(candidate, field)) for field in _FIELDS}
    for word in sorted(left_out, key=lambda one: -one.start):
        text = texts[word.field]
        texts[word.field] = f"{text[: word.start].rstrip()} {text[word.end :].lstrip()}".strip()
    return replace(candidate, **texts)


def logits_without(
    model: ServedModel,
    query: str,
    candidates: Sequence[Candidate],
    place: int,
    left_out: Sequence[Sequence[Word]],
) -> NDArray[np.float64]:
    """The candidate's logit without some of its words, for each of the given choices of them."""
    changed = [without(candidates[place], words) for words in left_out]
    _, text = model.inputs(query, candidates)
    if model.text is not None:
        own = model.text.logits(query, [one.text for one in changed])
    else:
        own = np.zeros(len(changed), np.float32)
    logits = np.zeros(len(changed))
    for number, one in enumerate(changed):
        among = [*candidates[:place], one, *candidates[place + 1 :]]
        texts = text.copy()
        texts[place] = own[number]
        logits[number] = model.fusion.logits(feature_matrix(query, among), texts)[place]
    return logits


def _words_moved(
    model: ServedModel,
    query: str,
    candidates: Sequence[Candidate],
    place: int,
    words: Sequence[Word],
) -> list[float]:
    """How far the logit falls without each word."""

    def logits(kept: NDArray[np.float64]) -> NDArray[np.float64]:
        gone = [
            [word for word, is_kept in zip(words, row, strict=True) if not is_kept] for row in kept
        ]
        return logits_without(model, query, candidates, place, gone)

    return _ablated(logits, np.ones(len(words)), np.zeros(len(words)), np.arange(len(words)))


def _numbers_moved(
    model: ServedModel, features: NDArray[np.float32], text: NDArray[np.float32], place: int
) -> dict[str, float]:
    """How far each kind of number moves the logit from the middle candidate's."""
    kinds = [*dict.fromkeys(FEATURES.values()), "text"]
    groups = np.array([kinds.index(kind) for kind in [*FEATURES.values(), "text"]])
    rows = np.column_stack([features, text]).astype(np.float64)

    def logits(own: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.zeros(len(own))
        for number, row in enumerate(own):
            among = rows.copy()
            among[place] = row
            of_numbers, of_text = among[:, :-1].astype(np.float32), among[:, -1]
            found[number] = model.fusion.logits(of_numbers, of_text.astype(np.float32))[place]
        return found

    moved = _ablated(logits, rows[place], np.median(rows, axis=0), groups)
    return {kind: moved[int(np.flatnonzero(groups == at)[0])] for at, kind in enumerate(kinds)}


def _ablated(
    logits: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    own: NDArray[np.float64],
    instead: NDArray[np.float64],
    groups: NDArray[np.int_],
) -> list[float]:
    """How far `logits` of `own` (n,) falls when a group of it is replaced, for each of the n."""
    if not len(own):
        return []
    import torch
    from captum.attr import FeatureAblation

    def forward(rows: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(logits(rows.numpy()))

    moved = FeatureAblation(forward).attribute(
        torch.from_numpy(own)[None],
        baselines=torch.from_numpy(instead)[None],
        feature_mask=torch.from_numpy(groups)[None],
        perturbations_per_eval=int(groups.max()) + 1,
    )
    return [float(one) for one in moved[0]]


def _parts(piece: str) -> Sequence[str]:
    """The words of a piece without spaces: Chinese ones as jieba sees them, else the piece."""
    if not is_chinese(piece):
        return [piece]
    import jieba

    jieba.setLogLevel("WARNING")
    return list(jieba.cut(piece))
