"""What the shop's lead decides: what is never shown, shown first, sponsored, never said.

Rules are read anew for every turn, so that a change counts from the next message on, in every
process that serves the shop.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select

from assistant.audit_log import audit
from assistant.ids import new_id
from assistant.moments import aware
from assistant.tables import controls
from retrieval.database import reading, writing
from retrieval.errors import ShopGuideError
from retrieval.product import Product
from retrieval.tokenize import is_chinese, tokenize

LONGEST_PHRASE = 100
HIGHEST_BID = Decimal(10_000)
_SMALLEST = Decimal("0.0001")
_BEYOND_WORDS = re.compile(r"[^\w\s.'’-]")


class Kind(StrEnum):
    """What a rule does."""

    BLOCK = "block"
    """The product is never shown or spoken of."""
    PIN = "pin"
    """The product is shown first where the wish has the phrase and the product meets it."""
    BAN = "ban"
    """Nothing with the phrase is said, and no product so called is shown."""
    SPONSOR = "sponsor"
    """Somebody pays `bid` for a click on the product, which is labelled wherever it is shown."""


_NEEDS_PRODUCT = (Kind.BLOCK, Kind.PIN, Kind.SPONSOR)


class ControlError(ShopGuideError):
    """A rule that makes no sense; `key` names the reason for a page."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Control:
    """One rule, and who made it when; `bid` is what a click on a sponsored product pays."""

    id: str
    kind: Kind
    product_id: str
    phrase: str
    bid: Decimal | None
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules as they are now; a pin without a phrase is meant for every wish it fits."""

    blocked: tuple[str, ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    banned: tuple[str, ...] = ()
    bids: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])

    def pinned_for(self, wish: str) -> list[str]:
        """Products to be shown first for a wish, those of the longest phrase before others."""
        fitting = [pin for pin in self.pins if pin[0] and says(wish, pin[0])]
        fitting.sort(key=lambda pin: -len(pin[0]))
        return [product for _, product in fitting if product not in self.blocked]

    def pinned_always(self) -> list[str]:
        """Products to be shown first wherever they are among what was found."""
        return [product for phrase, product in self.pins if not phrase]

    def allows(self, text: str) -> bool:
        """Whether a text has none of the banned phrases."""
        return not any(says(text, phrase) for phrase in self.banned)

    def hides(self, product: Product) -> bool:
        """Whether a product is never shown: it is blocked, or called what may not be said."""
        if product.id in self.blocked:
            return True
        names = [product.title, *(each.title for each in product.translations.values())]
        return bool(self.banned) and not all(self.allows(name) for name in names)


class Controls:
    """Reads and writes the rules of one shop."""

    def __init__(self, engine: Engine) -> None:
        """Use a database whose log tables are up to date."""
        self._engine = engine

    def rules(self) -> Rules:
        """The rules as of now."""
        every = self.all()
        return Rules(
            blocked=tuple(each.product_id for each in every if each.kind is Kind.BLOCK),
            pins=tuple((each.phrase, each.product_id) for each in every if each.kind is Kind.PIN),
            banned=tuple(each.phrase for each in every if each.kind is Kind.BAN),
            bids={each.product_id: each.bid for each in every if each.bid is not None},
        )

    def all(self) -> list[Control]:
        """Every rule, the newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(controls).order_by(controls.c.id.desc()))
            return [_control(row) for row in rows]

    def add(
        self, who: str, kind: Kind, *, product_id: str = "", phrase: str = "", bid: str = ""
    ) -> Control:
        """Make a rule, and an entry in the audit log; what its kind has no use for is dropped.

        Raises:
            ControlError: what the kind needs is missing or too long, the bid is no amount, or
                there is such a rule.
        """
        product_id = product_id.strip() if kind in _NEEDS_PRODUCT else ""
        phrase = " ".join(phrase.split()) if kind in (Kind.PIN, Kind.BAN) else ""
        if kind in _NEEDS_PRODUCT and not product_id:
            raise ControlError("control.product", "the rule names no product")
        if (phrase or kind is Kind.BAN) and not any(each.isalnum() for each in phrase):
            raise ControlError("control.phrase", "the rule has no words")
        if len(phrase) > LONGEST_PHRASE:
            raise ControlError("control.long", f"at most {LONGEST_PHRASE} characters")
        amount = _bid(bid) if kind is Kind.SPONSOR else None
        made = Control(new_id(), kind, product_id, phrase, amount, who, datetime.now(UTC))
        with writing(self._engine) as connection:
            same = select(controls.c.id).where(
                controls.c.kind == kind.value,
                controls.c.product_id == product_id,
                controls.c.phrase == phrase,
            )
            if connection.execute(same).first() is not None:
                raise ControlError("control.twice", "there is such a rule already")
            paid = "" if amount is None else f"{amount.normalize():f}"
            connection.execute(
                insert(controls).values(
                    id=made.id,
                    kind=kind.value,
                    product_id=product_id,
                    phrase=phrase,
                    bid=paid,
                    who=who,
                    at=made.at,
                )
            )
            what = product_id or phrase
            audit(connection, who, f"{kind.value} added", what, words=phrase, bid=paid)
        return made

    def remove(self, who: str, control_id: str) -> None:
        """Take a rule back, with an entry in the audit log; one that is gone is no error."""
        with writing(self._engine) as connection:
            row = connection.execute(
                select(controls).where(controls.c.id == control_id)
            ).one_or_none()
            if row is not None:
                connection.execute(delete(controls).where(controls.c.id == control_id))
                what = row.product_id or row.phrase
                audit(connection, who, f"{row.kind} removed", what, words=row.phrase)


def says(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text, whatever its case and width.

    English is compared by words, in whatever form ("best price" is in "the best prices");
    Chinese, and what has signs in it ("100%"), letter by letter.
    """
    text, phrase = _plain(text), _plain(phrase)
    wanted = [] if is_chinese(phrase) or _BEYOND_WORDS.search(phrase) else tokenize(phrase)
    if not wanted:
        return phrase in text
    if not all(word[:2] in text for word in wanted):
        return False  # spares most texts the stemming
    there = tokenize(text)
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there)))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _bid(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise ControlError("control.bid", "the bid is no amount") from None
    if not (amount.is_finite() and _SMALLEST <= amount <= HIGHEST_BID):
        raise ControlError("control.bid", f"a bid is between {_SMALLEST} and {HIGHEST_BID}")
    return amount.quantize(_SMALLEST)


def _control(row: Row[Any]) -> Control:
    bid = Decimal(row.bid) if row.bid else None
    return Control(row.id, Kind(row.kind), row.product_id, row.phrase, bid, row.who, aware(row.at))
