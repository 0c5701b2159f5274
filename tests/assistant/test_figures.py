"""The figures: counted as turns are logged, summed by day, language and channel."""

from __future__ import annotations

import csv
import io
import math
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, select, update

from assistant.cells import plain_cell
from assistant.events import Event, EventKind
from assistant.figures import tables
from assistant.figures.counting import prepare_figures
from assistant.figures.fairness import ENOUGH, fairness
from assistant.figures.products import never_clicked
from assistant.figures.reading import Asked, Figures, read_figures, write_csv
from assistant.figures.sketch import ACCURACY, bucket_of, quantile
from assistant.figures.wishes import grouped_wishes, remembering
from assistant.log import ConversationLog, Impression, TurnRecord
from assistant.privacy.customers import erase_customer
from assistant.privacy.retention import expire_conversations
from assistant.reply import Intent, Latency, ProductCard, Reply
from assistant.tables import conversations, turns
from retrieval.catalog import Catalog
from retrieval.database import writing
from retrieval.product import Product

TODAY = datetime.now(UTC).date()
LATELY = Asked(TODAY - timedelta(days=7), TODAY + timedelta(days=1))


def card(product_id: str, *, sponsored: bool = False) -> ProductCard:
    return ProductCard(
        product_id=product_id, title=product_id.title(), price="89.00", currency="USD", url=None,
        image_url=None, click_probability=0.3, sponsored=sponsored,
    )  # fmt: skip


def talk(
    log: ConversationLog,
    conversation_id: str,
    message: str = "a jacket",
    shown: tuple[str, ...] = ("shell", "parka"),
    *,
    considered: tuple[tuple[str, float], ...] = (),
    intent: Intent = Intent.RECOMMEND,
    channel: str = "web",
    language: str = "en",
    handoff: bool = False,
    drafted: int = 0,
    accepted: int = 0,
    error: str | None = None,
    milliseconds: int = 100,
    sponsored: str = "",
    customer_id: str | None = None,
) -> None:
    turn = log.begin(
        message, conversation_id=conversation_id, channel=channel, customer_id=customer_id
    )
    reply = Reply(
        conversation_id=conversation_id,
        turn=turn.turn,
        language=language,  # type: ignore[arg-type]
        text="Here.",
        products=[card(each, sponsored=each == sponsored) for each in shown],
        intent=intent,
        handoff=handoff,
        writer="composer",
        latency_ms=Latency(total=milliseconds),
    )
    candidates = [{"product_id": name, "click_probability": merit} for name, merit in considered]
    log.complete(
        TurnRecord(
            reply, {}, understood={"query": f"{message} refined"}, candidates=candidates,
            impressions=[
                Impression(at, name, name, "", "", message, 0.5, 0.3, {}, None)
                for at, name in enumerate(shown, start=1)
            ],
            llm_sentences=drafted, llm_accepted=accepted, error=error,
        )
    )  # fmt: skip


def act(log: ConversationLog, conversation_id: str, kind: EventKind, **more: Any) -> None:
    log.record_event(Event(conversation_id=conversation_id, kind=kind, turn=1, **more))


@pytest.fixture
def log(engine: Engine) -> ConversationLog:
    return ConversationLog(engine)


def everything(log: ConversationLog) -> None:
    """A little of all that is counted."""
    talk(log, "one", drafted=2, accepted=1)
    talk(log, "one", "cheaper", shown=("parka",), intent=Intent.REFINE, drafted=1)
    talk(log, "two", "a submarine", shown=(), channel="widget", milliseconds=900)
    talk(log, "two", "a person please", (), intent=Intent.HANDOFF, handoff=True, channel="widget")
    talk(log, "two", "a person!", (), intent=Intent.HANDOFF, handoff=True, channel="widget")
    talk(log, "drei", "防水夹克", ("shell",), language="zh", error="RuntimeError: on fire")
    log.begin("never answered", conversation_id="four")


