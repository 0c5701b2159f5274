"""What every source yields: products, and rows that could not become one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retrieval.product import Product
from retrieval.sources.normalize import RowError, product_from

RAW_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A product and where it stands; `line` counts from 1 (a record's number in JSON, HTML)."""

    line: int
    product: Product


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is rejected: where it stands, which field is wrong and why, and its text.

    `product_id` is set where the row names one. `cut_short` says that nothing after it could
    be read.
    """

    line: int
    reason: str
    raw: str
    product_id: str | None = None
    cut_short: bool = False


Row = GoodRow | BadRow


def row_from(line: int, values: Mapping[str, Any], raw: str | Mapping[str, Any]) -> Row:
    """A row from values under the product's own field names, cleaned and validated."""
    try:
        return GoodRow(line, product_from(values))
    except RowError as error:
        id_ = values.get("id")
        named = str(id_).strip() if isinstance(id_, str | int) else None
        return bad_row(line, str(error), raw, product_id=named)


def bad_row(
    line: int,
    reason: str,
    raw: str | Mapping[str, Any],
    *,
    product_id: str | None = None,
    cut_short: bool = False,
) -> BadRow:
    """A rejected row; its raw text is kept up to `RAW_LIMIT` characters."""
    text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
    return BadRow(line, reason, text[:RAW_LIMIT], product_id, cut_short)
