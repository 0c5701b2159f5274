"""The expectations of a scripted turn, checked one by one against its reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from assistant.dialogues.exchange import Exchange
from assistant.dialogues.records import failures, meets, same_value
from assistant.dialogues.script import (
    ConstraintsExpected,
    Expected,
    ProductCondition,
    ProductsExpected,
)
from assistant.reply import Reply
from retrieval.product import Product

_ADMISSION = re.compile(
    r"\b(?:nothing|none|neither|nor|cannot|only|sorry|unfortunately|beyond|\w+n['’]t"
    r"|(?:is|are|was|do|does|did|has|have|can|could|will|would|but) not"
    r"|(?:have|has|is|are|there['’]s|with) no|starts? at|no other|no more)\b|^no\b|: no\b"
    r"|没有|没找到|没看到|没提|没说|无法|暂无|抱歉|放宽|不考虑|不知道|不是|不能|不了|不上|不防|不带"
    r"|不支持|不含|不可|并不|只有|缺货|无货|售罄|：否",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]")


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: what it is about, whether it held, and what was found instead."""

    kind: str
    name: str
    held: bool
    expected: str
    found: str


def check_turn(expected: Expected, exchange: Exchange, catalogue: Sequence[Product]) -> list[Check]:
    """Every expectation of a turn; `catalogue` is all products, for superlatives."""
    return list(_checks(expected, exchange, catalogue))


def admits(reply: Reply) -> bool:
    """Whether a text says that something is not so, or not to be had.

    A bare "not" does where nothing was excluded by the customer: "not black" among the
    conditions met admits nothing.
    """
    if _ADMISSION.search(reply.text):
        return True
    return not reply.constraints.get("exclude") and re.search(r"\bnot\b", reply.text) is not None


def asks(text: str) -> bool:
    """Whether a text puts a question to the customer."""
    return _QUESTION.search(re.sub(r"“[^”]*”", "", text)) is not None


def _checks(
    expected: Expected, exchange: Exchange, catalogue: Sequence[Product]
) -> Iterator[Check]:
    reply = exchange.reply
    if expected.intent is not None:
        names = [intent.value for intent in expected.intent]
        yield _check("intent", "intent", reply.intent.value in names, names, reply.intent.value)
    if expected.language is not None:
        held = reply.language == expected.language
        yield _check("language", "language", held, expected.language, reply.language)
    if expected.constraints is not None:
        yield from _beliefs(expected.constraints, reply.constraints)
    for path in expected.unconstrained:
        found = _at(reply.constraints, path)
        yield _check("constraints", f"no {path}", found is None, "nothing", found)
    if expected.products is not None:
        yield from _products(expected.products, exchange, catalogue)
    text = _flat(reply.text)
    for alternatives in expected.facts:
        held = any(_flat(fact) in text for fact in alternatives)
        yield _check("facts", "facts", held, " | ".join(alternatives), reply.text)
    for fact in expected.no_facts:
        yield _check("facts", "no_facts", _flat(fact) not in text, f"no “{fact}”", reply.text)
    flags: list[tuple[str, bool | None, Callable[[], bool]]] = [
        ("admits", expected.admits, lambda: admits(reply)),
        ("asks", expected.asks, lambda: asks(reply.text)),
        ("handoff", expected.handoff, lambda: reply.handoff),
    ]
    for name, wanted, look in flags:
        if wanted is not None:
            found = look()
            shown = found if name == "handoff" else reply.text
            yield _check(name, name, found is wanted, wanted, shown)
    if expected.suggestions is not None:
        held = len(reply.suggestions) >= expected.suggestions
        yield _check("suggestions", "suggestions", held, expected.suggestions, reply.suggestions)


def _beliefs(wanted: ConstraintsExpected, found: Mapping[str, object]) -> Iterator[Check]:
    """One check a slot."""
    for name in ("category", "brand", "exclude", "occasion"):
        own = _values(found.get(name))
        for value in cast("list[str]", getattr(wanted, name)):
            held = any(same_value(mine, each) for each in value.split("|") for mine in own)
            yield _check("constraints", name, held, value, own)
    if wanted.price is not None:
        for end in ("min", "max"):
            limit = cast("Decimal | None", getattr(wanted.price, end))
            if limit is not None:
                own = _at(found, f"price.{end}")
                held = own is not None and Decimal(str(own)) == limit
                yield _check("constraints", f"price.{end}", held, limit, own)
    kept = cast("Mapping[str, object]", found.get("attributes") or {})
    for names, values in wanted.attributes.items():
        asked = {name.casefold() for name in names.split("|")}
        own = [
            value for name, part in kept.items() if name.casefold() in asked
            for value in _values(part)
        ]  # fmt: skip
        held = any(same_value(mine, value) for mine in own for value in values)
        yield _check("constraints", f"attributes.{names}", held, values, own or dict(kept))
    if wanted.rating_min is not None:
        own = _at(found, "rating.min")
        held = own is not None and float(str(own)) == wanted.rating_min
        yield _check("constraints", "rating", held, wanted.rating_min, own)
    if wanted.quantity is not None:
        own = found.get("quantity")
        yield _check("constraints", "quantity", own == wanted.quantity, wanted.quantity, own)
    for name in ("for_whom", "prefer"):
        words = cast("list[str] | None", getattr(wanted, name))
        if words is not None:
            own = found.get(name)
            yield _check("constraints", name, own in words, words, own)


