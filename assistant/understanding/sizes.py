"""Sizes in a message: letters, numbers with a cue, and measures such as 32x30."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.numbers import parse_number
from assistant.understanding.words import grammar_pattern


@dataclass(frozen=True, slots=True)
class SizeMention:
    """A size found at `start`..`end` of the clean text; `value` in its usual short form."""

    start: int
    end: int
    value: str


_LETTER_NAMES = {
    "extra small": "XS", "x small": "XS", "xsmall": "XS", "xs": "XS", "small": "S", "s": "S",
    "sm": "S", "medium": "M", "med": "M", "m": "M", "large": "L", "l": "L", "lg": "L",
    "extra large": "XL", "x large": "XL", "xlarge": "XL", "xl": "XL", "xx large": "XXL",
    "xxlarge": "XXL", "xxl": "XXL", "2xl": "XXL", "2x large": "XXL", "2x": "XXL",
    "xx small": "XXS", "xxs": "XXS",
    "xxx large": "3XL", "xxxl": "3XL", "one size": "One Size", "特大": "XL", "加大": "XL",
    "twin": "Twin", "twin xl": "Twin XL", "queen": "Queen", "king": "King", "full": "Full",
    "california king": "California King", "大": "L", "中": "M", "小": "S", "均": "One Size",
    "加小": "XS",
}  # fmt: skip
_CLEAR_LETTERS = (
    r"(?:[3-9]\s?x[ -]?large|[2-9]xl|2x[ -]?large|xxx?[ -]?large|x{1,3}[ -]?large|x{1,3}l"
    r"|x{1,2}[ -]?small|x{1,2}s"
    r"|extra[ -](?:large|small)|one size(?: fits (?:all|most))?)"
)
_ANY_LETTER = rf"(?:{_CLEAR_LETTERS}|small|medium|large|med|[smlSML])"
_NUMBER = r"\d{1,3}(?:\.\d{1,2})?(?: ?1/2)?"
_UNIT = (
    r"(?:inch(?:es)?|in\b|cm|mm|ft\b|feet|foot|\"|''|m\b|yards?|centimeters?"
    r"|(?:fl(?:uid)?\.? )?(?:oz\b|ounces?)|pounds?|lbs?\b|ml\b|liters?|grams?)"
)
_WIDTH = (
    r"(?: ?(?:wide|narrow|regular|long|short|petite|tall|women'?s?|men'?s?|us|uk|eu|plus"
    r"|little kid|big kid|toddler)\b)?"
)
_BED = r"(?:california king|twin(?: xl)?|queen|king)"
_BEDDING = (
    r"(?:(?:[a-z]+ ){0,3}(?:beds?|mattress(?:es)?|sheets?|comforters?|duvets?|quilts?|pillowcases?"
    r"|bedding|headboards?|blankets?|bed ?frames?|box springs?|bedspreads?|platforms?)\b)"
)
_CUE = (
    r"sizes?(?: (?:of|is|in|a|an|number|no\.?|should be|needs? to be|must be|has to be))*:?\s*"
    r"(?:us |uk |eu )?"
)
_SIDE = r"\d{1,4}(?:\.\d+)?"
_SIDE_UNIT = r"(?:\s?(?:\"|''|w|l|d|h|in|inch(?:es)?|cm|ft|mm|feet))?\s?"
_BY = r"(?:x|×|\*|by)\s?"

_PATTERNS = (
    # 32x30, 32w x 30l, 40 by 40 by 40, 8 x 10 ft
    re.compile(
        rf"(?<![\w.])(?:{_CUE})?"
        rf"(?P<dims>{_SIDE}{_SIDE_UNIT}{_BY}{_SIDE}(?:{_SIDE_UNIT}{_BY}{_SIDE})?)"
        rf"(?:\s?[wldh]\b|\s?{_UNIT})?(?![\w.])"
    ),
    re.compile(rf"(?<![a-z]){_CUE}(?P<letter>{_ANY_LETTER})(?![a-z0-9'])"),
    re.compile(
        rf"(?<![a-z]){_CUE}(?P<number>{_NUMBER}(?:[a-z]{{1,2}}(?![a-z]))?)(?!\d)"
        rf"(?:\s?(?P<unit>{_UNIT}))?{_WIDTH}"
    ),
    re.compile(rf"(?<![a-z0-9])(?P<letter>{_ANY_LETTER})[ -]size[ds]?(?![a-z])"),
    re.compile(
        rf"(?<![a-z0-9.])(?P<number>{_NUMBER})(?: (?P<unit>{_UNIT}))?[ -]size[ds]?(?![a-z])"
    ),
    re.compile(rf"(?<![a-z]){_CUE}(?P<spelt>five|six|seven|eight|nine|ten|eleven|twelve)\b"),
    re.compile(
        r"(?<![a-z])(?:an? |in |women'?s |womens |men'?s |mens |kids )"
        r"(?P<number>\d{1,2}(?:\.5)?(?:-\d{1,2}(?:\.5)?)?) ?(?=(?:for |in )?(?:wo)?men'?s?\b)"
    ),
    re.compile(
        r"\b(?:shoes?|boots?|sneakers?|sandals?|heels?|loafers?|slippers?) "
        r"(?:(?:that|which) (?:are|is) |in )?an? (?P<number>\d{1,2}(?:\.5)?)(?![\w.$%\"']| ?-)"
    ),
    re.compile(rf"\b(?P<letter>{_BED}|full)[ -]size[ds]?\b"),
    re.compile(rf"\b(?P<letter>{_BED}) (?={_BEDDING})"),
    re.compile(rf"\b(?:size|sizes) (?:in )?(?P<letter>{_BED}|full)\b"),
    re.compile(rf"(?<![a-z0-9\-])(?P<letter>{_CLEAR_LETTERS})(?![a-z0-9])"),
    # The whole message: "in medium, please", "M".
    re.compile(
        r"^(?:(?:and|ok|yes|but|maybe) )?(?:(?:do you have|have you got) (?:it|them|one|that) )?"
        r"(?:in (?:an? )?(?P<letter>small|medium|large)|(?P<short>[sml]))"
        r"(?:,? please)?[?.! ]*$"
    ),
    re.compile(r"(?<![a-z])(?P<number>(?:us|uk|eu)\s?\d{1,2}(?:\.5)?)(?![\w.])"),
    re.compile(r"(?<![\w.])(?P<number>\d{1,2}(?:\.5)?)\s?(?P<system>us|uk|eu)(?![a-z])"),
    re.compile(r"(?:尺码|尺寸|码数|鞋码|号码)[是为:：]?\s*(?P<number>\d{2,3}(?:\.5)?)码?"),
    re.compile(
        r"(?:尺码|尺寸|码数|号码)[是为:：]?\s*(?P<letter>x{0,3}[sml]|特大|加大|[大中小均])[码号]?"
    ),
    re.compile(r"(?<![\d.])(?P<number>[2-4]\d(?:\.5)?)[码号](?![内外])"),
    re.compile(r"(?<![a-z])(?P<letter>[2-6]?x{0,3}[sml])[码号]"),
    re.compile(r"(?P<letter>特大|加大|[大中小均])[码号](?![音字])"),
)  # fmt: skip
_WORN = grammar_pattern("sizes", "worn")
_WORD_SIZE = re.compile(r"(?<![a-z])(?P<letter>small|medium|large)(?![a-z])(?P<after>\s+[a-z]+)?")
# "a large bag", "medium length", "small business": words of degree and not of fit.
_NOT_FIT = grammar_pattern("sizes", "not_fit")


def find_sizes(text: str, *, worn: bool | None = None) -> list[SizeMention]:
    """The sizes of a clean text, in order.

    `worn` says whether the talk is of clothes, where "large" is a size; by default the
    message's own words decide.
    """
    found: list[SizeMention] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not any(match.start() < other.end and other.start < match.end() for other in found):
                found.append(SizeMention(match.start(), match.end(), _value(match)))
    if worn is None:
        worn = _WORN.search(text) is not None
    if worn:
        for match in _WORD_SIZE.finditer(text):
            place = match.start("letter"), match.end("letter")
            taken = any(place[0] < other.end and other.start < place[1] for other in found)
            if not taken and not _NOT_FIT.match(match["after"] or ""):
                found.append(SizeMention(*place, normal_size(match["letter"])))
    return sorted(found, key=lambda mention: mention.start)


def normal_size(size: str) -> str:
    """The short form of a size: "extra-large" and "xl" are XL, "32 by 30" is 32x30."""
    low = re.sub(r"[\s\-]+", " ", size.strip().lower())
    if low in _LETTER_NAMES:
        return _LETTER_NAMES[low]
    big = re.fullmatch(r"(\d)\s?x ?l(?:arge)?", low)
    if big:
        return f"{big[1]}XL" if big[1] != "2" else "XXL"
    if low.startswith("one size"):
        return "One Size"
    if re.fullmatch(r"\d+(?:\.\d+)?\s*[wl\"'a-z]*\s*(?:x|×|\*|by).*", low):
        numbers = re.findall(r"\d+(?:\.\d+)?", low)
        return "x".join(numbers)
    return low.upper() if len(low) <= 6 and low.isascii() else size.strip()


def same_size(left: str, right: str) -> bool:
    """Whether two ways of writing a size mean the same; "US 8" and "8" do."""
    one, two = _bare(left), _bare(right)
    return one == two


def bigger_size(size: str, step: int) -> str | None:
    """The letter size `step` above (below where negative) a letter size, else None."""
    scale = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL")
    if size not in scale:
        return None
    place = scale.index(size) + step
    return scale[place] if 0 <= place < len(scale) else None


def _bare(size: str) -> str:
    value = normal_size(size)
    return re.sub(r"^(?:US|UK|EU)\s?|\s?(?:US|UK|EU)$|码$|号$", "", value.upper()).removesuffix(
        ".0"
    )


def _value(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups.get("dims"):
        return normal_size(groups["dims"])
    if groups.get("spelt"):
        return str(parse_number(groups["spelt"]))
    if groups.get("short"):
        return normal_size(groups["short"])
    if groups.get("letter"):
        return normal_size(groups["letter"])
    unit, system = groups.get("unit"), groups.get("system")
    number = (groups.get("number") or "").strip()
    if system:
        return f"{system.upper()} {number}"
    prefixed = re.fullmatch(r"(us|uk|eu)\s?(.+)", number)
    if prefixed:
        return f"{prefixed[1].upper()} {prefixed[2]}"
    return f"{number} {unit}" if unit else number.upper()
