"""The cart of one conversation: lines of exact variants, priced by the catalogue of the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from retrieval.product import Availability, Product

MOST_OF_ONE = 99
_COLOUR_NAMES = ("color", "colour", "颜色")
_SIZE_NAMES = ("size", "尺码", "尺寸")


class CartLine(BaseModel):
    """One variant and how many of it."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    quantity: int


class PendingLine(BaseModel):
    """A product to be added once its open options are told; `chosen` are those known."""

    model_config = ConfigDict(frozen=True)

    product_id: str
    chosen: dict[str, str] = Field(default_factory=dict[str, str])
    quantity: int = 1


class Cart(BaseModel):
    """What the customer has put together; replaced and never changed in place."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[CartLine, ...] = ()
    pending: PendingLine | None = None

    def quantity(self, product_id: str) -> int:
        """How many of a variant there are; 0 for none."""
        return sum(line.quantity for line in self.lines if line.product_id == product_id)

    def with_quantity(self, product_id: str, quantity: int) -> Cart:
        """This cart with so many of a variant, at most `MOST_OF_ONE`; 0 takes it out."""
        kept = min(quantity, MOST_OF_ONE)
        changed = CartLine(product_id=product_id, quantity=kept)
        lines = [changed if line.product_id == product_id else line for line in self.lines]
        if changed not in lines:
            lines.append(changed)
        return Cart(lines=tuple(line for line in lines if line.quantity > 0))

    def waiting_for(self, pending: PendingLine | None) -> Cart:
        """This cart while options of a product are asked for."""
        return self.model_copy(update={"pending": pending})


class PricedLine(BaseModel):
    """A line as the customer sees it; money as decimal text, None where no price is known."""

    product_id: str
    title: str
    options: dict[str, str] = Field(default_factory=dict[str, str])
    quantity: int
    price: str | None
    amount: str | None
    currency: str | None


class CartView(BaseModel):
    """The cart priced; `totals` has a sum for each currency, which are never added up."""

    lines: list[PricedLine] = Field(default_factory=list[PricedLine])
    totals: dict[str, str] = Field(default_factory=dict[str, str])
    url: str | None = None


def priced(
    cart: Cart,
    products: Mapping[str, Product],
    titles: Mapping[str, str],
    options: Mapping[str, Mapping[str, str]],
    template: str | None = None,
) -> CartView:
    """Price a cart by the records; a line whose product has left the shop is left out."""
    view = CartView()
    totals: dict[str, Decimal] = {}
    for line in cart.lines:
        product = products.get(line.product_id)
        if product is None:
            continue
        price, currency = product.current_price, product.currency
        amount = None if price is None else price * line.quantity
        if amount is not None:
            totals[currency or ""] = totals.get(currency or "", Decimal(0)) + amount
        view.lines.append(
            PricedLine(
                product_id=product.id,
                title=titles[product.id],
                options=dict(options.get(product.id, {})),
                quantity=line.quantity,
                price=None if price is None else str(price),
                amount=None if amount is None else str(amount),
                currency=currency,
            )
        )
    view.totals = {currency: str(total) for currency, total in totals.items()}
    if template and view.lines:
        items = ",".join(
            f"{quote(each.product_id, safe='')}:{each.quantity}" for each in view.lines
        )
        view.url = template.replace("{items}", items)
    return view


def options_of(variants: Sequence[Product]) -> dict[str, list[str]]:
    """The attributes that tell variants apart, each with its values: colour and size first.

    Where colour and size do, nothing else is asked.
    """
    values: dict[str, list[str]] = {}
    for product in variants:
        for name, value in product.attributes.items():
            if not isinstance(value, bool) and str(value) not in values.setdefault(name, []):
                values[name].append(str(value))
    differing = {name: told for name, told in values.items() if len(told) > 1}
    usual = [name for name in differing if name.casefold() in _COLOUR_NAMES + _SIZE_NAMES]
    usual.sort(key=lambda name: name.casefold() in _SIZE_NAMES)
    if usual or len(variants) < 2:
        return {name: differing[name] for name in usual}
    return dict(list(differing.items())[:2])


def is_size(name: str) -> bool:
    """Whether an option is a size."""
    return name.casefold() in _SIZE_NAMES


def fitting(variants: Sequence[Product], chosen: Mapping[str, str]) -> list[Product]:
    """The variants that have every chosen option."""
    return [
        product
        for product in variants
        if all(str(product.attributes.get(name)) == value for name, value in chosen.items())
    ]


def can_be_bought(product: Product) -> bool:
    """Whether a product can be ordered; what is announced or on backorder can."""
    return product.availability is not Availability.OUT_OF_STOCK
