"""An auditor of finished replies that shares nothing with the verifier or the composer.

It reads a text as a sceptical stranger with the catalogue file would: it takes out every
number, amount of money, product name, brand, colour, material and yes-or-no attribute by plain
search, and looks each one up in the raw records of the products of the conversation, in the
shop's documents and in what the customer said. It sees no plan, no prompt and no facets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import Stemmer

_COLOURS = """
    black white red blue green yellow orange purple pink brown grey gray beige navy teal gold
    silver bronze ivory khaki olive burgundy turquoise coral mint charcoal cream tan"""
_MATERIALS = """
    leather cotton wool linen silk polyester nylon denim suede velvet steel aluminium aluminum
    bamboo ceramic glass plastic wood wooden oak rubber silicone cashmere merino titanium cork"""
# With the English words that say the same, for records without a Chinese text.
_CHINESE = {
    "黑色": ("black",),
    "白色": ("white",),
    "红色": ("red",),
    "蓝色": ("blue", "navy", "teal"),
    "绿色": ("green", "olive", "sage"),
    "黄色": ("yellow", "mustard"),
    "橙色": ("orange",),
    "紫色": ("purple", "plum"),
    "粉色": ("pink", "rose"),
    "棕色": ("brown", "tan"),
    "灰色": ("gray", "grey", "charcoal"),
    "米色": ("beige", "sand", "cream"),
    "金色": ("gold",),
    "银色": ("silver",),
    "皮革": ("leather",),
    "羊毛": ("wool",),
    "亚麻": ("linen",),
    "丝绸": ("silk",),
    "尼龙": ("nylon",),
    "不锈钢": ("stainless steel",),
    "陶瓷": ("ceramic",),
    "玻璃": ("glass",),
    "防水": ("waterproof",),
    "无线": ("wireless",),
    "可折叠": ("foldable", "folding"),
    "可充电": ("rechargeable",),
}
_PROMISES = (
    "free shipping",
    "free delivery",
    "guarantee",
    "warranty",
    "refund",
    "discount",
    "coupon",
    "in stock",
    "cheapest",
    "best",
    "lowest",
    "highest",
    "limited",
    *["包邮", "免费", "保修", "打折", "优惠", "最便宜", "最好", "评分最高", "现货"],
)
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")
_MONEY = re.compile(r"(?:US\$|CN¥|[$€£¥])\s?(\d[\d,]*(?:\.\d+)?)")
_QUOTED = re.compile(r"“[^”]*”")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])|(?<=[。！？])|\n")
_JOINER = "\u2060"
_MARK = re.compile(r"(?<=[.!?])(?=\s)")
_TIMES = re.compile(r"(\d+) × ")
_NOT = re.compile(r"\b(not|no|without|nothing|none|don’t|isn’t)\b|不|没|无")

_STEMMER = Stemmer.Stemmer("english")

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact of a text: its kind, how it stands there, and whether it was found on record."""

    kind: str
    said: str
    sentence: str
    on_record: bool


