"""What a terse title is of: "Ostrel M5 mouse USB Optical Black" is a mouse, a "mouse pad" is none.

In a catalogue without categories nothing but the title says what a thing is, and says it in the
midst of brand, model and properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from assistant.evidence import WORD, stem
from assistant.naming import is_adjective
from assistant.understanding.words import named

_BELONGS_TO = re.compile(r"\b(?:for|with|to|from)\b", re.IGNORECASE)
"""Before a name: another thing is for it, or has it ("Rack Appliance with Camera")."""
_AFTER_NAME = ("for", "with", "in", "by", "of", "to", "from", "without")
_FOLLOWING = re.compile(
    r"(?P<others>(?:\s*[/&+]\s*[A-Za-z]+)*)(?P<numbers>(?:[\s-]+\d\S*)*)[\s-]+(?P<word>[A-Za-z]+)"
)


def is_titled(title: str, name: str) -> bool:
    """Whether an English name is what the title is of, and not a thing for it or a part of it."""
    for start, end in _places(title, name):
        before, after = title[:start], title[end:]
        if _BELONGS_TO.search(before):
            return False
        is_capital = title[start:end].split()[-1][0].isupper()
        is_listed = before.rstrip().endswith("/") or after.lstrip().startswith("/")
        # "screen protector Desktop/Laptop" lists what it fits.
        fits = is_listed and (is_capital or re.match(r"\s*/\s*[A-Z]", after) is not None)
        if not fits and not _goes_on(after, is_capital=is_capital):
            return True
    return False


def _places(title: str, name: str) -> Iterator[tuple[int, int]]:
    wanted = _roots(name)
    # Thousands of titles are read to count a kind of thing: few of them have its beginning.
    if not wanted or wanted[0][:-1] not in title.casefold():
        return
    words = list(WORD.finditer(title))
    for at in range(len(words) - len(wanted) + 1):
        chunk = words[at : at + len(wanted)]
        gaps = [title[one.end() : other.start()] for one, other in pairwise(chunk)]
        if [stem(word.group()) for word in chunk] == wanted and not any(
            gap.strip(" -") for gap in gaps
        ):
            yield chunk[0].start(), chunk[-1].end()


@lru_cache(maxsize=500)
def _roots(name: str) -> list[str]:
    return [stem(word) for word in WORD.findall(name)]


def _goes_on(after: str, *, is_capital: bool) -> bool:
    """Whether what follows a name makes another thing of it, and is no property of this one.

    A name in capitals goes on ("Laptop USB Hub"), unless with a colour.
    """
    follows = _FOLLOWING.match(after)
    if follows is None or follows["word"].casefold() in _AFTER_NAME:
        return False
    word = follows["word"]
    if follows["numbers"]:
        return word.istitle()  # "Laptop 90W Adapter", but "mouse 1000 DPI"
    if follows["others"]:
        return True
    if named(word.casefold(), "colour"):
        return False
    is_code = word.isupper() and len(word) > 1
    kinds = named(word.casefold(), "feature", "material")
    return is_capital or not (is_code or is_adjective(word) or kinds)