def _products(
    wanted: ProductsExpected, exchange: Exchange, catalogue: Sequence[Product]
) -> Iterator[Check]:
    shown = exchange.shown
    count = len(exchange.reply.products)
    if wanted.min is not None:
        yield _check("products", "products.min", count >= wanted.min, wanted.min, count)
    if wanted.max is not None:
        yield _check("products", "products.max", count <= wanted.max, wanted.max, count)
    if wanted.all is not None:
        wrong = [each for each in shown if not meets(each, wanted.all)]
        yield _check("products", "products.all", bool(shown) and not wrong,
                     _told(wanted.all), _named(wrong or shown, wanted.all))  # fmt: skip
    if wanted.some is not None:
        held = any(meets(each, wanted.some) for each in shown)
        told = _named(shown, wanted.some)
        yield _check("products", "products.some", held, _told(wanted.some), told)
    if wanted.none is not None:
        wrong = [each for each in shown if meets(each, wanted.none)]
        yield _check("products", "products.none", not wrong, f"none of {_told(wanted.none)}",
                     _named(wrong))  # fmt: skip
    if wanted.first is not None:
        held = bool(shown) and meets(shown[0], wanted.first)
        told = _named(shown[:1], wanted.first)
        yield _check("products", "products.first", held, _told(wanted.first), told)
    extremes: list[tuple[str, ProductCondition | None, Callable[[Product], Decimal | None], int]]
    extremes = [
        ("cheapest_of", wanted.cheapest_of, _price, 1),
        ("dearest_of", wanted.dearest_of, _price, -1),
        ("best_rated_of", wanted.best_rated_of, _rating, -1),
    ]
    for name, condition, measure, sign in extremes:
        if condition is not None:
            values = [
                value for each in catalogue if meets(each, condition)
                if (value := measure(each)) is not None
            ]  # fmt: skip
            best = min(values, key=lambda value: sign * value, default=None)
            first = shown[0] if shown else None
            held = first is not None and meets(first, condition) and measure(first) == best
            yield _check("products", f"products.{name}", held, best, _named(shown[:1]))
    if wanted.new is not None:
        seen = set(exchange.seen)
        again = [each for each in shown if each.id in seen]
        held = (bool(shown) and not again) is wanted.new
        yield _check("products", "products.new", held, wanted.new, _named(again))


def _price(product: Product) -> Decimal | None:
    return product.current_price


def _rating(product: Product) -> Decimal | None:
    return None if product.rating is None else Decimal(str(product.rating))


def _at(constraints: Mapping[str, object], path: str) -> object:
    """What the constraints hold at a path; None where nothing is set there."""
    head, _, rest = path.partition(".")
    found = constraints.get(head)
    if found in (None, [], {}):
        return None
    if not rest:
        return found
    if isinstance(found, Mapping):
        return cast("Mapping[str, object]", found).get(rest)
    return next((mine for mine in _values(found) if same_value(mine, rest)), None)


def _values(part: object) -> list[object]:
    if part is None:
        return []
    return cast("list[object]", part) if isinstance(part, list) else [part]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).casefold()


def _check(kind: str, name: str, held: bool, expected: object, found: object) -> Check:
    return Check(kind, name, held, str(expected), "nothing" if found is None else str(found))


def _told(condition: ProductCondition) -> str:
    return str(condition.model_dump(mode="json", exclude_defaults=True))


def _named(products: Iterable[Product], condition: ProductCondition | None = None) -> str:
    """Ids and prices of products, with what they fail."""
    told: list[str] = []
    for product in products:
        wrong = failures(product, condition) if condition else []
        fails = f" fails {', '.join(wrong)}" if wrong else ""
        told.append(f"{product.id} ({product.current_price}){fails}")
    return "; ".join(told) or "no products"
