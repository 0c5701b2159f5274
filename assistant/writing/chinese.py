"""The composer's Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.money import price_text
from assistant.reasons import rating_text, stock_text
from assistant.settings import DEFAULT_SHOP_NAME
from assistant.writing.contrasts import contrast_of
from assistant.writing.phrasing import vary
from assistant.writing.plan import Difference, Pick, Plan, Said

_NUMBERS = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


class Chinese:
    """Says a plan in Chinese; every method gives whole sentences."""

    joint = ""

    def opening(self, plan: Plan) -> str:
        """What was understood and found, true of every product shown."""
        if not plan.picks:
            return self.nothing(plan)
        count, noun = _number(len(plan.picks)), plan.noun or "商品"
        fit = "、".join(plan.met)
        if plan.set_aside:
            missing = "、".join(f"“{text}”" for text in plan.set_aside)
            rest = f"（{noun}{'，' + fit if fit else ''}）" if plan.noun else ""
            return vary(
                (
                    f"店里没有完全符合的商品，我先放宽了{missing}，下面这些最接近{rest}。",
                    f"没有找到全部符合的商品；不考虑{missing}的话，下面这些最接近{rest}。",
                ),
                plan.seed,
            )
        if plan.unmatched:
            among = f"{plan.noun}里" if plan.noun else ""
            return f"店里没有看到“{plan.unmatched}”，{among}下面这些最接近。"
        if len(plan.picks) == 1:
            return f"店里有一款符合{'：' + fit if fit else ''}。"
        if fit:
            return vary(
                (
                    f"为您找到{count}款{noun}：{fit}。",
                    f"这{count}款{noun}符合您的要求：{fit}。",
                    f"有{count}款{noun}适合您：{fit}。",
                ),
                plan.seed,
            )
        return vary((f"为您找到{count}款{noun}。", f"这{count}款{noun}最接近您的需求。"), plan.seed)

    def body(self, plan: Plan) -> list[Said]:
        """One to three sentences on one or two of the products, and what must be admitted."""
        if not plan.picks:
            return []
        lead = plan.picks[0]
        alone = len(plan.picks) == 1
        sentences = [Said(self.lead(lead, plan.seed, alone=alone), lead.product.id)]
        told = [lead]
        if (contrast := contrast_of(plan.picks)) is not None:
            kind, pick = contrast
            told.append(pick)
            sentences.append(Said(_contrast(kind, pick, plan.seed), pick.product.id))
        if caution := _caution(plan):
            sentences.append(Said(caution))
        sentences += [
            Said(f"{pick.title}目前{text}。")
            for pick in told
            if (text := stock_text(pick.product, "zh"))
        ]
        return sentences[:3]

    def lead(self, pick: Pick, seed: int, *, alone: bool = False) -> str:
        """A sentence on the product that comes first, with the reasons why it does."""
        why = "，".join(reason.text for reason in pick.reasons)
        name = _named(pick)
        ending = f"：{why}。" if why else "。"
        if alone:
            return f"就是{name}{ending}"
        return vary((f"首先推荐{name}{ending}", f"排在第一的是{name}{ending}"), seed, salt=1)

    def nothing(self, plan: Plan) -> str:
        """Nothing at all can be shown."""
        return "店里没有找到这样的商品，能换个说法吗？"

    def greeting(self, shop: str, departments: Sequence[str]) -> list[str]:
        """Welcome and what may be asked for."""
        there = f"我们有{'、'.join(departments)}等。" if departments else ""
        name = "本店" if shop == DEFAULT_SHOP_NAME else shop
        return [f"您好，欢迎光临{name}！{there}", "您想找什么？"]

    def shop_answer(self, document: str, quote: str) -> list[str]:
        """An answer in the shop's own words, with the document it comes from."""
        return [f"我们的“{document}”页面写道：{quote}"]

    def shop_unknown(self) -> list[str]:
        """The documents say nothing on the question."""
        return ["这个我不清楚，店里的说明没有写到。", "要为您转接人工客服吗？"]

    def product_answer(self, title: str, facts: Sequence[str]) -> list[str]:
        """What the record says on a question."""
        return [f"{title}：{'，'.join(facts)}。"]

    def described(self, title: str, quote: str) -> list[str]:
        """What the description says on a question."""
        return [f"{title}的介绍写道：“{quote}”"]

    def reviewed(self, title: str, quote: str, agreeing: int, of: int) -> list[str]:
        """What customers say on a question, and how many of them."""
        return [f"{title}的 {of} 条评价中有 {agreeing} 条提到：“{quote}”"]

    def product_unknown(self, title: str) -> list[str]:
        """Neither record nor reviews answer the question."""
        about = f"{title}的" if title else ""
        return [f"这个我不清楚，{about}介绍和评价里都没有写到。", "要为您转接人工客服吗？"]

    def which_product(self) -> list[str]:
        """The question names no product that was shown."""
        return ["您指的是哪一款？可以告诉我名称，或者说“第一个”。"]

    def comparison(self, titles: Sequence[str], differences: Sequence[Difference]) -> list[str]:
        """The facts in which products differ, a line each."""
        if not differences:
            return [f"从介绍来看，{'和'.join(titles)}没有看得出的区别。"]
        letters = "ABCDEFGH"[: len(titles)]
        lines: list[str] = []
        for difference in differences:
            values = zip(letters, difference.values, strict=True)
            told = "；".join(f"{letter} {value}" for letter, value in values)
            lines.append(f"\n• {difference.name}：{told}")
        named = [f"{title}（{letter}）" for letter, title in zip(letters, titles, strict=True)]
        return [f"{'和'.join(named)}的区别：", *lines]

    def cart(self, title: str) -> list[str]:
        """Buying is done on the product's page."""
        what = title or "商品"
        return [f"我暂时还不能帮您把{what}加入购物车，请打开商品页面添加。"]

    def out_of_scope(self) -> list[str]:
        """A friendly sentence on what the guide is for."""
        return ["这个我帮不上忙，不过很乐意帮您在店里找商品。"]

    def unsafe(self) -> list[str]:
        """A friendly refusal."""
        return ["这件事我不能帮忙，不过很乐意帮您在店里找商品。"]

    def handoff(self) -> list[str]:
        """A person is asked for."""
        return ["我会把您的情况转给同事跟进。", "您也可以继续问我。"]

    def empty(self) -> list[str]:
        """A message without a word."""
        return ["我在听：您想找什么？"]

    def cut(self) -> str:
        """A message longer than is read."""
        return "您的消息太长，我只读了开头的部分。"

    def apology(self, *, products: bool) -> list[str]:
        """Something failed inside."""
        if products:
            return ["抱歉，我没能把话说完；上面是我找到的商品。"]
        return ["抱歉，我这边出了点问题，请再试一次。"]


def _contrast(kind: str, pick: Pick, seed: int) -> str:
    name = _named(pick)
    match kind:
        case "cheapest":
            return vary((f"想省一点的话，{name}是其中最便宜的。", f"其中最便宜的是{name}。"), seed)
        case "best_rated":
            return f"其中评分最高的是{name}：{rating_text(pick.product, 'zh')}。"
        case _:
            why = "，".join(reason.text for reason in pick.reasons[:2])
            return f"另外可以看看{name}{'：' + why if why else ''}。"


def _caution(plan: Plan) -> str:
    """What the records of some or all products do not confirm."""
    parts: list[str] = []
    if plan.nowhere:
        parts.append(f"介绍里都没有写明“{'、'.join(plan.nowhere)}”")
    if plan.partly:
        parts.append(f"只有部分商品写明“{'、'.join(plan.partly)}”")
    return f"{'，'.join(parts)}，选购前请确认。" if parts else ""


def _named(pick: Pick) -> str:
    if pick.price is None:
        return pick.title
    return f"{pick.title}（{price_text(pick.price, pick.product.currency, 'zh')}）"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
