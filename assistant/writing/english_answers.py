"""The composer's English for answers: what customers think, and which variants there are."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.writing.english_choice import has
from assistant.writing.english_words import listed


def opinions(
    title: str, rating: str, counts: tuple[int, int, int], good: str, bad: str
) -> list[str]:
    """The rating, how many of all reviews are for and against, and a quotation of each."""
    total, liked, critical = counts
    said = [f"{title} has {rating}." if rating else f"{title} has no rating yet."]
    if not total:
        return [*said, "Nobody has written about it in words yet."]
    if total == 1:
        said.append("I have one written review.")
    elif liked == total:
        said.append(f"All {total} written reviews I have are favourable.")
    elif liked or critical:
        told = f"Of the {total} written reviews I have, {liked} {_are(liked)} favourable"
        said.append(f"{told} and {critical or 'none'} critical.")
    if good:
        said.append(f"One customer writes: “{good}”")
    if bad:
        said.append(f"A critical voice: “{bad}”")
    return said


def complaints(title: str, total: int, critical: int, quote: str) -> list[str]:
    """What customers find wrong."""
    if not total:
        return [f"Nobody has written a review of {title} yet."]
    if total == 1 and not critical:
        return [f"The one written review I have of {title} is not critical."]
    if not critical or not quote:
        return [f"None of the {total} written reviews I have of {title} is critical."]
    return [
        f"{critical} of the {total} written reviews I have of {title} "
        f"{_are(critical)} critical: “{quote}”"
    ]


def comes_in(name: str, values: Sequence[str], *, is_in_stock: bool) -> list[str]:
    """There is such a variant."""
    if is_in_stock:
        return [f"Yes, {name} comes in {listed(values)}."]
    return [f"{name} comes in {listed(values)}, but that one is out of stock at the moment."]


def comes_not_in(name: str, values: Sequence[str], there: Sequence[str]) -> list[str]:
    """There is no such variant; `there` are those that there are."""
    no = f"No, {name} does not come in {listed(values)}."
    return [no, f"There is {listed(there)}."] if there else [no]


def options(name: str, values: Sequence[str], of: Sequence[str], *, is_size: bool) -> list[str]:
    """All colours or sizes to be had; the sizes in the colour `of`."""
    if not values:
        return [f"None of {name} is in stock at the moment."]
    colour = f" in {listed(of)}" if of else ""
    if is_size:
        return [f"{name}{colour} comes in size{'s' * (len(values) > 1)} {listed(values)}."]
    return [f"{name} comes in {listed(values)}."]


def which_have(titles: Sequence[str], feature: str, of: int) -> list[str]:
    """Which of several products have a feature, by their records."""
    if not titles:
        return [f"None of these {of} {has(feature)}, by their records."]
    if len(titles) == of:
        return [f"All {of} of these: {listed(titles)}."]
    if len(titles) == 1:
        return [f"Only one of these {of} {has(feature)}: {titles[0]}."]
    return [f"{len(titles)} of these {of}: {listed(titles)}."]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