@dataclass(frozen=True, slots=True)
class Auditor:
    """Holds the whole catalogue as plain JSON objects and the shop's documents as text."""

    records: Mapping[str, Record]
    documents: Sequence[str] = ()
    titles: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    brands: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """The products of each category by its name, variants counted once."""

    @classmethod
    def of(cls, records: Iterable[Record], documents: Mapping[str, str] | None = None) -> Auditor:
        """Read the records once; `documents` are the shop's own texts by their names."""
        by_id = {str(record["id"]): record for record in records}
        titles: dict[str, set[str]] = {}
        flags: set[str] = set()
        for key, record in by_id.items():
            for title in _titles(record):
                titles.setdefault(title.casefold(), set()).add(key)
            for name, value in _attributes(record):
                if isinstance(value, bool) and len(name) > 3:
                    flags.add(name.replace("_", " ").casefold())
        brands = {str(record["brand"]) for record in by_id.values() if record.get("brand")}
        return cls(
            by_id,
            [f"{name}\n{text}" for name, text in (documents or {}).items()],
            {title: frozenset(keys) for title, keys in titles.items()},
            frozenset(brands),
            frozenset(flags),
            _groups_by_category(by_id.values()),
        )

    def audit(
        self, text: str, shown: Sequence[str], said: Sequence[str], limits: Sequence[str] = ()
    ) -> list[Finding]:
        """Every checkable fact of a reply.

        Args:
            text: the reply's text.
            shown: ids of the products of this conversation.
            said: the customer's messages, for what a reply may repeat of them.
            limits: amounts among the constraints of the reply ("cheaper" makes one).
        """
        findings: list[Finding] = []
        limits = [*limits, *map(_rounded, limits)]
        for sentence in _SENTENCE.split(self._joined(text, shown)):
            if sentence and sentence.strip():
                findings += self._sentence(
                    sentence.replace(_JOINER, "").strip(), shown, said, limits
                )
        return findings

    def _joined(self, text: str, shown: Sequence[str]) -> str:
        """The text with marks inside titles ("Cable 12 ft. Black") that end no sentence."""
        titles = [
            title for key in shown if key in self.records for title in _titles(self.records[key])
        ]
        for title in sorted(titles, key=len, reverse=True):
            text = text.replace(title, _MARK.sub(_JOINER, title))
        return text

    def _sentence(
        self, sentence: str, shown: Sequence[str], said: Sequence[str], limits: Sequence[str]
    ) -> Iterator[Finding]:
        low = sentence.casefold()
        named = {
            title: keys | self._variants(keys, shown) for title, keys in self._named(low).items()
        }
        for title, keys in named.items():
            yield Finding("product", title, sentence, bool(keys & set(shown)))
        about = [key for key in shown if any(key in keys for keys in named.values())] or shown
        raw = [_raw(self.records[key]) for key in about if key in self.records]
        wished = " ".join(said).casefold()
        pages = " ".join(self.documents).casefold()
        rest = low
        for title in sorted(named, key=len, reverse=True):
            rest = rest.replace(title, " ")
        rest, sums = self._sums(rest, low, about)
        # What is quoted must stand somewhere word for word; nothing in it is a claim of ours.
        for quote in _QUOTED.findall(rest):
            inner = quote[1:-1].strip().rstrip("….")
            found = _flat(inner) in _flat(" ".join([*raw, wished, pages]))
            limit = any(number in inner for number in limits)
            yield Finding("quote", inner, sentence, found or limit or _repeats(inner, wished))
            rest = rest.replace(quote, " ")
        if (
            pages
            and _flat(rest.partition(": ")[2])
            and _flat(rest.partition(": ")[2]) in _flat(pages)
        ):
            yield Finding("document", rest, sentence, True)
            return
        yield from self._numbers(rest, sentence, about, [wished, pages], [*limits, *sums])
        yield from self._words(
            rest, sentence, raw, f"{wished} {pages}", denied=bool(_NOT.search(low))
        )
        yield from self._boasts(rest, sentence, about, shown, pages)

    def _sums(self, rest: str, low: str, about: Sequence[str]) -> tuple[str, list[str]]:
        """What the products of a sentence cost together, in the numbers said ("2 × Mug").

        Gives the text without those numbers, and the sum; none where several have one title.
        """
        counts = _TIMES.findall(rest)
        total = Decimal(0)
        for title, keys in self._named(low).items():
            price = {_price_now(self.records[key]) for key in keys & set(about)}
            if len(price) != 1 or None in price:
                return rest, []
            before = re.search(r"(\d+) × $", low[: low.find(title)])
            total += (int(before.group(1)) if before else 1) * (price.pop() or 0)
        return (_TIMES.sub(" ", rest), [_plain(f"{total:.2f}")]) if counts or total else (rest, [])

    def _named(self, low: str) -> dict[str, frozenset[str]]:
        """Titles of the catalogue in the text; one inside a longer one does not count."""
        found = {title: keys for title, keys in self.titles.items() if title in low}
        return {
            title: keys
            for title, keys in found.items()
            if not any(title != other and title in other for other in found)
        }

    def _variants(self, keys: frozenset[str], shown: Sequence[str]) -> frozenset[str]:
        """The shown variants of these: "Yoga Pant-32-Black", where "Yoga Pant" is one of them."""
        known = (key for key in shown if key in self.records)
        return frozenset(key for key in known if self.records[key].get("group_id") in keys)

    def _numbers(
        self,
        rest: str,
        sentence: str,
        about: Sequence[str],
        allowed: Sequence[str],
        limits: Sequence[str],
    ) -> Iterator[Finding]:
        numbers = [_values(self.records[key]) for key in about if key in self.records]
        repeated = {_plain(number) for text in allowed for number in _NUMBER.findall(text)}
        repeated |= {_plain(number) for number in limits}
        money = {match.start(1) for match in _MONEY.finditer(rest)}
        for match in _NUMBER.finditer(rest):
            value = _plain(match.group())
            kind = "amount" if match.start() in money else "number"
            on_record = any(value in values for values in numbers)
            on_record = on_record or value in self._counts_in(rest)
            yield Finding(kind, match.group(), sentence, on_record or value in repeated)

    def _counts_in(self, rest: str) -> set[str]:
        """How many products there are of each category a sentence names, and of all of them."""
        named = [members for name, members in self.groups.items() if name in rest]
        together = frozenset[str]().union(*named)
        return {str(len(members)) for members in (*named, together)}

    def _words(
        self, rest: str, sentence: str, raw: Sequence[str], allowed: str, *, denied: bool
    ) -> Iterator[Finding]:
        vocabulary = {
            "colour": _COLOURS.split(),
            "material": _MATERIALS.split(),
            "word": _CHINESE,
            "attribute": self.flags,
            "brand": self.brands,
        }
        for kind, words in vocabulary.items():
            for word in words:
                if not _contains(rest, word):
                    continue
                forms = (word, *_CHINESE.get(word, ()))
                known = any(_contains(record, form) for record in raw for form in forms)
                # "magnetic shielded" of what is "magnetically shielded"
                known = known or (kind == "attribute" and _stems(word) <= _stems(" ".join(raw)))
                repeats = _contains(allowed, word)
                yield Finding(kind, word, sentence, known or repeats or denied)

    def _boasts(
        self,
        rest: str,
        sentence: str,
        about: Sequence[str],
        shown: Sequence[str],
        pages: str,
    ) -> Iterator[Finding]:
        for word in _PROMISES:
            if not _contains(rest, word):
                continue
            true = _contains(pages, word)
            if word in ("cheapest", "lowest", "最便宜"):
                true = self._extreme(about, shown, "price", least=True)
            elif word in ("best", "highest", "评分最高") and re.search(r"rated|rating|评分", rest):
                true = self._extreme(about, shown, "rating", least=False)
            elif word in ("in stock", "现货"):
                true = all(
                    self.records[key].get("availability", "in_stock") == "in_stock" for key in about
                )
            yield Finding("promise", word, sentence, true)

    def _extreme(
        self, about: Sequence[str], shown: Sequence[str], name: str, *, least: bool
    ) -> bool:
        def value(key: str) -> float | None:
            record = self.records[key]
            found = record.get(name)
            if name == "price" and record.get("sale_price") is not None:
                found = record["sale_price"]
            return None if found is None else float(str(found))

        values = {key: found for key in shown if (found := value(key)) is not None}
        # Several products may have one title: one of them must be the extreme.
        own = [values[key] for key in about if key in values]
        alike = len({str(self.records[key]["title"]).casefold() for key in about}) == 1
        if not own or not alike:
            return False
        end = min(values.values()) if least else max(values.values())
        return end in own


