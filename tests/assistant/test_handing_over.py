"""Passing a conversation on to a person: on demand, on a yes, and when nothing helped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from turn_guide import small_guide

from assistant.handing_over import accepts_person
from assistant.reply import Intent, Reply
from assistant.state import DialogueState
from assistant.tables import turns
from assistant.turn import Guide

WISH = "a waterproof jacket under $100"
UNKNOWN = "is the Storm Shell Jacket fireproof?"


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    guide = small_guide(tmp_path)
    yield guide
    guide.close()


def talk(guide: Guide, *messages: str) -> list[Reply]:
    conversation = None
    replies: list[Reply] = []
    for message in messages:
        *_, reply = guide.answer(message, conversation_id=conversation, channel="cli")
        assert isinstance(reply, Reply)
        replies.append(reply)
        conversation = reply.conversation_id
    return replies


def summary(guide: Guide, reply: Reply) -> dict[str, Any] | None:
    """What the log holds for the colleague."""
    asked = select(turns.c.understood).where(
        turns.c.conversation_id == reply.conversation_id, turns.c.turn == reply.turn
    )
    with guide.parts.catalog.engine.connect() as connection:
        return connection.execute(asked).scalar_one().get("handoff")


def test_a_colleague_reads_the_wish_the_products_and_the_cart(guide: Guide) -> None:
    replies = talk(
        guide,
        WISH,
        "add the first one to my cart",
        "can I talk to a human?",
    )
    told = summary(guide, replies[-1])
    assert replies[-1].handoff
    assert told is not None
    assert told["asked"] == "can I talk to a human?"
    assert "up to $100" in told["wish"]
    assert told["shown"] == [card.title for card in replies[0].products]
    assert told["cart"] == [f"1 × {replies[0].products[0].title}"]
    assert told["turns"] == 3
    assert "up to $100" in replies[-1].text
    assert summary(guide, replies[0]) is None


def test_what_names_a_person_is_masked_for_the_colleague_too(guide: Guide) -> None:
    reply = talk(guide, "let me speak to a person, my mail is ann.rowe@example.org")[-1]
    told = summary(guide, reply)
    assert told is not None
    assert "ann.rowe" not in told["asked"]


@pytest.mark.parametrize("yes", ["yes please", "Sure, thank you!", "ok", "好的，谢谢"])
def test_a_yes_to_the_offered_person_is_taken(guide: Guide, yes: str) -> None:
    _, unknown, accepted = talk(guide, WISH, UNKNOWN, yes)
    assert "Shall I pass you on to a person?" in unknown.text
    assert not unknown.handoff
    assert accepted.intent is Intent.HANDOFF
    assert accepted.handoff


def test_a_yes_to_nothing_hands_nothing_over(guide: Guide) -> None:
    assert not talk(guide, "a jacket", "yes please")[-1].handoff
    assert not talk(guide, WISH, UNKNOWN, "a jacket", "yes please")[-1].handoff


@pytest.mark.parametrize("other", ["thanks", "no thanks", "yes, but in red", "谢谢", "好看吗"])
def test_only_a_yes_accepts(other: str) -> None:
    assert not accepts_person(other, DialogueState(offers_person=True))


def test_three_turns_that_do_not_help_end_with_a_person(guide: Guide) -> None:
    _, first, second, third, fourth = talk(
        guide,
        WISH,
        UNKNOWN,
        "does the Storm Shell Jacket glow in the dark?",
        "do you ship to the moon?",
        "do you ship to Mars?",
    )
    assert not first.handoff
    assert not second.handoff
    assert third.handoff
    assert "I have not been of much help so far." in third.text
    told = summary(guide, third)
    assert told is not None
    assert told["reason"] == "three failed turns"
    assert not fourth.handoff  # said once, not at every further turn


def test_a_turn_that_helps_begins_the_count_anew(guide: Guide) -> None:
    replies = talk(guide, WISH, UNKNOWN, "do you ship to the moon?", "a jacket", UNKNOWN)
    assert not any(reply.handoff for reply in replies)


def test_chinese_customers_are_passed_on_in_chinese(guide: Guide) -> None:
    reply = talk(guide, "想要一件防水夹克，100美元以内", "转人工")[-1]
    assert reply.handoff
    assert "100" in reply.text
    assert "同事" in reply.text
