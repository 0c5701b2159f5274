"""Imagined shops: products of many kinds and what is made for them, titled as shops title them.

No brand, product or text here is anyone's: all are drawn from `assortment.toml` and syllables.
"""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from retrieval.product import Availability, Product

ASSORTMENT = Path(__file__).parent / "assortment.toml"
COLOURS = (
    "black", "white", "grey", "blue", "navy", "red", "green", "yellow", "orange", "brown",
    "beige", "silver", "pink", "purple", "turquoise",
)  # fmt: skip
_SYLLABLES = (
    "bra", "vel", "nor", "tal", "ken", "mor", "lis", "zan", "dor", "fel", "hal", "ber", "kin",
    "sol", "tar", "wes", "gar", "lun", "mik", "pel", "rov", "sten", "ul", "var", "yor", "cas",
    "dun",
)  # fmt: skip
_ENDINGS = ("o", "a", "ex", "on", "ia", "ix", "um", "en", "is", "or", "")
_SPECIFICATIONS = (
    "{n} W", "{n} V", "{n} cm", "{n} mm", "{n} g", '{n}"', "{n} l", "{n} GB", "{n} pcs",
    "{n}-pack", "{n} x {m} cm", "{n} m", "2.4 GHz", "energy class A", "recycled", "size M",
    "with batteries", "3 year guarantee", "{n} ml", "EU plug", "set of {n}", "{n} mAh",
)  # fmt: skip
_NUMBERS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 40, 50, 64, 100, 128, 250, 500, 1000)
_INCLUDED = (
    "lid", "bag", "cable", "case", "stand", "charger", "cover", "light", "remote", "timer",
)  # fmt: skip
_SENTENCES = (
    "A {traits} {kind} by {brand}.", "Made for every day.", "This {kind} lasts.",
    "Comes in {colour}.", "Works with your {other}.", "A gift for anyone who has a {other}.",
    "{spec}, {spec2}.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its names (the usual one first), what is made for it, its traits."""

    department: str
    names: tuple[str, ...]
    accessories: tuple[str, ...]
    traits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A product with what a simulated customer knows of it.

    `kind` says what it is; two items of one kind serve one wish. `made_for` is the kind that
    it is an accessory of, `wider_kinds` are those it counts among ("jackets" of a rain jacket).
    `names` are what customers call it, `chinese_names` in Chinese.
    """

    product: Product
    kind: str
    names: tuple[str, ...]
    made_for: str | None = None
    department: str = ""
    traits: frozenset[str] = frozenset()
    colour: str | None = None
    wider_kinds: tuple[str, ...] = ()
    chinese_names: tuple[str, ...] = ()


def read_kinds(path: Path = ASSORTMENT) -> list[Kind]:
    """All kinds of the assortment file."""
    kinds: list[Kind] = []
    for department, entry in tomllib.loads(path.read_text("utf-8")).items():
        for line in entry["types"]:
            name, rest = line.split(" = ")
            others, accessories = rest.split(" : ")
            kinds.append(
                Kind(
                    department=department.replace("_", " "),
                    names=(name, *others.split(", ")),
                    accessories=tuple(accessories.split(", ")),
                    traits=tuple(entry["traits"]),
                )
            )
    return kinds


def imagine_shop(dice: random.Random, number: int, kinds_sold: int = 60) -> list[Item]:
    """One shop: of some kinds few or many things, and some of what is made for them.

    Shops differ: some have categories and some none.
    """
    kinds = dice.sample(_KINDS, kinds_sold)
    brands = [_brand(dice) for _ in range(60)]
    categories = dice.random() < 0.6
    items: list[Item] = []
    for kind in kinds:
        for _ in range(dice.choice((1, 3, 6, 10, 15))):
            items.append(_thing(dice, kind, None, brands, categories, f"{number}-{len(items)}"))
        for accessory in dice.choices(kind.accessories, k=dice.choice((2, 5, 9))):
            items.append(
                _thing(dice, kind, accessory, brands, categories, f"{number}-{len(items)}")
            )
    return items


def _thing(
    dice: random.Random, kind: Kind, accessory: str | None, brands: list[str],
    categories: bool, key: str,
) -> Item:  # fmt: skip
    traits = dice.sample(kind.traits, dice.choice([0, 0, 1] if accessory else [0, 1, 1, 2]))
    colour, brand, name = dice.choice(COLOURS), dice.choice(brands), dice.choice(kind.names)
    called = f"{name} {accessory}" if accessory else name
    title = _title(dice, brand, accessory or name, traits, colour, name if accessory else None)
    sentences = "  ".join(dice.sample(_SENTENCES, dice.choice([0, 1, 2, 4])))
    description = sentences.format(
        traits=" ".join(traits), kind=called, brand=brand, colour=colour,
        other=dice.choice(dice.choice(_KINDS).names), spec=_spec(dice), spec2=_spec(dice),
    )  # fmt: skip
    leaf = dice.choice((f"{kind.names[0]} accessories", accessory)) if accessory else kind.names[0]
    price = Decimal(str(round((12 if accessory else 60) * dice.lognormvariate(0, 0.7), 2)))
    return Item(
        product=Product(
            id=f"imagined-{key}",
            title=title,
            description=re.sub(r"\s+", " ", description),
            brand=brand,
            category=(kind.department, leaf) if categories else (),
            price=price,
            sale_price=round(price * Decimal("0.8"), 2) if dice.random() < 0.15 else None,
            currency="USD",
            rating=round(min(5.0, max(1.0, dice.gauss(4.1, 0.5))), 1),
            rating_count=int(dice.lognormvariate(2.5, 1.3)),
            availability=Availability.IN_STOCK
            if dice.random() < 0.92
            else Availability.OUT_OF_STOCK,
            attributes={"colour": colour},
        ),
        kind=f"{kind.names[0]}/{accessory}" if accessory else kind.names[0],
        names=tuple(f"{one} {accessory}" if accessory else one for one in kind.names),
        made_for=kind.names[0] if accessory else None,
        department=kind.department,
        traits=frozenset(traits),
        colour=colour,
    )


def _title(
    dice: random.Random, brand: str, name: str, traits: list[str], colour: str,
    made_for: str | None,
) -> str:  # fmt: skip
    trait, capital = " ".join(traits), dice.random() < 0.5
    specs = [_spec(dice) for _ in range(dice.choice([0, 0, 1, 2, 3, 5]))]
    series = dice.choice(["", _brand(dice), _code(dice), f"{_brand(dice)} {_code(dice)}"])
    name = name.title() if capital else name
    if made_for:
        host = made_for.title() if capital else made_for
        what = dice.choice(
            (
                f"{host} {name}", f"{host} {name}", f"{name} for {host}",
                f"{name} for {brand} {series or _code(dice)} {host}", f"{host} {trait} {name}",
                f"{trait} {host} {name}", f"{trait} {name} - fits {host} up to {_spec(dice)}",
                f"{host}/{dice.choice(dice.choice(_KINDS).names)} {name}",
            )
        )  # fmt: skip
    else:
        what = dice.choice(
            (f"{trait} {name}", f"{trait} {name}", name, f"{name} {trait}",
             f"{name} with {dice.choice(_INCLUDED)}", f"{name} {_spec(dice)}",
             dice.choice((name, _code(dice))))  # some titles do not say what it is
        )  # fmt: skip
    shade = dice.choice(["", colour.title(), colour])
    listed, spaced = ", ".join([*specs, shade]), " ".join(specs)
    title = dice.choice(
        (
            f"{brand} {series} {what} {shade} {spaced}",
            f"{brand} {what} {series} {spaced} {shade}",
            f"{what}, {listed}", f"{brand} {series} {shade} {what}",
            f"{what} – {brand} {series}, {listed}", f"{brand} {series} {spaced} {what} {shade}",
        )
    )  # fmt: skip
    title = re.sub(r"(?:\s*,)+", ",", re.sub(r"\s+", " ", title))
    return title.strip(" ,–") or f"{brand} {_code(dice)}"


def _brand(dice: random.Random) -> str:
    syllables = dice.choice(_SYLLABLES) + dice.choice(_SYLLABLES)
    return (syllables + dice.choice(_ENDINGS)).capitalize()


def _code(dice: random.Random) -> str:
    letters = dice.choice(["", dice.choice("ABCDEFGHKLMPRSTVX") + dice.choice(["", "C", "X", "L"])])
    return f"{letters}{dice.randint(2, 9900)}{dice.choice(['', '', 'X', '/00', 'i', '-W'])}"


def _spec(dice: random.Random) -> str:
    return dice.choice(_SPECIFICATIONS).format(n=dice.choice(_NUMBERS), m=dice.randint(2, 90))


_KINDS = read_kinds()
