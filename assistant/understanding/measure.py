"""How well messages are understood: speed and errors on any messages, and agreement with people.

Rows of six shapes are read: plain ones (`message` or `query`), messages with what they are about
(`message` and `intent`, as in CLINC150: `out_of_scope` should be declined or handed over),
requests with the conditions a right answer meets (`reward`, as in ShoppingBench), conversations
whose requests people rewrote so that they stand alone (`conversation`, as in CoSRec), dialogues
whose utterances people gave intents (`utterances`, as in MG-ShopDial), and product titles in
which people marked brands and products (`title` and `entities`).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assistant.evidence import stems
from assistant.neutral_words import ENGLISH
from assistant.state import DialogueState
from assistant.understanding.reading import Reading
from assistant.understanding.text import clean
from assistant.understanding.understander import Understander, Understood
from retrieval.errors import ShopGuideError
from retrieval.facets import Facets

MAJORITY = 0.5
OUT_OF_SCOPE = "out_of_scope"
_DECLINED = ("out_of_scope", "handoff", "unsafe")
_MARKED = {"HCCX": "product words of titles", "HPPX": "brand words of titles"}
_WISHES = ("recommend", "refine", "compare", "product_question")
_FUNCTION = stems(" ".join(ENGLISH))


@dataclass(slots=True)
class Agreement:
    """Counts of what was found, what should have been, and what is both."""

    found: int = 0
    wanted: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        """Of what was found, the share that is right."""
        return round(self.right / self.found, 4) if self.found else None

    @property
    def recall(self) -> float | None:
        """Of what should have been found, the share that was."""
        return round(self.right / self.wanted, 4) if self.wanted else None


@dataclass(frozen=True, slots=True)
class UnderstandingReport:
    """`errors` are messages that raised one; `agreement` maps what was compared to its figures:
    precision, recall, and how many there were to find.
    """

    messages: int
    errors: int
    p50_ms: float
    p95_ms: float
    intents: Mapping[str, int]
    languages: Mapping[str, int]
    agreement: Mapping[str, Mapping[str, float | int | None]] = field(
        default_factory=dict[str, Any]
    )


class _Listener:
    """Understands, times and counts."""

    def __init__(self, understander: Understander) -> None:
        self._understander = understander
        self.times: list[float] = []
        self.errors = 0
        self.intents: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()

    def read(self, text: str) -> Reading:
        """What a text says on its own."""
        return self._understander.read(clean(text))

    def hear(self, message: str, state: DialogueState) -> Understood | None:
        since = time.perf_counter()
        try:
            understood = self._understander.understand(message, state, {})
        except Exception:
            self.errors += 1
            return None
        finally:
            self.times.append((time.perf_counter() - since) * 1000)
        self.intents[understood.intent.value] += 1
        self.languages[understood.language] += 1
        return understood


def measure_understanding(
    understander: Understander, rows: Iterable[Mapping[str, Any]]
) -> UnderstandingReport:
    """Understand every row and compare with what people said it means.

    Titles are read as in a shop that has the brands and kinds of those marked `train`, as their
    vocabulary is learnt from the catalogue; the others are measured.

    Raises:
        ShopGuideError: a row has none of the shapes.
    """
    rows = list(rows)
    if taught := [row for row in rows if "entities" in row and row.get("split") == "train"]:
        understander = Understander(_facets_of(taught))
        rows = [row for row in rows if row.get("split") != "train"]
    listener = _Listener(understander)
    scores: dict[str, Agreement] = {}
    for row in rows:
        if "conversation" in row:
            _conversation(row, listener, scores)
        elif "utterances" in row:
            _dialogue(row, listener, scores)
        elif "reward" in row:
            _request(row, listener, scores)
        elif "entities" in row:
            _title(row, listener, scores)
        else:
            text = row.get("message") or row.get("query")
            if not isinstance(text, str):
                raise ShopGuideError("a row has neither message nor query, reward nor conversation")
            understood = listener.hear(text, DialogueState())
            if understood is not None and row.get("intent") == OUT_OF_SCOPE:
                score = scores.setdefault(
                    "messages out of scope, declined or handed over", Agreement()
                )
                score.wanted += 1
                score.found += 1
                score.right += understood.intent.value in _DECLINED
    times = sorted(listener.times) or [0.0]
    return UnderstandingReport(
        messages=len(listener.times),
        errors=listener.errors,
        p50_ms=round(times[len(times) // 2], 2),
        p95_ms=round(times[int(len(times) * 0.95)], 2),
        intents=dict(listener.intents.most_common()),
        languages=dict(listener.languages.most_common()),
        agreement={
            name: {"precision": each.precision, "recall": each.recall, "wanted": each.wanted}
            for name, each in scores.items()
        },
    )


def _facets_of(titles: Iterable[Mapping[str, Any]]) -> Facets:
    """A catalogue of nothing but the brands and products that people marked in titles."""
    marks = [mark for row in titles for mark in row["entities"]]
    return Facets(
        products=len(marks),
        categories=Counter(mark["text"] for mark in marks if mark["type"] == "HCCX"),
        brands=Counter(mark["text"] for mark in marks if mark["type"] == "HPPX"),
    )


def _title(row: Mapping[str, Any], listener: _Listener, scores: dict[str, Agreement]) -> None:
    """Products and brands marked in a title, against those the guide reads in it.

    Right is what stands in the same place with the same ends. What is read as a product or a
    brand where people marked neither counts against precision.
    """
    title = str(row["title"])
    if listener.hear(title, DialogueState()) is None:
        return
    reading = listener.read(title)
    if len(reading.text) != len(title):
        return  # another width of characters: the places cannot be compared
    kinds = {"HCCX": ("product", "category"), "HPPX": ("brand",)}
    for marked, name in _MARKED.items():
        gold = {(each["start"], each["end"]) for each in row["entities"] if each["type"] == marked}
        found = {
            (span.start, span.end)
            for span in reading.spans
            if any(entry.kind in kinds[marked] for entry in span.entries)
        }
        score = scores.setdefault(name, Agreement())
        score.found += len(found)
        score.wanted += len(gold)
        score.right += len(found & gold)


def _request(row: Mapping[str, Any], listener: _Listener, scores: dict[str, Agreement]) -> None:
    """Prices and values that the conditions of a request name."""
    understood = listener.hear(str(row["query"]), DialogueState())
    if understood is None or row.get("kind") not in ("product", "shop"):
        return
    rewards = row["reward"] if isinstance(row["reward"], list) else [row["reward"]]
    wishes = [understood.state.wish, *understood.state.wish.needs]
    limits = {
        (side, amount)
        for wish in wishes
        for side, amount in (
            ("min", wish.constraints.price_min),
            ("max", wish.constraints.price_max),
        )
        if amount is not None
    }
    wanted = set(_price_bounds(rewards))
    _count(scores.setdefault("price bounds", Agreement()), limits, wanted)
    values = [value for reward in rewards for value in _values(reward)]
    typed = [
        str(name if value is True else value)
        for wish in wishes
        for name, listed in wish.constraints.attributes.items()
        for value in listed
    ]
    told = set().union(*(stems(text) for text in (*typed, understood.query)), set())
    said = stems(str(row["query"]))
    found = scores.setdefault("values named in the request, kept in the wish", Agreement())
    for value in values:
        words = stems(value) - _FUNCTION
        if words and words <= said:
            found.wanted += 1
            found.right += words <= told
            found.found += words <= told
    exact = scores.setdefault("attributes taken as typed conditions", Agreement())
    gold = set().union(*(stems(value) for value in values), set())
    gold |= set().union(*(stems(" ".join(reward.get("title", []))) for reward in rewards), set())
    for value in typed:
        exact.found += 1
        exact.wanted += 1
        exact.right += bool(stems(value) & gold)


def _price_bounds(rewards: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Decimal]]:
    for reward in rewards:
        for condition in reward.get("price") or []:
            if not isinstance(condition, Mapping):
                continue
            for kind, bounds in condition.items():
                amounts = [Decimal(str(each)) for each in bounds if each is not None]
                if "less" in kind and amounts:
                    yield "max", amounts[-1]
                elif "greater" in kind and amounts:
                    yield "min", amounts[0]
                elif len(amounts) == 2:
                    yield "min", amounts[0]
                    yield "max", amounts[1]


def _values(reward: Mapping[str, Any]) -> Iterator[str]:
    for listed in (reward.get("attributes") or [], reward.get("sku_options") or []):
        for each in listed if isinstance(listed, list) else []:
            for value in each.values():
                yield from (str(part) for part in (value if isinstance(value, list) else [value]))


def _conversation(
    row: Mapping[str, Any], listener: _Listener, scores: dict[str, Agreement]
) -> None:
    """The words of the wish after each turn, against the requests people rewrote."""
    state = DialogueState()
    rewritten = _rewrites(row)
    lines = [line[2:].strip() for line in str(row["conversation"]).splitlines() if line[:2] == "U:"]
    for place, message in enumerate(lines):
        understood = listener.hear(message, state)
        if understood is None:
            continue
        state = _answered(understood.state)
        requests = rewritten.get(place)
        if requests and understood.intent.value in ("recommend", "refine"):
            told = stems(understood.query) - _FUNCTION
            sets = [stems(text) - _FUNCTION for text in requests]
            most = {
                word
                for word in set().union(*sets)
                if sum(word in words for words in sets) > MAJORITY * len(sets)
            }
            score = scores.setdefault(
                "words of the rewritten request, kept in the wish", Agreement()
            )
            score.wanted += len(most)
            score.right += len(told & most)
            score.found += len(told & most)
            extra = scores.setdefault("words of the wish, in a rewritten request", Agreement())
            extra.found += len(told)
            extra.wanted += len(told)
            extra.right += len(told & set().union(*sets))
        if requests:
            wish = scores.setdefault("requests taken for a wish or a product question", Agreement())
            wish.wanted += 1
            wish.found += 1
            wish.right += understood.intent.value in _WISHES


def _answered(state: DialogueState) -> DialogueState:
    """The state after the assistant has offered something, which "it" then means."""
    if not state.wish.parts or state.shown:
        return state
    return state.with_shown(state.turn, [("offered", "", None)])


def _rewrites(row: Mapping[str, Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for each in row.get("intents_by_annotator") or row.get("intents_agreed") or []:
        annotations = each.get("intent_annotations") or []
        flat = [
            note
            for listed in annotations
            for note in (listed if isinstance(listed, list) else [listed])
            if isinstance(note, Mapping)
        ]
        texts = [str(note.get("query") or "") for note in flat
                 if note.get("type") in ("recommendation", "search")]  # fmt: skip
        if texts:
            found[int(each["utterance"])] = texts
    return found


def _dialogue(row: Mapping[str, Any], listener: _Listener, scores: dict[str, Agreement]) -> None:
    """Wishes and greetings of the customer, by the intent most people saw."""
    state = DialogueState()
    for each in row["utterances"]:
        if each.get("participant") != "Client":
            continue
        understood = listener.hear(str(each["utterance"]), state)
        if understood is None:
            continue
        state = _answered(understood.state)
        votes = {name: float(count) for name, count in each.get("intents") or []}
        if not votes:
            continue
        most = max(votes, key=votes.__getitem__)
        if most == "disclose":
            score = scores.setdefault("disclosed wishes taken for one", Agreement())
            right = understood.intent.value in _WISHES
        elif most == "greeting":
            score = scores.setdefault("greetings taken for one", Agreement())
            right = understood.intent.value in ("greeting", *_WISHES)
        else:
            continue
        score.wanted += 1
        score.found += 1
        score.right += right


def _count(
    score: Agreement, found: set[tuple[str, Decimal]], wanted: set[tuple[str, Decimal]]
) -> None:
    score.found += len(found)
    score.wanted += len(wanted)
    score.right += len(found & wanted)
