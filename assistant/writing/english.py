"""The composer's English."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.money import price_text
from assistant.reasons import rating_text, stock_text
from assistant.writing.contrasts import contrast_of
from assistant.writing.phrasing import vary
from assistant.writing.plan import Difference, Pick, Plan, Said

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class English:
    """Says a plan in English; every method gives whole sentences."""

    joint = " "

    def opening(self, plan: Plan) -> str:
        """What was understood and found, true of every product shown."""
        if not plan.picks:
            return self.nothing(plan)
        count, noun = _number(len(plan.picks)), plan.noun or "things"
        fit = _listed(plan.met)
        if plan.set_aside:
            missing = _listed([f"“{text}”" for text in plan.set_aside], "and")
            rest = f" ({noun}{', ' + fit if fit else ''})" if plan.noun else ""
            return vary(
                (
                    f"Nothing in the shop is all of that, so I set aside {missing}; "
                    f"these come closest{rest}.",
                    f"I found nothing that fits everything. Without {missing}, "
                    f"these come closest{rest}.",
                ),
                plan.seed,
            )
        if plan.unmatched:
            also = f" among the {plan.noun}" if plan.noun else ""
            return vary(
                (
                    f"I don’t see “{plan.unmatched}” in the shop; these come closest{also}.",
                    f"Nothing here is described as “{plan.unmatched}”; "
                    f"the nearest{also} {_are(len(plan.picks))} here.",
                ),
                plan.seed,
            )
        if len(plan.picks) == 1:
            return f"One thing in the shop fits{': ' + fit if fit else ''}."
        if fit:
            return vary(
                (
                    f"Here are {count} {noun} that fit: {fit}.",
                    f"I found {count} {noun} for you: {fit}.",
                    f"{count.capitalize()} {noun} match your wish: {fit}.",
                ),
                plan.seed,
            )
        return vary(
            (
                f"Here are {count} {noun} for you.",
                f"These {count} {noun} come closest to your wish.",
                f"Have a look at these {count} {noun}.",
            ),
            plan.seed,
        )

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
            sentences.append(Said(_contrast(kind, pick, plan), pick.product.id))
        if caution := _caution(plan):
            sentences.append(Said(caution))
        sentences += [
            Said(f"{pick.title} is {text} at the moment.")
            for pick in told
            if (text := stock_text(pick.product, "en"))
        ]
        return sentences[:3]

    def lead(self, pick: Pick, seed: int, *, alone: bool = False) -> str:
        """A sentence on the product that comes first, with the reasons why it does."""
        why = _listed([reason.text for reason in pick.reasons])
        name = _named(pick)
        if not why:
            if alone:
                return f"It is {name}."
            return vary((f"{name} comes first.", f"My first suggestion is {name}."), seed)
        if alone:
            return f"It is {name}: {why}."
        return vary(
            (
                f"{name} comes first: {why}.",
                f"My first suggestion is {name}: {why}.",
                f"I would start with {name}: {why}.",
            ),
            seed,
            salt=1,
        )

    def nothing(self, plan: Plan) -> str:
        """Nothing at all can be shown."""
        return "I found nothing like that in the shop. Could you say it another way?"

    def greeting(self, shop: str, departments: Sequence[str]) -> list[str]:
        """Welcome and what may be asked for."""
        there = f" We have {_listed(departments)}, for example." if departments else ""
        return [f"Hello, and welcome to {shop}!{there}", "What are you looking for?"]

    def shop_answer(self, document: str, quote: str) -> list[str]:
        """An answer in the shop's own words, with the document it comes from."""
        return [f"From our page “{document}”: {quote}"]

    def shop_unknown(self) -> list[str]:
        """The documents say nothing on the question."""
        return [
            "I don’t know: our pages don’t say anything about that.",
            "Shall I pass you on to a person?",
        ]

    def product_answer(self, title: str, facts: Sequence[str]) -> list[str]:
        """What the record says on a question."""
        return [f"{title}: {_listed(facts)}."]

    def described(self, title: str, quote: str) -> list[str]:
        """What the description says on a question."""
        return [f"The description of {title} says: “{quote}”"]

    def reviewed(self, title: str, quote: str, agreeing: int, of: int) -> list[str]:
        """What customers say on a question, and how many of them."""
        return [
            f"{agreeing} of {of} customer reviews of {title} mention{'s' * (agreeing == 1)} it: "
            f"“{quote}”"
        ]

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

    def comparison(self, titles: Sequence[str], differences: Sequence[Difference]) -> list[str]:
        """The facts in which products differ, a line each."""
        if not differences:
            return [f"By their descriptions, {_listed(titles)} differ in nothing I can see."]
        letters = "ABCDEFGH"[: len(titles)]
        lines: list[str] = []
        for difference in differences:
            values = zip(letters, difference.values, strict=True)
            told = "; ".join(f"{letter} {value}" for letter, value in values)
            lines.append(f"\n• {difference.name}: {told}")
        named = [f"{title} ({letter})" for letter, title in zip(letters, titles, strict=True)]
        return [f"{_listed(named)} differ in this:", *lines]

    def cart(self, title: str) -> list[str]:
        """Buying is done on the product's page."""
        what = title or "a product"
        return [
            f"I can’t put {what} into a cart for you yet: "
            "please open the product’s page and add it there."
        ]

    def out_of_scope(self) -> list[str]:
        """A friendly sentence on what the guide is for."""
        return ["That is beyond me, but I’m glad to help you find something in the shop."]

    def unsafe(self) -> list[str]:
        """A friendly refusal."""
        return ["I can’t help with that, but I’m glad to help you find something in the shop."]

    def handoff(self) -> list[str]:
        """A person is asked for."""
        return [
            "I’ll pass this on to a colleague, with what you have told me so far.",
            "Meanwhile you can go on asking me.",
        ]

    def empty(self) -> list[str]:
        """A message without a word."""
        return ["I’m listening: what are you looking for?"]

    def cut(self) -> str:
        """A message longer than is read."""
        return "Your message was very long, so I read only its beginning."

    def apology(self, *, products: bool) -> list[str]:
        """Something failed inside."""
        if products:
            return ["I’m sorry, I could not finish my answer; the products shown are what I found."]
        return ["I’m sorry, something went wrong on my side. Please try that once more."]


