"""What an experiment on the click model has come to: what customers of both arms did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, Engine, Select, select

from assistant.choices import CHOICES, chosen_in
from assistant.events import EventKind
from assistant.shadow_report import ShadowReport, shadow_report
from assistant.tables import conversations, impressions
from ranking.experiments import Arm, Experiment
from ranking.significance import (
    MISMATCH,
    Difference,
    ratio_difference,
    sample_ratio_p,
)
from retrieval.database import reading

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """What happened in one arm; of several clicks on one product of a turn one counts."""

    version: str
    conversations: int
    impressions: int
    clicks: int
    carts: int
    purchases: int
    served_by_others: int
    """Conversations in which another version ranked than the arm's."""


@dataclass(frozen=True, slots=True)
class SplitReport:
    """Metrics: clicks, carts and purchases an impression, and nDCG of the clicks of a reply.

    `sample_ratio_p` is how likely so uneven a split is by chance: below 0.001 something is
    broken, and the comparison means nothing. Click-through decides, the rest is beside it.
    """

    experiment: Experiment
    control: ArmCounts
    challenger: ArmCounts
    sample_ratio_p: float
    metrics: dict[str, Difference]
    verdict: str


def report_experiment(
    engine: Engine, experiment: Experiment, now: datetime | None = None
) -> SplitReport | ShadowReport:
    """Read from the log what an experiment has come to until now, or until it was stopped."""
    with reading(engine) as connection:
        if experiment.shadow:
            return shadow_report(connection, experiment)
        return _split_report(connection, experiment, now or datetime.now(UTC))


@dataclass(slots=True)
class _Tally:
    """One conversation of the experiment: counts, and nDCG summed over turns with a click."""

    impressions: int = 0
    clicks: int = 0
    carts: int = 0
    purchases: int = 0
    ndcg: float = 0.0
    clicked_turns: int = 0
    versions: set[str | None] = field(default_factory=set[str | None])


def _split_report(connection: Connection, experiment: Experiment, now: datetime) -> SplitReport:
    tallies = _tallies(connection, experiment, now)
    arms: dict[Arm, list[_Tally]] = {"control": [], "challenger": []}
    for conversation, tally in tallies.items():
        arms[experiment.arm_of(conversation)].append(tally)
    control, challenger = arms["control"], arms["challenger"]
    split = sample_ratio_p(len(control), len(challenger), experiment.share)

    def compared(above: Callable[[_Tally], float], below: Callable[[_Tally], float]) -> Difference:
        first, second = (
            (
                np.array([above(one) for one in arm], np.float64),
                np.array([below(one) for one in arm], np.float64),
            )
            for arm in (control, challenger)
        )
        return ratio_difference(first, second)

    metrics = {
        "click-through": compared(lambda one: one.clicks, lambda one: one.impressions),
        "add-to-cart": compared(lambda one: one.carts, lambda one: one.impressions),
        "purchases": compared(lambda one: one.purchases, lambda one: one.impressions),
        "ndcg of clicks": compared(lambda one: one.ndcg, lambda one: one.clicked_turns),
    }
    return SplitReport(
        experiment=experiment,
        control=_counts(experiment.control, control),
        challenger=_counts(experiment.challenger, challenger),
        sample_ratio_p=split,
        metrics=metrics,
        verdict=_verdict(metrics["click-through"], split),
    )


def _tallies(connection: Connection, experiment: Experiment, now: datetime) -> dict[str, _Tally]:
    """Conversations that began in the experiment and saw products, all they did counted.

    Those that began before saw the other model as well, and belong to neither arm.
    """
    begun = _begun_within(experiment, now)
    shown = connection.execute(
        select(
            impressions.c.conversation_id,
            impressions.c.turn,
            impressions.c.position,
            impressions.c.product_id,
            impressions.c.model_version,
        ).where(impressions.c.conversation_id.in_(begun))
    )
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    positions: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for row in shown:
        tally = tallies[row.conversation_id]
        tally.impressions += 1
        tally.versions.add(row.model_version)
        positions[row.conversation_id, row.turn].setdefault(row.product_id, row.position)
    did = chosen_in(connection, begun)
    for (conversation, turn), products in positions.items():
        tally = tallies[conversation]
        tally.clicks += sum((conversation, turn, one) in did[EventKind.CLICK] for one in products)
        tally.carts += sum(
            (conversation, turn, one) in did[EventKind.ADD_TO_CART] for one in products
        )
        tally.purchases += sum(
            (conversation, turn, one) in did[EventKind.PURCHASE] for one in products
        )
        chosen = [
            place
            for one, place in products.items()
            if any((conversation, turn, one) in did[kind] for kind in CHOICES)
        ]
        if chosen:
            tally.ndcg += _ndcg(chosen)
            tally.clicked_turns += 1
    return dict(tallies)


def _begun_within(experiment: Experiment, now: datetime) -> Select[tuple[str]]:
    start = datetime.fromisoformat(experiment.started_at)
    end = now if experiment.stopped_at is None else datetime.fromisoformat(experiment.stopped_at)
    return select(conversations.c.id).where(
        conversations.c.created_at >= start, conversations.c.created_at < end
    )


def _ndcg(positions: Sequence[int]) -> float:
    """nDCG of a reply whose products at these positions, from 1, were chosen."""
    best = sum(1 / np.log2(place + 1) for place in range(1, len(positions) + 1))
    return float(sum(1 / np.log2(place + 1) for place in positions) / best)


def _counts(version: str, arm: Sequence[_Tally]) -> ArmCounts:
    return ArmCounts(
        version=version,
        conversations=len(arm),
        impressions=sum(one.impressions for one in arm),
        clicks=sum(one.clicks for one in arm),
        carts=sum(one.carts for one in arm),
        purchases=sum(one.purchases for one in arm),
        served_by_others=sum(one.versions != {version} for one in arm),
    )


def _verdict(through: Difference, split: float) -> str:
    if split < MISMATCH:
        return "the arms are not as large as they should be: something is broken, do not decide"
    if through.p_value is None or through.difference is None:
        return "too few conversations to tell"
    if through.p_value >= SIGNIFICANT:
        return (
            "no difference in click-through found; as many conversations find one of "
            f"{through.detectable:.4f} in four of five cases"
        )
    better = "more" if through.difference > 0 else "fewer"
    return f"the challenger brings {better} clicks (p = {through.p_value:.3g})"
