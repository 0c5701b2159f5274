"""The demo shop's content files, read and expanded from families into variants.

A content file (`content/<department>.toml`) holds `[shelves.<name>]` tables (a category path in
both languages and the picture's kind) and one table a family. A family is one product as a
customer thinks of it; its colours and sizes multiply out to the variants of the catalogue.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import ShopGuideError
from retrieval.product import AttributeValue, Availability, Product, Review, Translation

CONTENT = Path(__file__).resolve().parent / "content"
_GLOSSARY = CONTENT / "glossary.toml"
_STARS = re.compile(r"([1-5]) (.+)", re.DOTALL)
# A size such as "M", "8K" or "20 L" is written the same in every language.
_SAME_IN_ALL = re.compile(r"[0-9].*|A[56]|X*[SML](/X*[SML])?")
_RATED = re.compile(r"(\d\.\d) \((\d+)\)")


class Shade(BaseModel):
    """A colour as a shop names it: `color` is the plain word that customers filter by."""

    model_config = ConfigDict(extra="forbid")

    color: str
    hex: str
    zh: str


class Glossary(BaseModel):
    """Shades by name, and the Chinese for every attribute value that is a word."""

    model_config = ConfigDict(extra="forbid")

    shades: dict[str, Shade]
    values: dict[str, str]


class Shelf(BaseModel):
    """Where a family stands: levels joined by " > ", and how it is drawn by default."""

    model_config = ConfigDict(extra="forbid")

    path: str
    zh: str
    kind: str | None = None


class Chinese(BaseModel):
    """A family's words in Chinese."""

    model_config = ConfigDict(extra="forbid")

    name: str
    text: str
    reviews: list[str] = Field(default_factory=list[str])


class Family(BaseModel):
    """One table of a content file.

    `sizes` is words separated by spaces, or a table of a size to what differs in it: `price`,
    `sale`, or any attribute. `out` and `preorder` name variants as "shade", "size" or
    "shade/size", separated by commas. `rated` is "4.6 (212)"; a review starts with its stars.
    `tint` is the picture's shade where the product has no colour, `look` its version of the
    kind's drawing.
    """

    model_config = ConfigDict(extra="forbid")

    key: str
    name: str
    brand: str
    shelf: Shelf
    kind: str
    price: Decimal
    sale: Decimal | None = None
    colors: str = ""
    tint: str = ""
    look: int | None = None
    sizes: str | dict[str, dict[str, Any]] = ""
    facts: dict[str, AttributeValue] = Field(default_factory=dict[str, AttributeValue])
    text: str
    rated: str = ""
    reviews: list[str] = Field(default_factory=list[str])
    out: str = ""
    preorder: str = ""
    zh: Chinese | None = None

    @property
    def shades(self) -> list[str]:
        """The names of its colours, in the order of the file; empty where it has none."""
        return _split(self.colors)

    @property
    def size_table(self) -> dict[str, dict[str, Any]]:
        """Each size with what differs in it; empty where it comes in one size."""
        if isinstance(self.sizes, dict):
            return self.sizes
        return {size: {} for size in self.sizes.split()}


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of the catalogue and how it is drawn."""

    product: Product
    family: Family
    shade: str


@cache
def glossary() -> Glossary:
    """The shades and the Chinese words shared by all content files."""
    return Glossary.model_validate(tomllib.loads(_GLOSSARY.read_text("utf-8")))


def read_families(folder: Path = CONTENT) -> list[Family]:
    """All families of all content files, by file name and then as written.

    Raises:
        ShopGuideError: naming the file, the family and the field that is wrong.
    """
    families: list[Family] = []
    for file in sorted(folder.glob("*.toml")):
        if file.name == _GLOSSARY.name:
            continue
        try:
            tables = tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ShopGuideError(f"{file.name}: {error}") from error
        shelves = {name: Shelf.model_validate(v) for name, v in tables.pop("shelves").items()}
        for key, table in tables.items():
            shelf = shelves.get(table.pop("shelf"))
            if shelf is None:
                raise ShopGuideError(f"{file.name}: {key}: no such shelf")
            kind = table.pop("kind", shelf.kind)
            try:
                families.append(Family(key=key, shelf=shelf, kind=kind, **table))
            except ValidationError as error:
                raise ShopGuideError(f"{file.name}: {key}: {error}") from error
    return families


def expand(family: Family) -> Iterator[Variant]:
    """The variants of a family, colour by colour and size by size."""
    sizes = family.size_table
    known = {*family.shades, *sizes}
    for named in _split(f"{family.out},{family.preorder}"):
        if not set(named.split("/")) <= known:
            raise ShopGuideError(f"{family.key}: no variant is called {named!r}")
    for shade in family.shades or [""]:
        for size in sizes or [""]:
            yield Variant(_product(family, shade, size), family, shade or family.tint)


def picture_name(family: Family, shade: str) -> str:
    """The file of a family's picture in one colour."""
    parts = [family.key, _slug(shade)] if len(family.shades) > 1 else [family.key]
    return "-".join(parts) + ".svg"


