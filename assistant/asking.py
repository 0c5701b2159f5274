"""The one question the guide may ask back, where the answer truly narrows what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.constraints import Constraints
from assistant.naming import Naming
from assistant.state import DialogueState
from assistant.understanding.filtering import is_telling
from ranking.rerank import RankedHit
from retrieval.facets import Facets

FEWEST_PRODUCTS = 8
"""With fewer products a look at them is quicker than an answer."""
MOST_CONDITIONS = 1
STATED = 0.7
"""Share of the products found that must state what is asked about."""
LARGEST = 0.6
"""No answer may leave more than this share of the products."""
MOST_OPTIONS = 4
_AUDIENCES = ("gender", "audience", "for", "适用人群", "性别")
_USES = ("activity", "use", "occasion", "适用场景", "用途")
_ANYBODY = ("unisex", "all", "男女通用", "通用")
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Question:
    """Asked about `attribute`; `kind` says how it is put, `options` are the commonest answers."""

    kind: str
    attribute: str
    options: tuple[str, ...]


def question_for(
    ranked: Sequence[RankedHit], state: DialogueState, facets: Facets, naming: Naming
) -> Question | None:
    """The attribute whose values divide the products found best; None where none does.

    Asked once in a conversation, of a wish that says little more than what it is about.
    """
    wish = state.constraints
    if state.has_asked or len(ranked) < FEWEST_PRODUCTS or not _is_vague(wish):
        return None
    best: tuple[float, Question] | None = None
    for name in _names(ranked):
        if name in wish.attributes or not is_telling(name, wish, facets):
            continue
        values = [str(each.hit.product.attributes[name]) for each in ranked
                  if isinstance(each.hit.product.attributes.get(name), str)]  # fmt: skip
        counts = Counter(value for value in values if len(value) <= _LONGEST)
        common = [value for value, count in counts.most_common() if count > 1]
        options = [value for value in common if value.casefold() not in _ANYBODY][:MOST_OPTIONS]
        if len(values) < STATED * len(ranked) or len(options) < 2:
            continue
        largest = counts.most_common(1)[0][1] / len(values)
        low = name.casefold()
        kind = "for" if low in _AUDIENCES else "use" if low in _USES else "which"
        # Whom and what for is what a person asks first; a colour is seen on the cards.
        if kind == "which" and not _is_special(wish, facets):
            continue
        weight = {"for": 0.5, "use": 0.7}.get(kind, 1.0)
        if largest <= LARGEST and (best is None or largest * weight < best[0]):
            told = tuple(naming.value(option) for option in options)
            best = (largest * weight, Question(kind, naming.attribute_name(name), told))
    return best[1] if best else None


def _is_vague(wish: Constraints) -> bool:
    said = [path for path in wish.paths() if not path.startswith("category")]
    return bool(wish.category) and len(said) <= MOST_CONDITIONS and wish.prefer is None


def _is_special(wish: Constraints, facets: Facets) -> bool:
    """Whether the wish is for one special kind of thing: "tents" and not "camping"."""
    inner = {level for path in facets.category_paths for level in path[:-1]}
    return not any(category in inner for category in wish.category)


def _names(ranked: Sequence[RankedHit]) -> list[str]:
    skipped = ("color", "colour", "size", "颜色", "尺码", "尺寸")
    names = Counter(name for each in ranked for name in each.hit.product.attributes)
    return [name for name, _ in names.most_common(30) if name.casefold() not in skipped]