def _groups_by_category(records: Iterable[Record]) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for record in records:
        group = str(record.get("group_id") or record["id"])
        levels = _levels(record)
        translations = record.get("translations")
        if isinstance(translations, Mapping):
            for each in translations.values():
                levels += _levels(each)
        for name in (*levels, "products", "商品"):
            groups.setdefault(name.casefold(), set()).add(group)
    return {name: frozenset(members) for name, members in groups.items()}


def _levels(record: Record) -> list[str]:
    found = record.get("category")
    return [str(level) for level in found] if isinstance(found, list | tuple) else []


def _titles(record: Record) -> list[str]:
    titles = [str(record["title"])]
    translations = record.get("translations")
    if isinstance(translations, Mapping):
        titles += [str(each["title"]) for each in translations.values()]
    return titles


def _attributes(record: Record) -> list[tuple[str, object]]:
    found = record.get("attributes")
    return list(found.items()) if isinstance(found, Mapping) else []


def _raw(record: Record) -> str:
    """Everything a record says as one text; a false attribute says nothing."""
    kept = {name: value for name, value in record.items() if name != "attributes"}
    kept["attributes"] = {name: value for name, value in _attributes(record) if value is not False}
    return json.dumps(kept, ensure_ascii=False).replace("_", " ").casefold()


def _values(record: Record) -> set[str]:
    return {_plain(number) for number in _NUMBER.findall(_raw(record))} | _counts(record)


def _counts(record: Record) -> set[str]:
    reviews = record.get("reviews")
    count = len(reviews) if isinstance(reviews, list | tuple) else 0
    return {str(number) for number in range(1, count + 1)}


def _price_now(record: Record) -> Decimal | None:
    price = record.get("sale_price") or record.get("price")
    return None if price is None else Decimal(str(price))


def _rounded(limit: str) -> str:
    """A limit a cent below or above a plain amount is said as that: 68.99 is "under $69"."""
    cents = round(float(limit) * 100)
    near = {9: cents + 1, 1: cents - 1}.get(cents % 10, cents)
    return _plain(f"{near / 100:.2f}")


def _plain(number: str) -> str:
    """ "1,204.50" and "1204.5" are one number."""
    text = number.replace(",", "").rstrip(".")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _contains(text: str, word: str) -> bool:
    word = word.casefold()
    if re.search(r"[\u3400-\u9fff]", word):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _stems(text: str) -> set[str]:
    return set(_STEMMER.stemWords(re.findall(r"[a-z]+", text.casefold())))


def _repeats(inner: str, wished: str) -> bool:
    """Whether the words of a quotation are the customer's, in whatever form."""
    said = set(_STEMMER.stemWords(re.findall(r"\w+", wished)))
    words = [word for word in re.findall(r"\w+", inner) if len(word) > 2]
    return all(word[:4] in wished or _STEMMER.stemWord(word) in said for word in words)


def _flat(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