def test_turns_are_counted_as_they_are_logged(engine: Engine, log: ConversationLog) -> None:
    everything(log)
    report = read_figures(engine, LATELY, "language")
    sums = report.total.sums
    assert {name: value for name, value in sums.items() if value} == {
        "conversations": 3, "turns": 6, "wishes": 4, "without_result": 1, "handoffs": 1,
        "drafted": 2, "fell_back": 1, "failed": 1, "shown": 4,
    }  # fmt: skip
    assert report.total.no_result == 0.25
    assert report.total.handed_over == pytest.approx(1 / 3)
    assert report.total.fall_back == 0.5
    assert report.total.satisfaction is None
    assert list(report.over_time) == ["en", "zh"]
    assert report.over_time["zh"][TODAY].sums["turns"] == 1
    assert {name: each.sums["conversations"] for name, each in report.by_channel.items()} == {
        "web": 2, "widget": 1,
    }  # fmt: skip
    assert report.by_intent == {"recommend": 3, "handoff": 2, "refine": 1}
    of_widget = read_figures(engine, Asked(TODAY, TODAY, channel="widget", language="en")).total
    assert of_widget.sums["turns"] == 3
    assert of_widget.p95 == pytest.approx(900, rel=0.06)
    yesterday = TODAY - timedelta(days=1)
    assert not read_figures(engine, Asked(yesterday, yesterday)).total.sums["turns"]


def test_an_act_counts_once_and_a_thumb_may_change(engine: Engine, log: ConversationLog) -> None:
    talk(log, "one")
    talk(log, "two")
    for _ in range(3):
        act(log, "one", EventKind.CLICK, product_id="shell")
    act(log, "one", EventKind.CLICK, product_id="parka", id="again")
    act(log, "one", EventKind.CLICK, product_id="parka", id="again")
    act(log, "one", EventKind.ADD_TO_CART, product_id="parka")
    act(log, "one", EventKind.DISMISS, product_id="shell")
    for verdict in ("up", "down: dear", "down", "up"):
        act(log, "one", EventKind.FEEDBACK, value=verdict)
    act(log, "two", EventKind.FEEDBACK, value="down")
    total = read_figures(engine, LATELY).total
    assert (total.sums["helpful"], total.sums["unhelpful"]) == (1, 1)
    assert (total.click_through, total.add_to_cart) == (0.5, 0.25)
    with engine.connect() as connection:
        row = connection.execute(
            select(tables.products).where(tables.products.c.product_id == "parka")
        ).one()
    assert (row.shown, row.clicks, row.carts) == (2, 1, 1)


def test_an_older_log_is_counted_as_it_would_have_been(
    engine: Engine, log: ConversationLog
) -> None:
    everything(log)
    for product in ("shell", "shell", "parka"):
        act(log, "one", EventKind.CLICK, product_id=product)
    act(log, "one", EventKind.FEEDBACK, value="up")

    def stored() -> list[list[tuple[object, ...]]]:
        with engine.connect() as connection:
            return [
                [
                    tuple(row)
                    for row in connection.execute(select(table).order_by(*table.primary_key))
                ]
                for table in (tables.days, tables.latencies, tables.products, tables.wishes)
            ]

    before = stored()
    assert all(before)
    prepare_figures(engine)
    assert stored() == before
    with writing(engine) as connection:
        for table in tables.metadata.sorted_tables:
            connection.execute(delete(table))
    prepare_figures(engine)
    for was, now in zip(before, stored(), strict=True):
        for one, other in zip(was, now, strict=True):
            assert one == pytest.approx(other) if isinstance(one[-1], float) else one == other


def test_figures_outlive_the_conversations_and_words_do_not(
    engine: Engine, log: ConversationLog
) -> None:
    talk(log, "old", "an old zeppelin", shown=())
    talk(log, "asked", "a new zeppelin", shown=(), customer_id="c-1")
    long_ago = datetime.now(UTC) - timedelta(days=40)
    with writing(engine) as connection:
        for table, key in ((turns, "conversation_id"), (conversations, "id")):
            connection.execute(
                update(table).where(table.c[key] == "old").values(created_at=long_ago)
            )
    expire_conversations(engine, 30)
    erase_customer(engine, "lea@shop.example", "c-1")
    assert read_figures(engine, LATELY).total.sums["turns"] == 2
    with engine.connect() as connection:
        assert connection.execute(select(tables.wishes)).all() == []


