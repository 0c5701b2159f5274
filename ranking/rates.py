"""How often products, kinds of products and customers' likes were clicked, smoothed by priors.

A rate is the mean of a Beta distribution: before anything is known of a product it is that of
its kind, before anything is known of a segment of customers it is that of all, and every
impression moves it a little (Agarwal et al., "Estimating rates of rare events", 2007). So what
is new counts neither for nor against: all numbers of an unknown product or segment are those of
an average one. No rate is kept of a single customer; a segment stands for many.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.candidates import Candidate
from ranking.features import FEATURES
from ranking.files import write_atomically
from ranking.folds import folds_by_query, parted
from retrieval.errors import ShopGuideError

if TYPE_CHECKING:
    from ranking.groups import Group

RATES = "rates.json"
# Impressions that a prior is worth.
PRODUCT_PRIOR, KIND_PRIOR, SEGMENT_PRIOR = 20.0, 50.0, 30.0
FOLDS = 5
COLUMNS = ("click_rate", "kind_rate", "segment_taste", "popularity")
_PLACES = [list(FEATURES).index(name) for name in COLUMNS]
# What was counted, as ("product", id), ("kind", kind), ("segment", segment, kind) or ("all",).
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Clicks, each with the weight that undoes its position, and impressions."""

    clicks: float = 0.0
    shown: float = 0.0

    def rate(self, prior: float, strength: float) -> float:
        """Posterior mean under a Beta prior of that mean, worth `strength` impressions."""
        if self.shown <= 0:
            return prior
        clicks = min(max(self.clicks, 0.0), self.shown)
        return (clicks + strength * prior) / (self.shown + strength)


_NOTHING = Count()


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of a log."""

    counts: Mapping[_Key, Count] = field(default_factory=dict)

    def columns(self, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
        """Numbers of candidates, shape (candidates, len(COLUMNS)).

        How the log odds of a click on the product differ from its kind's, the kind's from all
        products', the segment's on the kind from all customers'; and log(1 + clicks).
        """
        rows = [self._row(one) for one in candidates]
        return np.array(rows, np.float64).reshape(len(candidates), len(COLUMNS))

    def without_segments(self) -> Rates:
        """The same, but nothing known of any segment."""
        return Rates({key: one for key, one in self.counts.items() if key[0] != "segment"})

    def _row(self, one: Candidate) -> list[float]:
        def count(*key: str) -> Count:
            return self.counts.get(key, _NOTHING)

        base = count("all").rate(0.1, 1.0)
        kind_name = one.kind.casefold()
        kind = count("kind", kind_name).rate(base, KIND_PRIOR) if kind_name else base
        own = count("product", one.product_id) if one.product_id else _NOTHING
        taste = kind
        if kind_name and one.segment:
            taste = count("segment", one.segment, kind_name).rate(kind, SEGMENT_PRIOR)
        return [
            _log_odds(own.rate(kind, PRODUCT_PRIOR)) - _log_odds(kind),
            _log_odds(kind) - _log_odds(base),
            _log_odds(taste) - _log_odds(kind),
            math.log1p(max(own.clicks, 0.0)),
        ]

    def fill(self, features: NDArray[np.float32], candidates: Sequence[Candidate]) -> None:
        """Put the numbers of candidates into their features (candidates, f)."""
        features[:, _PLACES] = self.columns(candidates)

    def save(self, path: Path) -> None:
        """Write what `read_rates` reads."""
        rows = [[*key, one.clicks, one.shown] for key, one in sorted(self.counts.items())]
        write_atomically(path, json.dumps(rows, ensure_ascii=False).encode())


def read_rates(path: Path) -> Rates:
    """Read what `Rates.save` wrote.

    Raises:
        ShopGuideError: where the file is missing or holds something else.
    """
    try:
        rows = json.loads(path.read_text("utf-8"))
        return Rates(
            {
                tuple(map(str, key)): Count(float(clicks), float(shown))
                for *key, clicks, shown in rows
            }
        )
    except (OSError, ValueError, TypeError) as error:
        raise ShopGuideError(f"{path}: not the rates of a click model: {error}") from None


def count_rates(groups: Iterable[Group]) -> Rates:
    """Count the clicks and impressions of groups."""
    totals: dict[_Key, list[float]] = {}
    for group in groups:
        weights = np.ones(len(group.clicked)) if group.weights is None else group.weights
        for one, clicks in zip(group.candidates, group.clicked * weights, strict=True):
            for key in _keys(one):
                total = totals.setdefault(key, [0.0, 0.0])
                total[0] += float(clicks)
                total[1] += 1.0
    return Rates({key: Count(*total) for key, total in totals.items()})


def with_rates(groups: Sequence[Group], rates: Rates) -> list[Group]:
    """Groups that were not counted, with the rates among their features."""
    result: list[Group] = []
    for group in groups:
        features = group.features.copy()
        rates.fill(features, group.candidates)
        result.append(replace(group, features=features))
    return result


def with_rates_of_others(groups: Sequence[Group], seed: int = 0) -> list[Group]:
    """Groups to train on, with rates counted on other folds of them, so none is told its clicks.

    To leave out each list alone would tell its clicks in reverse: what is missing from a total
    was clicked (Prokhorenkova et al., "CatBoost", 2018). In one fold customers are strangers, so
    that a model learns to do without their segment too (Volkovs et al., "DropoutNet", 2017).
    """
    result = list(groups)
    for number, places in enumerate(folds_by_query(len(groups), FOLDS, seed)):
        others, own = parted(groups, places)
        rates = count_rates(others)
        if number == 0:
            rates = rates.without_segments()
        for place, group in zip(places.tolist(), with_rates(own, rates), strict=True):
            result[place] = group
    return result


def _keys(one: Candidate) -> list[_Key]:
    kind = one.kind.casefold()
    keys: list[_Key] = [("all",)]
    if one.product_id:
        keys.append(("product", one.product_id))
    if kind:
        keys.append(("kind", kind))
        if one.segment:
            keys.append(("segment", one.segment, kind))
    return keys


def _log_odds(rate: float) -> float:
    bounded = min(max(rate, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))