def _product(family: Family, shade: str, size: str) -> Product:
    sizes = family.size_table
    several_shades = len(family.shades) > 1
    differs = dict(sizes.get(size, {}))
    price = Decimal(str(differs.pop("price", family.price)))
    sale = differs.pop("sale", family.sale)
    facts: dict[str, AttributeValue] = {}
    if shade:
        facts["color"] = _shade(family, shade).color
    if size:
        facts["size"] = size
    facts |= family.facts | differs
    parts = [family.key]
    parts += [_slug(shade)] if several_shades else []
    parts += [_slug(size)] if len(sizes) > 1 else []
    rated = _RATED.fullmatch(family.rated)
    if family.rated and rated is None:
        raise ShopGuideError(f"{family.key}: rated: {family.rated!r} is not like '4.6 (212)'")
    reviews = [_review(family, text, "en") for text in family.reviews]
    chinese = family.zh
    translations: dict[str, Translation] = {}
    if chinese is not None:
        reviews += [_review(family, text, "zh") for text in chinese.reviews]
        suffix = f"（{_shade(family, shade).zh}）" if several_shades else ""
        translations["zh"] = Translation(
            title=f"{family.brand} {chinese.name}{suffix}",
            description=chinese.text,
            category=tuple(_split(family.shelf.zh, ">")),
            attributes={name: _in_chinese(family, value) for name, value in facts.items()},
        )
    return Product(
        id="-".join(parts),
        title=f"{family.brand} {family.name}" + (f" – {shade.title()}" if several_shades else ""),
        description=family.text,
        brand=family.brand,
        category=tuple(_split(family.shelf.path, ">")),
        price=price,
        sale_price=None if sale is None else Decimal(str(sale)),
        currency="USD",
        availability=_availability(family, shade, size),
        rating=float(rated[1]) if rated else None,
        rating_count=int(rated[2]) if rated else None,
        url=f"/product/{'-'.join(parts)}",
        image_urls=(f"/images/{picture_name(family, shade)}",),
        attributes=facts,
        group_id=family.key if len(parts) > 1 else None,
        language="en",
        reviews=tuple(reviews),
        translations=translations,
    )


def _availability(family: Family, shade: str, size: str) -> Availability:
    names = {shade, size, f"{shade}/{size}"}
    if names & set(_split(family.out)):
        return Availability.OUT_OF_STOCK
    if names & set(_split(family.preorder)):
        return Availability.PREORDER
    return Availability.IN_STOCK


def _review(family: Family, text: str, language: str) -> Review:
    matched = _STARS.fullmatch(text)
    if matched is None:
        raise ShopGuideError(f"{family.key}: a review starts with its stars: {text!r}")
    return Review(text=matched[2], rating=float(matched[1]), language=language)


def _shade(family: Family, name: str) -> Shade:
    found = glossary().shades.get(name)
    if found is None:
        raise ShopGuideError(f"{family.key}: colors: the glossary has no shade {name!r}")
    return found


def _in_chinese(family: Family, value: AttributeValue) -> AttributeValue:
    if not isinstance(value, str) or _SAME_IN_ALL.fullmatch(value):
        return value
    found = glossary().values.get(value)
    if found is None:
        raise ShopGuideError(f"{family.key}: the glossary has no Chinese for {value!r}")
    return found


def _split(text: str, separator: str = ",") -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
