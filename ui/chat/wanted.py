"""What the guide believes the customer wants, as removable chips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from assistant.constraints import Constraints
from assistant.naming import Naming
from assistant.understanding.labels import Chip, condition_chips
from ui.chat.storefront import Reader


def chips_of(constraints: Mapping[str, object], reader: Reader) -> list[Chip]:
    """The chips of a reply's `constraints`; none where they cannot be read."""
    try:
        chips = _shared(constraints, reader)
        chips += _needs(constraints, reader)
    except ValidationError:
        return []
    return [_named(chip, reader.naming) for chip in chips]


def label_of(constraints: Mapping[str, object], path: str, reader: Reader) -> str | None:
    """What the chip of one path says; None where the constraints have no such path."""
    return next((chip.label for chip in chips_of(constraints, reader) if chip.path == path), None)


def _shared(constraints: Mapping[str, object], reader: Reader) -> list[Chip]:
    """The chips of the one wish, or of what several needs share."""
    if constraints.get("needs"):
        constraints = {**constraints, "category": ()}
    return condition_chips(_constraints(constraints), reader.language, reader.currency)


def _needs(constraints: Mapping[str, object], reader: Reader) -> list[Chip]:
    """A chip for each of several needs, and one for each of its own conditions."""
    found: list[Chip] = []
    needs = cast("list[Mapping[str, object]]", constraints.get("needs") or [])
    for place, need in enumerate(needs):
        own = _constraints(need)
        kinds = [reader.naming.word(name) for name in own.category]
        kind = " / ".join(kinds) or "?"
        count = f" × {own.quantity}" if (own.quantity or 1) > 1 else ""
        found.append(Chip(f"needs.{place}", f"{kind}{count}"))
        rest = own.model_copy(update={"category": (), "quantity": None})
        found += [
            Chip(f"needs.{place}.{chip.path}", f"{kind}: {chip.label}")
            for chip in condition_chips(rest, reader.language, reader.currency)
        ]
    return found


def _named(chip: Chip, naming: Naming) -> Chip:
    """Categories and brands by the catalogue's own names for them."""
    head, _, name = chip.path.partition(".")
    return Chip(chip.path, naming.word(name)) if head in ("category", "brand") else chip


def _constraints(json: Mapping[str, object]) -> Constraints:
    """The inverse of `Constraints.to_json`, as far as chips need it."""
    price = cast("Mapping[str, Any]", json.get("price") or {})
    rating = cast("Mapping[str, Any]", json.get("rating") or {})
    attributes = cast("Mapping[str, Any]", json.get("attributes") or {})
    return Constraints.model_validate(
        {
            "category": json.get("category", ()),
            "brand": json.get("brand", ()),
            "price_min": price.get("min"),
            "price_max": price.get("max"),
            "currency": price.get("currency"),
            "is_total": price.get("total", False),
            "attributes": {
                name: value if isinstance(value, list) else [value]
                for name, value in attributes.items()
            },
            "exclude": json.get("exclude", ()),
            "rating_min": rating.get("min"),
            "quantity": json.get("quantity"),
            "occasion": json.get("occasion", ()),
            "for_whom": json.get("for_whom"),
            "prefer": json.get("prefer"),
        }
    )
