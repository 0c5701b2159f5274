"""What there is to say in a reply, before it is said in any language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.constraints import Preference
from assistant.language import Language
from assistant.reasons import Reason
from assistant.understanding.moves import MoveKind
from retrieval.product import Product

BRANDS = "exclude"
"""The path of all excluded brands together."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A product that is shown; `title` is in the customer's language where the record has it."""

    product: Product
    title: str
    reasons: tuple[Reason, ...] = ()

    @property
    def price(self) -> Decimal | None:
        """What it costs now."""
        return self.product.current_price


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the wish in the customer's words; `path` says of which sort it is."""

    path: str
    text: str

    @property
    def quoted(self) -> str:
        """The words in quotes; a category's name is the shop's own."""
        return self.text if self.path == "category" else f"“{self.text}”"


@dataclass(frozen=True, slots=True)
class Range:
    """How many products there are, variants counted once, and what the ends cost.

    `count` is of everything of the kind in the shop, not only of what is shown; None where it
    was not counted exactly.
    """

    count: int | None
    low: Decimal | None = None
    high: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The content of a recommendation.

    `noun` names what all picks are ("rain jackets"), empty where they have no category in
    common; `is_by_title` says that titles tell so, for want of categories. `met` are conditions
    that the records of all picks confirm, `partly` those of only some, `nowhere` those of none;
    `set_aside` were relaxed because nothing met them all.
    `unmatched` are the customer's own words that no pick's record contains.
    `seed` varies the phrasing from turn to turn, always the same way for the same turn.

    `move` says what the turn changed ("cheaper"), `than` the title it is compared with, if
    one, and `is_most` that it goes further than more than half of what was shown before;
    `is_stuck` that nothing can go further that way, `is_narrowed` that products were passed
    over before and not looked at. `best` is a superlative that the
    first pick answers, among everything in `range` where that was counted. `too_little` is a
    price condition nothing meets: the picks are then the nearest, the nearest first.
    `counted` that the customer asked how many there are, `named` the name of the first pick
    where it was asked for by name. `question` is the one thing the guide asks back.
    """

    language: Language
    seed: int
    picks: tuple[Pick, ...]
    wish: str = ""
    noun: str = ""
    is_by_title: bool = False
    met: tuple[Condition, ...] = ()
    partly: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    set_aside: tuple[Condition, ...] = ()
    unmatched: str = ""
    move: MoveKind | None = None
    than: str = ""
    is_most: bool = False
    is_stuck: bool = False
    is_narrowed: bool = False
    best: Preference | None = None
    range: Range | None = None
    too_little: Condition | None = None
    counted: bool = False
    named: str = ""
    question: str = ""

    @property
    def is_a_guess(self) -> bool:
        """Whether nothing ties the picks to what was asked for but that they were found."""
        return bool(self.unmatched) and not (self.noun or self.met)


@dataclass(frozen=True, slots=True)
class Item:
    """A product chosen for one of several needs, and how many of it are wanted."""

    title: str
    quantity: int
    price: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Set:
    """What there is to say of products for several needs.

    `total` is what the items cost in the numbers wanted; `budget` the customer's limit for all
    of them, and `fits` whether they keep it. `missing` are the things nothing was found for,
    `set_aside` pairs a thing with the conditions that were given up for it. `can_swap` says
    that further products are shown, each of which can take an item's place within the budget.
    """

    items: tuple[Item, ...]
    total: Decimal | None
    currency: str | None
    budget: Decimal | None = None
    fits: bool = True
    missing: tuple[str, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()
    can_swap: bool = False
    gone: tuple[tuple[str, str], ...] = ()
    """Titles with what must be said of their stock."""


@dataclass(frozen=True, slots=True)
class Department:
    """A top category by its `name` for the customer; variants count once in `products`."""

    name: str
    products: int
    category: str = ""


@dataclass(frozen=True, slots=True)
class Advantage:
    """What speaks for one compared product: `name` says which feature only it has."""

    kind: Literal["price", "rating", "weight", "feature"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the composer; `about` is the id of the product it recommends, if one."""

    text: str
    about: str = ""
