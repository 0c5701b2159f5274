"""Finding products for a wish, giving up its least important conditions only where nothing fits.

Which products there are is decided here; in which order they are shown, in `assistant.ordering`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

from assistant.conditions import condition_paths, meets
from assistant.constraints import SUPERLATIVES, Constraints
from assistant.language import has_chinese
from assistant.matching import ANYTHING, has_words, is_for_others, is_one, lacks, names_of
from assistant.state import DialogueState, Wish
from assistant.superlatives import superlative_order
from assistant.understanding.filtering import soft_paths, to_filters
from assistant.understanding.words import named
from assistant.writing.plan import BRANDS, Range
from retrieval.facets import Facets
from retrieval.filters import Filters
from retrieval.product import Availability, Product
from retrieval.search import ProductSearch, SearchHit

MOST_RELAXED = 4
PRIOR_RATING, PRIOR_COUNT = 4.0, 20
"""A few ratings say little: what a rating is drawn to (a Bayesian average), and how strongly."""
EVENTS = frozenset(
    ("birthday", "christmas", "anniversary", "valentine", "holiday", "party", "wedding")
)
"""Occasions that say nothing of the thing itself."""
EVERYTHING = 1_000_000
"""A limit no catalogue reaches: all that passes the filters is wanted."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search gave; the hits meet `constraints`, `set_aside` are the other paths.

    `in_order` says that the hits stand in the order that is wanted ("cheapest" among all that
    pass, or nearest to a price nothing has) and are not to be reordered. `range` describes
    all that pass, where the records alone decide what does. `price_missed` is the side of the
    price that nothing reaches: `price.max`, `price.min` or `price`. `is_again` says that what
    was passed over is shown once more, for want of anything else.
    """

    hits: Sequence[SearchHit]
    constraints: Constraints
    set_aside: tuple[str, ...] = ()
    in_order: bool = False
    range: Range | None = None
    price_missed: str = ""
    is_again: bool = False


def find(
    search: ProductSearch,
    query: str,
    state: DialogueState,
    facets: Facets,
    limit: int,
    *,
    exact: bool = False,
) -> Found:
    """Search under the wish's hard conditions; relax one after the other until something fits.

    With `exact` (a superlative, a count) and a wish of nothing but hard conditions, the records
    answer and similarity has no part in it. What was passed over ("anything else?") comes back
    only when nothing else is left at all.
    """
    own_words = own_words_of(state)

    # Categories say what a thing is: where there are some, no other name of it is tried.
    queries = (query,) if facets.categories else tuple(under_its_names(query, state.wish))

    def seek(filters: Filters) -> Sequence[SearchHit]:
        hits: Sequence[SearchHit] = []
        for text in queries:
            others = search.search(text, filters, limit, own_words=own_words)
            if not lacks(state.wish, [hit.product for hit in others]):
                return others
            hits = hits or others
        return hits

    constraints = state.constraints
    if exact and is_hard(state, facets):
        return _from_records(search, state, facets, limit)
    if exact and _is_a_named_kind(state):
        records = _from_records(search, state, facets, limit)
        if records.hits:
            return records
    set_aside: list[str] = []
    hits = seek(state.to_filters(facets))
    while not hits and len(set_aside) < MOST_RELAXED:
        # The first relaxation that leads to products; else give up the least important and go on.
        options = _relaxations(constraints, facets)
        if state.rejected:
            # Who asks for more of a kind has seen all of it before seeing another kind.
            options = [option for option in options if option[0] != "category"]
        if not options:
            break
        for path, relaxed in options:
            filters = state.with_constraints(relaxed).to_filters(facets)
            hits = seek(filters)
            if hits:
                set_aside.append(path)
                constraints = relaxed
                break
        else:
            path, constraints = options[0]
            set_aside.append(path)
    if hits and not set_aside and lacks(state.wish, [hit.product for hit in hits]):
        # Such a thing may be there, for another price or for nobody in particular.
        options = _relaxations(constraints, facets)
        if not said_category(state):
            # The category was our guess: the thing may stand in another.
            options.insert(0, ("", constraints.without("category")))
        for path, relaxed in options:
            others = seek(state.with_constraints(relaxed).to_filters(facets))
            if path != "category" and not lacks(state.wish, [hit.product for hit in others]):
                hits, constraints, set_aside = others, relaxed, [path] if path else []
                break
    is_again = False
    if not hits and state.rejected:
        again = [("", state.constraints), *_relaxations(state.constraints, facets)]
        for path, constraints in again:
            filters = replace(to_filters(constraints, facets), exclude_groups=())
            hits = seek(filters)
            if hits:
                set_aside, is_again = [path] if path else [], True
                break
    found = Found(hits, constraints, tuple(set_aside), is_again=is_again)
    if hits and "price" in set_aside and (constraints.category or not state.wish.subject):
        return _nearest_in_price(search, found, state, facets, limit)
    return found


def under_its_names(query: str, wish: Wish) -> Iterator[str]:
    """The query, and the same with each other name of the thing, for where it finds no such thing.

    A shop may call all its laptops "Notebook PC", and mention laptops on their bags.
    """
    yield query
    subject, *others = names_of(wish.subject) or [""]
    if subject and subject in query:
        for name in others:
            if has_chinese(name) == has_chinese(subject):
                yield query.replace(subject, name)


def said_category(state: DialogueState) -> bool:
    """Whether the customer's word for the thing is what the category is called."""
    levels = state.constraints.category
    parts = [p.text for p in state.wish.parts if p.path and p.path.startswith("category.")]
    return not levels or any(_names_a_level(word, levels) for word in parts)


