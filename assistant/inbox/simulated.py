"""Many simulated conversations, written as the log would have, to measure the console with.

They are told from real ones by their ids ("simulated-…") and by the models of their replies.
Everything in them is made up here; who asks for what follows Zipf's law, as wishes do.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, func, insert, select, text

from assistant.figures.counting import Counts, Turn
from assistant.figures.tables import days, products
from assistant.inbox.listing import Listing, microseconds
from assistant.inbox.tables import inbox, labels
from assistant.inbox.words import mark_word, searchable
from assistant.tables import conversations, events, feedback, turns
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError

PREFIX = "simulated-"
TURNS = 10
"""Mean turns of a conversation."""
_BATCH = 500
_SPAN = timedelta(days=365)
_CHANNELS = {"web": 50, "widget": 25, "api": 8, "whatsapp": 7, "telegram": 5, "slack": 3, "cli": 2}
_KINDS = (
    *(("rain jacket", "雨衣"), ("running shoes", "跑鞋"), ("tent", "帐篷"), ("backpack", "背包")),
    *(("sleeping bag", "睡袋"), ("desk lamp", "台灯"), ("headphones", "耳机"), ("kettle", "水壶")),
    *(("office chair", "办公椅"), ("rug", "地毯"), ("suitcase", "行李箱"), ("watch", "手表")),
    *(("winter coat", "羽绒服"), ("sofa", "沙发"), ("blender", "搅拌机"), ("bike helmet", "头盔")),
    *(("yoga mat", "瑜伽垫"), ("monitor", "显示器"), ("keyboard", "键盘"), ("sandals", "凉鞋")),
)
_LACKING = (
    *(("hammock with a stand", "带支架的吊床"), ("inflatable kayak", "充气皮划艇")),
    *(("left handed scissors", "左手剪刀"), ("beekeeping suit", "养蜂服"), ("sundial", "日晷")),
)
_TRAITS = (
    *(("waterproof", "防水的"), ("lightweight", "轻便的"), ("blue", "蓝色的"), ("red", "红色的")),
    *(("quiet", "安静的"), ("for two people", "两人用的"), ("for children", "儿童用的")),
    *(("foldable", "可折叠的"), ("black", "黑色的"), ("warm", "保暖的"), ("cheap", "便宜的")),
)
_WISHES = {
    "en": ("I am looking for a {trait} {kind} under ${price}", "{trait} {kind}",
           "do you have a {kind}, {trait}, for at most {price} dollars?",
           "my daughter needs a {kind}, {trait} if possible"),
    "zh": ("我想要一个{trait}{kind}，{price}元以内", "{trait}{kind}",
           "有没有{price}以下的{trait}{kind}？", "送朋友的{kind}，最好是{trait}"),
}  # fmt: skip
_REFINEMENTS = {
    "en": ("anything cheaper?", "rather {trait}", "and under ${price}?", "show me others"),
    "zh": ("再便宜一点", "要{trait}", "{price}以内的呢？", "换一批看看"),
}
_QUESTIONS = {
    "en": {"product_question": "is the first one {trait}?", "compare": "compare the first two",
           "shop_question": "how long does delivery take?", "cart": "put the second in my cart",
           "greeting": "thank you very much", "out_of_scope": "what is the capital of Peru?",
           "handoff": "I would like to talk to a person"},
    "zh": {"product_question": "第一个是{trait}吗？", "compare": "比较前两个",
           "shop_question": "多久能送到？", "cart": "第二个加入购物车", "greeting": "非常感谢",
           "out_of_scope": "秘鲁的首都是哪里？", "handoff": "我想找人工客服"},
}  # fmt: skip
_QUESTION_WEIGHTS = (30, 12, 20, 18, 14, 4, 2)
_ANSWERS = {
    "en": ("Here are {count} that fit: the {title} costs ${price}.", "Nothing fits that wish."),
    "zh": ("为您找到{count}件：{title}，价格{price}元。", "没有符合条件的商品。"),
}
_LABELS = ("vip", "complaint", "refund", "退货", "follow up", "gift")
_SYLLABLES = ("fell", "mar", "row", "lund", "ver", "sto", "quil", "bra", "neth", "wick", "tor")

_split = lru_cache(200_000)(searchable)
_dumps = json.JSONEncoder(check_circular=False).encode

Progress = Callable[[int, int], None]
Json = dict[str, Any]


@dataclass(slots=True)
class _Rows:
    """What is to be inserted, by table."""

    conversations: list[Json] = field(default_factory=list[Json])
    turns: list[Json] = field(default_factory=list[Json])
    listings: list[Listing] = field(default_factory=list[Listing])
    events: list[Json] = field(default_factory=list[Json])
    feedback: list[Json] = field(default_factory=list[Json])
    labels: list[Json] = field(default_factory=list[Json])
    counts: Counts = field(default_factory=Counts)


def fill(
    engine: Engine, many: int, *, seed: int = 0, advance: Progress = lambda done, total: None
) -> int:
    """Have so many conversations in a database that has no others; returns the number of turns.

    What is there already is left: a filling that was stopped goes on where it was.

    Raises:
        ShopGuideError: there are other conversations in it, or more.
    """
    with reading(engine) as connection:
        known = set(connection.execute(select(conversations.c.id)).scalars())
        moment = connection.execute(select(func.max(inbox.c.moment))).scalar() or 0
    if known != {_id(number) for number in range(len(known))} or len(known) > many:
        raise ShopGuideError("the database has conversations; name an empty one to fill")
    simulation = _Simulation(seed, many, datetime.now(UTC), moment)
    for start in range(len(known), many, _BATCH):
        rows = _Rows()
        for number in range(start, min(start + _BATCH, many)):
            simulation.conversation(number, rows)
        with writing(engine) as connection:
            _write(connection, rows)
        advance(min(start + _BATCH, many), many)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))  # as autovacuum would by and by
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(turns)).scalar_one()


@dataclass(slots=True)
class _Simulation:
    """Draws conversations one after the other, the oldest first."""

    seed: int
    many: int
    now: datetime
    moment: int = 0
    products: list[Json] = field(default_factory=list[Json])
    draw: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.draw.seed(self.seed)
        for number in range(2000):
            english, chinese = _KINDS[number % len(_KINDS)]
            name = "".join(self.draw.choices(_SYLLABLES, k=3)).title()
            self.products.append(
                {
                    "product_id": f"{PREFIX}{number}",
                    "title": {"en": f"{name} {english.title()}", "zh": f"{name} {chinese}"},
                    "price": f"{self.draw.randrange(900, 30000) / 100:.2f}",
                }
            )

    def conversation(self, number: int, rows: _Rows) -> None:
        """Draw one, the same whenever it is drawn, and add its rows."""
        self.draw.seed(f"{self.seed} {number}")
        at = self.now - _SPAN * ((self.many - number) / self.many)
        conversation_id = _id(number)
        channel = self.draw.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
        language = "zh" if self.draw.random() < 0.4 else "en"
        row = Listing(conversation_id, channel, at, split=_split)
        kind = self._zipf(len(_KINDS))
        handed_over = False
        length = max(1, round(self.draw.gauss(TURNS, 3)))
        for turn in range(1, length + 1):
            at += timedelta(seconds=self.draw.randrange(10, 90))
            intent, message = self._said(turn, language, kind)
            reply = self._reply(conversation_id, turn, language, intent, kind, message)
            drafted = int(self.draw.random() < 0.5) * 2
            accepted = drafted if self.draw.random() < 0.95 else 0
            self._add(rows, row, at, message, reply, (drafted, accepted), handed_over, channel)
            handed_over = handed_over or reply["handoff"]
        if self.draw.random() < 0.1:
            label = self.draw.choice(_LABELS)
            row.marks.add(f"label:{label}")
            rows.labels.append(
                {"conversation_id": conversation_id, "label": label, "who": "simulated", "at": at}
            )
        rows.conversations.append(
            {"id": conversation_id, "customer_id": f"{PREFIX}{number % 40_000}",
             "channel": channel, "created_at": row.started_at}
        )  # fmt: skip
        rows.listings.append(row)

    def _add(
        self, rows: _Rows, row: Listing, at: datetime, message: str, reply: Json,
        sentences: tuple[int, int], handed_over: bool, channel: str,
    ) -> None:  # fmt: skip
        turn, intent = reply["turn"], reply["intent"]
        shown = reply["products"]
        candidates = [
            {"product_id": card["product_id"], "score": 0.5, "rank_before": at + 1,
             "rank_after": at + 1, "lexical_rank": at + 1, "dense_rank": at + 2,
             "click_probability": card["click_probability"], "position": at + 1}
            for at, card in enumerate(shown)
        ]  # fmt: skip
        drafted, accepted = sentences
        # On SQLite no two rows of the inbox share a moment.
        self.moment = max(self.moment + 1, microseconds(at))
        row.said(turn, message, self.moment)
        row.answered(reply, drafted, accepted, None)
        stored = {
            "conversation_id": row.conversation_id, "turn": turn, "message": message,
            "created_at": at, "completed_at": at + timedelta(milliseconds=400), "reply": reply,
            "state": {"language": reply["language"]}, "understood": {"intent": intent,
            "query": message}, "candidates": candidates, "writer": reply["writer"],
            "llm_sentences": drafted, "llm_accepted": accepted, "dropped": [],
            "models": reply["models"], "latency_ms": reply["latency_ms"],
            "notices": ["simulated"], "error": None,
        }  # fmt: skip
        rows.turns.append(stored)
        done = Turn(
            row.conversation_id, turn, at.date(), channel, message, reply, {}, candidates,
            drafted, accepted, None,
        )  # fmt: skip
        done.count(rows.counts, first=turn == 1, handed_over_before=handed_over)
        key = (at.date(), channel, reply["language"], intent)
        for place, card in enumerate(shown, start=1):
            if self.draw.random() < card["click_probability"] / place:
                rows.events.append(
                    {"id": f"{row.conversation_id}-{turn}-{place}", "turn": turn, "value": None,
                     "conversation_id": row.conversation_id, "kind": "click", "customer_id": None,
                     "product_id": card["product_id"], "position": place, "model_version": None,
                     "created_at": at}
                )  # fmt: skip
                rows.counts.add(days, key, clicks=1)
                rows.counts.add(products, (at.date(), card["product_id"]), clicks=1)
        if self.draw.random() < 0.04:
            helpful = self.draw.random() < 0.8
            row.marks.add("rating:up" if helpful else "rating:down")
            rows.feedback.append(
                {"conversation_id": row.conversation_id, "turn": turn, "helpful": helpful,
                 "comment": "", "updated_at": at}
            )  # fmt: skip
            rows.counts.add(days, key, **{"helpful" if helpful else "unhelpful": 1})

    def _said(self, turn: int, language: str, kind: int) -> tuple[str, str]:
        """An intent and a message."""
        which = int(language == "zh")
        values = {
            "kind": _KINDS[kind][which],
            "trait": self.draw.choice(_TRAITS)[which],
            "price": self.draw.randrange(2, 60) * 5,
        }
        if turn == 1 or self.draw.random() < 0.2:
            if self.draw.random() < 0.08:
                values["kind"] = self.draw.choice(_LACKING)[which]
            return "recommend", self.draw.choice(_WISHES[language]).format(**values)
        if self.draw.random() < 0.5:
            return "refine", self.draw.choice(_REFINEMENTS[language]).format(**values)
        asked = _QUESTIONS[language]
        intent = self.draw.choices(list(asked), _QUESTION_WEIGHTS)[0]
        return intent, asked[intent].format(**values)

    def _reply(
        self, conversation_id: str, turn: int, language: str, intent: str, kind: int, message: str
    ) -> Json:
        which = int(language == "zh")
        lacks = any(names[which] in message for names in _LACKING)
        cards: list[Json] = []
        if intent in ("recommend", "refine") and not lacks:
            of_kind = self.products[kind :: len(_KINDS)]
            for place in range(self.draw.randrange(3, 6)):
                chosen = of_kind[self._zipf(len(of_kind))]
                if any(card["product_id"] == chosen["product_id"] for card in cards):
                    continue
                cards.append(_card(chosen, language, round(0.3 / (1 + place / 2), 3)))
        found, nothing = _ANSWERS[language]
        first = cards[0] if cards else {"title": "", "price": ""}
        total = int(self.draw.lognormvariate(5.8, 0.5))
        return {
            "conversation_id": conversation_id,
            "turn": turn,
            "language": language,
            "text": found.format(count=len(cards), **first) if cards else nothing,
            "products": cards,
            "constraints": {"category": [_KINDS[kind][0]]},
            "intent": intent,
            "handoff": intent == "handoff",
            "suggestions": [],
            "comparison": None,
            "cart": None,
            "writer": "composer",
            "models": {"clicks": "simulated", "embedder": "simulated", "llm": None},
            "latency_ms": {"understand": 1, "retrieve": 9, "rerank": 80, "products": 90,
                           "first_text": total // 2, "total": total},
        }  # fmt: skip

    def _zipf(self, count: int) -> int:
        """A number below `count`, the small ones likelier."""
        return min(int(count ** self.draw.random()) - 1, count - 1)


def _id(number: int) -> str:
    return f"{PREFIX}{number:08}"


def _card(product: Mapping[str, Any], language: str, probability: float) -> Json:
    return {
        "product_id": product["product_id"], "title": product["title"][language],
        "price": product["price"], "list_price": None, "currency": "USD", "url": None,
        "image_url": None, "availability": "in_stock", "rating": 4.2, "rating_count": 80,
        "click_probability": probability, "reasons": [], "sponsored": False,
    }  # fmt: skip


def _write(connection: Connection, rows: _Rows) -> None:
    """Insert a batch, the newest conversation last."""
    written = (
        (conversations, rows.conversations),
        (turns, rows.turns),
        (events, rows.events),
        (feedback, rows.feedback),
        (labels, rows.labels),
        (inbox, [_listed(each) for each in rows.listings]),
    )
    words: list[Json] = [
        {
            "conversation_id": each.conversation_id,
            "moment": each.moment,
            "words": " ".join([*map(mark_word, sorted(each.marks)), *each.words]),
        }
        for each in rows.listings
    ]
    if connection.dialect.name == "postgresql":
        for table, given in written:
            _copy(connection, table.name, given, {c.name for c in table.c if _is_json(c)})
        _copy(connection, "inbox_words", words)
    else:
        for table, given in written:
            if given:
                connection.execute(insert(table), given)
        connection.execute(
            text(
                "INSERT INTO inbox_words (rowid, conversation_id, words)"
                " VALUES (:moment, :conversation_id, :words)"
            ),
            words,
        )
    rows.counts.write(connection)


def _copy(
    connection: Connection, table: str, rows: Sequence[Json], as_json: Collection[str] = ()
) -> None:
    """Have PostgreSQL load rows of the same columns, several times as fast as inserting them."""
    if not rows:
        return
    names = list(rows[0])
    raw: Any = connection.connection.driver_connection  # psycopg's own
    with (
        raw.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as loading,
    ):
        for row in rows:
            loading.write_row(
                [_dumps(row[name]) if name in as_json else row[name] for name in names]
            )


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _listed(row: Listing) -> Json:
    return {
        "conversation_id": row.conversation_id, "moment": row.moment,
        "started_at": row.started_at, "turns": row.turns, "channel": row.channel,
        "language": row.language, "intent": row.intent, "message": row.message,
        "answer": row.answer, "marks": sorted(row.marks),
    }  # fmt: skip
