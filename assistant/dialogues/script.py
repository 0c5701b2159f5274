"""Scripted dialogues: what customers say and what must hold of the replies, from YAML.

The models below are the schema; a file that breaks it is refused with file, line and field.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from assistant.language import Language
from assistant.reply import Intent
from retrieval.errors import ShopGuideError, cause
from retrieval.product import AttributeValue, Availability


def _listed(value: object) -> object:
    """One value stands for a list of one."""
    return value if value is None or isinstance(value, list) else [value]


Words = Annotated[list[Annotated[str, StringConstraints(min_length=1)]], BeforeValidator(_listed)]
Values = Annotated[list[AttributeValue], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PriceRange(_Strict):
    """Limits of a price, both included; as an expectation of constraints, the limits kept."""

    min: Decimal | None = None
    max: Decimal | None = None


class ProductCondition(_Strict):
    """What must be true of a product's record; conditions add up, listed values are alternatives.

    `words` must stand somewhere in the record's texts, whatever their language; none of
    `without` may stand in title, brand, categories or attributes. `id` may be that of a variant
    group.
    """

    id: Words | None = None
    category: Words | None = None
    brand: Words | None = None
    price: PriceRange | None = None
    attributes: dict[str, Values] = Field(default_factory=dict)
    words: Words | None = None
    without: Words | None = None
    rating_min: float | None = None
    availability: Annotated[list[Availability], BeforeValidator(_listed)] | None = None


class ProductsExpected(_Strict):
    """What must hold of the cards of a reply.

    `all`, `some`, `none` and `first` are conditions on their products. `cheapest_of`,
    `dearest_of` and `best_rated_of`: the first card has the lowest or highest price, or the
    highest rating, of everything in the catalogue under the condition. `new`: nothing on them
    was shown before in this conversation.
    """

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None
    all: ProductCondition | None = None
    some: ProductCondition | None = None
    none: ProductCondition | None = None
    first: ProductCondition | None = None
    cheapest_of: ProductCondition | None = None
    dearest_of: ProductCondition | None = None
    best_rated_of: ProductCondition | None = None
    new: bool | None = None


class ConstraintsExpected(_Strict):
    """What the guide must believe of the wish; beliefs not named here are not looked at.

    Of a list every value must be believed. An attribute's listed values are alternatives; a
    name may be given as `a|b` where either would do.
    """

    category: Words = Field(default_factory=list)
    brand: Words = Field(default_factory=list)
    price: PriceRange | None = None
    attributes: dict[str, Values] = Field(default_factory=dict)
    exclude: Words = Field(default_factory=list)
    rating_min: float | None = None
    quantity: int | None = None
    occasion: Words = Field(default_factory=list)
    for_whom: Words | None = None
    prefer: Words | None = None


class Expected(_Strict):
    """What must hold after a message.

    `facts` must stand in the text (each may be a list of alternatives), `no_facts` must not.
    `unconstrained` names what the guide must not believe: "price", "price.max", "category",
    "exclude.black", "attributes.color". `admits`: the text says that something is not so, or
    not to be had. `asks`: the text puts a question.
    """

    intent: Annotated[list[Intent], BeforeValidator(_listed)] | None = None
    language: Language | None = None
    constraints: ConstraintsExpected | None = None
    unconstrained: Words = Field(default_factory=list)
    products: ProductsExpected | None = None
    facts: list[Words] = Field(default_factory=list)
    no_facts: Words = Field(default_factory=list)
    admits: bool | None = None
    asks: bool | None = None
    handoff: bool | None = None
    suggestions: Annotated[int, Field(ge=0)] | None = None


class Turn(_Strict):
    """A message, or a condition removed with a click (`remove: price.max`), and what follows."""

    say: Annotated[str, StringConstraints(min_length=1)] | None = None
    remove: Annotated[str, StringConstraints(min_length=1)] | None = None
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _one_of_both(self) -> Turn:
        if (self.say is None) == (self.remove is None):
            raise ValueError("a turn needs either 'say' or 'remove'")
        return self


class Dialogue(_Strict):
    """One conversation; `tags` are free words such as "negation" that a report can be cut by."""

    id: Annotated[str, StringConstraints(min_length=1)]
    language: Language = "en"
    hard: bool = False
    tags: Words = Field(default_factory=list)
    turns: Annotated[list[Turn], Field(min_length=1)]


class Script(_Strict):
    """A file of dialogues over one shop, told by the products or variant groups in `needs`."""

    shop: str
    needs: Words = Field(default_factory=list)
    dialogues: Annotated[list[Dialogue], Field(min_length=1)]

    @model_validator(mode="after")
    def _own_ids(self) -> Script:
        ids = [dialogue.id for dialogue in self.dialogues]
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        if twice:
            raise ValueError(f"the id {twice[0]!r} is used twice")
        return self


def read_script(path: Path) -> Script:
    """Read and check one file.

    Raises:
        ShopGuideError: naming the file, the line and the field of every fault.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ShopGuideError(f"{path}: cannot be read ({cause(error)})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ShopGuideError(f"{path}, line {line}: {error.problem or error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ShopGuideError(f"{path}: not valid YAML ({error})") from error
    try:
        return Script.model_validate(raw)
    except ValidationError as error:
        faults = [
            f"{path}, line {_line(tree, fault['loc'])}: field "
            f"{'.'.join(str(part) for part in fault['loc']) or '(whole file)'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ShopGuideError("\n".join(faults)) from None


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line where the field stands, or where its nearest existing parent does."""
    line = node.start_mark.line if node is not None else 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                break
            item: yaml.Node = node.value[part]
            line, node = item.start_mark.line, item
        else:
            break
    return line + 1
