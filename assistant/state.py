"""What a conversation has come to: the wish, what was shown, and what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from statistics import median_high

from pydantic import BaseModel, ConfigDict, Field

from assistant.cart import Cart
from assistant.constraints import Constraints
from assistant.language import Language
from assistant.reply import Intent
from assistant.understanding.filtering import to_filters
from retrieval.facets import Facets
from retrieval.filters import Filters
from retrieval.product import Product

REMEMBERED_TURNS = 20
REMEMBERED_WISHES = 5
REMEMBERED_REJECTIONS = 500


class WishPart(BaseModel):
    """A stretch of the customer's words kept for the query.

    `path` names the constraint it states, so that the words go when the constraint goes;
    `mapped` is the same in the catalogue's other language.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    path: str | None = None
    mapped: str = ""


class Wish(BaseModel):
    """What the customer is after: conditions, words, and the noun it is about.

    Several things wanted at once are `needs`; the wish then holds what they share, such as the
    budget for all of them together.
    """

    model_config = ConfigDict(frozen=True)

    constraints: Constraints = Constraints()
    parts: tuple[WishPart, ...] = ()
    subject: str = ""
    needs: tuple[Wish, ...] = ()


class ShownProduct(BaseModel):
    """A product put before the customer; `measures` are the attributes that are numbers."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    title: str
    price: Decimal | None = None
    group_id: str
    brand: str | None = None
    category: tuple[str, ...] = ()
    measures: dict[str, float] = Field(default_factory=dict[str, float])


class ShownTurn(BaseModel):
    """What one turn showed, first position first."""

    model_config = ConfigDict(frozen=True)

    turn: int
    products: tuple[ShownProduct, ...]


class DialogueState(BaseModel):
    """The memory between two messages; serialisable, replaced and never changed in place.

    `turn` counts the messages understood so far. `focus` holds the product ids last spoken
    of. `rejected` holds variant groups not to be shown again for this wish ("anything
    else?"). `past` holds earlier wishes, newest last, for "go back". `has_asked`
    says that the guide has asked its one question, `offers_person` that its last reply offered
    to pass the customer on to a person.
    """

    model_config = ConfigDict(frozen=True)

    turn: int = 0
    language: Language = "en"
    wish: Wish = Wish()
    past: tuple[Wish, ...] = ()
    shown: tuple[ShownTurn, ...] = ()
    focus: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    failed_turns: int = 0
    has_asked: bool = False
    offers_person: bool = False
    last_intent: Intent | None = None
    cart: Cart = Cart()

    @property
    def constraints(self) -> Constraints:
        """The conditions of the present wish."""
        return self.wish.constraints

    @property
    def last_shown(self) -> tuple[ShownProduct, ...]:
        """What the latest turn with products showed."""
        return self.shown[-1].products if self.shown else ()

    def looking_at(self, category: Iterable[str]) -> DialogueState:
        """This state as if nothing but products of these categories had been shown."""
        wanted = set(category)
        kept = [
            turn.model_copy(update={"products": products})
            for turn in self.shown
            if (products := tuple(p for p in turn.products if wanted & set(p.category)))
        ]
        ids = {product.product_id for turn in kept for product in turn.products}
        focus = tuple(key for key in self.focus if key in ids)
        return self.model_copy(update={"shown": tuple(kept), "focus": focus})

    def seen(self) -> list[str]:
        """The ids of what was shown last; with those before where that was one alone."""
        ids: list[str] = []
        for turn in reversed(self.shown):
            ids += [each.product_id for each in turn.products if each.product_id not in ids]
            if len(ids) > 1:
                break
        return ids

    def to_json(self) -> dict[str, object]:
        """The conditions in the contract's shape, with a part for each of several needs."""
        needs = self.wish.needs
        if not needs:
            return self.constraints.to_json()
        kinds = dict.fromkeys(name for need in needs for name in need.constraints.category)
        # Unless each has a category, those there are do not hold of everything that is shown.
        known = all(need.constraints.category for need in needs)
        named = tuple(kinds) if known else ()
        told = self.constraints.model_copy(update={"category": named}).to_json()
        return {**told, "needs": [need.constraints.to_json() for need in needs]}

    def for_need(self, need: Wish) -> DialogueState:
        """This state with one of its needs as the whole wish, what is shared included."""
        shared, own = self.wish.constraints, need.constraints
        constraints = own.model_copy(
            update={
                "brand": own.brand or shared.brand,
                "price_min": own.price_min if own.price_min is not None else shared.price_min,
                "price_max": own.price_max if own.price_max is not None else shared.price_max,
                "currency": own.currency or shared.currency,
                "attributes": {**shared.attributes, **own.attributes},
                "exclude": tuple(dict.fromkeys((*own.exclude, *shared.exclude))),
                "rating_min": own.rating_min or shared.rating_min,
                "for_whom": own.for_whom or shared.for_whom,
                "occasion": own.occasion or shared.occasion,
                "prefer": own.prefer or shared.prefer,
                "is_total": False,
            }
        )
        parts = (*need.parts, *self.wish.parts)
        wish = Wish(constraints=constraints, parts=parts, subject=need.subject)
        return self.model_copy(update={"wish": wish})

    def with_need(self, place: int, need: Wish | None) -> DialogueState:
        """This state with one of its needs changed, or put away; the last one left is the wish."""
        needs = list(self.wish.needs)
        needs[place : place + 1] = [] if need is None else [need]
        wish = self.wish.model_copy(update={"needs": tuple(needs)})
        state = self.model_copy(update={"wish": wish})
        return state.for_need(needs[0]) if len(needs) == 1 else state

    def to_filters(self, facets: Facets) -> Filters:
        """The hard conditions of the wish, and nothing that was passed over."""
        filters = to_filters(self.constraints, facets)
        if not self.rejected:
            return filters
        return Filters(
            price_min=filters.price_min,
            price_max=filters.price_max,
            categories=filters.categories,
            brands=filters.brands,
            attributes=filters.attributes,
            exclude=filters.exclude,
            availability=filters.availability,
            rating_min=filters.rating_min,
            product_ids=filters.product_ids,
            exclude_groups=self.rejected,
        )

    def with_shown(
        self,
        turn: int,
        products: Iterable[tuple[str, str, Decimal | None]],
        records: Mapping[str, Product] | None = None,
    ) -> DialogueState:
        """This state after a turn showed products: (id, title, price now), best first.

        `records` are the products by id; one missing there is known by no more than that.
        """
        records = records or {}
        cards = tuple(_shown(key, title, price, records.get(key)) for key, title, price in products)
        if not cards:
            return self
        latest = ShownTurn(turn=turn, products=cards)
        kept = (*(earlier for earlier in self.shown if earlier.turn != turn), latest)
        ids = {card.product_id for card in cards}
        # What is no longer on screen is not what "it" means.
        focus = tuple(key for key in self.focus if key in ids)
        return self.model_copy(update={"shown": kept[-REMEMBERED_TURNS:], "focus": focus})

    def with_constraints(self, constraints: Constraints) -> DialogueState:
        """This state with other conditions; words that stated a dropped condition go with it."""
        paths = {*constraints.paths()}
        for name, values in constraints.attributes.items():
            paths |= {f"attributes.{name}.{value}" for value in values}
        parts = tuple(
            part for part in self.wish.parts if part.path is None or _still_holds(part.path, paths)
        )
        wish = self.wish.model_copy(update={"constraints": constraints, "parts": parts})
        return self.model_copy(update={"wish": wish})

    def without_guess(self, path: str) -> DialogueState:
        """This state less a condition the words do not bear out; the words stay."""
        parts = tuple(
            part.model_copy(update={"path": None})
            if part.path is not None and part.path.startswith(f"{path}.")
            else part
            for part in self.wish.parts
        )
        constraints = self.constraints.model_copy(update={path: ()})
        wish = self.wish.model_copy(update={"parts": parts, "constraints": constraints})
        return self.model_copy(update={"wish": wish})

    def with_price_of(self, constraints: Constraints) -> DialogueState:
        """This state with the price limits of other conditions."""
        limits = {
            "price_min": constraints.price_min,
            "price_max": constraints.price_max,
            "currency": constraints.currency,
        }
        return self.with_constraints(self.constraints.model_copy(update=limits))

    def without(self, path: str) -> DialogueState:
        """This state after the customer removed the chip of `path`.

        `needs.1` names the second of several needs, `needs.1.attributes.color` its colour.
        """
        head, _, rest = path.partition(".")
        if head == "needs":
            number, _, inner = rest.partition(".")
            if not number.isdigit() or int(number) >= len(self.wish.needs):
                return self
            place = int(number)
            if not inner:
                return self.with_need(place, None)
            one = DialogueState(wish=self.wish.needs[place]).without(inner)
            return self.with_need(place, one.wish)
        return self.with_constraints(self.constraints.without(path))

    def with_failure(self) -> DialogueState:
        """This state after a turn that did not help; three in a row call for a person."""
        return self.model_copy(update={"failed_turns": self.failed_turns + 1})

    def with_success(self) -> DialogueState:
        """This state after a turn that helped."""
        return self.model_copy(update={"failed_turns": 0}) if self.failed_turns else self

    def rejecting_shown(self) -> DialogueState:
        """This state with everything shown so far passed over."""
        groups = [product.group_id for turn in self.shown for product in turn.products]
        kept = tuple(dict.fromkeys((*self.rejected, *groups)))[-REMEMBERED_REJECTIONS:]
        return self.model_copy(update={"rejected": kept})

    def starting_over(self) -> DialogueState:
        """This state with the wish put away; "go back" can fetch it."""
        past = (*self.past, self.wish)[-REMEMBERED_WISHES:] if self.wish != Wish() else self.past
        return self.model_copy(update={"wish": Wish(), "past": past, "rejected": (), "focus": ()})

    def going_back(self, is_meant: Callable[[Wish], bool] = lambda _: True) -> DialogueState:
        """This state with the last earlier wish that is meant; the present one becomes a past one.

        Where none is meant, the very last; unchanged where there is none at all.
        """
        if not self.past:
            return self
        meant = [place for place, wish in enumerate(self.past) if is_meant(wish)]
        place = meant[-1] if meant else len(self.past) - 1
        rest = [*self.past[:place], *self.past[place + 1 :]]
        # "Back to the jackets" leaves a wish that one may come back to; "go back" undoes it.
        if place < len(self.past) - 1:
            rest.append(self.wish)
        update = {"wish": self.past[place], "past": tuple(rest), "rejected": (), "focus": ()}
        return self.model_copy(update=update)

    def pointed_at(self) -> tuple[ShownProduct, ...]:
        """The products a comparison starts from: those in focus, else all that were shown last."""
        focused = tuple(each for each in self.last_shown if each.product_id in self.focus)
        return focused or self.last_shown

    def price_to_beat(self) -> Decimal | None:
        """What "cheaper" must stay under: the focused product's price, or the shown median.

        The median and not the minimum: half of what was shown already is cheaper, and the
        cheapest thing shown may be the cheapest there is. It is the price of a product shown.
        """
        focused = [p.price for p in self.last_shown if p.product_id in self.focus and p.price]
        prices = focused or [product.price for product in self.last_shown if product.price]
        return median_high(prices) if prices else None


def _shown(key: str, title: str, price: Decimal | None, product: Product | None) -> ShownProduct:
    if product is None:
        return ShownProduct(product_id=key, title=title, price=price, group_id=key)
    return ShownProduct(
        product_id=key,
        title=title,
        price=price,
        group_id=product.variant_group,
        brand=product.brand,
        category=product.category,
        measures={
            name: float(value)
            for name, value in product.attributes.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        },
    )


def _still_holds(path: str, paths: set[str]) -> bool:
    return path in paths or any(kept.startswith(f"{path}.") for kept in paths)
