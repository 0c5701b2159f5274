"""The field map: how a foreign CSV or JSONL names what a product has."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import CatalogError
from retrieval.product import Product

OWN_FIELDS = frozenset(Product.model_fields) - {"reviews", "translations", "price_upper"}


class FieldMap(BaseModel):
    """A field map as its TOML file has it.

    `fields`: own name = foreign name, or a list of them (joined for text, levels for
    `category`). `attributes`: attribute name = foreign name. `attribute_prefixes`: foreign
    names so beginning become attributes, the prefix dropped. `defaults`: own name = value,
    used where the row has none. `price_unit`: what one unit of a price is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: dict[str, str | list[str]] = Field(default_factory=dict)
    attributes: dict[str, str] = Field(default_factory=dict)
    defaults: dict[str, str | int | float | bool | list[str]] = Field(default_factory=dict)
    price_unit: Literal["units", "cents"] = "units"
    attribute_prefixes: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list[str])
    category_separator: Annotated[str, Field(min_length=1)] | None = None

    def foreign_names(self, own: str) -> list[str]:
        """The foreign names that make up one field; none where it is not mapped."""
        names = self.fields.get(own, [])
        return [names] if isinstance(names, str) else names

    @property
    def currency(self) -> str | None:
        """The default currency, where the map has one."""
        currency = self.defaults.get("currency")
        return currency if isinstance(currency, str) else None


def read_field_map(path: Path) -> FieldMap:
    """Read a field map.

    Raises:
        CatalogError: where the file cannot be read, or names what no product has.
    """
    try:
        field_map = FieldMap.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise CatalogError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise CatalogError(f"{path}: {where}: {problem['msg']}") from error
    for part in ("fields", "defaults"):
        unknown = sorted(set(getattr(field_map, part)) - OWN_FIELDS)
        if unknown:
            raise CatalogError(
                f"{path}: [{part}] {', '.join(unknown)}: not a field of a product; "
                f"there are {', '.join(sorted(OWN_FIELDS))}"
            )
    return field_map
