"""The plain numbers of the click model: one home for training and serving.

All candidates of one query are seen together, because some numbers say how a candidate stands
among the others: its price, its closeness to what the best ones have in common (pseudo-relevance
feedback after Rocchio, 1971, here over title words).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate
from ranking.words import name_stems, query_stems, spelling_similarity, stems
from retrieval.fusion import LATE_WEIGHT, LEXICAL_WEIGHT

# Name of each number, and the part of an explanation it belongs to.
FEATURES: dict[str, str] = {
    "cosine": "meaning",
    "late": "meaning",
    "late_least": "words",
    "feedback": "meaning",
    "hybrid": "meaning",
    "cosine_gap": "meaning",
    "cosine_rank": "meaning",
    "lexical": "words",
    "title_share": "words",
    "text_share": "words",
    "all_in_title": "words",
    "all_in_text": "words",
    "pair_share": "words",
    "joined": "words",
    "spelling": "words",
    "number_missing": "words",
    "last_in_title": "kind",
    "last_place": "kind",
    "last_in_name": "kind",
    "last_ends_name": "kind",
    "last_ends_title": "kind",
    "last_spelling": "kind",
    "kind_share": "kind",
    "last_in_kind": "kind",
    "common_words": "neighbours",
    "common_lift": "neighbours",
    "query_length": "length",
    "title_length": "length",
    "rating": "rating",
    "rating_count": "rating",
    "price_place": "price",
    "discount": "discount",
    "unavailable": "availability",
    "click_rate": "popularity",
    "kind_rate": "popularity",
    "segment_taste": "taste",
    "popularity": "popularity",
    "seen": "history",
    "history": "history",
    "image": "picture",
}

# Numbers whose weights carry over to shops and queries that were not trained on, found on graded
# queries of two other shops: where words of the query stand in a title, or how much a title
# shares with its neighbours', means different things in different shops, so the text tower has
# to learn that, or the shop's own log.
TRANSFERABLE = frozenset(
    (
        "hybrid", "late_least", "kind_share", "last_in_kind", "last_ends_name",
        "query_length", "title_length", "rating", "rating_count", "discount", "unavailable",
    )
)  # fmt: skip

# Of those, the ones that do not judge what a product is: a simulation may be believed in them.
BEHAVIOUR = frozenset(
    ("hybrid", "query_length", "rating", "rating_count", "discount", "unavailable")
)

# A rating counts as if this many average ratings had been given before.
PRIOR_RATING, PRIOR_COUNT = 4.0, 10


def feature_matrix(query: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
    """Numbers of one query's candidates, shape (candidates, len(FEATURES)), float32.

    Those of `ranking.rates` are 0 until the rates of a model fill them in.
    """
    if not candidates:
        return np.zeros((0, len(FEATURES)), np.float32)
    columns = _standing(candidates) | _behaviour(candidates) | _commonness(candidates)
    wanted = query_stems(query)
    rows = [_word_features(wanted, candidate) for candidate in candidates]
    for name in rows[0]:
        columns[name] = np.array([row[name] for row in rows])
    unknown = np.zeros(len(candidates))
    matrix = np.column_stack([columns.get(name, unknown) for name in FEATURES])
    return np.nan_to_num(matrix).astype(np.float32)


def _standing(candidates: Sequence[Candidate]) -> dict[str, NDArray[np.float64]]:
    """Retrieval scores, as they are and against the best candidate's."""
    cosine = np.array([candidate.cosine for candidate in candidates])
    lexical = np.array([candidate.lexical for candidate in candidates])
    share = lexical / max(lexical.max(), 1e-9)
    late = np.array([one.cosine if one.late is None else one.late for one in candidates])
    least = np.array([0.0 if one.late_least is None else one.late_least for one in candidates])
    near = np.array([one.cosine if one.feedback is None else one.feedback for one in candidates])
    ranks = np.argsort(np.argsort(-cosine, kind="stable"), kind="stable")
    return {
        "cosine": cosine,
        "late": late,
        "late_least": least,
        "feedback": near,
        "hybrid": near + LEXICAL_WEIGHT * share + LATE_WEIGHT * late,  # as the search orders them
        "cosine_gap": cosine - cosine.max(),
        "cosine_rank": 1 / (ranks + 5.0),
        "lexical": share,
    }


