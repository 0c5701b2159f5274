"""The inbox: rows kept as turns are logged, filters and words in two languages, pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text

from assistant.events import Event, EventKind
from assistant.inbox.listing import change_marks, list_unlisted
from assistant.inbox.search import Asked, Place, find
from assistant.inbox.tables import inbox
from assistant.inbox.words import searchable, terms_of
from assistant.log import ConversationLog, TurnRecord
from assistant.privacy.customers import erase_customer
from assistant.reply import Intent, ProductCard, Reply
from retrieval.database import writing


def card(title: str) -> ProductCard:
    return ProductCard(
        product_id=title.lower(), title=title, price="89.00", currency="USD", url=None,
        image_url=None, click_probability=0.3,
    )  # fmt: skip


def talk(
    log: ConversationLog,
    conversation_id: str,
    message: str,
    answer: str = "Here.",
    *,
    channel: str = "web",
    products: tuple[str, ...] = ("Ridgeline Jacket",),
    handoff: bool = False,
    drafted: int = 0,
    customer_id: str | None = None,
) -> None:
    turn = log.begin(
        message, conversation_id=conversation_id, channel=channel, customer_id=customer_id
    )
    reply = Reply(
        conversation_id=conversation_id,
        turn=turn.turn,
        language="zh" if any("一" <= each <= "鿿" for each in message) else "en",
        text=answer,
        products=[card(title) for title in products],
        intent=Intent.HANDOFF if handoff else Intent.RECOMMEND,
        handoff=handoff,
        writer="composer",
    )
    log.complete(TurnRecord(reply, {}, llm_sentences=drafted))


def ids(engine: Engine, words: str = "", *marks: str) -> list[str]:
    return [each.conversation_id for each in find(engine, Asked(words, marks)).listed]


@pytest.fixture
def log(engine: Engine) -> ConversationLog:
    log = ConversationLog(engine)
    talk(log, "jackets", "Waterproof jackets for running, please", channel="widget")
    talk(log, "tents", "A tent for 3.5 people at a café", products=(), drafted=2)
    talk(log, "chinese", "我想要一件防水的夹克", "为您找到五件冲锋衣。")
    talk(log, "angry", "let me speak to a person", handoff=True, products=())
    return log


def test_newest_first_and_a_new_message_moves_up(engine: Engine, log: ConversationLog) -> None:
    assert ids(engine) == ["angry", "chinese", "tents", "jackets"]
    log.begin("anything cheaper?", conversation_id="tents")
    assert ids(engine) == ["tents", "angry", "chinese", "jackets"]
    row = find(engine, Asked()).listed[0]
    assert (row.turns, row.message, row.channel, row.language) == (
        2, "anything cheaper?", "web", "en",
    )  # fmt: skip


def test_words_are_found_in_both_languages(engine: Engine, log: ConversationLog) -> None:
    assert ids(engine, "jacket run") == ["jackets"]
    assert ids(engine, "RIDGELINE") == ["chinese", "jackets"]  # a product that was shown
    assert ids(engine, "cafe 3.5") == ["tents"]
    assert ids(engine, "防水") == ["chinese"]
    assert ids(engine, "防水的夹克") == ["chinese"]
    assert ids(engine, "冲锋衣 想要") == ["chinese"]
    assert ids(engine, "克") == ["chinese"]  # a single character, even a sentence's last
    assert ids(engine, "水防") == []
    assert ids(engine, "防夹") == []
    assert ids(engine, "submarine") == []
    assert ids(engine, "?!") == []
    assert ids(engine, "jacket \"' OR 1 AND NEAR(*) -x:") == []
    assert ids(engine, "jacket '") == ["chinese", "jackets"]


def test_filters_alone_and_together(engine: Engine, log: ConversationLog) -> None:
    assert ids(engine, "", "handoff") == ["angry"]
    assert ids(engine, "", "no_result") == ["tents"]
    assert ids(engine, "", "fell_back") == ["tents"]
    assert ids(engine, "", "language:zh") == ["chinese"]
    assert ids(engine, "", "language:en", "channel:web") == ["angry", "tents"]
    assert ids(engine, "ridgeline", "channel:widget") == ["jackets"]
    assert ids(engine, "ridgeline", "channel:slack") == []
    log.record_event(
        Event(conversation_id="jackets", kind=EventKind.FEEDBACK, turn=1, value="down: dear")
    )
    assert ids(engine, "", "rating:down") == ["jackets"]
    log.record_event(Event(conversation_id="jackets", kind=EventKind.FEEDBACK, turn=1, value="up"))
    assert ids(engine, "", "rating:down") == []
    assert ids(engine, "", "rating:up") == ["jackets"]
    assert ids(engine) == ["angry", "chinese", "tents", "jackets"]  # a thumb is no new message


def test_dates(engine: Engine, log: ConversationLog) -> None:
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    for words in ("", "jacket"):
        assert find(engine, Asked(words, since=now + hour)).listed == []
        assert find(engine, Asked(words, until=now - hour)).listed == []
        assert len(find(engine, Asked(words, (), now - hour, now + hour)).listed) in (2, 4)


def test_pages_continue_where_they_ended(engine: Engine) -> None:
    log = ConversationLog(engine)
    for number in range(12):
        talk(log, f"c{number:02}", "a jacket" if number % 2 else "a tent")
    for asked, expected in ((Asked(), 12), (Asked("jacket"), 12), (Asked("tent"), 6)):
        seen: list[str] = []
        after: Place | None = None
        while True:
            page = find(engine, asked, after, limit=5)
            seen += [each.conversation_id for each in page.listed]
            if page.after is None:
                break
            after = Place.read(str(page.after))
            assert after == page.after
        assert len(seen) == expected
        assert seen == sorted(set(seen), reverse=True)
    assert Place.read("none") is None
    assert Place.read("9" * 30 + ".x") is None


def test_an_older_log_is_listed_as_it_would_have_been(engine: Engine, log: ConversationLog) -> None:
    before = {
        each.conversation_id: (each.marks, each.message, each.turns)
        for each in find(engine, Asked()).listed
    }
    with writing(engine) as connection:
        connection.execute(delete(inbox))
        connection.execute(text("DELETE FROM inbox_words"))
    assert list_unlisted(engine) == 4
    assert list_unlisted(engine) == 0
    after = {
        each.conversation_id: (each.marks, each.message, each.turns)
        for each in find(engine, Asked()).listed
    }
    assert after == before
    assert ids(engine, "防水", "language:zh") == ["chinese"]


def test_marks_are_set_and_taken(engine: Engine, log: ConversationLog) -> None:
    with writing(engine) as connection:
        change_marks(connection, "tents", ["label:退货 & more"], words="Called back")
    assert ids(engine, "", "label:退货 & more") == ["tents"]
    assert ids(engine, "called") == ["tents"]
    assert ids(engine, "tent people") == ["tents"]
    with writing(engine) as connection:
        change_marks(connection, "tents", drop=["label:退货 & more"], is_active=True)
    assert ids(engine, "", "label:退货 & more") == []
    assert ids(engine)[0] == "tents"


def test_erasing_takes_it_out_of_the_index(engine: Engine, log: ConversationLog) -> None:
    talk(log, "gone", "a zeppelin hangar", customer_id="c-1")
    assert ids(engine, "zeppelin") == ["gone"]
    erase_customer(engine, "lead@shop.example", "c-1")
    assert ids(engine, "zeppelin") == []
    assert "gone" not in ids(engine)
    if engine.dialect.name == "sqlite":
        file = engine.url.database
        assert file is not None
        assert b"zeppelin" not in Path(file).read_bytes().lower()


def test_words_and_terms() -> None:
    assert searchable("防水夹克 64GB") == ["防水", "水夹", "夹克", "克", "64", "gb", "64gb"]
    assert terms_of("防水夹 a b") == [(("防水", "水夹"), False), (("a",), False), (("b",), False)]
    assert terms_of("水") == [(("水",), True)]
    assert len(terms_of(" ".join(f"w{n}" for n in range(90)))) == 12
