"""What there is to say in a reply, before it is said in any language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from assistant.language import Language
from assistant.reasons import Reason
from retrieval.product import Product


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
class Plan:
    """The content of a recommendation.

    `noun` names what all picks are ("rain jackets"), empty where they have no category in
    common. `met` are conditions that the records of all picks confirm, `partly` those of only
    some, `nowhere` those of none; `set_aside` were relaxed because nothing met them all.
    `unmatched` are the customer's own words that no pick's record contains.
    `seed` varies the phrasing from turn to turn, always the same way for the same turn.
    """

    language: Language
    seed: int
    picks: tuple[Pick, ...]
    wish: str = ""
    noun: str = ""
    met: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    unmatched: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact in which compared products differ, said for each in the order compared."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the composer; `about` is the id of the product it recommends, if one."""

    text: str
    about: str = ""
