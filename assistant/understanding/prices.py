"""Price limits in a message, English and Chinese, and nothing that only looks like one.

`price-parser` reads one amount out of a price tag and Babel formats; neither knows that
"under 40 dollars" is a limit and "40 watts" no price, which is what these rules are for.
Currency words go through one table; an amount without a currency is a price only next to a
cue ("under 100"), with no unit behind it and no measure named before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.language import HAN
from assistant.understanding.numbers import (
    CHINESE_NUMBER,
    DIGITS,
    ENGLISH_NUMBER,
    parse_chinese_number,
    parse_number,
)
from assistant.understanding.words import grammar_pattern

ABOUT = Decimal("0.2")
"""How far "about 50" reaches to either side: a fifth."""

BARE_BUDGET = 10
"""Smaller numbers without a currency are counts: "two together"."""


@dataclass(frozen=True, slots=True)
class PriceLimit:
    """A limit found at `start`..`end` of the clean text; `currency` as ISO 4217 where named."""

    start: int
    end: int
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    currency: str | None = None


_CURRENCY_WORDS = {
    "USD": r"us\$|us dollars?|usd|\$|dollars?|dol+[aeo]rs?|bucks?|美元|美金|美刀|刀",
    "EUR": r"€|euros?|eur|欧元",
    "GBP": r"£|gbp|quid|pounds? sterling|英镑",
    "CNY": r"cny|rmb|yuan|人民币|块钱|块|元|圆",
    "JPY": r"jpy|yen|日元|円",
    "INR": r"₹|inr|rupees?|卢比",
    "PHP": r"₱|php|pesos?",
    "KRW": r"₩|krw|won|韩元",
    "?YEN": r"¥|￥",
    "?POUND": r"pounds?",
}
# "$" and "dollars" are the shop's own dollars, "¥" the shop's yuan or yen.
_SHARED = {
    "USD": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"},
    "?YEN": {"CNY", "JPY"},
    "?POUND": {"GBP", "EGP"},
}
_BEFORE = r"us\$|[$€£¥￥₹₱₩]|\b(?:usd|eur|gbp|cny|rmb|jpy|inr|php|hkd|cad|aud)\b"
_AFTER = (
    r"us dollars?|dollars?|dol+[aeo]rs?|bucks?|usd|euros?|eur|gbp|quid|pounds? sterling|pounds?"
    r"|yuan|rmb|cny|yen|jpy|rupees?|inr|php|pesos?|[$€£¥￥₹₱]"
)
_WORD_END = r"(?![a-z0-9])"
_NUMBER = rf"(?:(?:{DIGITS})k?{_WORD_END}|\b{ENGLISH_NUMBER}\b)"


def _amount(name: str) -> str:
    """An amount with or without its currency, in groups `name`_pre, `name`, `name`_post."""
    return (
        rf"(?:(?P<{name}_pre>{_BEFORE})\s*)?`?(?P<{name}>(?:{DIGITS})k?|\b{ENGLISH_NUMBER}\b)`?"
        rf"(?:\s*-?(?P<{name}_post>{_AFTER}){_WORD_END})?(?![a-z0-9]|\.\d)"
    )


_MAX = grammar_pattern("prices", "max").pattern
_MIN = grammar_pattern("prices", "min").pattern
_ABOUT = grammar_pattern("prices", "about").pattern
_OR_LESS = grammar_pattern("prices", "or_less").pattern
_OR_MORE = grammar_pattern("prices", "or_more").pattern
_OR_SO = r"(?:or so|-?ish|more or less|give or take)"
_RANGE = re.compile(
    rf"(?:\b(?P<word>between|from|ranging from|in the range of|range of)\s+)?"
    rf"{_amount('low')}\s*(?:-|~|to|and|through)\s*{_amount('high')}"
)
_LIMIT = re.compile(
    rf"(?<![a-z])(?:(?P<max>{_MAX})|(?P<min>{_MIN})|(?P<about>{_ABOUT}))\s*"
    rf"(?:about |only |the )?{_amount('value')}"
    rf"(?:\s*(?:(?P<less>{_OR_LESS})|(?P<more>{_OR_MORE})|(?P<so>{_OR_SO}))(?![a-z]))?"
)
_PLAIN = re.compile(
    rf"(?<![a-z0-9.]){_amount('value')}"
    rf"(?:\s*(?:(?P<less>{_OR_LESS})|(?P<more>{_OR_MORE})|(?P<so>{_OR_SO}))(?![a-z]))?"
)

# What may follow a bare amount that is a price: nothing, a mark, or a small word.
_AFTER_BARE = grammar_pattern("prices", "after_bare")
# Words before a number which say that it is no price.
_MEASURE_BEFORE = grammar_pattern("prices", "measure_before")
_PRICE_BEFORE = grammar_pattern("prices", "price_before")
# "kids under 12" is an age, "kids under 30" a price.
_AGES = re.compile(r"\b(?:kids?|child(?:ren)?|boys?|girls?|bab(?:y|ies)|toddlers?|people)\W*$")
_PRICE_CUE = re.compile(
    r"pric|cost|budget|spend|pay|afford|cheap|expensive|i(?: only)? have|limit|cap|ceiling"
)
_UNIT_NEAR = re.compile(r"\s*(?:%|percent|°|\"|''|')")

_ZH_UNIT = (
    r"(?P<{0}_unit>元钱|块钱|块(?![茎头])|元(?![旦素宵气件年催锂祖宝朝])|圆(?![形桌领规盘])|人民币|rmb"
    r"|美元|美金|美刀|刀|欧元|英镑|日元|円|¥|￥|\$|€|£)"
)
_ZH_NOT_PRICE = grammar_pattern("prices", "zh_not_price")


def _zh_amount(name: str) -> str:
    unit = _ZH_UNIT.format(name)
    before = rf"(?:(?P<{name}_pre>{_BEFORE}|人民币)\s*)?"
    return rf"{before}(?P<{name}>{CHINESE_NUMBER})(?P<{name}_more>[多来几])?\s*(?:{unit})?"


_ZH_RANGE = re.compile(
    rf"{_zh_amount('low')}\s*(?:到|至|-|~|—|和|与)\s*{_zh_amount('high')}(?:\s*(?:之间|左右|以内))?"
)
_ZH_VAGUE = re.compile(
    rf"(?P<a>[一二两三四五六七八])、?(?P<b>[二三四五六七八九])(?P<scale>[十百千万])(?:多)?"
    rf"\s*(?:{_ZH_UNIT.format('value')})?"
)
_ZH_LIMIT = re.compile(
    rf"(?:(?P<max>不要?超过|别超过|不能超过|不高于|不大于|不贵于|低于|少于|小于|不到|不足|最多|最高|至多"
    rf"|便宜于|控制在|一共|总共|总价|加起来|合计|总预算(?:是|为)?|预算(?:在|是|为|只有|大概|大约|有|最多)*|上限(?:是|为)?|只有|低过)"
    rf"|(?P<min>超过|高于|大于|多于|至少|最少|最低|不低于|不少于|起码|贵于)"
    rf"|(?P<about>大概|大约|差不多|约|接近|在))?"
    rf"\s*{_zh_amount('value')}\s*"
    rf"(?:(?P<less>以内|以下|之内|之下|及以下|或以下|或更低|封顶|以里|内(?![胆衣裤存置])|下)"
    rf"|(?P<more>以上|之上|起|往上|及以上|或以上|\+)"
    rf"|(?P<so>左右|上下|前后|附近|差不多))?"
)


def find_prices(text: str, shop_currency: str | None = None) -> list[PriceLimit]:
    """The price limits of a clean text (`assistant.understanding.text.clean`), in order.

    A bare amount of money ("$50") is taken for the most the customer would pay; "about"
    reaches a fifth to either side. `currency` is None where it is the shop's own.
    """
    found: list[PriceLimit] = []
    for limit in _candidates(text, shop_currency):
        if not any(limit.start < other.end and other.start < limit.end for other in found):
            found.append(limit)
    return sorted(found, key=lambda limit: limit.start)


def _candidates(text: str, shop: str | None) -> Iterator[PriceLimit]:
    if re.search(f"[{HAN}]", text):
        yield from _chinese(text, shop)
    if not re.search(rf"\d|{ENGLISH_NUMBER}", text):
        return
    for match in _RANGE.finditer(text):
        yield from _english_range(text, match, shop)
    for match in _LIMIT.finditer(text):
        yield from _english_limit(text, match, shop)
    for match in _PLAIN.finditer(text):
        value = parse_number(match["value"])
        if _named(match, "value", shop) or _is_bare_budget(text, match, value):
            yield from _limit_of(match, "value", value, shop, "max")


def _is_bare_budget(text: str, match: re.Match[str], value: Decimal | None) -> bool:
    """Whether a bare number is a budget by what follows it: "600 total", "80 max"."""
    if not match["less"] or value is None or value < BARE_BUDGET:
        return False
    before = text[: match.start()]
    return not (_MEASURE_BEFORE.search(before) or _AGES.search(before))


def _english_range(text: str, match: re.Match[str], shop: str | None) -> Iterator[PriceLimit]:
    low, high = parse_number(match["low"]), parse_number(match["high"])
    if low is None or high is None or low >= high:
        return
    named = _named(match, "low", shop) or _named(match, "high", shop)
    if not named:
        cue = match["word"] is not None or _PRICE_BEFORE.search(text[: match.start()])
        if not cue or not _bare_price(text, match.start(), match.end()) or high < 20:
            return
    currency = _currency(match, "high", shop) or _currency(match, "low", shop)
    yield PriceLimit(match.start(), match.end(), low, high, currency)


def _english_limit(text: str, match: re.Match[str], shop: str | None) -> Iterator[PriceLimit]:
    value = parse_number(match["value"])
    if value is None:
        return
    cue = match["max"] or match["min"] or match["about"]
    spelt_price = _PRICE_CUE.search(cue) is not None
    if not _named(match, "value", shop):
        if not spelt_price and match["about"] and not _PRICE_BEFORE.search(text[: match.start()]):
            if value < 10 or not _bare_price(text, match.start(), match.end()):
                return
        elif not _bare_price(text, match.start(), match.end(), strict=not spelt_price):
            return
        if match["max"] in ("i have", "within", "inside") and value < 10:
            return
    kind = "max" if match["max"] else "min" if match["min"] else "about"
    yield from _limit_of(match, "value", value, shop, kind)


def _limit_of(
    match: re.Match[str], name: str, value: Decimal | None, shop: str | None, kind: str
) -> Iterator[PriceLimit]:
    if value is None:
        return
    if match["less"]:
        kind = "max"
    elif match["more"]:
        kind = "min"
    elif match["so"]:
        kind = "about"
    currency = _currency(match, name, shop)
    yield _limit(match.start(), match.end(), value, kind, currency)


def _limit(start: int, end: int, value: Decimal, kind: str, currency: str | None) -> PriceLimit:
    if value <= 0:
        return PriceLimit(start, end)  # nothing costs nothing: no limit that a search could keep
    if kind == "max":
        return PriceLimit(start, end, None, value, currency)
    if kind == "min":
        return PriceLimit(start, end, value, None, currency)
    low, high = (_rounded(value * (1 - ABOUT)), _rounded(value * (1 + ABOUT)))
    return PriceLimit(start, end, low, high, currency)


def _rounded(value: Decimal) -> Decimal:
    cents = value.quantize(Decimal("0.01"))
    return cents.quantize(Decimal(1)) if cents == cents.to_integral_value() else cents


def _named(match: re.Match[str], name: str, shop: str | None) -> bool:
    """Whether the amount has a currency: "pounds" alone is a weight outside a sterling shop."""
    after = match[f"{name}_post"]
    if match[f"{name}_pre"]:
        return True
    return bool(after) and (after not in ("pound", "pounds") or shop in _SHARED["?POUND"])


def _currency(match: re.Match[str], name: str, shop: str | None) -> str | None:
    groups = match.groupdict()
    word = groups.get(f"{name}_pre") or groups.get(f"{name}_post") or groups.get(f"{name}_unit")
    return currency_of(word, shop) if word else None


def currency_of(word: str, shop: str | None) -> str | None:
    """The ISO 4217 code a currency word names, None where it is the shop's own money."""
    for code, pattern in _CURRENCY_WORDS.items():
        if re.fullmatch(pattern, word):
            if code == shop or shop in _SHARED.get(code, ()):
                return None
            if code.startswith("?"):
                code = {"?YEN": "CNY", "?POUND": "GBP"}[code]
            if code == "CNY" and word in ("块", "块钱", "元", "圆"):
                return None  # in speech just "the unit of money", whatever the shop's
            return None if shop is None else code
    return None


