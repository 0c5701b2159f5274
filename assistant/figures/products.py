"""Products that were shown often and never clicked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, func, select

from assistant.figures.tables import products
from retrieval.catalog import Catalog
from retrieval.database import reading


@dataclass(frozen=True, slots=True)
class Unclicked:
    """`title` is empty for a product that the catalogue no longer knows.

    `expected` is how many clicks the products shown have got on the whole for as much attention.
    """

    product_id: str
    title: str
    shown: int
    expected: float


def never_clicked(
    engine: Engine, since: date, until: date, *, least: int = 20, limit: int = 20
) -> list[Unclicked]:
    """Products shown at least `least` times and never clicked, those first that lost most clicks.

    What stands lower draws less attention, so that a product is measured by its exposure.
    """
    span = (products.c.day >= since) & (products.c.day <= until)
    shown, exposure = func.sum(products.c.shown), func.sum(products.c.exposure)
    clicks = func.sum(products.c.clicks)
    with reading(engine) as connection:
        whole = connection.execute(select(clicks, exposure).where(span)).one()
        rows = connection.execute(
            select(products.c.product_id, shown.label("shown"), exposure.label("exposure"))
            .where(span)
            .group_by(products.c.product_id)
            .having(clicks == 0, shown >= least)
            .order_by(exposure.desc(), products.c.product_id)
            .limit(limit)
        ).all()
    rate = float(whole[0] or 0) / float(whole[1]) if whole[1] else 0.0
    known = Catalog(engine).get([row.product_id for row in rows], include_retired=True)
    return [
        Unclicked(
            product_id=row.product_id,
            title=known[row.product_id].title if row.product_id in known else "",
            shown=row.shown,
            expected=rate * row.exposure,
        )
        for row in rows
    ]
