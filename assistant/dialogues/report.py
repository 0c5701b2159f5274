"""The figures of an evaluation by dialogues, and their JSON form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from assistant.audit import Auditor
from assistant.dialogues.checks import Check
from assistant.dialogues.customer import PATIENCE, Visit
from assistant.dialogues.judging import Quality, quality_of
from assistant.dialogues.playing import PlayedDialogue, Visits, exchanges_of, peer_products
from assistant.dialogues.records import meets
from retrieval.search import ProductSearch


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    held: int
    of: int

    @property
    def share(self) -> float:
        """1 where there was nothing to hold."""
        return self.held / self.of if self.of else 1.0

    def to_json(self) -> dict[str, object]:
        """Counts and the share."""
        return {"held": self.held, "of": self.of, "share": round(self.share, 4)}


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that did not hold, with enough to see why."""

    shop: str
    dialogue: str
    turn: int
    said: str
    check: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class ScriptReport:
    """Scripted dialogues. `state` counts slots, `turns_with_state` turns with all slots right.

    `peer` is the share of the checks on products that hold of what the peer shows: the five
    nearest products to the last message alone.
    """

    dialogues: int
    passed: int
    turns: int
    checks: Share
    by_kind: Mapping[str, Share]
    by_group: Mapping[str, Share]
    state: Share
    turns_with_state: Share
    peer_products: Share
    guide_products: Share
    quality: Quality
    failures: Sequence[Failure]

    def to_json(self) -> dict[str, object]:
        """The form that `--json` prints."""
        return {
            "dialogues": self.dialogues,
            "passed": self.passed,
            "turns": self.turns,
            "checks": self.checks.to_json(),
            "by_kind": {name: share.to_json() for name, share in self.by_kind.items()},
            "by_group": {name: share.to_json() for name, share in self.by_group.items()},
            "state_accuracy": {
                "slots": self.state.to_json(),
                "turns": self.turns_with_state.to_json(),
            },
            "product_conditions": {
                "guide": self.guide_products.to_json(),
                "peer": self.peer_products.to_json(),
            },
            **quality_json(self.quality),
            "failures": [asdict(failure) for failure in self.failures],
        }


@dataclass(frozen=True, slots=True)
class CustomerReport:
    """Simulated customers of one language; success means the target was shown in time."""

    language: str
    customers: int
    guide: Share
    peer: Share
    guide_by_turn: Sequence[Share]
    peer_by_turn: Sequence[Share]
    turns_to_success: float
    state: Share
    quality: Quality

    def to_json(self) -> dict[str, object]:
        """The form that `--json` prints."""
        return {
            "language": self.language,
            "customers": self.customers,
            f"success_within_{PATIENCE}": {
                "guide": self.guide.to_json(),
                "peer": self.peer.to_json(),
            },
            "success_by_turn": {
                "guide": [share.held for share in self.guide_by_turn],
                "peer": [share.held for share in self.peer_by_turn],
            },
            "turns_to_success": round(self.turns_to_success, 2),
            "state_accuracy": self.state.to_json(),
            **quality_json(self.quality),
        }


def report_scripts(
    played: Sequence[PlayedDialogue], auditor: Auditor, search: ProductSearch
) -> ScriptReport:
    """Sum up scripted dialogues."""
    kinds: defaultdict[str, list[bool]] = defaultdict(list)
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    failures: list[Failure] = []
    state_turns: list[bool] = []
    ours: list[bool] = []
    peers: list[bool] = []
    passed = turns = 0
    for each in played:
        dialogue = each.dialogue
        held_all = True
        for number, turn in enumerate(each.turns, start=1):
            turns += 1
            slots = [check.held for check in turn.checks if check.kind == "constraints"]
            if slots:
                state_turns.append(all(slots))
            for check in turn.checks:
                kinds[check.kind].append(check.held)
                level = "hard" if dialogue.hard else "plain"
                for group in (each.shop, dialogue.language, level):
                    groups[group].append(check.held)
                if not check.held:
                    held_all = False
                    failures.append(_failure(each, number, check))
            mine, theirs = _conditions(each, number - 1, search)
            ours += mine
            peers += theirs
        passed += held_all
    everything = [held for values in kinds.values() for held in values]
    return ScriptReport(
        dialogues=len(played),
        passed=passed,
        turns=turns,
        checks=_share(everything),
        by_kind={name: _share(values) for name, values in sorted(kinds.items())},
        by_group={name: _share(values) for name, values in groups.items()},
        state=_share(kinds.get("constraints", [])),
        turns_with_state=_share(state_turns),
        peer_products=_share(peers),
        guide_products=_share(ours),
        quality=quality_of(list(exchanges_of(played)), auditor),
        failures=failures,
    )


