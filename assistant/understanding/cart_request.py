"""What a message wants of the cart: the act, how many, and which options it names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.cart import is_size
from assistant.understanding.text import clean

Act = Literal["add", "remove", "change", "clear", "show", "checkout"]

_NUMBERS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "twelve": 12, "dozen": 12, "twice": 2, "thrice": 3, "both": 1},
    **{"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9},
    "十": 10,
}
_WORD = r"(?P<n>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_HAN_NUMBER = r"(?P<n>\d{1,3}|[一两二三四五六七八九十])"
_COUNTER = "(?:件|个|双|条|台|只|套|份|张|把|顶|瓶|盒|包|本|支)"
_ORDINAL = re.compile(
    r"\b(?P<en>first|second|third|fourth|fifth|last)\b|第(?P<zh>[一二三四五1-5])|(?P<zh_last>最后)"
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1} | {
    key: place for place, pair in enumerate(["一1", "二2", "三3", "四4", "五5"]) for key in pair
}
_ACTS: tuple[tuple[Act, re.Pattern[str]], ...] = (
    (
        "clear",
        re.compile(
            r"\b(?:empty|clear|reset)\b.{0,12}\b(?:cart|basket|trolley|bag)\b"
            r"|\bremove (?:everything|all)\b|清空|(?:全部|都)(?:删|移除|不要)"
        ),
    ),
    (
        "remove",
        re.compile(
            r"\b(?:remove|delete|take\b.{0,40}\b(?:out|off|away|from)|drop)\b"
            r"|\bi don'?t (?:need|want)\b"
            r"|删除|删掉|删了|移除|移出|去掉|拿掉|拿出"
        ),
    ),
    (
        "change",
        re.compile(
            r"\b(?:make (?:it|that|them)|change|set|update)\b.{0,40}?\b(?:\d{1,3}|one|two|three"
            r"|four|five|six)\b|\bquantity\b|\b(?:only|just)\b|(?:改成|改为|换成|变成|减到|加到|数量)"
        ),
    ),
    ("checkout", re.compile(r"\bcheck ?out\b|\bplace (?:the|an|my) order\b|结账|结算|下单|付款")),
    ("add", re.compile(r"\b(?:add|put|throw|buy|take|get|order)\b|加|放|要|买|来")),
)
_RELATIVE = re.compile(
    rf"\b{_WORD} (?P<way>more|less|fewer)\b"
    rf"|(?P<han_way>再加|多加|再来|少要?){_HAN_NUMBER.replace('<n>', '<han_n>')}"
)
_SHOW = re.compile(
    r"\b(?:show|view|see|what(?:'s| is| do i have)?|how much|total|altogether)\b"
    r"|看|有什么|有哪些|多少钱|一共|总共|总价"
)
_QUANTITIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<n>twice|thrice)\b",
        rf"\b{_WORD} ?(?:x|×|times|pieces?|pcs|pairs?|units?|copies)\b",
        rf"(?:\bx|×) ?{_WORD}\b",
        rf"\b{_WORD} of (?:it|them|those|these|this|that|the)\b",
        rf"\b(?:add|take|buy|get|put) {_WORD}\b(?! (?:more )?(?:one|in)\b)",
        rf"\bmake (?:it|that|them) {_WORD}\b",
        rf"\b(?:quantity|qty)(?: of| to|:)? {_WORD}\b",
        rf"\b(?:change|set|update)\b.{{0,60}}\bto {_WORD}\b",
        rf"(?<![第这那]){_HAN_NUMBER}{_COUNTER}(?!购物)",
        rf"\b(?:only|just) {_WORD}\b",
        rf"(?:改成|改为|换成|变成|减到|加到|数量){_HAN_NUMBER}",
    )
)


@dataclass(frozen=True, slots=True)
class CartRequest:
    """An act on the cart; `place` is an ordinal it names, from 0, -1 for the last.

    `by` is how many more or fewer a change asks for.
    """

    act: Act
    quantity: int | None = None
    place: int | None = None
    by: int | None = None


def read_cart_request(message: str) -> CartRequest:
    """Read a message that is about the cart; without another act, it is to be shown."""
    text = clean(message)
    asked: list[Act] = [name for name, pattern in _ACTS if pattern.search(text)]
    act: Act = asked[0] if asked else "show"
    quantity = quantity_in(text)
    if act == "add" and _SHOW.search(text) and not re.search(r"\badd\b|加入|放[进入到]|加到", text):
        act = "show"
    match = _ORDINAL.search(text)
    place = None
    if match is not None:
        place = -1 if match["zh_last"] else _PLACES[match["en"] or match["zh"]]
    if (relative := _RELATIVE.search(text)) is not None and act in ("add", "change", "show"):
        number = _number(relative["n"] or relative["han_n"])
        fewer = (relative["way"] or relative["han_way"]) not in ("more", "再加", "多加", "再来")
        return CartRequest("change", place=place, by=-number if fewer else number)
    return CartRequest(act, quantity, place)


def quantity_in(text: str) -> int | None:
    """How many a clean text asks for; None where it does not say."""
    for pattern in _QUANTITIES:
        if match := pattern.search(text):
            return _number(match["n"])
    return None


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said]


def options_in(
    message: str,
    options: Mapping[str, Sequence[str]],
    names: Mapping[str, Sequence[str]],
    *,
    answering: bool = False,
) -> dict[str, str]:
    """The option values that a message names, by option.

    Args:
        message: the customer's words.
        options: each option with its values in the records.
        names: for each value, how it may be said in other languages.
        answering: the message answers a question for them, so a bare number is a size.
    """
    text = clean(message)
    chosen: dict[str, str] = {}
    for option, values in options.items():
        said = [
            (len(name), value)
            for value in values
            for name in (value, *names.get(value, ()))
            if _says(text, name.casefold(), size=is_size(option), answering=answering)
        ]
        if said:
            longest = max(said)[0]
            best = {value for length, value in said if length == longest}
            if len(best) == 1:  # "in blue or red" chooses neither
                chosen[option] = best.pop()
    return chosen


def _says(text: str, name: str, *, size: bool, answering: bool) -> bool:
    if not name.isascii():
        return name in text or (len(name) > 1 and name.endswith("色") and name[:-1] in text)
    edges = rf"(?<![\w.]){re.escape(name)}(?![\w.]*\w)"
    # A short size is also a word or a number: "add 2 of size 8", "I'm".
    if size and len(name) <= 2 and not answering:
        return bool(
            re.search(rf"(?:size|尺码|尺寸|in|,|，)\s?(?:an? )?{edges[0:]}", text)
            or re.search(rf"{edges}\s?(?:码|号)", text)
            or re.search(rf"(?<![a-z0-9.']){re.escape(name)}(?:码|号)", text)
        )
    return re.search(edges, text) is not None or (
        size and re.search(rf"(?<![a-z0-9.']){re.escape(name)}(?:码|号|的)", text) is not None
    )
