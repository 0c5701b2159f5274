"""Examples as the model sees them: one query's candidates together, with their numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.asker import Asker
from ranking.candidates import Candidate, described_candidate
from ranking.examples import Example, group_by_query
from ranking.features import feature_matrix
from ranking.propensity import inverse_weights
from ranking.words import stems
from retrieval.feedback import FEEDBACK_PRODUCTS, refine
from retrieval.fusion import LATE_WEIGHT, fuse
from retrieval.late import LateScores, Tokens, late_scores

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder, Vectors

EMBEDDED_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Group:
    """One query with its candidates: features (n, f), whether clicked (n,), gains (n,).

    `weights` (n,) say how much each counts in training: 1, or what undoes position bias.
    `positions` (n,), from 1, are where each was shown; None where one is not known. `ratings`
    (n,) are stars or grades, NaN where none was given; None where there are none at all. `text`
    (n,) are logits of the tower that serves, where a new one goes on from it.
    """

    query: str
    candidates: tuple[Candidate, ...]
    features: NDArray[np.float32]
    clicked: NDArray[np.float64]
    gains: NDArray[np.float64]
    product_ids: tuple[str, ...]
    weights: NDArray[np.float64] | None = None
    positions: NDArray[np.int_] | None = None
    ratings: NDArray[np.float64] | None = None
    shop: str = ""
    text: NDArray[np.float32] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells the group from all others: two shops may be asked the same."""
        return self.shop, self.query

    @property
    def text_logits(self) -> NDArray[np.float32]:
        """`text`, zeros where there is none."""
        return np.zeros(len(self.clicked), np.float32) if self.text is None else self.text


def build_groups(examples: Sequence[Example], embedder: Embedder) -> list[Group]:
    """Compute what examples do not carry of the search's scores, and all features.

    A live search gives the scores of its own index. For examples without them BM25 is taken
    over the distinct texts of the examples, and feedback over the query's own examples.
    """
    grouped = group_by_query(examples)
    lexical = _lexical_scores(grouped)
    nearness = _nearness(grouped, lexical, embedder)
    groups: list[Group] = []
    for (query, members), near, scores in zip(grouped, nearness, lexical, strict=True):
        candidates = tuple(
            described_candidate(
                one.title,
                one.description,
                one.numbers,
                kind=one.kind,
                cosine=float(near.cosine[place]),
                lexical=float(scores[place]),
                late=None if near.late is None else float(near.late.mean[place]),
                late_least=None if near.late is None else float(near.late.least[place]),
                feedback=None if near.feedback is None else float(near.feedback[place]),
                product_id=one.product_id or "",
                asker=Asker(one.segment, one.history),
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
                weights=_weights(members),
                positions=_positions(members),
                ratings=_ratings(members),
                shop=members[0].shop,
            )
        )
    return groups


def joined_weights(groups: Sequence[Group]) -> NDArray[np.float64] | None:
    """Weights of all groups' candidates together; None where none has any."""
    if all(one.weights is None for one in groups):
        return None
    return np.concatenate(
        [np.ones(len(one.clicked)) if one.weights is None else one.weights for one in groups]
    )


def _weights(members: Sequence[Example]) -> NDArray[np.float64] | None:
    """Inverse propensities of clicks, where the log knows them."""
    if all(one.propensity is None for one in members):
        return None
    return inverse_weights(
        np.array([float(one.clicked) for one in members]),
        np.array([1.0 if one.propensity is None else one.propensity for one in members]),
    )


def _positions(members: Sequence[Example]) -> NDArray[np.int_] | None:
    known = [one.position for one in members if one.position is not None]
    return np.array(known) if len(known) == len(members) else None


def _ratings(members: Sequence[Example]) -> NDArray[np.float64] | None:
    if all(one.rating is None for one in members):
        return None
    return np.array([math.nan if one.rating is None else one.rating for one in members])


Grouped = Sequence[tuple[str, Sequence[Example]]]


@dataclass(frozen=True, slots=True)
class _Nearness:
    """Of one query and each of its members, as the search has them of a query and products."""

    cosine: NDArray[np.float32]
    late: LateScores | None = None
    feedback: NDArray[np.float32] | None = None


def _nearness(
    grouped: Grouped, lexical: Sequence[NDArray[np.float32]], embedder: Embedder
) -> list[_Nearness]:
    wanted = {"cosine", "feedback"} | ({"late"} if embedder.has_tokens else set[str]())
    lacking = [
        place
        for place, (_, members) in enumerate(grouped)
        if any(not wanted <= one.numbers.keys() for one in members)
    ]
    found = [_Nearness(np.zeros(len(members), np.float32)) for _, members in grouped]
    if not lacking:
        return found
    texts = list(dict.fromkeys(_embedded_text(one) for at in lacking for one in grouped[at][1]))
    row = {text: place for place, text in enumerate(texts)}
    vectors, tokens = _embed(embedder, texts)
    query_vectors, query_tokens = _embed(embedder, [grouped[at][0] for at in lacking])
    for place, at in enumerate(lacking):
        rows = [row[_embedded_text(one)] for one in grouped[at][1]]
        cosine, late = vectors[rows] @ query_vectors[place], None
        fused = fuse(cosine, lexical[at])
        if tokens is not None and query_tokens is not None:
            late = late_scores(query_tokens[place], [tokens[one] for one in rows])
            fused = fused + LATE_WEIGHT * late.mean
        best = np.argsort(-fused, kind="stable")[:FEEDBACK_PRODUCTS]
        refined = refine(query_vectors[place], vectors[[rows[one] for one in best]])
        found[at] = _Nearness(cosine, late, vectors[rows] @ refined)
    return found


def _embed(embedder: Embedder, texts: list[str]) -> tuple[Vectors, list[Tokens] | None]:
    if embedder.has_tokens:
        return embedder.embed_tokens(texts)
    return embedder.embed_array(texts), None


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
