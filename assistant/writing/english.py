"""The composer's English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.writing import english_answers, english_choice, english_offers, offers
from assistant.writing.english_words import listed as _listed
from assistant.writing.plan import Advantage, Department, Plan, Said, Set

if TYPE_CHECKING:
    from assistant.asking import Question
    from assistant.choosing import Measured
    from assistant.explaining import Explanation
    from assistant.reply import Comparison
    from assistant.seeing import Sight


class English:
    """Says a plan in English; every method gives whole sentences."""

    joint = " "

    def opening(self, plan: Plan) -> str:
        """What was understood and found, true of every product shown."""
        return english_offers.opening(plan) if plan.picks else self.nothing(plan)

    def body(self, plan: Plan) -> list[Said]:
        """One to three sentences on one or two of the products, and what must be admitted."""
        return offers.body(plan, english_offers.WORDING)

    def nothing(self, plan: Plan) -> str:
        """Nothing at all can be shown."""
        return "I found nothing like that in the shop. Could you say it another way?"

    def greeting(self, shop: str, departments: Sequence[str]) -> list[str]:
        """Welcome and what may be asked for."""
        there = f" We have {_listed(departments)}, for example." if departments else ""
        return [f"Hello, and welcome to {shop}!{there}", "What are you looking for?"]

    def welcome(self, reason: str, *, is_new: bool) -> list[str]:
        """An answer to small talk: thanks, a goodbye, "what can you do?", hello once more."""
        match reason:
            case "thanks":
                return ["You’re welcome!", "Is there anything else I can find for you?"]
            case "bye":
                return ["Goodbye, and thank you for stopping by!"]
            case "capabilities":
                return [
                    "Tell me what you are looking for, what it is for or what it may cost, "
                    "and I show you what the shop has.",
                    "I compare products, answer questions about them and about the shop, "
                    "and fill your cart.",
                ]
            case _:
                return [] if is_new else ["Hello again!", "What can I find for you?"]

    def ideas(self) -> list[str]:
        """Well-liked products, for somebody who leaves the choice to the guide."""
        return [
            "These are a few things that are well liked.",
            "Tell me whom or what it is for, and I will look more closely.",
        ]

    def departments(self, products: int, departments: Sequence[Department]) -> list[str]:
        """What the shop has, with how many products of each kind."""
        told = [f"{each.name} ({each.products:,})" for each in departments]
        if not told:
            return [f"We have {products:,} products.", "What are you looking for?"]
        return [
            f"We have {products:,} products: {_listed(told)}.",
            "These are well liked. What are you looking for?",
        ]

    def brands(self, brands: Sequence[str], *, more: bool) -> list[str]:
        """The biggest brands the shop has; `more` where there are others."""
        if not brands:
            return ["Our catalogue names no brands."]
        return [f"We carry {_listed([*brands, 'others'] if more else brands)}."]

    def no_product(self) -> list[str]:
        """Nothing was found for any of several things."""
        return ["I found nothing like that in the shop. Could you say it another way?"]

    def restart(self) -> list[str]:
        """The wish is put away."""
        return ["All right, let’s begin again.", "What are you looking for?"]

    def shop_answer(self, document: str, quote: str) -> list[str]:
        """An answer in the shop's own words, with the document it comes from."""
        return [f"From our page “{document}”: {quote}"]

    def shop_silent_on(self, question: str) -> str:
        """One of several questions that the documents say nothing on."""
        return f"On “{question}” our pages say nothing; a person could tell you."

    def shop_unknown(self) -> list[str]:
        """The documents say nothing on the question."""
        return [
            "I don’t know: our pages don’t say anything about that.",
            "Shall I pass you on to a person?",
        ]

    def product_answer(self, title: str, facts: Sequence[str]) -> list[str]:
        """What the record says on a question."""
        return [f"{title}: {_listed(facts)}."]

    def confirmed(self, title: str, feature: str, value: bool) -> list[str]:
        """Whether a product has a feature, by its record."""
        has = english_choice.has(feature, value)
        return [f"Yes, {title} {has}." if value else f"No, {title} {has}."]

    def which_have(self, titles: Sequence[str], feature: str, of: int) -> list[str]:
        """Which of several products have a feature."""
        return english_answers.which_have(titles, feature, of)

    def no_record(self, title: str) -> list[str]:
        """The record of one of several products does not say."""
        return [f"The record of {title} does not say."]

    def described(self, title: str, quote: str) -> list[str]:
        """What the description says on a question."""
        return [f"The description of {title} says: “{quote}”"]

    def reviewed(self, title: str, quote: str, agreeing: int, of: int) -> list[str]:
        """What customers say on a question, and how many of them."""
        return [
            f"{agreeing} of {of} customer reviews of {title} mention{'s' * (agreeing == 1)} it: "
            f"“{quote}”"
        ]

    def opinions(
        self, title: str, rating: str, counts: tuple[int, int, int], good: str, bad: str
    ) -> list[str]:
        """The rating, how many of all reviews are for and against, and a quotation of each."""
        return english_answers.opinions(title, rating, counts, good, bad)

    def complaints(self, title: str, total: int, critical: int, quote: str) -> list[str]:
        """What customers find wrong."""
        return english_answers.complaints(title, total, critical, quote)

    def comes_in(self, name: str, values: Sequence[str], *, is_in_stock: bool) -> list[str]:
        """There is such a variant."""
        return english_answers.comes_in(name, values, is_in_stock=is_in_stock)

    def comes_not_in(self, name: str, values: Sequence[str], there: Sequence[str]) -> list[str]:
        """There is no such variant; `there` are those that there are."""
        return english_answers.comes_not_in(name, values, there)

    def options(
        self, name: str, values: Sequence[str], of: Sequence[str], *, is_size: bool
    ) -> list[str]:
        """All colours or sizes to be had; the sizes in the colour `of`."""
        return english_answers.options(name, values, of, is_size=is_size)

    def options_gone(self, values: Sequence[str]) -> list[str]:
        """Colours or sizes that are out of stock."""
        return [f"Out of stock at the moment: {_listed(values)}."]

    def unmentioned(self, what: str) -> str:
        """Neither record nor reviews speak of something in particular."""
        return f"None of this speaks of “{what}” in particular."

    def product_unknown(self, title: str) -> list[str]:
        """Neither record nor reviews answer the question."""
        about = f" of {title}" if title else ""
        return [
            f"I don’t know: neither the description{about} nor the reviews say.",
            "Shall I pass you on to a person?",
        ]

    def which_product(self) -> list[str]:
        """The question names no product that was shown."""
        return [
            "Which product do you mean? Tell me its name or its place, such as “the first one”."
        ]

    def compared_with(self, title: str) -> list[str]:
        """A comparison was asked for where one product had been shown: what joins it."""
        return [f"You have seen one product so far, so I put {title} beside it."]

    def comparison(self, table: Comparison, *, lines: bool) -> list[str]:
        """The facts in which products differ; with `lines` each on a line, else for a table."""
        if not table.rows:
            return [f"By their descriptions, {_listed(table.titles)} differ in nothing I can see."]
        if not lines:
            return ["Here is where they differ."]
        letters = "ABCD"[: len(table.titles)]
        named = [f"{title} ({letter})" for letter, title in zip(letters, table.titles, strict=True)]
        said = [f"{_listed(named)} differ in this:"]
        for row in table.rows:
            told = "; ".join(
                f"{letter} {value}" for letter, value in zip(letters, row.values, strict=True)
            )
            said.append(f"\n• {row.name}: {told}")
        return [*said, "\n"]

    def question(self, asked: Question) -> str:
        """The one question that narrows what was found."""
        options = _listed(asked.options, "or")
        match asked.kind:
            case "for":
                return f"Who is it for: {options}?"
            case "use":
                return f"What is it mostly for: {options}?"
            case _:
                return f"Which {asked.attribute} would you like: {options}?"

    def which_to_add(self) -> str:
        """A thing is wanted in the cart that has not been chosen yet."""
        return "Which one shall I put into your cart?"

    def interests(self) -> str:
        """Asked where a wish says nothing of what it should be."""
        return "What does the person like, or what should it be for?"

    def advantages(self, title: str, found: Sequence[Advantage], of: int) -> str:
        """What speaks for one product against the others."""
        return english_choice.advantages(title, found, of)

    def by_measure(self, measured: Measured) -> list[str]:
        """Products by one measure, the one asked for first."""
        return english_choice.by_measure(measured)

    def not_measured(self, titles: Sequence[str]) -> list[str]:
        """What was asked for is measured in no record."""
        return [
            f"The records of {_listed(titles)} don’t say, so I can’t tell.",
            "Shall I pass you on to a person?",
        ]

    def choice(
        self, title: str, found: Sequence[Advantage], of: int, purpose: str, quote: str
    ) -> list[str]:
        """The one of several that the guide would take, and why."""
        return english_choice.choice(title, found, of, purpose, quote)

    def together(self, offer: Set) -> list[str]:
        """Products for several needs, with what they cost together."""
        return english_choice.together(offer)

    def why(self, explained: Explanation) -> list[str]:
        """Why a product was recommended."""
        return english_choice.why(explained)

    def out_of_scope(self) -> list[str]:
        """A friendly sentence on what the guide is for."""
        return ["That is beyond me, but I’m glad to help you find something in the shop."]

    def unsafe(self) -> list[str]:
        """A friendly refusal."""
        return ["I can’t help with that, but I’m glad to help you find something in the shop."]

    def handoff(self, told: Sequence[str] = (), is_staffed: bool = True) -> list[str]:
        """A person is asked for; `told` is what they will know of the wish."""
        what = f": {_listed(told)}" if told else ""
        passed = f"I’ll pass this on to a colleague, with what you have told me so far{what}."
        if not is_staffed:
            return [
                passed,
                "None of them is here at the moment: the answer comes when somebody is back.",
                "Meanwhile you can go on asking me.",
            ]
        return [passed, "Meanwhile you can go on asking me."]

    def given_up(self, told: Sequence[str] = (), is_staffed: bool = True) -> list[str]:
        """Several turns in a row did not help."""
        return ["I have not been of much help so far.", *self.handoff(told, is_staffed)]

    def empty(self) -> list[str]:
        """A message without a word."""
        return ["I’m listening: what are you looking for?"]

    def cut(self) -> str:
        """A message longer than is read."""
        return "Your message was very long, so I read only its beginning."

    def picture(self, sight: Sight, *, has_words: bool) -> str:
        """What came of a customer's picture."""
        match sight:
            case "read":
                return "I have looked at your picture."
            case "unclear" if has_words:
                return "I could not make out your picture, so I go by your words."
            case "unclear":
                return "I could not make out your picture. Can you tell me in words what you want?"
            case "closed" if has_words:
                return "I can’t look at pictures here, so I go by your words."
            case "closed":
                return "I can’t look at pictures here. Can you tell me in words what you want?"

    def kept_back(self, *, products: bool) -> list[str]:
        """All that there was to say has words in it that the shop does not want said."""
        if products:
            return ["The products shown are what I found."]
        return ["I can’t tell you more about that here."]

    def apology(self, *, products: bool) -> list[str]:
        """Something failed inside."""
        if products:
            return ["I’m sorry, I could not finish my answer; the products shown are what I found."]
        return ["I’m sorry, something went wrong on my side. Please try that once more."]
