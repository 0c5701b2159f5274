"""The composer's Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.settings import DEFAULT_SHOP_NAME
from assistant.writing import chinese_answers, chinese_choice, chinese_offers, offers
from assistant.writing.plan import Advantage, Department, Plan, Said, Set

if TYPE_CHECKING:
    from assistant.asking import Question
    from assistant.choosing import Measured
    from assistant.explaining import Explanation
    from assistant.reply import Comparison
    from assistant.seeing import Sight


class Chinese:
    """Says a plan in Chinese; every method gives whole sentences."""

    joint = ""

    def opening(self, plan: Plan) -> str:
        """What was understood and found, true of every product shown."""
        return chinese_offers.opening(plan) if plan.picks else self.nothing(plan)

    def body(self, plan: Plan) -> list[Said]:
        """One to three sentences on one or two of the products, and what must be admitted."""
        return offers.body(plan, chinese_offers.WORDING)

    def nothing(self, plan: Plan) -> str:
        """Nothing at all can be shown."""
        return "店里没有找到这样的商品，能换个说法吗？"

    def greeting(self, shop: str, departments: Sequence[str]) -> list[str]:
        """Welcome and what may be asked for."""
        there = f"我们有{'、'.join(departments)}等。" if departments else ""
        name = "本店" if shop == DEFAULT_SHOP_NAME else shop
        return [f"您好，欢迎光临{name}！{there}", "您想找什么？"]

    def welcome(self, reason: str, *, is_new: bool) -> list[str]:
        """See the English."""
        match reason:
            case "thanks":
                return ["不客气！", "还需要我帮您找点什么吗？"]
            case "bye":
                return ["再见，感谢您的光临！"]
            case "capabilities":
                return [
                    "告诉我您想找什么、做什么用、预算多少，我就把店里合适的商品找给您。",
                    "我还能比较商品、回答商品和店铺的问题，并帮您加入购物车。",
                ]
            case _:
                return [] if is_new else ["您好！", "想找点什么呢？"]

    def ideas(self) -> list[str]:
        """See the English."""
        return ["这几款很受顾客欢迎。", "告诉我送给谁或做什么用，我可以帮您挑得更准。"]

    def departments(self, products: int, departments: Sequence[Department]) -> list[str]:
        """What the shop has, with how many products of each kind."""
        told = "、".join(f"{each.name}（{each.products:,}）" for each in departments)
        if not told:
            return [f"店里有 {products:,} 款商品。", "您想找什么？"]
        return [f"店里有 {products:,} 款商品：{told}。", "下面是其中评价不错的几款。您想找什么？"]

    def brands(self, brands: Sequence[str], *, more: bool) -> list[str]:
        """See the English."""
        if not brands:
            return ["商品资料里没有写明品牌。"]
        return [f"我们有{'、'.join(brands)}{'等品牌' if more else ''}。"]

    def no_product(self) -> list[str]:
        """Nothing was found for any of several things."""
        return ["店里没有找到这样的商品，能换个说法吗？"]

    def restart(self) -> list[str]:
        """The wish is put away."""
        return ["好的，我们重新开始。", "您想找什么？"]

    def shop_answer(self, document: str, quote: str) -> list[str]:
        """An answer in the shop's own words, with the document it comes from."""
        return [f"我们的“{document}”页面写道：{quote}"]

    def shop_silent_on(self, question: str) -> str:
        """See the English."""
        return f"“{question}”，店里的说明没有写到，可以问人工客服。"

    def shop_unknown(self) -> list[str]:
        """The documents say nothing on the question."""
        return ["这个我不清楚，店里的说明没有写到。", "要为您转接人工客服吗？"]

    def product_answer(self, title: str, facts: Sequence[str]) -> list[str]:
        """What the record says on a question."""
        return [f"{title}：{'，'.join(facts)}。"]

    def confirmed(self, title: str, feature: str, value: bool) -> list[str]:
        """Whether a product has a feature, by its record."""
        if value:
            return [f"是的，按商品资料，{title}：{feature}。"]
        return [f"按商品资料，{title}不具备“{feature}”这一点。"]

    def which_have(self, titles: Sequence[str], feature: str, of: int) -> list[str]:
        """Which of several products have a feature."""
        return chinese_answers.which_have(titles, feature, of)

    def no_record(self, title: str) -> list[str]:
        """The record of one of several products does not say."""
        return [f"{title}的资料里没有写。"]

    def described(self, title: str, quote: str) -> list[str]:
        """What the description says on a question."""
        return [f"{title}的介绍写道：“{quote}”"]

    def reviewed(self, title: str, quote: str, agreeing: int, of: int) -> list[str]:
        """What customers say on a question, and how many of them."""
        return [f"{title}的 {of} 条评价中有 {agreeing} 条提到：“{quote}”"]

    def opinions(
        self, title: str, rating: str, counts: tuple[int, int, int], good: str, bad: str
    ) -> list[str]:
        """The rating, how many of all reviews are for and against, and a quotation of each."""
        return chinese_answers.opinions(title, rating, counts, good, bad)

    def complaints(self, title: str, total: int, critical: int, quote: str) -> list[str]:
        """What customers find wrong."""
        return chinese_answers.complaints(title, total, critical, quote)

    def comes_in(self, name: str, values: Sequence[str], *, is_in_stock: bool) -> list[str]:
        """There is such a variant."""
        return chinese_answers.comes_in(name, values, is_in_stock=is_in_stock)

    def comes_not_in(self, name: str, values: Sequence[str], there: Sequence[str]) -> list[str]:
        """There is no such variant; `there` are those that there are."""
        return chinese_answers.comes_not_in(name, values, there)

    def options(
        self, name: str, values: Sequence[str], of: Sequence[str], *, is_size: bool
    ) -> list[str]:
        """All colours or sizes to be had; the sizes in the colour `of`."""
        return chinese_answers.options(name, values, of, is_size=is_size)

    def options_gone(self, values: Sequence[str]) -> list[str]:
        """Colours or sizes that are out of stock."""
        return [f"暂时缺货：{'、'.join(values)}。"]

    def unmentioned(self, what: str) -> str:
        """See the English."""
        return f"不过没有专门提到“{what}”。"

    def product_unknown(self, title: str) -> list[str]:
        """Neither record nor reviews answer the question."""
        about = f"{title}的" if title else ""
        return [f"这个我不清楚，{about}介绍和评价里都没有写到。", "要为您转接人工客服吗？"]

    def which_product(self) -> list[str]:
        """The question names no product that was shown."""
        return ["您指的是哪一款？可以告诉我名称，或者说“第一个”。"]

    def compared_with(self, title: str) -> list[str]:
        """See the English."""
        return [f"您目前只看过一款商品，我拿{title}来和它比较。"]

    def comparison(self, table: Comparison, *, lines: bool) -> list[str]:
        """The facts in which products differ; with `lines` each on a line, else for a table."""
        if not table.rows:
            return [f"从介绍来看，{'和'.join(table.titles)}没有看得出的区别。"]
        if not lines:
            return ["它们的区别如下。"]
        letters = "ABCD"[: len(table.titles)]
        pairs = zip(letters, table.titles, strict=True)
        named = [f"{title}（{letter}）" for letter, title in pairs]
        said = [f"{'和'.join(named)}的区别："]
        for row in table.rows:
            told = "；".join(
                f"{letter} {value}" for letter, value in zip(letters, row.values, strict=True)
            )
            said.append(f"\n• {row.name}：{told}")
        return [*said, "\n"]

    def question(self, asked: Question) -> str:
        """The one question that narrows what was found."""
        options = "、".join(asked.options)
        match asked.kind:
            case "for":
                return f"给谁用：{options}？"
            case "use":
                return f"主要用在什么场合：{options}？"
            case _:
                return f"{asked.attribute}要哪种：{options}？"

    def which_to_add(self) -> str:
        """See the English."""
        return "您想把哪一款加入购物车？"

    def interests(self) -> str:
        """See the English."""
        return "对方平时喜欢什么，或者做什么用？"

    def advantages(self, title: str, found: Sequence[Advantage], of: int) -> str:
        """What speaks for one product against the others."""
        return chinese_choice.advantages(title, found, of)

    def by_measure(self, measured: Measured) -> list[str]:
        """See the English."""
        return chinese_choice.by_measure(measured)

    def not_measured(self, titles: Sequence[str]) -> list[str]:
        """See the English."""
        return [f"{'、'.join(titles)}的资料里都没有写，我无法判断。", "需要我为您转接人工吗？"]

    def choice(
        self, title: str, found: Sequence[Advantage], of: int, purpose: str, quote: str
    ) -> list[str]:
        """See the English."""
        return chinese_choice.choice(title, found, of, purpose, quote)

    def together(self, offer: Set) -> list[str]:
        """Products for several needs, with what they cost together."""
        return chinese_choice.together(offer)

    def why(self, explained: Explanation) -> list[str]:
        """Why a product was recommended."""
        return chinese_choice.why(explained)

    def out_of_scope(self) -> list[str]:
        """A friendly sentence on what the guide is for."""
        return ["这个我帮不上忙，不过很乐意帮您在店里找商品。"]

    def unsafe(self) -> list[str]:
        """A friendly refusal."""
        return ["这件事我不能帮忙，不过很乐意帮您在店里找商品。"]

    def handoff(self, told: Sequence[str] = (), is_staffed: bool = True) -> list[str]:
        """A person is asked for; `told` is what they will know of the wish."""
        what = f"（{'、'.join(told)}）" if told else ""
        passed = f"我会把您的情况{what}转给同事跟进。"
        if not is_staffed:
            absent = "目前没有同事在线，等有人回来就会回复您。"
            return [passed, absent, "在此期间您也可以继续问我。"]
        return [passed, "您也可以继续问我。"]

    def given_up(self, told: Sequence[str] = (), is_staffed: bool = True) -> list[str]:
        """Several turns in a row did not help."""
        return ["前面几次没能帮到您。", *self.handoff(told, is_staffed)]

    def empty(self) -> list[str]:
        """A message without a word."""
        return ["我在听：您想找什么？"]

    def cut(self) -> str:
        """A message longer than is read."""
        return "您的消息太长，我只读了开头的部分。"

    def picture(self, sight: Sight, *, has_words: bool) -> str:
        """What came of a customer's picture."""
        match sight:
            case "read":
                return "我看过您的图片了。"
            case "unclear" if has_words:
                return "您的图片我没能看清，我先按您说的来找。"
            case "unclear":
                return "您的图片我没能看清，能用文字说说您想要什么吗？"
            case "closed" if has_words:
                return "我在这里看不了图片，先按您说的来找。"
            case "closed":
                return "我在这里看不了图片，能用文字说说您想要什么吗？"

    def kept_back(self, *, products: bool) -> list[str]:
        """All that there was to say has words in it that the shop does not want said."""
        if products:
            return ["上面是我找到的商品。"]
        return ["这方面我在这里无法多说。"]

    def apology(self, *, products: bool) -> list[str]:
        """Something failed inside."""
        if products:
            return ["抱歉，我没能把话说完；上面是我找到的商品。"]
        return ["抱歉，我这边出了点问题，请再试一次。"]
