"""The composer's Chinese for products that are offered: what was found, and which to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.language import Language
from assistant.money import price_text
from assistant.reasons import rating_text, sale_text, stock_text
from assistant.understanding.words import concept_index
from assistant.writing.chinese_words import NUMBERS, number
from assistant.writing.offers import MOST_REFUSED, Wording, fresh, shown_range
from assistant.writing.phrasing import vary
from assistant.writing.plan import BRANDS, Condition, Pick, Plan, Range

if TYPE_CHECKING:
    pass

_ZH: Language = "zh"
_BEST = {"cheapest": "最便宜", "dearest": "最贵", "best_rated": "评分最高"}


def opening(plan: Plan) -> str:
    """What was understood and found, true of every product shown."""
    first = _special_opening(plan)
    if first:
        return first
    if plan.set_aside:
        return _set_aside(plan)
    if plan.is_a_guess:
        near = "这款" if len(plan.picks) == 1 else "下面这些"
        return f"店里没有看到“{plan.unmatched}”，{near}也许有些接近。"
    if plan.unmatched:
        among = f"{plan.noun}里" if plan.noun else ""
        return f"店里没有看到“{plan.unmatched}”，{among}下面这些最接近。"
    if plan.move is not None and (moved := _moved(plan)):
        return moved
    if len(plan.picks) == 1:
        fit = "、".join(condition.text for condition in plan.met)
        return f"店里有一款符合{'：' + fit if fit else ''}。"
    things = described(plan)
    if plan.met:
        return vary(
            (f"为您找到{things}。", f"这{things}符合您的要求。", f"有{things}适合您。")
            if "，" not in things
            else (f"为您找到{things}。",),
            plan.seed,
        )
    return vary((f"为您找到{things}。", f"这{things}最接近您的需求。"), plan.seed)


def lead_sentence(pick: Pick, plan: Plan) -> str:
    """A sentence on the product that comes first, with what is not said of all of them."""
    why = "，".join(fresh(pick, plan))
    name = named(pick)
    ending = f"：{why}。" if why else "。"
    if len(plan.picks) == 1:
        return f"就是{name}{ending}"
    return vary((f"首先推荐{name}{ending}", f"排在第一的是{name}{ending}"), plan.seed, salt=1)


def described(plan: Plan) -> str:
    """五款US$100以内的防水夹克，都不是黑色."""
    return f"{number(len(plan.picks))}款{with_conditions(plan.noun or '商品', plan.met)}"


def with_conditions(noun: str, met: Sequence[Condition]) -> str:
    """A noun with its conditions: most stand before it, exclusions and fields follow."""
    before: list[str] = []
    close: list[str] = []
    after: list[str] = []
    refused = sum(condition.path.startswith("exclude") for condition in met)
    for condition in met:
        head, _, rest = condition.path.partition(".")
        text = condition.text
        if head == "exclude" and refused <= MOST_REFUSED:
            after.append(_without(rest, text))
        elif head == "exclude":
            continue
        elif head in ("price", "rating"):
            before.append(f"{text}的")
        elif head == "brand":
            close.append(f"{text} " if text.isascii() else text)
        elif "：" in text:
            after.append(text)
        else:
            close.append(text)
    return "，".join([f"{''.join(before)}{''.join(close)}{noun}", *after])


def named(pick: Pick) -> str:
    """A product with what it costs, and what it cost before where it is reduced."""
    if pick.price is None:
        return pick.title
    price = price_text(pick.price, pick.product.currency, _ZH)
    before = sale_text(pick.product, _ZH)
    return f"{pick.title}（{price}{'，' + before if before else ''}）"


def ranged(span: Range) -> str:
    """US$19.90 到 US$69.00; empty where no price is known."""
    if span.low is None or span.high is None:
        return ""
    low, high = (price_text(price, span.currency, _ZH) for price in (span.low, span.high))
    return low if low == high else f"{low} 到 {high}"


def _special_opening(plan: Plan) -> str:
    if plan.too_little is not None:
        return _too_little(plan)
    if plan.best is not None and not plan.set_aside and not plan.unmatched:
        return _by_titles(_best(plan), plan)
    if plan.counted and plan.range is not None and plan.range.count is not None:
        return _by_titles(_counted(plan, plan.range), plan)
    if plan.named and not plan.set_aside:
        gone = stock_text(plan.picks[0].product, _ZH)
        lead = named(plan.picks[0])
        if gone:
            more = "，下面是与它最接近的" if len(plan.picks) > 1 else ""
            return f"店里有{lead}，不过目前{gone}{more}。"
        more = "，另外几款与它接近" if len(plan.picks) > 1 else ""
        return f"有的：{lead}{more}。"
    return ""


def _by_titles(said: str, plan: Plan) -> str:
    """See the English."""
    return f"按名称看，{said}" if said and plan.is_by_title and plan.range is not None else said


def _set_aside(plan: Plan) -> str:
    missing = "、".join(condition.quoted for condition in plan.set_aside)
    rest = f"（{with_conditions(plan.noun, plan.met)}）" if plan.noun else ""
    if plan.set_aside[0].path == BRANDS:
        still = with_conditions(plan.noun or "商品", plan.met)
        return f"没有其他品牌的{still}了，店里有的是这些。"
    if plan.move == "more" or plan.is_stuck:
        return f"完全符合的您都看过了；不考虑{missing}的话，下面这些最接近{rest}。"
    one = plan.set_aside[0]
    telling = not one.path.startswith(("exclude", "category", "for_whom"))
    if len(plan.set_aside) == 1 and telling and plan.noun and not plan.is_narrowed:
        things = with_conditions(plan.noun, (*plan.met, one))
        return f"店里没有{things}；不考虑{missing}的话，下面这些最接近。"
    return vary(
        (
            f"店里没有完全符合的商品，我先放宽了{missing}，下面这些最接近{rest}。",
            f"没有找到全部符合的商品；不考虑{missing}的话，下面这些最接近{rest}。",
        ),
        plan.seed,
    )


def _too_little(plan: Plan) -> str:
    """A price that nothing in the shop has: the nearest there is."""
    condition, lead = plan.too_little, plan.picks[0]
    assert condition is not None
    things = with_conditions(plan.noun or "商品", plan.met)
    also = "、".join(each.quoted for each in plan.set_aside)
    aside = f"不考虑{also}的话，" if also else ""
    if plan.is_stuck:
        end = "最便宜" if plan.move == "cheaper" else "最贵"
        return f"{aside}{named(lead)}已经是{things}里{end}的了。"
    ends = {"price.max": "最便宜", "price.min": "最贵"}
    end = ends.get(condition.path, "最接近")
    return f"店里没有{condition.text}的{things}；{aside}{end}的是{named(lead)}。"


def _best(plan: Plan) -> str:
    lead, span = plan.picks[0], plan.range
    word = _BEST.get(plan.best or "")
    rating = rating_text(lead.product, _ZH)
    if word is None or (plan.best == "best_rated" and not rating):
        return ""
    things = with_conditions(plan.noun or "商品", plan.met)
    told = f"：{rating}" if plan.best == "best_rated" else ""
    if span is not None and span.count == 1:
        return f"店里只有一款：{named(lead)}{told}。"
    if span is None or span.count is None:
        return f"这些{things}里{word}的是{named(lead)}{told}。"
    count = f"{number(span.count)}款" if span.count < len(NUMBERS) or not plan.met else ""
    return f"店里{count}{things}中{word}的是{named(lead)}{told}。"


def _counted(plan: Plan, span: Range) -> str:
    things = with_conditions(plan.noun or "商品", plan.met)
    spread = ranged(span)
    prices = f"，价格 {spread}" if spread else ""
    some = "" if span.count == len(plan.picks) else f"这里是其中{number(len(plan.picks))}款。"
    return f"店里有{number(span.count or 0)}款{things}{prices}。{some}"


def _moved(plan: Plan) -> str:
    count, span = number(len(plan.picks)), ranged(shown_range(plan.picks))
    rest = tuple(
        condition for condition in plan.met if not condition.path.startswith(("price", "exclude"))
    )
    things = with_conditions(plan.noun or "商品", rest)
    than = plan.than or f"刚才看到的{'大多数' if plan.is_most else '一些'}"
    match plan.move:
        case "cheaper" | "dearer" if span:
            word = "便宜" if plan.move == "cheaper" else "贵"
            return f"这{count}款{things}比{than}{word}：{span}。"
        case "more" if plan.is_stuck:
            return f"符合的您都看过了，这是其中最好的{count}款{things}。"
        case "more":
            return f"还有{count}款{things}。"
        case "other_brand":
            return f"其他品牌有{count}款{things}。"
        case _:
            return ""


def _contrast(kind: str, pick: Pick, plan: Plan) -> str:
    name = named(pick)
    match kind:
        case "cheapest":
            return vary(
                (f"想省一点的话，{name}是其中最便宜的。", f"其中最便宜的是{name}。"), plan.seed
            )
        case "best_rated":
            return f"其中评分最高的是{name}：{rating_text(pick.product, _ZH)}。"
        case _:
            why = "，".join(fresh(pick, plan)[:2])
            return f"另外可以看看{name}{'：' + why if why else ''}。"


def _caution(plan: Plan) -> str:
    """What the records of some or all products do not confirm."""
    parts: list[str] = []
    if plan.nowhere:
        parts.append(f"介绍里都没有写明“{'、'.join(plan.nowhere)}”")
    if plan.partly:
        parts.append(f"只有部分商品写明“{'、'.join(plan.partly)}”")
    return f"{'，'.join(parts)}，选购前请确认。" if parts else ""


def _without(word: str, text: str) -> str:
    plain = text.removeprefix("不要")
    kinds = ("colour", "material")
    if any((kind, word.casefold()) in concept_index() for kind in kinds):
        return f"都不是{plain}"
    return f"不含{plain}"


def _gone(title: str, text: str) -> str:
    return f"{title}目前{text}。"


WORDING = Wording(_ZH, lead_sentence, _contrast, _caution, _gone)
