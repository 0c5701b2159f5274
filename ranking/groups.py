"""Examples as the model sees them: one query's candidates together, with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate, described_candidate
from ranking.examples import Example, group_by_query
from ranking.features import feature_matrix
from ranking.words import stems

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

EMBEDDED_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Group:
    """One query with its candidates: features (n, f), whether clicked (n,), gains (n,)."""

    query: str
    candidates: tuple[Candidate, ...]
    features: NDArray[np.float32]
    clicked: NDArray[np.float64]
    gains: NDArray[np.float64]
    product_ids: tuple[str, ...]


def build_groups(examples: Sequence[Example], embedder: Embedder) -> list[Group]:
    """Compute what examples do not carry (cosine, BM25) and all features.

    A live search gives both scores of its own index; for examples without them the embedder
    gives the cosine, and BM25 is taken over the distinct texts of the examples.
    """
    grouped = group_by_query(examples)
    cosines = _cosines(grouped, embedder)
    lexical = _lexical_scores(grouped)
    groups: list[Group] = []
    for (query, members), cosine, scores in zip(grouped, cosines, lexical, strict=True):
        candidates = tuple(
            described_candidate(
                one.title,
                one.description,
                one.numbers,
                kind=one.kind,
                cosine=float(cosine[place]),
                lexical=float(scores[place]),
            )
            for place, one in enumerate(members)
        )
        groups.append(
            Group(
                query=query,
                candidates=candidates,
                features=feature_matrix(query, candidates),
                clicked=np.array([float(one.clicked) for one in members]),
                gains=np.array([one.gain for one in members]),
                product_ids=tuple(
                    one.product_id or str(place) for place, one in enumerate(members)
                ),
            )
        )
    return groups


Grouped = Sequence[tuple[str, Sequence[Example]]]


def _cosines(grouped: Grouped, embedder: Embedder) -> list[NDArray[np.float32]]:
    missing = [
        query for query, members in grouped if any("cosine" not in one.numbers for one in members)
    ]
    if not missing:
        return [np.zeros(len(members), np.float32) for _, members in grouped]
    texts = {
        _embedded_text(one): 0
        for _, members in grouped
        for one in members
        if "cosine" not in one.numbers
    }
    row = {text: place for place, text in enumerate(texts)}
    vectors = embedder.embed_array(list(texts))
    queries = dict(zip(missing, embedder.embed_array(missing), strict=True))
    result: list[NDArray[np.float32]] = []
    for query, members in grouped:
        scores = np.zeros(len(members), np.float32)
        for place, one in enumerate(members):
            if "cosine" not in one.numbers:
                scores[place] = vectors[row[_embedded_text(one)]] @ queries[query]
        result.append(scores)
    return result


def _embedded_text(example: Example) -> str:
    return f"{example.title}. {example.description[:EMBEDDED_CHARACTERS]}"


def _lexical_scores(grouped: Grouped) -> list[NDArray[np.float32]]:
    if all("lexical" in one.numbers for _, members in grouped for one in members):
        return [np.zeros(len(members), np.float32) for _, members in grouped]
    import bm25s

    texts = {(one.title, one.description): 0 for _, members in grouped for one in members}
    row = {text: place for place, text in enumerate(texts)}
    index = bm25s.BM25()
    corpus = [list(stems(f"{title} {details}")) or ["∅"] for title, details in texts]
    index.index(corpus, show_progress=False)
    known = set(index.vocab_dict)
    result: list[NDArray[np.float32]] = []
    for query, members in grouped:
        words = [word for word in dict.fromkeys(stems(query)) if word in known]
        scores = index.get_scores(words) if words else np.zeros(len(corpus), np.float32)
        result.append(scores[[row[one.title, one.description] for one in members]])
    return result
