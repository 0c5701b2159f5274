"""Reports of experiments, read from a log of simulated customers whose taste is known."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from turn_parts import PARKA, SHELL, record_of

from assistant.events import Event, EventKind
from assistant.experiment_report import SplitReport, report_experiment
from assistant.log import ConversationLog, UnknownTurnError
from assistant.shadow_report import ShadowReport
from ranking.experiments import Arm, Experiment
from retrieval.database import open_database

SPLIT = Experiment("e1", "v1", "v2", 0.5, False, "2020-01-01T00:00:00+00:00")
SHADOW = replace(SPLIT, share=0.0, shadow=True)


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('log') / 'shop.db'}")


def converse(
    engine: Engine, count: int, clicks: Callable[[Arm], float], carts: float = 0.1
) -> ConversationLog:
    """Conversations of two turns; a customer clicks the first product with this probability."""
    log, dice = ConversationLog(engine), random.Random(0)
    for number in range(count):
        name = f"conversation-{number}"
        arm = SPLIT.arm_of(name)
        for _ in range(2):
            turn = log.begin("a jacket", conversation_id=name)
            record = record_of(turn)
            version = "v2" if arm == "challenger" else "v1"
            shown = [replace(one, model_version=version) for one in record.impressions]
            log.complete(replace(record, impressions=shown))
            if dice.random() < clicks(arm):
                product = SHELL.id if dice.random() < 0.8 else PARKA.id
                kinds = [EventKind.CLICK, EventKind.CLICK]  # twice on one product counts once
                kinds += [EventKind.ADD_TO_CART] if dice.random() < carts else []
                for kind in kinds:
                    log.record_event(
                        Event(conversation_id=name, kind=kind, turn=turn.turn, product_id=product)
                    )
    return log


def test_a_better_challenger_is_found(engine: Engine) -> None:
    converse(engine, 150, lambda arm: 0.7 if arm == "challenger" else 0.2)
    found = report_experiment(engine, SPLIT)
    assert isinstance(found, SplitReport)
    assert found.control.conversations + found.challenger.conversations == 150
    assert found.challenger.impressions == 4 * found.challenger.conversations
    assert found.challenger.clicks <= 2 * found.challenger.conversations
    assert found.control.served_by_others == found.challenger.served_by_others == 0
    through = found.metrics["click-through"]
    assert through.control == found.control.clicks / found.control.impressions
    assert through.difference is not None and through.low is not None
    assert 0.15 < through.difference < 0.35 and through.low > 0
    assert found.metrics["ndcg of clicks"].control == pytest.approx(0.93, abs=0.06)
    assert found.verdict.startswith("the challenger brings more clicks")


def test_an_equal_challenger_is_not_called_better(engine: Engine) -> None:
    converse(engine, 60, lambda arm: 0.4)
    found = report_experiment(engine, SPLIT)
    assert isinstance(found, SplitReport)
    assert found.verdict.startswith("no difference in click-through found")


def test_conversations_from_before_belong_to_no_arm_and_lost_ones_are_noticed(
    engine: Engine,
) -> None:
    log = converse(engine, 40, lambda arm: 0.4)
    late = replace(SPLIT, started_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    found = report_experiment(engine, late, datetime.now(UTC) + timedelta(hours=2))
    assert isinstance(found, SplitReport)
    assert found.control.conversations == found.challenger.conversations == 0
    assert found.verdict == "too few conversations to tell"

    lonely = [f"lonely-{n}" for n in range(120) if SPLIT.arm_of(f"lonely-{n}") == "control"]
    for name in lonely:
        log.complete(record_of(log.begin("a jacket", conversation_id=name)))
    broken = report_experiment(engine, SPLIT)
    assert isinstance(broken, SplitReport)
    assert broken.sample_ratio_p < 0.001
    assert "something is broken" in broken.verdict


def test_a_shadow_is_judged_by_what_it_foretold(engine: Engine) -> None:
    log, dice = ConversationLog(engine), random.Random(1)
    for number in range(40):
        turn = log.begin("a jacket", conversation_id=f"conversation-{number}")
        candidates = [
            {"product_id": one.id, "click_probability": 0.3, "position": place}
            for place, one in enumerate((SHELL, PARKA), start=1)
        ]
        log.complete(record_of(turn, candidates=candidates))
        wanted = dice.choice((SHELL, PARKA))
        scores = {one.id: 0.8 if one is wanted else 0.2 for one in (SHELL, PARKA)}
        log.keep_shadow_scores(turn.conversation_id, turn.turn, "v2", scores)
        if dice.random() < 0.9:
            log.record_event(
                Event(
                    conversation_id=turn.conversation_id,
                    kind=EventKind.CLICK,
                    turn=turn.turn,
                    product_id=wanted.id,
                )
            )
    found = report_experiment(engine, SHADOW)
    assert isinstance(found, ShadowReport)
    assert (found.conversations, found.turns, found.impressions) == (40, 40, 80)
    assert found.control["auc"] == 0.5
    assert found.challenger["auc"] is not None and found.challenger["auc"] > 0.9
    better, gap = found.difference["auc"], found.difference["logloss"]
    assert better is not None and better[1] > 0
    assert gap is not None and gap[2] < 0
    assert found.same_top == 1.0


def test_scores_of_an_erased_conversation_are_refused(engine: Engine) -> None:
    log = ConversationLog(engine)
    with pytest.raises(UnknownTurnError):
        log.keep_shadow_scores("gone", 1, "v2", {"a": 0.5})


def test_a_shadow_without_any_turns_says_so(engine: Engine) -> None:
    ConversationLog(engine)
    found = report_experiment(engine, SHADOW)
    assert isinstance(found, ShadowReport)
    assert (found.turns, found.control["auc"], found.same_top) == (0, None, None)