def test_days_of_a_long_span_are_told_by_weeks(engine: Engine, log: ConversationLog) -> None:
    half_a_year = Asked(date(2026, 1, 1), date(2026, 6, 30))
    assert half_a_year.by_week
    assert half_a_year.periods()[:2] == [date(2025, 12, 29), date(2026, 1, 5)]
    assert half_a_year.period_of(date(2026, 6, 30)) == half_a_year.periods()[-1]
    week = Asked(date(2026, 1, 1), date(2026, 1, 7))
    assert week.periods() == [date(2026, 1, day) for day in range(1, 8)]


def test_quantiles_are_within_their_accuracy() -> None:
    draw = random.Random(0)
    values = sorted(draw.lognormvariate(5, 1) + 1 for _ in range(5000))
    buckets = dict[int, int]()
    for value in values:
        buckets[bucket_of(value)] = buckets.get(bucket_of(value), 0) + 1
    for share in (0, 0.5, 0.95, 1):
        exact = values[max(0, math.ceil(share * len(values)) - 1)]
        assert quantile(buckets, share) == pytest.approx(exact, rel=ACCURACY + 1e-3)
    assert quantile({}, 0.5) is None
    assert Figures().p95 is None
    assert bucket_of(0) == bucket_of(1) == 0


def test_the_csv_has_a_row_for_each_day_language_and_channel(
    engine: Engine, log: ConversationLog
) -> None:
    everything(log)
    talk(log, "five", channel="=cmd|' /C calc'!A0")
    out = io.StringIO()
    write_csv(engine, LATELY, out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [(row["language"], row["channel"], row["turns"]) for row in rows] == [
        ("en", "'=cmd|' /C calc'!A0", "1"), ("en", "web", "2"), ("en", "widget", "3"),
        ("zh", "web", "1"),
    ]  # fmt: skip
    assert rows[2]["no_result"] == "1"
    assert rows[0]["satisfaction"] == ""
    assert {row["day"] for row in rows} == {TODAY.isoformat()}


def test_no_cell_is_a_formula() -> None:
    for risky in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"):
        assert plain_cell(risky) == f"'{risky}"
    for plain in ("a=b", "", "夹克", -1, 0.5, None):
        assert plain_cell(plain) == plain


# What was asked for.


def by_first_word(texts: Any) -> Any:
    """A stand-in for embeddings: texts mean the same whose first words are the same."""
    vectors = np.zeros((len(texts), 512), np.float32)
    for row, text in enumerate(texts):
        vectors[row, sum(text.split()[0].encode()) % 512] = 1
    return vectors


def test_wishes_of_like_meaning_are_told_together(engine: Engine, log: ConversationLog) -> None:
    said = ["Hammock for two!", "hammock for  two", "hammock with a stand", "kayak"]
    for number, message in enumerate(said):
        talk(log, f"lacking {number}", message, shown=())
    talk(log, "found", "a jacket")
    talk(log, "found", "cheaper", intent=Intent.REFINE)
    talk(log, "found", "cheap", shown=(), intent=Intent.REFINE)
    talk(log, "zh", "吊床", shown=(), language="zh")
    log.begin("(–price.max)", conversation_id="found")
    embed = remembering(by_first_word)
    lacking = grouped_wishes(engine, LATELY, embed, found=False)
    assert lacking.wishes == 6
    assert [(each.label, each.language, each.wishes) for each in lacking.groups] == [
        ("hammock for two", "en", 3), ("cheap refined", "en", 1), ("kayak", "en", 1),
        ("吊床", "zh", 1),
    ]  # fmt: skip
    assert lacking.groups[0].others == ("hammock with a stand",)
    most = grouped_wishes(engine, LATELY, embed)
    assert (most.wishes, "a jacket" in {each.label for each in most.groups}) == (7, True)
    only_chinese = Asked(LATELY.since, LATELY.until, language="zh")
    assert [each.label for each in grouped_wishes(engine, only_chinese, embed).groups] == ["吊床"]
    assert grouped_wishes(engine, Asked(date(2020, 1, 1), date(2020, 1, 2)), embed).groups == []


# What was shown.


def product(product_id: str, brand: str | None, price: str, **attributes: str) -> Product:
    return Product(
        id=product_id, title=product_id.title(), brand=brand, price=Decimal(price),
        currency="USD", attributes=dict(attributes),
    )  # fmt: skip


def test_products_never_clicked(engine: Engine, log: ConversationLog) -> None:
    Catalog(engine).upsert([product("shell", "Fellmark", "80")])
    for number in range(4):
        talk(log, f"c{number}", shown=("shell", "parka", "boots"))
    act(log, "c0", EventKind.CLICK, product_id="parka")
    found = never_clicked(engine, LATELY.since, LATELY.until, least=3)
    assert [(each.product_id, each.title, each.shown) for each in found] == [
        ("shell", "Shell", 4), ("boots", "", 4),
    ]  # fmt: skip
    assert found[0].expected == pytest.approx(0.469, abs=0.01)
    assert never_clicked(engine, LATELY.since, LATELY.until, least=5) == []


def test_exposure_is_held_against_relevance(engine: Engine, log: ConversationLog) -> None:
    Catalog(engine).upsert(
        [
            product("shell", "Fellmark", "80", seller="Anna"),
            product("parka", "Fellmark", "120", seller="Anna"),
            product("anorak", "Moor", "40", Seller="Ben"),
            product("boots", "Moor", "200", seller="Ben"),
        ]
    )
    merits = (("shell", 0.2), ("parka", 0.2), ("anorak", 0.2), ("boots", 0.2))
    for number in range(ENOUGH):
        talk(log, f"c{number}", shown=("shell", "parka", "anorak"), considered=merits,
             sponsored="anorak" if number % 2 else "")  # fmt: skip
    report = fairness(engine, LATELY.since, LATELY.until)
    assert report.turns == ENOUGH
    brands = {each.name: each for each in report.brands}
    total = 1 + 0.6309 + 0.5
    assert brands["Fellmark"].relevance == brands["Moor"].relevance == pytest.approx(0.5)
    assert brands["Fellmark"].exposure == pytest.approx(1.6309 / total, abs=1e-3)
    assert brands["Moor"].ratio == pytest.approx(2 * 0.5 / total, abs=1e-3)
    assert brands["Moor"].conspicuous
    assert report.inequity["brands"] == pytest.approx(1.6309 / total - 0.5, abs=1e-3)
    assert report.paid == pytest.approx(0.5 * 0.5 / total, abs=1e-3)
    assert [(each.name, each.products) for each in report.price_bands] == [
        ("40.00 – 80.00 USD", 1), ("80.00 – 120.00 USD", 1), ("120.00 – 200.00 USD", 1),
        ("200.00 + USD", 1),
    ]  # fmt: skip
    assert report.price_bands[3].ratio == 0
    assert {each.name for each in report.sellers} == {"Anna", "Ben"}


def test_without_sellers_none_are_told(engine: Engine, log: ConversationLog) -> None:
    Catalog(engine)
    assert fairness(engine, LATELY.since, LATELY.until).brands == []
    talk(log, "one")
    report = fairness(engine, LATELY.since, LATELY.until)
    assert report.sellers == []
    assert [each.name for each in report.brands] == [""]
    assert not report.brands[0].conspicuous


def test_a_shop_of_fair_ranking_is_not_blamed(engine: Engine, log: ConversationLog) -> None:
    """Places drawn in proportion to relevance give each brand what it deserves."""
    Catalog(engine).upsert([product(f"p{at}", f"Brand {at % 2}", "10") for at in range(10)])
    draw = random.Random(0)
    merits = tuple((f"p{at}", 0.1) for at in range(10))
    for number in range(150):
        shown = draw.sample([name for name, _ in merits], 3)
        talk(log, f"c{number}", shown=tuple(shown), considered=merits)
    report = fairness(engine, LATELY.since, LATELY.until)
    assert not any(each.conspicuous for each in report.brands)
    assert report.inequity["brands"] < 0.1


def test_figures_of_a_year_read_few_rows(engine: Engine, log: ConversationLog) -> None:
    """A day costs as many rows as it has channels, languages and intents, however busy it was."""
    with writing(engine) as connection:
        connection.execute(
            insert(tables.days),
            [
                {"day": date(2026, 1, 1) + timedelta(days=at), "channel": "web", "language": "en",
                 "intent": "recommend", "turns": 10_000, "conversations": 1_000}
                for at in range(365)
            ],
        )  # fmt: skip
    year = read_figures(engine, Asked(date(2026, 1, 1), date(2026, 12, 31)))
    assert year.total.sums["turns"] == 3_650_000
    assert sum(each.sums["turns"] for each in year.over_time[""].values()) == 3_650_000
    assert len(year.over_time[""]) == 53