def _contrast(kind: str, pick: Pick, plan: Plan) -> str:
    name = _named(pick)
    rating = rating_text(pick.product, "en")
    seed, fits = plan.seed, not (plan.unmatched or plan.set_aside)
    match kind:
        case "cheapest":
            return vary(
                (
                    f"If you want to spend less, {name} is the cheapest of these.",
                    f"The cheapest of these is {name}.",
                ),
                seed,
                salt=2,
            )
        case "best_rated":
            return f"The best rated of these is {name}, with {rating}."
        case _:
            why = _listed([reason.text for reason in pick.reasons][:2])
            return vary(
                (
                    f"{'Another good match' if fits else 'Then there'} is "
                    f"{name}{': ' + why if why else ''}.",
                    f"Next comes {name}{': ' + why if why else ''}.",
                ),
                seed,
                salt=2,
            )


def _caution(plan: Plan) -> str:
    """What the records of some or all products do not confirm."""
    nowhere = _listed([f"“{text}”" for text in plan.nowhere], "or")
    partly = _listed([f"“{text}”" for text in plan.partly])
    if len(plan.picks) == 1:
        return f"Its description doesn’t mention {nowhere}." if nowhere else ""
    if nowhere and partly:
        return f"None of the descriptions mentions {nowhere}, and only some say {partly}."
    if nowhere:
        return f"None of the descriptions mentions {nowhere}."
    return f"Only some of them are described as {partly}." if partly else ""


def _named(pick: Pick) -> str:
    if pick.price is None:
        return pick.title
    return f"{pick.title} ({price_text(pick.price, pick.product.currency, 'en')})"


def _listed(parts: Sequence[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