def _bare_price(text: str, start: int, end: int, *, strict: bool = True) -> bool:
    if _UNIT_NEAR.match(text, end):
        return False
    if strict and _MEASURE_BEFORE.search(text[:start]):
        return False
    if _AGES.search(text[:start]) and re.search(r"(?<!\d)1?\d$", text[:end].rstrip()):
        return False
    return _AFTER_BARE.match(text, end) is not None


def _chinese(text: str, shop: str | None) -> Iterator[PriceLimit]:
    for match in _ZH_RANGE.finditer(text):
        low, high = parse_chinese_number(match["low"]), parse_chinese_number(match["high"])
        if low is None or high is None:
            continue
        if not (match["low_unit"] or match["high_unit"] or match["low_pre"] or match["high_pre"]):
            price_said = re.search(r"(?:价|预算|钱|￥|¥)[^,，。]{0,6}$", text[: match.start()])
            spelt = "之间" in match.group() and not match["low"].isdigit() and high >= 20
            if _ZH_NOT_PRICE.match(text, match.end()) or not (price_said or high >= 100 or spelt):
                continue
            if not price_said and match["low"].isdigit() and "之间" not in match.group():
                continue
        if low < high and low * 10 <= high and len(match["low"]) == 1 and not match["low_unit"]:
            low *= 10 ** (len(str(int(high))) - 1)  # "一到两百": 100 to 200
        if low < high:
            yield PriceLimit(
                match.start(), match.end(), low, high,
                _currency(match, "high", shop) or _currency(match, "low", shop),
            )  # fmt: skip
    for match in _ZH_VAGUE.finditer(text):
        low = parse_chinese_number(match["a"] + match["scale"])
        high = parse_chinese_number(match["b"] + match["scale"])
        spoken = match["value_unit"] or match["scale"] != "十"
        if spoken and low and high and low < high and not _ZH_NOT_PRICE.match(text, match.end()):
            yield PriceLimit(match.start(), match.end(), low, high)
    for match in _ZH_LIMIT.finditer(text):
        yield from _chinese_limit(text, match, shop)