def own_words_of(state: DialogueState) -> str:
    """The wish in the customer's own words, of which the query may have translations."""
    return " ".join(part.text for part in state.wish.parts)


def with_named(
    search: ProductSearch, query: str, found: Found, named: Sequence[str], facets: Facets
) -> Found:
    """The products asked for by name first, then what is like them among what was found.

    Their variants that meet the conditions come before those that do not.
    """
    filters = replace(to_filters(found.constraints, facets), product_ids=tuple(named))
    first = search.search(query, filters, len(named))
    constraints, missed = found.constraints, list[str]()
    if not first:
        first = search.search(query, Filters(product_ids=tuple(named)), len(named))
        for path in condition_paths(constraints):
            if not all(meets(hit.product, constraints, path, facets) for hit in first):
                constraints = constraints.without(path)
                missed += [path] if path != "category" else []
    if not first:
        return found
    groups = {hit.product.variant_group for hit in first}
    alike = [
        hit
        for hit in found.hits
        if hit.product.variant_group not in groups
        and hit.product.category == first[0].product.category
    ]
    set_aside = tuple(dict.fromkeys((*found.set_aside, *missed)))
    return Found([*first, *alike], constraints, set_aside, in_order=True)


def _is_a_named_kind(state: DialogueState) -> bool:
    """Whether all that is wished for is a kind that no category stands for: the cheapest kite."""
    wish = state.wish
    known = bool(wish.subject)
    free = [part.text for part in wish.parts if part.path is None]
    return known and not wish.constraints.category and all(named(w, "product") for w in free)


def is_open(wish: Wish) -> bool:
    """Whether a wish says for whom or what it may cost, and nothing of what it should be.

    "A birthday present for my girlfriend under 300" is one.
    """
    if wish.constraints.category or wish.constraints.brand or wish.constraints.attributes:
        return False
    events = all(use in EVENTS for use in wish.constraints.occasion)
    said = [part.text.casefold() for part in wish.parts if part.path is None]
    return bool(wish.parts) and events and all(word in ANYTHING for word in said)


def find_favourites(
    search: ProductSearch, state: DialogueState, facets: Facets, limit: int
) -> Found:
    """What customers like best among all that passes, one of each kind of thing first."""
    hits = [
        hit
        for hit in search.search("", state.to_filters(facets), EVERYTHING)
        if not is_for_others(hit.product, state.wish)
        and hit.product.availability is Availability.IN_STOCK
    ]
    hits.sort(key=lambda hit: -_liking(hit.product))
    kinds: dict[str, list[SearchHit]] = {}
    for hit in hits:
        kinds.setdefault(hit.product.category[0] if hit.product.category else "", []).append(hit)
    by_round = [hit for row in zip_longest(*kinds.values()) for hit in row if hit is not None]
    return Found(by_round[:limit], state.constraints, in_order=True)


def _liking(product: Product) -> float:
    """The mean rating, drawn to `PRIOR_RATING` by as many ratings as `PRIOR_COUNT`."""
    count = product.rating_count or 0
    rating = product.rating if product.rating is not None else PRIOR_RATING
    return (rating * count + PRIOR_RATING * PRIOR_COUNT) / (count + PRIOR_COUNT)


def is_hard(state: DialogueState, facets: Facets) -> bool:
    """Whether records alone decide what the wish means: none of its words is left to similarity."""
    soft = {"occasion", *soft_paths(state.constraints, facets)}
    if state.constraints.occasion or state.constraints.currency:
        return False
    return all(
        part.path is not None and not any(part.path.startswith(path) for path in soft)
        for part in state.wish.parts
    )


def range_of(products: Sequence[Product]) -> Range:
    """How many products, and the prices at both ends; no prices where currencies differ."""
    prices = [product.current_price for product in products]
    known = [price for price in prices if price is not None]
    currencies = {p.currency for p in products if p.current_price is not None}
    if not known or len(currencies) > 1:
        return Range(len(products))
    return Range(len(products), min(known), max(known), currencies.pop())


