"""From what the customer believes to have asked for to what a search can be held to.

The rule for attributes: a condition is hard where the catalogue states the attribute on
enough products for silence to mean no: on at least half as many products as the wished
category has, or, without a category, on 3% of the catalogue and at least three products; on
a quarter of a catalogue without any categories, whose fields are sparse and follow no kind.
Otherwise the condition would turn away products that merely lack the field, so it stays in
the words of the query. A colour that the catalogue's colour field could state but never does
is hard all the same: "nothing in purple" is then the honest answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.constraints import Constraints
from assistant.language import has_chinese
from assistant.understanding.roles import Roles, lexicon_names, roles_of
from assistant.understanding.sizes import same_size
from assistant.understanding.words import colour_family, concept_index, named
from retrieval.facets import Facets
from retrieval.filters import Filters
from retrieval.product import AttributeValue

_OTHERS = {
    "women": ("men", "boys"),
    "men": ("women", "girls"),
    "girls": ("boys", "men"),
    "boys": ("girls", "women"),
}
CATEGORY_COVERAGE = 0.5
CATALOGUE_COVERAGE = 0.03
UNSORTED_COVERAGE = 0.25
LEAST_PRODUCTS = 3


def to_filters(constraints: Constraints, facets: Facets) -> Filters:
    """The hard conditions for a search; see the module for which attributes are."""
    roles = roles_of(facets)
    attributes: dict[str, tuple[AttributeValue, ...]] = {}
    for name, wanted in constraints.attributes.items():
        found = _hard_values(name, wanted, constraints, roles)
        if found is not None:
            attributes[found[0]] = found[1]
    audience = _audience_values(constraints, roles)
    others = _other_audiences(constraints, roles)
    if audience and roles.audience and not _is_for_a_use(constraints):
        attributes[roles.audience] = audience
    return Filters(
        price_min=constraints.price_min,
        price_max=constraints.price_max,
        categories=_known(constraints.category, facets.categories),
        brands=_known(constraints.brand, facets.brands),
        attributes=attributes,
        exclude=tuple(dict.fromkeys((*_excluded(constraints.exclude, roles), *others))),
        rating_min=constraints.rating_min,
    )


def soft_paths(constraints: Constraints, facets: Facets) -> tuple[str, ...]:
    """The attribute conditions this catalogue cannot be held to, as paths.

    Products found may or may not meet them: an honest answer says so.
    """
    roles = roles_of(facets)
    return tuple(
        f"attributes.{name}"
        for name, wanted in constraints.attributes.items()
        if _hard_values(name, wanted, constraints, roles) is None
    )


def is_telling(attribute: str, constraints: Constraints, facets: Facets) -> bool:
    """Whether a search could be held to the attribute: enough products of the kind state it."""
    return _trusted(attribute, constraints, roles_of(facets))


def _hard_values(
    name: str, wanted: tuple[AttributeValue, ...], constraints: Constraints, roles: Roles
) -> tuple[str, tuple[AttributeValue, ...]] | None:
    """The catalogue's attribute and values for a condition; None where it is a soft one."""
    if name in ("color", *roles.colours):
        return _colours(roles, name, wanted, constraints)
    if name in ("material", *roles.materials):
        values = [value for key in wanted for value in _material_values(roles, str(key))]
        attribute = roles.materials[0] if roles.materials else None
        return _checked(attribute, values, constraints, roles)
    if name in ("size", roles.size) and roles.size:
        known = roles.facets.attributes[roles.size]
        values = [value for value in known if any(same_size(str(value), str(w)) for w in wanted)]
        if not _trusted(roles.size, constraints, roles):
            return None
        return roles.size, tuple(values or wanted)
    if _is_flag(wanted):
        if name in roles.booleans:
            return _checked(name, [roles.booleans[name]], constraints, roles)
        return _feature(name, constraints, roles)
    return _checked(name, [v for v in wanted if v in roles.facets.attributes.get(name, {})],
                    constraints, roles)  # fmt: skip


def _colours(
    roles: Roles, name: str, wanted: tuple[AttributeValue, ...], constraints: Constraints
) -> tuple[str, tuple[AttributeValue, ...]] | None:
    attribute = name if name in roles.colours else (roles.colours[0] if roles.colours else None)
    if attribute is None or not _trusted(attribute, constraints, roles):
        return None
    values: list[str] = []
    for key in map(str, wanted):
        family = colour_family(key)
        exact = roles.colour_values(attribute, key, key if family == key else None)
        values += exact or roles.colour_values(attribute, family, family)
    return attribute, tuple(dict.fromkeys(values)) or wanted


