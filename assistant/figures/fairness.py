"""Whether brands, prices and sellers get the attention that their relevance deserves.

Every turn gives away one unit of attention, over the places of what is shown, a place weighing
as in DCG: 1 / log2(1 + place). And it has one unit of relevance, over what was considered, in
proportion to click probability. Summed over turns, a group's share of the one is held against
its share of the other: amortised equity of attention (Biega, Gummadi and Weikum, "Equity of
attention: amortizing individual fairness in rankings", SIGIR 2018) for groups, whose ratio is
the disparate treatment of Singh and Joachims, "Fairness of exposure in rankings" (KDD 2018).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Engine, func, select

from assistant.figures.tables import products
from retrieval.catalog import Catalog
from retrieval.database import reading
from retrieval.product import Product

TOLERATED = 0.8
"""A ratio below this, or above its inverse, is worth a look: the "four fifths rule" of the US
Uniform Guidelines on Employee Selection Procedures (1978)."""
ENOUGH = 100
"""Shown and considered less often, a group's ratio is left to chance."""
BANDS = 4
_SELLERS = ("seller", "seller_name", "merchant", "merchant_name", "store", "卖家", "店铺", "商家")
_SUMS = ("considered", "shown", "clicks", "relevance", "exposure", "paid")


@dataclass(slots=True)
class Group:
    """A brand, a price band or a seller; shares are of all groups of its kind together.

    `ratio` is exposure over relevance: 1 is what the group deserves. None without relevance.
    """

    name: str
    products: int = 0
    considered: int = 0
    shown: int = 0
    clicks: int = 0
    relevance: float = 0.0
    exposure: float = 0.0
    paid: float = 0.0
    ratio: float | None = None
    conspicuous: bool = False


@dataclass(frozen=True, slots=True)
class Fairness:
    """The report; `inequity` of a kind is how much attention would have to change hands for
    every group to have what it deserves, from 0 to 1."""

    since: date
    until: date
    turns: int
    paid: float
    brands: Sequence[Group]
    price_bands: Sequence[Group]
    sellers: Sequence[Group]
    inequity: dict[str, float] = field(default_factory=dict[str, float])


def fairness(engine: Engine, since: date, until: date) -> Fairness:
    """Exposure against relevance of all groups, over the turns that showed products."""
    summed = (
        select(products.c.product_id, *(func.sum(products.c[n]).label(n) for n in _SUMS))
        .where(products.c.day >= since, products.c.day <= until)
        .group_by(products.c.product_id)
    )
    with reading(engine) as connection:
        rows = {row["product_id"]: dict(row) for row in connection.execute(summed).mappings()}
    known = Catalog(engine).get(rows, include_retired=True)
    band_of = _bands(list(known.values()))
    kinds: dict[str, defaultdict[str, Group]] = {
        kind: defaultdict(lambda: Group("")) for kind in ("brands", "price_bands", "sellers")
    }
    for product_id, row in rows.items():
        for kind, name in _groups_of(known.get(product_id), band_of):
            group = kinds[kind][name]
            group.name = name
            group.products += 1
            for part in _SUMS:
                setattr(group, part, getattr(group, part) + row[part])
    turns = sum(row["exposure"] for row in rows.values())
    told = {kind: _shares(list(groups.values())) for kind, groups in kinds.items()}
    if not any(group.name for group in told["sellers"]):
        told["sellers"] = []  # no product says who sells it
    order = {name: at for at, name in enumerate(dict.fromkeys(band_of.values()))}
    told["price_bands"].sort(key=lambda group: order.get(group.name, len(order)))
    return Fairness(
        since=since,
        until=until,
        turns=round(turns),
        paid=sum(row["paid"] for row in rows.values()) / turns if turns else 0.0,
        inequity={
            kind: sum(abs(group.exposure - group.relevance) for group in groups) / 2
            for kind, groups in told.items()
        },
        **told,
    )


def seller_of(product: Product) -> str:
    """Who sells the product, where its attributes say so."""
    given = {name.strip().lower().replace(" ", "_"): value
             for name, value in product.attributes.items()}  # fmt: skip
    return next((str(given[name]) for name in _SELLERS if given.get(name)), "")


def _groups_of(product: Product | None, band_of: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(kind, name) of a product's groups; the empty name is that of those without one."""
    yield "brands", (product.brand or "") if product else ""
    yield "price_bands", band_of.get(product.id, "") if product else ""
    yield "sellers", seller_of(product) if product else ""


def _bands(known: Sequence[Product]) -> dict[str, str]:
    """The price band of each product, by quartiles within its currency; cheapest first."""
    priced: defaultdict[str, list[tuple[Decimal, str]]] = defaultdict(list)
    for product in known:
        if product.current_price is not None:
            priced[product.currency or ""].append((product.current_price, product.id))
    bands: dict[str, str] = {}
    for currency, prices in sorted(priced.items()):
        prices.sort()
        edges = [prices[len(prices) * at // BANDS][0] for at in range(1, BANDS)]
        for price, product_id in prices:
            above = sum(price >= edge for edge in edges)
            low = edges[above - 1] if above else prices[0][0]
            name = f"{low:.2f} – {edges[above]:.2f}" if above < len(edges) else f"{low:.2f} +"
            bands[product_id] = f"{name} {currency}".strip()
    return bands


def _shares(groups: list[Group]) -> list[Group]:
    """The groups with sums made shares, the most relevant first."""
    relevance = sum(group.relevance for group in groups)
    exposure = sum(group.exposure for group in groups)
    for group in groups:
        group.paid = group.paid / group.exposure if group.exposure else 0.0
        group.relevance = group.relevance / relevance if relevance else 0.0
        group.exposure = group.exposure / exposure if exposure else 0.0
        group.ratio = group.exposure / group.relevance if group.relevance else None
        group.conspicuous = (
            group.ratio is not None
            and group.considered >= ENOUGH
            and not TOLERATED <= group.ratio <= 1 / TOLERATED
        )
    return sorted(groups, key=lambda group: (-group.relevance, group.name))
