"""Acting on the cart: what a message asks for is done, asked back or refused, and then said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.cart import (
    Cart,
    CartView,
    PendingLine,
    PricedLine,
    can_be_bought,
    fitting,
    is_size,
    options_of,
    priced,
)
from assistant.cart_webhook import Delivery
from assistant.naming import Naming
from assistant.state import DialogueState
from assistant.understanding.cart_request import (
    CartRequest,
    options_in,
    quantity_in,
    read_cart_request,
)
from assistant.understanding.text import clean, phrase
from assistant.writing.cart_phrases import CartPhrases
from assistant.writing.composer import composer_for
from retrieval.catalog import Catalog
from retrieval.product import Product

LONGEST_ANSWER = 10
"""Words of a message that answers which size it is to be."""
MOST_OFFERED = 6


@dataclass(slots=True)
class CartOutcome:
    """What was done: the cart after it, the sentences, and which product was added.

    `sold_out` is a product for which alternatives should be shown; `checkout_url` the page that
    the shop named when it took the cart.
    """

    cart: Cart
    said: list[str] = field(default_factory=list[str])
    added: Product | None = None
    sold_out: Product | None = None
    helped: bool = True
    checkout_url: str | None = None
    suggestions: list[str] = field(default_factory=list[str])


class CartDesk:
    """Serves the cart of one conversation in one turn."""

    def __init__(
        self,
        catalog: Catalog,
        naming: Naming,
        template: str | None,
        *,
        lines: bool = True,
        hand_over: Callable[[CartView], Delivery] | None = None,
    ) -> None:
        """With `lines` the text names every line of the cart; else a page shows them.

        `hand_over` takes the cart to the shop at checkout, where it is not handed over by link.
        """
        self._hand_over = hand_over
        self._catalog = catalog
        self._naming = naming
        self._template = template
        self._say = CartPhrases(naming.language, lines=lines)

    def view(self, cart: Cart) -> CartView:
        """The cart priced by the catalogue as it is now."""
        products = self._catalog.get([line.product_id for line in cart.lines])
        titles = {key: self._naming.title(product) for key, product in products.items()}
        options = {key: self._options(product) for key, product in products.items()}
        return priced(cart, products, titles, options, self._template)

    def answers_question(self, message: str, cart: Cart) -> bool:
        """Whether a message tells an option that the guide has just asked for."""
        pending = cart.pending
        if pending is None or len(phrase(message)) > LONGEST_ANSWER:
            return False
        product = self._catalog.get([pending.product_id]).get(pending.product_id)
        if product is None:
            return False
        variants = self._catalog.variants(product)
        return bool(self._chosen(message, variants, answering=True))

    def serve(self, message: str, state: DialogueState, meant: Sequence[Product]) -> CartOutcome:
        """Do what the message asks of the cart."""
        cart = state.cart
        if self.answers_question(message, cart) and cart.pending is not None:
            product = self._catalog.get([cart.pending.product_id])[cart.pending.product_id]
            told = self._chosen(message, self._catalog.variants(product), answering=True)
            quantity = quantity_in(clean(message)) or cart.pending.quantity
            return self._add(cart, product, {**cart.pending.chosen, **told}, quantity)
        request = read_cart_request(message)
        cart = cart.waiting_for(None)
        match request.act:
            case "show":
                return CartOutcome(cart, self._say.contents(self.view(cart)))
            case "checkout":
                return self._check_out(cart)
            case "clear":
                return CartOutcome(Cart(), [self._say.cleared()])
            case "remove" | "change":
                return self._edit(message, cart, request, meant)
            case "add":
                return self._add_meant(message, state, cart, request, meant)

    def change(self, state: DialogueState, product: Product, quantity: int | None) -> CartOutcome:
        """Have so many of a product in the cart; None adds one, asking for what is open."""
        cart = state.cart.waiting_for(None)
        if quantity is None:
            return self._add(cart, product, self._pointed_at(product), 1)
        return self._set(cart, product.id, self._naming.title(product), quantity)

    def _check_out(self, cart: Cart) -> CartOutcome:
        view = self.view(cart)
        if self._hand_over is None or not view.lines:
            return CartOutcome(cart, self._say.hand_over(view))
        done = self._hand_over(view)
        said = self._say.handed_over(view, accepted=done.accepted)
        return CartOutcome(cart, said, helped=done.accepted, checkout_url=done.url)

    def _set(self, cart: Cart, product_id: str, title: str, quantity: int) -> CartOutcome:
        after = cart.with_quantity(product_id, quantity)
        view = self.view(after)
        now = next((each for each in view.lines if each.product_id == product_id), None)
        done = self._say.removed(title) if now is None else self._say.changed(now)
        return CartOutcome(after, [done, *self._say.contents(view)])

    def _add_meant(
        self,
        message: str,
        state: DialogueState,
        cart: Cart,
        request: CartRequest,
        meant: Sequence[Product],
    ) -> CartOutcome:
        if not meant:
            return CartOutcome(cart, composer_for(self._naming.language).which_product())
        said: list[str] = []
        outcome = CartOutcome(cart)
        for product in meant:
            variants = self._catalog.variants(product)
            chosen = self._pointed_at(product, variants) | self._wished(state, variants)
            chosen |= self._chosen(message, variants)
            outcome = self._add(outcome.cart, product, chosen, request.quantity or 1)
            said += outcome.said
            if outcome.cart.pending is not None or outcome.sold_out is not None:
                break  # one question at a time
        outcome.said = said
        return outcome

    def _add(
        self, cart: Cart, product: Product, chosen: Mapping[str, str], quantity: int
    ) -> CartOutcome:
        variants = self._catalog.variants(product)
        title = self._naming.title(product)
        options = options_of(variants)
        fits = fitting(variants, chosen)
        if not fits:
            values = [self._naming.word(value) for value in chosen.values()]
            outcome = CartOutcome(cart.waiting_for(None), [self._say.no_such(title, values)])
            outcome.helped = False
            return outcome
        missing = {name: self._offered(name, fits) for name in options if name not in chosen}
        # An option is open only where the others leave more than one value of it.
        missing = {name: values for name, values in missing.items() if len(values) > 1}
        if missing:
            pending = PendingLine(product_id=product.id, chosen=dict(chosen), quantity=quantity)
            told = {
                self._naming.attribute_name(name): [self._naming.word(v) for v in values]
                for name, values in missing.items()
            }
            settled = [
                self._naming.word(chosen[name])
                for name in options
                if name in chosen and self._naming.word(chosen[name]) not in title.casefold()
            ]
            ask = self._say.asks(title, told, settled)
            offered = next(iter(told.values()))[:4]
            return CartOutcome(cart.waiting_for(pending), [ask], suggestions=offered)
        variant = product if product in fits else fits[0]
        line = self._line(variant, quantity)
        if not can_be_bought(variant):
            others = [
                self._told(each)
                for each in variants
                if can_be_bought(each) and self._told(each) and each.id != variant.id
            ]
            said = self._say.sold_out(line, list(dict.fromkeys(others))[:MOST_OFFERED])
            return CartOutcome(cart.waiting_for(None), said, sold_out=variant)
        after = cart.with_quantity(variant.id, cart.quantity(variant.id) + quantity)
        view = self.view(after)
        count = after.quantity(variant.id) - cart.quantity(variant.id)
        said = [self._say.added(line, count), *self._say.contents(view)]
        return CartOutcome(after, said, added=variant)

    def _edit(
        self, message: str, cart: Cart, request: CartRequest, meant: Sequence[Product]
    ) -> CartOutcome:
        view = self.view(cart)
        found = self._lines_meant(message, view, request, meant)
        wanted = request.quantity if request.by is None else request.by
        if len(found) != 1 or (request.act == "change" and wanted is None):
            return CartOutcome(cart, self._say.which_line(view), helped=False)
        line = found[0]
        quantity = 0 if request.act == "remove" else wanted or 0
        if request.by is not None:
            quantity = max(0, line.quantity + request.by)
        if request.act == "remove" and request.quantity and request.quantity < line.quantity:
            quantity = line.quantity - request.quantity
        return self._set(cart, line.product_id, line.title, quantity)

    def _lines_meant(
        self, message: str, view: CartView, request: CartRequest, meant: Sequence[Product]
    ) -> list[PricedLine]:
        """By place in the cart, by name, or the only one there is."""
        lines = view.lines
        if request.place is not None:
            inside = -len(lines) <= request.place < len(lines)
            return [lines[request.place]] if inside else []
        words = set(phrase(message))
        low = clean(message)
        scores = [
            len(words & {word for word in phrase(line.title) if len(word) > 2})
            + sum(value.casefold() in low for value in line.options.values())
            + 2 * (line.title.casefold() in low)
            for line in lines
        ]
        best = max(scores, default=0)
        if best:
            return [line for line, score in zip(lines, scores, strict=True) if score == best]
        groups = {product.variant_group for product in meant}
        pointed = [
            line
            for line in lines
            for product in self._catalog.get([line.product_id]).values()
            if product.variant_group in groups
        ]
        return pointed if len(pointed) == 1 else list(lines) if len(lines) == 1 else []

    def _pointed_at(
        self, product: Product, variants: Sequence[Product] | None = None
    ) -> dict[str, str]:
        """Options that the title of the one pointed at names ("… – Ocean Blue"): they were seen."""
        options = options_of(self._catalog.variants(product) if variants is None else variants)
        words = set(phrase(product.title))
        return {
            name: value
            for name in options
            if not is_size(name)
            and (value := str(product.attributes.get(name, "")))
            and set(phrase(value)) <= words
        }

    def _wished(self, state: DialogueState, variants: Sequence[Product]) -> dict[str, str]:
        """Options that the wish already states ("a blue jacket in M")."""
        wished = state.constraints.attributes
        chosen: dict[str, str] = {}
        for name, values in options_of(variants).items():
            asked = {str(each).casefold() for each in wished.get(name, ())}
            same = [value for value in values if value.casefold() in asked]
            if len(same) == 1:
                chosen[name] = same[0]
        return chosen

    def _chosen(
        self, message: str, variants: Sequence[Product], *, answering: bool = False
    ) -> dict[str, str]:
        options = options_of(variants)
        names = {
            value: self._spoken(value, name, variants)
            for name, values in options.items()
            for value in values
        }
        return options_in(message, options, names, answering=answering)

    def _spoken(self, value: str, option: str, variants: Sequence[Product]) -> list[str]:
        """How a value is said in the product's translations and in the catalogue's."""
        own = [
            str(words.attributes[option])
            for product in variants
            if str(product.attributes.get(option)) == value
            for words in product.translations.values()
            if option in words.attributes
        ]
        return list(dict.fromkeys([*own, self._naming.word(value)]))

    def _offered(self, option: str, variants: Sequence[Product]) -> list[str]:
        return list(
            dict.fromkeys(
                str(each.attributes[option]) for each in variants if option in each.attributes
            )
        )

    def _options(self, product: Product) -> dict[str, str]:
        return {
            self._naming.attribute_name(name): self._naming.word(str(product.attributes[name]))
            for name in options_of(self._catalog.variants(product))
            if name in product.attributes
        }

    def _told(self, product: Product) -> str:
        joint = "，" if self._naming.language == "zh" else ", "
        return joint.join(self._options(product).values())

    def _line(self, product: Product, quantity: int) -> PricedLine:
        lines = self.view(Cart().with_quantity(product.id, quantity)).lines
        return lines[0]