def _from_records(search: ProductSearch, state: DialogueState, facets: Facets, limit: int) -> Found:
    """All that passes, in the order asked for; relaxed as in `find` where nothing does."""
    constraints, set_aside = state.constraints, list[str]()
    best = constraints.prefer in SUPERLATIVES

    def passing(filters: Filters) -> Sequence[SearchHit]:
        # The cheapest thing may be one variant of many: each is looked at.
        hits = search.search("", filters, EVERYTHING, collapse=not best)
        if best:
            hits = _one_of_a_group(sorted(hits, key=superlative_order(constraints.prefer)))
        return _of_the_sort(hits, state)

    hits = passing(state.to_filters(facets))
    for path, relaxed in [] if hits else _relaxations(constraints, facets):
        hits = passing(state.with_constraints(relaxed).to_filters(facets))
        if hits:
            constraints, set_aside = relaxed, [path]
            break
    found = Found(
        hits[:limit],
        constraints,
        tuple(set_aside),
        in_order=constraints.prefer in SUPERLATIVES,
        range=range_of([hit.product for hit in hits]),
    )
    if hits and "price" in set_aside:
        return _nearest_in_price(search, found, state, facets, limit)
    return found


def _one_of_a_group(hits: Sequence[SearchHit]) -> list[SearchHit]:
    """The first variant of each product."""
    first: dict[str, SearchHit] = {}
    for hit in hits:
        first.setdefault(hit.product.variant_group, hit)
    return list(first.values())


def _of_the_sort(hits: Sequence[SearchHit], state: DialogueState) -> Sequence[SearchHit]:
    """Those that are what was named, where a category holds other sorts too: pens, in stationery.

    All of them where the word names the category itself, or no product at all.
    """
    if not state.wish.subject and not state.constraints.category:
        return hits
    said = [
        part.text for part in state.wish.parts if part.path and part.path.startswith("category.")
    ]
    if not state.constraints.category and state.wish.subject:
        said = [part.text for part in state.wish.parts if part.path is None]
        said = [word for word in said if named(word, "product")] or [state.wish.subject]
        said = [name for word in said for name in names_of(word)]
    said = [word for word in said if not _names_a_level(word, state.constraints.category)]
    narrowed = [hit for hit in hits if any(is_one(hit.product, word) for word in said)]
    return narrowed if narrowed or not state.constraints.category else hits


def _names_a_level(word: str, levels: Sequence[str]) -> bool:
    """Whether a word, in either language, is what one of the categories is called."""
    names = [word]
    for concept in named(word, "product"):
        names += [*concept.en, *concept.zh]
    return any(has_words([level], name) for level in levels for name in names)


def _nearest_in_price(
    search: ProductSearch, found: Found, state: DialogueState, facets: Facets, limit: int
) -> Found:
    """All that passes but for the price, what is nearest to it first."""
    low, high = state.constraints.price_min, state.constraints.price_max
    filters = replace(to_filters(found.constraints, facets), exclude_groups=())
    hits = [
        hit
        for hit in search.search("", filters, EVERYTHING)
        if hit.product.current_price is not None
    ]
    if not hits:
        return found

    def distance(hit: SearchHit) -> Decimal:
        price = hit.product.current_price or Decimal(0)
        over = Decimal(0) if high is None else price - high
        short = Decimal(0) if low is None else low - price
        return max(Decimal(0), over, short)

    hits = sorted(hits, key=distance)
    nearest = hits[0].product.current_price or Decimal(0)
    prices = [hit.product.current_price or Decimal(0) for hit in hits]
    missed = "price"
    if nearest == min(prices) and high is not None:
        missed = "price.max"
    elif nearest == max(prices) and low is not None:
        missed = "price.min"
    span = range_of([hit.product for hit in hits])
    return replace(found, hits=hits[:limit], in_order=True, range=span, price_missed=missed)


def _relaxations(constraints: Constraints, facets: Facets) -> list[tuple[str, Constraints]]:
    """For whom a thing is meant narrows the search too, and is the first to go.

    Brands that were excluded ("other brands") go before the kind of thing does.
    """
    options = constraints.relaxations()
    if constraints.for_whom is not None:
        options.insert(0, ("for_whom", constraints.without("for_whom")))
    brands = {brand.casefold() for brand in facets.brands}
    excluded = tuple(word for word in constraints.exclude if word.casefold() in brands)
    if excluded:
        kept = tuple(word for word in constraints.exclude if word not in excluded)
        place = next((n for n, (path, _) in enumerate(options) if path == "category"), len(options))
        options.insert(place, (BRANDS, constraints.model_copy(update={"exclude": kept})))
    return options
