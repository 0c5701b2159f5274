"""What the composer says of the cart, in both languages; facts only, of what has been done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from assistant.cart import CartView, PricedLine
from assistant.language import Language
from assistant.money import price_text
from assistant.writing.english_words import listed

SHORTEST_NAMED = 2
"""A letter such as "S" stands in every title and is not named by it."""


class CartPhrases:
    """Sentences on one cart for one language."""

    def __init__(self, language: Language, *, lines: bool = True) -> None:
        """With `lines` the contents are told line by line, else only what they come to."""
        self.language: Language = language
        self._lines = lines

    def _in(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english

    def line(self, line: PricedLine) -> str:
        """ "2 × Storm Shell (size M), $178.00"."""
        return f"{line.quantity} × {self._named(line)}{self._amount(line)}"

    def contents(self, view: CartView) -> list[str]:
        """Every line and the sum of each currency."""
        if not view.lines:
            return [self._in("Your cart is empty.", "您的购物车是空的。")]
        sums = [
            price_text(Decimal(total), currency or None, self.language)
            for currency, total in view.totals.items()
        ]
        total = self._in(" and ", "和").join(sums)
        if not self._lines:
            if not total:
                return [self._in("Here is your cart.", "这是您的购物车。")]
            return [self._in(f"Your cart comes to {total}.", f"购物车合计 {total}。")]
        said = [self._in("In your cart:", "您的购物车里有：")]
        said += [f"\n- {self.line(line)}" for line in view.lines]
        if total:
            said.append(self._in(f"\nTotal: {total}.", f"\n合计：{total}。"))
        return said

    def added(self, line: PricedLine, quantity: int) -> str:
        """A variant has been added."""
        what = f"{quantity} × {self._named(line)}"
        return self._in(f"I’ve put {what} into your cart.", f"已把{what}加入购物车。")

    def changed(self, line: PricedLine) -> str:
        """The quantity is another one."""
        return self._in(
            f"Your cart now has {line.quantity} × {self._named(line)}.",
            f"购物车里的{self._named(line)}现在是 {line.quantity} 件。",
        )

    def removed(self, title: str) -> str:
        """A line has gone."""
        return self._in(f"I’ve taken {title} out of your cart.", f"已把{title}移出购物车。")

    def cleared(self) -> str:
        """Nothing is left."""
        return self._in("I’ve emptied your cart.", "已清空购物车。")

    def asks(self, title: str, options: Mapping[str, Sequence[str]], settled: Sequence[str]) -> str:
        """Which of the open options it is to be: {"size": ["S", "M"]}, already translated.

        `settled` are the values that are known, such as the colour that was pointed at.
        """
        colon = self._in(": ", "：")
        lists = [f"{name}{colon}{self._either(values)}" for name, values in options.items()]
        what = self._in(" and ", "和").join(options)
        known = self._in(", ", "、").join(settled)
        if self.language == "zh":
            taken = f"（{known}）" if known else ""
            return f"{title}{taken}您要哪种{what}？{'；'.join(lists)}。"
        taken = f" in {known}" if known else ""
        if len(options) == 1:
            only = self._either(next(iter(options.values())))
            return f"Which {what} of {title}{taken} would you like: {only}?"
        told = " ".join(f"{each[:1].upper()}{each[1:]}." for each in lists)
        return f"Which {what} of {title}{taken} would you like? {told}"

    def _either(self, values: Sequence[str]) -> str:
        return "、".join(values) if self.language == "zh" else listed(values, "or")

    def no_such(self, title: str, chosen: Sequence[str]) -> str:
        """The options told do not go together."""
        said = self._in(", ", "、").join(chosen)
        return self._in(
            f"The catalogue lists no {title} in {said}, so I have added nothing.",
            f"目录中没有{said}的{title}，所以没有添加。",
        )

    def sold_out(self, line: PricedLine, others: Sequence[str]) -> list[str]:
        """A variant that cannot be bought; `others` are options of it that can."""
        said = [
            self._in(
                f"{self._named(line)} is out of stock, so I have not added it.",
                f"{self._named(line)}缺货，所以没有加入购物车。",
            )
        ]
        if others:
            said.append(
                self._in(
                    f"It can be had in {'; '.join(others)}.", f"可以买到的有：{'；'.join(others)}。"
                )
            )
        return said

    def alternatives(self) -> str:
        """Cards of something like it are on screen."""
        return self._in("These are similar and can be had.", "下面是类似的、可以买到的商品。")

    def which_line(self, view: CartView) -> list[str]:
        """It is not clear which line is meant."""
        if not view.lines:
            return self.contents(view)
        ask = self._in(
            "Which of them do you mean? I have changed nothing.", "您指的是哪一件？我还没有改动。"
        )
        return [*self.contents(view), ask]

    def hand_over(self, view: CartView) -> list[str]:
        """How to buy what is in the cart; the guide itself takes no order."""
        said = self.contents(view)
        if not view.lines:
            return said
        if view.url:
            return [
                *said,
                self._in(
                    "I take no orders myself: follow the link with this reply, and the shop’s "
                    "checkout opens with these products.",
                    "我不能替您下单：请点击本条回复附带的链接，到商店结算页完成购买。",
                ),
            ]
        return [
            *said,
            self._in(
                "I can’t place an order for you: please open the products’ pages and buy there.",
                "我不能替您下单，请打开商品页面购买。",
            ),
        ]

    def handed_over(self, view: CartView, *, accepted: bool) -> list[str]:
        """Whether the shop took the cart; nothing is ordered by that."""
        if accepted:
            done = self._in(
                "I’ve handed your cart to the shop’s checkout; nothing is ordered yet.",
                "购物车已转交商店结算，目前还没有下单。",
            )
        else:
            done = self._in(
                "I could not reach the shop’s checkout just now; your cart is kept, please try "
                "again in a moment.",
                "暂时无法连接商店结算，购物车已保留，请稍后再试。",
            )
        return [*self.contents(view), done]

    def _named(self, line: PricedLine) -> str:
        """The title with the options that it does not name itself."""
        told = self._in(", ", "，").join(
            f"{name}{self._in(' ', '：')}{value}"
            for name, value in line.options.items()
            if len(value) < SHORTEST_NAMED or value.casefold() not in line.title.casefold()
        )
        return line.title + (self._in(f" ({told})", f"（{told}）") if told else "")

    def _amount(self, line: PricedLine) -> str:
        comma = self._in(", ", "，")
        if line.amount is None:
            return comma + self._in("price not known", "价格未知")
        return comma + price_text(Decimal(line.amount), line.currency, self.language)
