"""The composer's Chinese for choosing: what speaks for a product, and what goes together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.language import Language
from assistant.money import limit_text, price_text
from assistant.writing.chinese_words import number
from assistant.writing.plan import Advantage, Item, Set

if TYPE_CHECKING:
    from assistant.choosing import Measured
    from assistant.explaining import Explanation

_ZH: Language = "zh"
MOST_TOLD = 3
_PLACES = "零一二三四五六七八九十"


def advantages(title: str, found: Sequence[Advantage], of: int) -> str:
    """What speaks for one compared product."""
    two = of == 2
    told: list[str] = []
    for each in found:
        match each.kind:
            case "price":
                told.append("更便宜" if two else "比其他几款便宜")
            case "rating":
                told.append("评分更高" if two else "评分比其他几款高")
            case "weight":
                told.append("更轻" if two else "比其他几款轻")
            case "feature":
                continue
    features = "、".join(each.name for each in found if each.kind == "feature")
    return f"{title}{'，'.join([*told, *([f'具备{features}'] if features else [])])}。"


def by_measure(measured: Measured) -> list[str]:
    """See the English."""
    (lead, told), *rest = measured.told
    if rest and measured.is_tie:
        said = [f"{lead}和{rest[0][0]}一样：{told}。"]
        rest = rest[1:]
    else:
        said = [f"是{lead}：{told}。"]
    if rest:
        said.append(
            f"相比之下，{'；'.join(f'{title}（{own}）' for title, own in rest[:MOST_TOLD])}。"
        )
    if measured.unknown:
        said.append(f"{'、'.join(measured.unknown)}的资料里没有写。")
    return said


def choice(title: str, found: Sequence[Advantage], of: int, purpose: str, quote: str) -> list[str]:
    """See the English."""
    said = [f"这{number(of)}款里我会选{title}{f'来{purpose}' if purpose else ''}。"]
    if quote:
        said.append(f"介绍或评价里写道：“{quote}”")
    elif purpose:
        said.append("介绍里都没有提到这一点，所以按最接近的来选。")
    if found:
        said.append(f"它{advantages(title, found, of).removeprefix(title)}")
    return said


def why(explained: Explanation) -> list[str]:
    """Why a product was recommended, from its place, the conditions and what ranking counted."""
    title = explained.title
    place = f"在这{number(explained.of)}款里排第{_PLACES[explained.place]}"
    begin = f"{title}{place}" if explained.place and explained.of > 1 else f"推荐{title}"
    said: list[str] = []
    if explained.met:
        said.append(f"{begin}，因为它符合您的要求：{'、'.join(explained.met)}。")
    if explained.counted:
        told = "，".join(explained.counted)
        said.append(f"排序时还看重：{told}。" if said else f"{begin}，是因为：{told}。")
    if not said:
        said.append(f"{begin}，因为它的介绍与您说的最接近。")
    if explained.words:
        quoted = "".join(f"“{word}”" for word in explained.words)
        said.append(f"它的介绍里，{quoted}最加分。")
    if explained.unmet:
        said.append(f"它的介绍没有写明“{'、'.join(explained.unmet)}”。")
    return said


def together(offer: Set) -> list[str]:
    """Products for several needs, what they cost together, and what must be admitted."""
    said: list[str] = []
    things = " 加 ".join(_item(item) for item in offer.items)
    total = None if offer.total is None else price_text(offer.total, offer.currency, _ZH)
    limit = "" if offer.budget is None else limit_text(offer.budget, offer.currency, _ZH)
    if len(offer.items) > 1 and total and limit and not offer.fits:
        said.append(f"一共{limit}以内配不齐，符合的最便宜搭配如下。")
        said.append(f"{things}，一共 {total}。")
    elif len(offer.items) > 1 and total:
        within = f"，在{limit}以内" if limit else ""
        said.append(f"{things}，一共 {total}{within}。")
    elif offer.items:
        said.append(f"推荐{things}。")
    said += [f"{noun}这边我放宽了“{text}”。" for noun, text in offer.set_aside]
    said += [f"{title}目前{text}。" for title, text in offer.gone]
    if offer.missing:
        said.append(f"店里没有找到{'、'.join(offer.missing)}。")
    if offer.can_swap:
        within = "，总价仍在预算内" if limit else ""
        said.append(f"其余几款可以替换其中的同类商品{within}。")
    return said


def _item(item: Item) -> str:
    price = "" if item.price is None else price_text(item.price, item.currency, _ZH)
    if item.quantity == 1:
        return f"{item.title}（{price}）" if price else item.title
    return f"{item.quantity} × {item.title}{f'（每件 {price}）' if price else ''}"
