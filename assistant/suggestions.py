"""Quick replies that make sense for what is shown, each leading to at least one product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from assistant.constraints import Constraints
from assistant.language import Language, has_chinese
from assistant.naming import Naming, is_adjective
from assistant.state import DialogueState
from assistant.understanding.understander import Understander
from ranking.rerank import RankedHit
from retrieval.facets import Facets
from retrieval.filters import Filters

MOST = 3
_COLOUR_NAMES = ("color", "colour", "颜色")
_SHORTEST_VALUE, _LONGEST_VALUE = 2, 20


def suggest(
    ranked: Sequence[RankedHit],
    shown: Sequence[RankedHit],
    state: DialogueState,
    facets: Facets,
    naming: Naming,
    leads_somewhere: Callable[[str], bool],
) -> list[str]:
    """At most three phrases; `leads_somewhere` says whether one finds products."""
    found: list[str] = []
    for phrase in _phrases(ranked, shown, state.constraints, facets, naming):
        if phrase not in found and leads_somewhere(phrase):
            found.append(phrase)
        if len(found) == MOST:
            break
    return found


def understood_and_found(
    phrase: str,
    state: DialogueState,
    understander: Understander,
    facets: Facets,
    count: Callable[[Filters], int],
) -> bool:
    """Whether the guide itself, told the phrase, would narrow its search and find products."""
    told = understander.understand(phrase, state, {}).state
    if told.constraints == state.constraints:
        return False
    return count(told.to_filters(facets)) > 0


def _phrases(
    ranked: Sequence[RankedHit],
    shown: Sequence[RankedHit],
    constraints: Constraints,
    facets: Facets,
    naming: Naming,
) -> list[str]:
    language = naming.language
    phrases: list[str] = []
    prices = [hit.hit.product.current_price for hit in shown]
    known = [price for price in prices if price is not None]
    others = [hit.hit.product.current_price for hit in ranked]
    if (
        known
        and constraints.prefer is None
        and any(p is not None and p < min(known) for p in others)
    ):
        phrases.append("cheaper ones" if language == "en" else "便宜一点的")
    kinds = Counter(hit.hit.product.category[-1] for hit in ranked if hit.hit.product.category)
    if not constraints.category and len(kinds) > 1:
        kind = naming.plural(kinds.most_common(1)[0][0])
        phrases.append(f"only {kind}" if language == "en" else f"只看{kind}")
    phrases += _by_attribute(ranked, constraints, facets, naming)
    brands = Counter(hit.hit.product.brand for hit in ranked if hit.hit.product.brand)
    if not constraints.brand and len(brands) > 1:
        brand = brands.most_common(1)[0][0]
        phrases.append(f"only {brand}" if language == "en" else f"只看{naming.word(brand)}")
    return phrases


def _by_attribute(
    ranked: Sequence[RankedHit], constraints: Constraints, facets: Facets, naming: Naming
) -> list[str]:
    """One phrase for the colour, one each for yes-or-no attributes that divide the candidates."""
    chosen = {name.casefold() for name in constraints.attributes}
    colours: Counter[str] = Counter()
    features: Counter[str] = Counter()
    for hit in ranked:
        for name, value in hit.hit.product.attributes.items():
            if name.casefold() in chosen:
                continue
            if value is True:
                features[name] += 1
            elif (
                isinstance(value, str)
                and name.casefold() in _COLOUR_NAMES
                and _SHORTEST_VALUE <= len(value) <= _LONGEST_VALUE
            ):
                colours[value] += 1
    phrases: list[str] = []
    if len(colours) > 1:
        phrases.append(_in_colour(naming.word(colours.most_common(1)[0][0]), naming.language))
    dividing = [name for name, count in features.most_common() if count < len(ranked)]
    if naming.language == "zh":  # an English word in a Chinese phrase is no suggestion
        dividing = [name for name in dividing if has_chinese(naming.word(name.replace("_", " ")))]
    phrases += [
        _with(naming.word(name.replace("_", " ")), naming.language) for name in dividing[:3]
    ]
    return phrases


def _in_colour(colour: str, language: Language) -> str:
    return f"in {colour.lower()}" if language == "en" else f"要{colour}的"


def _with(feature: str, language: Language) -> str:
    if language == "zh":
        return f"要{feature}的"
    return f"{feature} ones" if is_adjective(feature) else f"with {feature}"