def report_customers(visits: Visits, language: str, auditor: Auditor) -> CustomerReport:
    """Sum up the visits of simulated customers."""
    turns = [visit.turns for visit in visits.guide if visit.success]
    return CustomerReport(
        language=language,
        customers=len(visits.guide),
        guide=_successes(visits.guide, PATIENCE),
        peer=_successes(visits.peer, PATIENCE),
        guide_by_turn=[_successes(visits.guide, turn) for turn in range(1, PATIENCE + 1)],
        peer_by_turn=[_successes(visits.peer, turn) for turn in range(1, PATIENCE + 1)],
        turns_to_success=sum(turns) / len(turns) if turns else 0.0,
        state=Share(visits.kept, visits.stated),
        quality=quality_of(visits.conversations, auditor),
    )


def quality_json(quality: Quality) -> dict[str, object]:
    """The measures that scripted and simulated conversations share."""
    satisfaction, grounded = quality.satisfaction, quality.groundedness
    latency = quality.latency_ms
    return {
        "replies": quality.replies,
        "replies_without_text": quality.failed,
        "constraint_satisfaction": {
            "shown": satisfaction.shown,
            "satisfied": satisfaction.satisfied,
            "admitted": satisfaction.admitted,
            "silent": satisfaction.silent,
            "unconfirmed": satisfaction.unconfirmed,
            "broken": [asdict(each) for each in satisfaction.broken],
            "share": round(satisfaction.share, 4),
        },
        "groundedness": {
            "replies": grounded.replies,
            "facts": grounded.facts,
            "unverified": [asdict(finding) for finding in grounded.unverified],
            "share": round(grounded.share, 4),
        },
        "clarifying_questions": {
            "replies": quality.clarifying,
            "conversations_with_more_than_one": quality.asked_twice,
        },
        "latency_ms": {
            name: {"p50": round(values[0]), "p95": round(values[1])}
            for name, values in (
                ("understand", latency.understand),
                ("products", latency.products),
                ("first_text", latency.first_text),
                ("total", latency.total),
            )
        },
    }


def _conditions(
    played: PlayedDialogue, index: int, search: ProductSearch
) -> tuple[list[bool], list[bool]]:
    """Conditions on all products shown that hold: of the guide's products, and of the peer's."""
    turn = played.dialogue.turns[index]
    wanted = turn.expect.products
    if wanted is None or wanted.all is None or turn.say is None:
        return [], []
    condition = wanted.all
    shown = played.turns[index].exchange.shown
    peers = peer_products(search, turn.say)
    ours = bool(shown) and all(meets(product, condition) for product in shown)
    return [ours], [bool(peers) and all(meets(product, condition) for product in peers)]


def _failure(played: PlayedDialogue, number: int, check: Check) -> Failure:
    turn = played.dialogue.turns[number - 1]
    said = turn.say or f"(removed {turn.remove})"
    return Failure(
        played.shop, played.dialogue.id, number, said, check.name, check.expected, check.found
    )


def _successes(visits: Sequence[Visit], within: int) -> Share:
    return _share([visit.success and visit.turns <= within for visit in visits])


def _share(values: Sequence[bool]) -> Share:
    return Share(sum(values), len(values))