def _material_values(roles: Roles, key: str) -> list[str]:
    if not roles.materials:
        return []
    names = lexicon_names("material", key)
    values = roles.values_of(roles.materials[0], names)
    if key == "leather":  # "faux leather" holds the word and not the thing
        fakes = ("faux", "vegan", "artificial", "synthetic", "imitation", "pu ", "人造", "仿")
        values = [value for value in values if not any(fake in value.lower() for fake in fakes)]
    return values


def _feature(
    key: str, constraints: Constraints, roles: Roles
) -> tuple[str, tuple[AttributeValue, ...]] | None:
    for kind in ("feature", "style"):
        concept = concept_index().get((kind, key))
        attribute = roles.attribute_of(concept) if concept else None
        if concept and attribute:
            if attribute in roles.booleans:
                return _checked(attribute, [roles.booleans[attribute]], constraints, roles)
            names = (*concept.en, *concept.zh)
            return _checked(attribute, roles.values_of(attribute, names), constraints, roles)
        if concept and concept.parent:  # what is bluetooth is wireless
            return _feature(concept.parent, constraints, roles)
    return None


def _checked(
    attribute: str | None,
    values: list[str] | list[AttributeValue],
    constraints: Constraints,
    roles: Roles,
) -> tuple[str, tuple[AttributeValue, ...]] | None:
    if attribute is None or not values or not _trusted(attribute, constraints, roles):
        return None
    return attribute, tuple(dict.fromkeys(values))


def _trusted(attribute: str, constraints: Constraints, roles: Roles) -> bool:
    facets = roles.facets
    stated = sum(facets.attributes.get(attribute, {}).values())
    known = [name for name in constraints.category if name in facets.categories]
    sizes = [facets.categories[name] for name in known]
    if sizes:
        if facets.stated:
            stated = sum(facets.stated.get(name, {}).get(attribute, 0) for name in known)
        return stated >= CATEGORY_COVERAGE * sum(sizes)
    share = CATALOGUE_COVERAGE if facets.categories else UNSORTED_COVERAGE
    return stated >= max(LEAST_PRODUCTS, share * facets.products)


def _audience_values(constraints: Constraints, roles: Roles) -> tuple[AttributeValue, ...]:
    if constraints.for_whom is None or roles.audience is None:
        return ()
    if not _trusted(roles.audience, constraints, roles):
        return ()
    names = [*lexicon_names("audience", constraints.for_whom), constraints.for_whom]
    if constraints.for_whom in ("boys", "girls", "baby"):
        names += lexicon_names("audience", "kids")
    own = roles.values_of(roles.audience, names)
    if not own:
        return ()
    return tuple(dict.fromkeys([*own, *roles.values_of(roles.audience, ("unisex", "all", "通用"))]))


def _is_for_a_use(constraints: Constraints) -> bool:
    """Whether a use says what is wanted and no kind of thing: "for my mum, who loves cooking".

    What serves the use seldom says for whom it is made; only what is made for others is out.
    """
    return bool(constraints.occasion) and not constraints.category


def _other_audiences(constraints: Constraints, roles: Roles) -> list[str]:
    """Categories and values that say a thing is made for others: "Men", for a woman."""
    others = _OTHERS.get(constraints.for_whom or "", ())
    names = {name.casefold() for other in others for name in lexicon_names("audience", other)}
    found = [name for name in roles.facets.categories if name.casefold() in names]
    if roles.audience and _is_for_a_use(constraints):
        values = roles.facets.attributes.get(roles.audience, {})
        found += [str(value) for value in values if str(value).casefold() in names]
    return found


def _excluded(words: tuple[str, ...], roles: Roles) -> tuple[str, ...]:
    """The excluded words with every way this catalogue states them.

    Excluding blue excludes navy too; excluding a hood excludes the attribute "hooded".
    """
    found: list[str] = []
    index = concept_index()
    for word in words:
        found.append(word)
        if ("colour", word) in index:
            for attribute in roles.colours:
                found += roles.colour_values(attribute, word, word)
        if ("material", word) in index:
            found += _material_values(roles, word)
        for concept in named(word, "feature", "style"):
            chinese = any(map(has_chinese, roles.facets.categories))
            if chinese:
                found += concept.zh
            elif has_chinese(word):
                found += concept.en
            attribute = roles.attribute_of(concept)
            if attribute in roles.booleans:
                found.append(attribute)
    return tuple(dict.fromkeys(found))


def _known(wanted: tuple[str, ...], known: Iterable[str]) -> tuple[str, ...]:
    own = {name.casefold(): name for name in known}
    return tuple(dict.fromkeys(own[name.casefold()] for name in wanted if name.casefold() in own))


def _is_flag(values: Iterable[AttributeValue]) -> bool:
    """Whether a yes is among the values; 1 equals True and is none."""
    return any(value is True for value in values)
