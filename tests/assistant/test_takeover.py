"""A person takes a conversation over: one alone, seen by the customer, the guide silent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update
from turn_guide import small_guide

from assistant.audit_log import read_audit
from assistant.cards import chosen_cards
from assistant.events import Event, EventKind
from assistant.export import export_log
from assistant.figures.tables import products
from assistant.inbox.search import Asked, find
from assistant.log import UnknownTurnError
from assistant.naming import Naming
from assistant.privacy.customers import customer_data, erase_customer
from assistant.reply import Intent, ProductCard, Reply
from assistant.tables import events, turns
from assistant.takeover.attendance import attend
from assistant.takeover.canned import CannedAnswers, CannedError
from assistant.takeover.desk import Agent, Desk, DeskError
from assistant.takeover.tables import attendance, staff_messages, takeovers
from assistant.turn import Guide
from retrieval.database import open_database, reading

WISH = "a waterproof jacket under $100"
PERSON = "can I talk to a human?"
MIA = Agent("mia", "mia@shop.example", "Mia")
BEN = Agent("ben", "ben@shop.example", "Ben")


@pytest.fixture
def guide(tmp_path: Path, engine: Engine) -> Iterator[Guide]:
    guide = small_guide(tmp_path, engine=engine)
    yield guide
    guide.close()


@pytest.fixture
def desk(engine: Engine, guide: Guide) -> Desk:
    return Desk(engine)


def say(guide: Guide, message: str, conversation: str = "c1", **more: Any) -> Reply:
    *_, reply = guide.answer(message, conversation_id=conversation, **more)
    assert isinstance(reply, Reply)
    return reply


def kinds(guide: Guide, conversation: str = "c1") -> list[str]:
    return [each.kind.value for each in guide.news(conversation).messages]


def marks(engine: Engine, conversation: str = "c1") -> set[str]:
    (row,) = [each for each in find(engine, Asked()).listed if each.conversation_id == conversation]
    return {mark for mark in row.marks if not mark.startswith(("channel:", "intent:", "language:"))}


def cards(guide: Guide, *titles: str) -> list[ProductCard]:
    catalog = guide.parts.catalog
    by_title = {product.title: product.id for product in catalog.products()}
    return chosen_cards(
        catalog, [by_title[title] for title in titles], Naming(catalog.facets(), "en")
    )


def long_gone(engine: Engine) -> None:
    """Nobody has been seen for an hour."""
    past = datetime.now(UTC) - timedelta(hours=1)
    with engine.begin() as connection:
        connection.execute(update(attendance).values(seen_at=past))
        connection.execute(update(takeovers).values(joined_at=past))


def test_who_asks_for_a_person_waits_and_is_told_the_truth(
    guide: Guide, desk: Desk, engine: Engine
) -> None:
    say(guide, WISH)
    assert guide.news("c1").standing.state == "guide"
    reply = say(guide, PERSON)
    assert reply.handoff
    assert "None of them is here at the moment" in reply.text
    (case,) = desk.cases()
    assert (case.conversation_id, case.reason, case.is_waiting) == ("c1", "person", True)
    assert case.message == PERSON
    assert guide.news("c1").standing.state == "waiting"
    assert not guide.news("c1").standing.is_staffed
    assert marks(engine) == {"handoff", "waiting"}

    attend(engine, "mia", "Mia")
    assert guide.news("c1").standing.is_staffed
    assert "None of them" not in say(guide, PERSON, "c2").text
    attend(engine, "mia", "Mia", is_away=True)
    assert not guide.news("c1").standing.is_staffed
    # While one waits, the guide goes on helping, and one waits once.
    assert say(guide, "in blue").products
    say(guide, PERSON)
    assert len(desk.cases()) == 2


def test_of_two_agents_on_two_servers_one_gets_it(guide: Guide, engine: Engine) -> None:
    say(guide, WISH)
    other = open_database(engine.url.render_as_string(hide_password=False))
    start, taken, refused = threading.Barrier(6), [], []

    def take(number: int) -> None:
        agent = Agent(f"a{number}", f"a{number}@shop.example", f"Agent {number}")
        start.wait()
        try:
            Desk(engine if number % 2 else other).take(agent, "c1")
            taken.append(agent.name)
        except DeskError as error:
            refused.append(error.name)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.dispose()
    assert len(taken) == 1
    assert refused == taken * 5
    assert guide.news("c1").standing.agent == taken[0]
    assert kinds(guide) == ["joined"]


def test_the_guide_is_silent_and_the_agent_answers(
    guide: Guide, desk: Desk, engine: Engine
) -> None:
    say(guide, WISH)
    say(guide, PERSON)
    desk.take(MIA, "c1")
    desk.take(MIA, "c1")  # twice does no harm
    reply = say(guide, "I am Ann Rowe, ann.rowe@example.org, where is my parcel?")
    assert (reply.text, reply.products, reply.agent) == ("", [], "Mia")
    assert not reply.handoff
    with engine.connect() as connection:
        logged = connection.execute(select(turns.c.message, turns.c.completed_at)).all()[-1]
    assert "ann.rowe" not in logged.message
    assert logged.completed_at is not None

    desk.typing(MIA, "c1")
    assert guide.news("c1").standing.is_typing
    said = desk.say(MIA, "c1", "It is on its way.", key="k1")
    assert desk.say(MIA, "c1", "It is on its way.", key="k1") == said
    assert not guide.news("c1").standing.is_typing
    assert [each.text for each in guide.news("c1").messages] == [
        "Mia has joined and will answer you here.",
        "It is on its way.",
    ]
    assert [each.number for each in guide.news("c1", after=1).messages] == [2]
    assert said.after_turn == 3
    assert marks(engine) == {"handoff", "with_agent", "agent:mia"}
    assert find(engine, Asked("on its way")).listed[0].answer == "It is on its way."

    desk.hand_back(MIA, "c1")
    assert guide.news("c1").standing.state == "guide"
    assert say(guide, "in blue").products
    assert kinds(guide) == ["joined", "said", "handed_back"]
    assert marks(engine) == {"handoff", "agent:mia"}
    actions = [each.action for each in reversed(read_audit(engine))]
    assert actions == ["take over", "answer", "hand back"]


def test_what_is_not_ones_own_is_refused(guide: Guide, desk: Desk) -> None:
    with pytest.raises(UnknownTurnError):
        desk.take(MIA, "nothing")
    say(guide, WISH)
    for act in (
        lambda: desk.say(MIA, "c1", "hello"),
        lambda: desk.hand_back(MIA, "c1"),
        lambda: desk.close(MIA, "c1"),
        lambda: desk.assign(MIA, "c1", BEN),
    ):
        with pytest.raises(DeskError):
            act()
    desk.take(MIA, "c1")
    for act in (
        lambda: desk.take(BEN, "c1"),
        lambda: desk.say(BEN, "c1", "hello"),
        lambda: desk.close(BEN, "c1"),
        lambda: desk.assign(BEN, "c1", BEN),
    ):
        with pytest.raises(DeskError, match="Mia has"):
            act()
    with pytest.raises(DeskError, match="a text or a product"):
        desk.say(MIA, "c1", " \n")
    assert kinds(guide) == ["joined"]


def test_a_lead_takes_over_and_assigns(guide: Guide, desk: Desk) -> None:
    say(guide, WISH)
    desk.take(MIA, "c1")
    desk.take(BEN, "c1", from_others=True)
    assert guide.news("c1").standing.agent == "Ben"
    desk.assign(MIA, "c1", MIA, is_lead=True)
    assert guide.news("c1").standing.agent == "Mia"
    desk.assign(MIA, "c1", BEN)
    assert guide.news("c1").standing.agent == "Ben"
    assert kinds(guide) == ["joined"] * 4


def test_a_request_may_be_dismissed_and_its_customer_is_told(guide: Guide, desk: Desk) -> None:
    say(guide, PERSON)
    desk.close(MIA, "c1")
    assert desk.cases() == []
    assert kinds(guide) == ["dismissed"]
    say(guide, PERSON)
    assert len(desk.cases()) == 1


def test_who_signs_off_or_vanishes_lets_go(guide: Guide, desk: Desk, engine: Engine) -> None:
    say(guide, WISH)
    attend(engine, "mia", "Mia")
    desk.take(MIA, "c1")
    assert desk.sign_off("mia") == 1
    assert desk.sign_off("mia") == 0
    assert guide.news("c1").standing.state == "waiting"
    assert kinds(guide) == ["joined", "left"]

    desk.take(BEN, "c1")  # whose console has not asked for anything yet
    assert guide.news("c1").standing.agent == "Ben"
    attend(engine, "ben", "Ben")
    long_gone(engine)
    assert say(guide, "hello?").agent is None  # the next message finds it out
    assert [case.is_waiting for case in desk.cases()] == [True]
    desk.take(BEN, "c1")
    long_gone(engine)
    assert guide.news("c1").standing.state == "waiting"  # and so does the customer's page


def test_what_names_a_person_is_masked_in_the_agents_words_too(
    guide: Guide, desk: Desk, engine: Engine, tmp_path: Path
) -> None:
    say(guide, WISH)
    desk.take(MIA, "c1")
    hotline = "Call us: +49 30 901820"
    said = desk.say(
        MIA, "c1", "Dear ann.rowe@example.org, call +49 30 901820. Yours, Mia", spared=[hotline]
    )
    assert said.text == "Dear [email], call +49 30 901820. Yours, Mia"
    out = tmp_path / "transcripts.jsonl"
    export_log(engine, "transcripts", out=out)
    assert "ann.rowe" not in out.read_text()
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["turn"], row["writer"]) for row in rows] == [(1, "composer"), (1, "agent")]
    assert rows[1]["reply"] == said.text
    csv = tmp_path / "transcripts.csv"
    assert export_log(engine, "transcripts", out=csv) == 2
    assert export_log(engine, "chat", out=tmp_path / "chat.jsonl") == 1
    assert "[email]" not in (tmp_path / "chat.jsonl").read_text()


def test_pasted_cards_are_what_the_customer_speaks_of_next(guide: Guide, desk: Desk) -> None:
    first = say(guide, WISH)
    say(guide, PERSON)
    desk.take(MIA, "c1")
    other = [
        each.title
        for each in guide.parts.catalog.products()
        if each.id not in {card.product_id for card in first.products}
    ]
    (card,) = cards(guide, other[0])
    said = desk.say(MIA, "c1", "What about this?", [card])
    assert said.products == [card]
    click = Event(
        conversation_id="c1", kind=EventKind.CLICK, turn=said.after_turn, product_id=card.product_id
    )
    guide.record_event(click)
    with reading(guide.parts.log._engine) as connection:  # pyright: ignore[reportPrivateUsage]
        logged = connection.execute(
            select(events.c.kind, events.c.turn, events.c.position)
            .where(events.c.product_id == card.product_id)
            .order_by(events.c.kind)
        ).all()
        counted = connection.execute(
            select(products.c.shown, products.c.clicks).where(
                products.c.product_id == card.product_id
            )
        ).one()
    assert logged == [("click", said.after_turn, 1), ("impression", said.after_turn, 1)]
    assert counted == (1, 1)
    desk.hand_back(MIA, "c1")
    reply = say(guide, "add it to my cart")
    assert reply.intent is Intent.CART
    assert reply.cart is not None
    assert [line.title for line in reply.cart.lines] == [card.title]


def test_the_wish_goes_on_with_what_was_told_to_the_agent(guide: Guide, desk: Desk) -> None:
    say(guide, WISH)
    desk.take(MIA, "c1")
    assert say(guide, "I ordered a vest last week and it is broken").text == ""
    assert say(guide, "under $70").constraints["price"] == {"max": "70"}
    desk.hand_back(MIA, "c1")
    state = guide.parts.log.state("c1")
    assert state is not None
    assert "70" in json.dumps(state["wish"])


def test_a_click_on_the_cart_works_and_a_chip_goes_quietly(guide: Guide, desk: Desk) -> None:
    shown = say(guide, WISH).products[0]
    desk.take(MIA, "c1")
    *_, reply = guide.change_cart("c1", shown.product_id)
    assert isinstance(reply, Reply)
    assert reply.cart is not None
    assert reply.cart.lines
    *_, reply = guide.remove_constraint("c1", "price.max")
    assert isinstance(reply, Reply)
    assert (reply.text, reply.products, reply.agent) == ("", [], "Mia")
    assert "price" not in reply.constraints


@pytest.mark.parametrize("channel", ["openai", "mcp", "cli"])
def test_where_nothing_can_be_sent_words_come_with_the_next_reply(
    guide: Guide, desk: Desk, channel: str
) -> None:
    say(guide, WISH, channel=channel)
    desk.take(MIA, "c1")
    waiting = say(guide, "are you there?", channel=channel)
    assert waiting.text == (
        "Mia has joined and will answer you here. "
        "Mia has your message. The answer will come here: ask again in a moment."
    )
    desk.say(MIA, "c1", "Yes, I am.")
    assert say(guide, "and now?", channel=channel).text == "Mia: Yes, I am."
    desk.say(MIA, "c1", "Bye!")
    desk.hand_back(MIA, "c1")
    reply = say(guide, "in blue", channel=channel)
    assert reply.products
    assert reply.text.endswith("Mia: Bye! \nMia has left. The guide answers you again.") or (
        "Mia: Bye!" in reply.text
    )


def test_a_message_that_was_cut_off_is_there_and_the_next_goes_on(
    guide: Guide, desk: Desk, engine: Engine
) -> None:
    say(guide, WISH)
    desk.take(MIA, "c1")
    guide.parts.log.begin("the power goes", conversation_id="c1")  # and the server with it
    assert say(guide, "still there?").turn == 3
    with engine.connect() as connection:
        logged = connection.execute(select(turns.c.message).order_by(turns.c.turn)).scalars().all()
    assert logged == [WISH, "the power goes", "still there?"]
    assert desk.case("c1") is not None


def test_export_and_erase_cover_the_desk(guide: Guide, desk: Desk, engine: Engine) -> None:
    say(guide, PERSON, customer_id="ann")
    desk.take(MIA, "c1")
    desk.say(MIA, "c1", "The blue peacock is sold out.")
    records = customer_data(engine, "lead", "ann").records
    assert [each["text"] for each in records["staff_messages"]][
        1
    ] == "The blue peacock is sold out."
    assert records["takeovers"][0]["reason"] == "person"
    erase_customer(engine, "lead", "ann")
    with engine.connect() as connection:
        for table in (takeovers, staff_messages):
            assert connection.execute(select(table)).all() == []
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        kept = Path(engine.url.database).read_bytes()
        assert b"peacock" not in kept
    assert desk.cases() == []
    assert guide.news("c1").messages == []


def test_canned_answers_speak_both_languages(engine: Engine, guide: Guide) -> None:
    canned = CannedAnswers(engine)
    canned.keep("lead", "Hello", "Hi, {agent} of {shop} here.", "您好，我是{shop}的{agent}。")
    only = canned.keep("lead", "Bye", "Bye!", "")
    hello = {each.name: each for each in canned.all()}["Hello"]
    assert hello.text_for("en", shop="Larkfell", agent="Mia") == "Hi, Mia of Larkfell here."
    assert hello.text_for("zh", shop="云雀", agent="小米") == "您好，我是云雀的小米。"
    assert only.text_for("zh", shop="", agent="") == "Bye!"
    canned.keep("lead", "Bye", "Good bye!", "", id=only.id)
    assert [each.name for each in canned.all()] == ["Bye", "Hello"]
    for name, en, id_ in (
        ("", "text", None), ("Hello", "text", None), ("New", "", None), ("New", "x" * 3000, None),
        ("New", "{customer}", None), ("New", "text", "unknown"),
    ):  # fmt: skip
        with pytest.raises(CannedError):
            canned.keep("lead", name, en, "", id=id_)
    canned.remove("lead", only.id)
    canned.remove("lead", only.id)
    assert [each.action for each in read_audit(engine)] == [
        *("canned answer removed", "canned answer changed"),
        *("canned answer added", "canned answer added"),
    ]


def test_the_database_itself_allows_one_open_takeover(guide: Guide, engine: Engine) -> None:
    say(guide, PERSON)
    with pytest.raises(Exception, match=r"(?i)unique"), engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO takeovers (id, conversation_id, reason, asked_at)"
                " SELECT 'another', conversation_id, reason, asked_at FROM takeovers"
            )
        )