def _behaviour(candidates: Sequence[Candidate]) -> dict[str, NDArray[np.float64]]:
    """Rating, price and availability; what is not known counts as average."""
    rating = np.array(
        [
            0.0
            if one.rating is None
            else (one.rating - PRIOR_RATING) * one.rating_count / (one.rating_count + PRIOR_COUNT)
            for one in candidates
        ]
    )
    prices = np.array([math.nan if one.price is None else one.price for one in candidates])
    known = np.sort(prices[~np.isnan(prices)])
    place = np.zeros(len(prices))
    if len(known) > 1:
        below = np.searchsorted(known, prices, side="left")
        upto = np.searchsorted(known, prices, side="right")
        place = np.where(np.isnan(prices), 0.0, (below + upto) / (2 * len(known)) - 0.5)
    discount = [
        1 - one.price / one.list_price
        if one.price is not None and one.list_price and one.price < one.list_price
        else 0.0
        for one in candidates
    ]
    return {
        "rating": rating,
        "rating_count": np.log1p([one.rating_count for one in candidates]),
        "price_place": place,
        "discount": np.array(discount),
        "unavailable": np.array([0.0 if one.available else 1.0 for one in candidates]),
        "seen": np.array([one.seen for one in candidates]),
        "history": np.array([one.history for one in candidates]),
        "image": np.array([0.0 if one.image is None else one.image for one in candidates]),
    }


def _commonness(candidates: Sequence[Candidate]) -> dict[str, NDArray[np.float64]]:
    """How much a title shares with the titles closest to the query in meaning."""
    titles = [frozenset(stems(candidate.title)) for candidate in candidates]
    best = sorted(range(len(titles)), key=lambda index: -candidates[index].cosine)
    best = best[: max(3, min(10, len(titles) // 3))]
    near = Counter(word for index in best for word in titles[index])
    everywhere = Counter(word for title in titles for word in title)
    shares: list[float] = []
    lifts: list[float] = []
    for title in titles:
        size = math.sqrt(len(title)) or 1.0
        share = [near[word] / len(best) for word in title]
        lift = [near[word] / len(best) - everywhere[word] / len(titles) for word in title]
        shares.append(sum(share) / size)
        lifts.append(sum(value for value in lift if value > 0) / size)
    return {"common_words": np.array(shares), "common_lift": np.array(lifts)}


def _word_features(wanted: tuple[str, ...], candidate: Candidate) -> dict[str, float]:
    """Which words of the query stand in the candidate's texts, and where."""
    title = stems(candidate.title)
    name = name_stems(candidate.title)
    in_title, in_name = frozenset(title), frozenset(name)
    in_kind = frozenset(stems(candidate.kind))
    in_text = in_title | in_kind | frozenset(stems(candidate.details))
    words = frozenset(wanted)
    count = len(words) or 1
    last = wanted[-1] if wanted else ""
    pairs = set(pairwise(wanted))
    title_share = len(words & in_title) / count
    spelt = {word: spelling_similarity(word, in_title | in_kind) for word in words}
    return {
        "title_share": title_share,
        "text_share": len(words & in_text) / count,
        "all_in_title": float(bool(words) and words <= in_title),
        "all_in_text": float(bool(words) and words <= in_text),
        "pair_share": len(pairs & set(pairwise(title))) / len(pairs) if pairs else title_share,
        "joined": float(bool(wanted) and "".join(wanted) in "".join(title)),
        "spelling": sum(spelt.values()) / count,
        "number_missing": float(any(word[0].isdigit() and word not in in_text for word in words)),
        "last_in_title": float(last in in_title),
        "last_place": 1 - title.index(last) / len(title) if last in in_title else 0.0,
        "last_in_name": float(last in in_name),
        "last_ends_name": float(name[-1:] == wanted[-1:]),
        "last_ends_title": float(title[-1:] == wanted[-1:]),
        "last_spelling": spelt.get(last, 0.0),
        "kind_share": len(words & in_kind) / count,
        "last_in_kind": float(last in in_kind),
        "query_length": math.log1p(len(wanted)),
        "title_length": math.log1p(len(title)),
    }