def _chinese_limit(text: str, match: re.Match[str], shop: str | None) -> Iterator[PriceLimit]:
    value = parse_chinese_number(match["value"])
    if value is None or value == 0:
        return
    named = match["value_unit"] or match["value_pre"]
    cue = match["max"] or match["min"] or match["about"]
    tail = match["less"] or match["more"] or match["so"]
    if match["more"] == "+" and not named:
        return
    if value < 5 and not cue and not tail:
        return
    if not named:
        number_end = match.end("value_more") if match["value_more"] else match.end("value")
        if _ZH_NOT_PRICE.match(text, number_end) or not (
            cue or tail or (match["value_more"] and value >= 100)
        ):
            return
        budget = cue is not None and cue.startswith(("预算", "控制"))
        if value < 10 and not budget:
            return
        if (
            cue in ("在", "约", "大概", "大约", "差不多", "接近", "只有")
            and not tail
            and value < 100
        ):
            return
        if match["less"] == "下" or (match["less"] == "内" and value < 50):
            return
    start, end = match.start(), match.end()
    currency = _currency(match, "value", shop)
    if match["value_more"] in ("多", "几") and not (match["max"] or match["less"]):
        step = Decimal(10) ** (len(str(int(value))) - 1)
        yield PriceLimit(start, end, value, value + step, currency)
        return
    if match["max"] or match["less"]:
        kind = "max"
    elif match["so"] or (match["about"] and match["about"] != "在"):
        kind = "about"
    elif match["min"] or match["more"]:
        kind = "min"
    else:
        kind = "max"
    if match["less"] == "下":
        end -= 1
    yield _limit(start, end, value, kind, currency)
