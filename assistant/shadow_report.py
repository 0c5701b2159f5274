"""How well a challenger in the shadow foretold what customers did with what they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from assistant.choices import CHOICES, chosen_in
from assistant.tables import impressions, shadow_scores, turns
from ranking.experiments import Experiment

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """Both models on the impressions that both scored; they stand where the champion put them.

    `difference` is challenger - champion with its 95 % interval, by bootstrap over
    conversations; `same_top` is the mean share of the products that the challenger would have
    shown as well, had it chosen by its probabilities alone; `rank_correlation` is Kendall's tau
    of all candidates of a turn.
    """

    experiment: Experiment
    conversations: int
    turns: int
    impressions: int
    clicks: int
    control: dict[str, float | None]
    challenger: dict[str, float | None]
    difference: dict[str, tuple[float, float, float] | None]
    same_top: float | None
    rank_correlation: float | None


def shadow_report(connection: Connection, experiment: Experiment) -> ShadowReport:
    """Read what both models said from the log, and what customers did then."""
    start = datetime.fromisoformat(experiment.started_at)
    query = (
        select(
            shadow_scores.c.conversation_id,
            shadow_scores.c.turn,
            shadow_scores.c.scores,
            turns.c.candidates,
        )
        .join(
            turns,
            (turns.c.conversation_id == shadow_scores.c.conversation_id)
            & (turns.c.turn == shadow_scores.c.turn),
        )
        .where(
            shadow_scores.c.model_version == experiment.challenger,
            shadow_scores.c.created_at >= start,
        )
    )
    if experiment.stopped_at is not None:
        end = datetime.fromisoformat(experiment.stopped_at)
        query = query.where(shadow_scores.c.created_at < end)
    scored = {
        (row.conversation_id, row.turn): (row.scores, row.candidates or ())
        for row in connection.execute(query)
    }
    within = select(shadow_scores.c.conversation_id).where(
        shadow_scores.c.model_version == experiment.challenger,
        shadow_scores.c.created_at >= start,
    )
    did = chosen_in(connection, within)
    rows: list[tuple[str, float, float, float]] = []
    tops: list[float] = []
    taus: list[float] = []
    for row in connection.execute(
        select(impressions).where(impressions.c.conversation_id.in_(within))
    ):
        scores, _ = scored.get((row.conversation_id, row.turn), ({}, ()))
        if row.product_id in scores and row.model_version == experiment.control:
            key = (row.conversation_id, row.turn, row.product_id)
            chosen = any(key in did[kind] for kind in CHOICES)
            rows.append(
                (row.conversation_id, float(chosen), row.click_probability, scores[row.product_id])
            )
    for scores, candidates in scored.values():
        top, tau = _agreement(scores, candidates)
        tops += [] if top is None else [top]
        taus += [] if tau is None else [tau]
    control, challenger, difference = _foretold(rows)
    return ShadowReport(
        experiment=experiment,
        conversations=len({row[0] for row in rows}),
        turns=len(scored),
        impressions=len(rows),
        clicks=int(sum(row[1] for row in rows)),
        control=control,
        challenger=challenger,
        difference=difference,
        same_top=float(np.mean(tops)) if tops else None,
        rank_correlation=float(np.mean(taus)) if taus else None,
    )


def _agreement(
    scores: dict[str, float], candidates: Sequence[dict[str, object]]
) -> tuple[float | None, float | None]:
    """Share of the shown that the challenger has on top, and Kendall's tau of all candidates."""
    from scipy import stats

    both = [one for one in candidates if str(one["product_id"]) in scores]
    shown = {str(one["product_id"]) for one in both if one.get("position") is not None}
    best = sorted((str(one["product_id"]) for one in both), key=lambda key: -scores[key])
    top = len(shown & set(best[: len(shown)])) / len(shown) if shown else None
    if len(both) < 2:
        return top, None
    theirs = [scores[str(one["product_id"])] for one in both]
    ours = [one["click_probability"] for one in both]
    tau = float(stats.kendalltau(ours, theirs)[0])  # pyright: ignore[reportArgumentType]
    return top, None if np.isnan(tau) else tau


def _foretold(
    rows: Sequence[tuple[str, float, float, float]],
) -> tuple[
    dict[str, float | None],
    dict[str, float | None],
    dict[str, tuple[float, float, float] | None],
]:
    """AUC and log loss of both models, and their difference on resampled conversations."""
    from sklearn.metrics import log_loss, roc_auc_score

    chosen = np.array([row[1] for row in rows])
    predicted = {"control": [row[2] for row in rows], "challenger": [row[3] for row in rows]}
    names, owner = np.unique([row[0] for row in rows], return_inverse=True)

    def auc(of: str, weights: NDArray[np.float64]) -> float:
        return float(roc_auc_score(chosen, predicted[of], sample_weight=weights))

    def logloss(of: str, weights: NDArray[np.float64]) -> float:
        return float(log_loss(chosen, predicted[of], sample_weight=weights, labels=[0, 1]))

    measures = {"auc": auc, "logloss": logloss}
    if not len(rows) or chosen.min() == chosen.max():
        nothing: dict[str, float | None] = dict.fromkeys(measures)
        return nothing, dict(nothing), dict.fromkeys(measures)
    dice = np.random.default_rng(0)
    draws = [np.ones(len(rows))]
    for _ in range(RESAMPLES if len(names) > 1 else 0):
        drawn = np.bincount(dice.integers(len(names), size=len(names)), minlength=len(names))
        weights = drawn[owner].astype(np.float64)
        if 0 < (weights * chosen).sum() < weights.sum():
            draws.append(weights)
    values: dict[str, dict[str, float | None]] = {"control": {}, "challenger": {}}
    difference: dict[str, tuple[float, float, float] | None] = {}
    for name, measure in measures.items():
        pairs = [(measure("control", one), measure("challenger", one)) for one in draws]
        values["control"][name], values["challenger"][name] = pairs[0]
        gaps = np.array([after - before for before, after in pairs])
        low, high = np.quantile(gaps[1:], (0.025, 0.975)) if len(gaps) > 1 else (np.nan, np.nan)
        difference[name] = (float(gaps[0]), float(low), float(high)) if len(gaps) > 1 else None
    return values["control"], values["challenger"], difference
