"""What is found in a text, and what the recognisers share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a passage tells about a person."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    CARD = "card"
    ID = "id"
    """Identity documents, social security, bank accounts."""
    CONTACT = "contact"
    """A name in a messenger: WeChat, QQ, Telegram."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`text[start:end]` is of this kind."""

    kind: Kind
    start: int
    end: int


# Full-width digits, letters and signs, one for one, so that positions stay as they are.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}

_PRODUCT_CUE = re.compile(
    r"(?:\b(?:model|sku|item|part|product|article|art|ref|reference|order|ean|gtin|upc|isbn|asin"
    r"|barcode|bar code|dpci|ticket|tracking|serial|batch|catalogue|version)s?\b\.?"
    r"|型号|货号|编号|商品|产品|条形码|条码|订单|批号|序列号|款号)"
    r"\)?\s*(?:numbers?|no\.?|nr\.?|id|code|号码|号|编号)?\s*(?:is|was|are|=|:|#|是|为|\()*\s*$",
    re.IGNORECASE,
)
_PRODUCT_AFTER = re.compile(r"\s?(?:is|was|for|=)?\s?(?:my|the|our)? ?(?:order|item|model)", re.I)
_UNIT = re.compile(
    r"\s?(?:mm|cm|km|ml|kg|mg|gb|tb|mb|mah|hz|px|lm|kw|usd|eur|gbp|cny|euros?|dollars?|pounds?"
    r"|pieces|pcs|元|块|毫|厘|克|米|升|片|个|件|瓦|流明)(?![a-z])",
    re.IGNORECASE,
)


def half_width(text: str) -> str:
    """The text with full-width signs as ASCII, of the same length."""
    return text.translate(_HALF_WIDTH)


def names_a_product(text: str, start: int, end: int) -> bool:
    """Whether the number at this place is announced as a product's, or counts something."""
    before = text[max(0, start - 40) : start]
    return bool(
        _PRODUCT_CUE.search(before)
        or (before[-1:] in "$€£¥￥#" and before)
        or _UNIT.match(text, end)
        or _PRODUCT_AFTER.match(text, end)
    )


def digits_of(text: str) -> str:
    """The digits alone."""
    return "".join(character for character in text if character.isdigit())


def apart(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in order of place without overlaps: the earlier in the list goes before."""
    kept: list[Finding] = []
    for finding in findings:
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)
