"""The products of record, in SQL; every index is derived from here."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from retrieval.database import migrate, reading, writing
from retrieval.facet_counting import count_facets, shape_of
from retrieval.facets import Facets
from retrieval.product import Product, Review
from retrieval.tables import catalog_state, products, reviews

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_catalog"
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """How many products of a batch were new, changed, or as they already stood."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0


class _Record(NamedTuple):
    key: int
    record: str


class _Stored(NamedTuple):
    key: int
    content_hash: str
    retired: bool


@dataclass(frozen=True, slots=True)
class _Counted:
    """The facets of a revision, and by id what tells whether a product would count otherwise."""

    revision: int
    fingerprints: Mapping[str, str]
    shapes: Mapping[str, int]
    facets: Facets


class Catalog:
    """The catalogue over one database; safe to share between threads.

    Every change is one transaction, which also raises `revision()`. A retired product keeps
    its row, so that old conversations can still be read, but only `get` with
    `include_retired` gives it.
    """

    def __init__(self, engine: Engine) -> None:
        """Bring the tables up to date and open the catalogue.

        Raises:
            ShopGuideError: where the database cannot be read or written.
        """
        migrate(engine, MIGRATIONS, VERSION_TABLE)
        self.engine = engine
        self._facets: _Counted | None = None
        self._facets_lock = threading.Lock()

    def revision(self) -> int:
        """A number that goes up with every committed change; 0 while nothing was ever stored."""
        with reading(self.engine) as connection:
            return connection.execute(select(catalog_state.c.revision)).scalar_one()

    def count(self) -> int:
        """How many products are active; each variant counts."""
        with reading(self.engine) as connection:
            return connection.execute(
                select(func.count()).select_from(products).where(products.c.retired.is_(False))
            ).scalar_one()

    def get(self, ids: Iterable[str], *, include_retired: bool = False) -> dict[str, Product]:
        """The active products of these ids with their reviews; unknown ids are left out."""
        found: dict[str, Product] = {}
        with reading(self.engine) as connection:
            for chunk in _chunks(list(dict.fromkeys(ids))):
                query = select(products.c.key, products.c.record).where(products.c.id.in_(chunk))
                if not include_retired:
                    query = query.where(products.c.retired.is_(False))
                records = [_Record(*row) for row in connection.execute(query)]
                for product in _read(connection, records):
                    found[product.id] = product
        return found

    def variants(self, product: Product) -> list[Product]:
        """The active products of the same variant group, itself among them, in stored order."""
        if product.group_id is None:
            return [product]
        query = (
            select(products.c.key, products.c.record)
            .where(products.c.group_id == product.group_id, products.c.retired.is_(False))
            .order_by(products.c.key)
        )
        with reading(self.engine) as connection:
            return _read(connection, [_Record(*row) for row in connection.execute(query)])

    def products(self) -> Iterator[Product]:
        """All active products with their reviews, in the order they were first stored."""
        query = (
            select(products.c.key, products.c.record)
            .where(products.c.retired.is_(False))
            .order_by(products.c.key)
        )
        with reading(self.engine) as connection:
            rows = connection.execution_options(yield_per=_CHUNK).execute(query)
            for partition in rows.partitions():
                yield from _read(connection, [_Record(*row) for row in partition])

    def titles(self) -> list[tuple[str, str, str]]:
        """(id, variant group, title) of all active products, in stored order."""
        group = func.coalesce(products.c.group_id, products.c.id)
        query = (
            select(products.c.id, group, products.c.title)
            .where(products.c.retired.is_(False))
            .order_by(products.c.key)
        )
        with reading(self.engine) as connection:
            return [(key, of, title) for key, of, title in connection.execute(query)]

    def fingerprints(self) -> dict[str, str]:
        """Of all active products, in stored order: the id, and a hash of all that is stored."""
        query = (
            select(products.c.id, products.c.content_hash)
            .where(products.c.retired.is_(False))
            .order_by(products.c.key)
        )
        with reading(self.engine) as connection:
            return dict(connection.execute(query).tuples().all())

    def upsert(self, batch: Iterable[Product]) -> UpsertCounts:
        """Store products by id, in one transaction; of two with one id the last counts.

        A product that was retired and comes again is active again, and counts as updated.

        Raises:
            ShopGuideError: where the database cannot be written; nothing is stored then.
        """
        rows = {product.id: _row(product) for product in batch}
        if not rows:
            return UpsertCounts()
        with writing(self.engine) as connection:
            lock_state(connection)
            stored = _stored(connection, list(rows))
            new = [row for id_, row in rows.items() if id_ not in stored]
            changed = [
                {**row, "stored_key": stored[id_].key}
                for id_, row in rows.items()
                if id_ in stored
                and (stored[id_].retired or stored[id_].content_hash != row["content_hash"])
            ]
            if new:
                connection.execute(insert(products), new)
            if changed:
                _update(connection, changed)
            if new or changed:
                _write_reviews(connection, new, changed)
                _raise_revision(connection)
        return UpsertCounts(len(new), len(changed), len(rows) - len(new) - len(changed))

    def retire(self, ids: Iterable[str]) -> int:
        """Take products out of the shop; returns how many were active until now."""
        with writing(self.engine) as connection:
            lock_state(connection)
            return _retire(connection, list(dict.fromkeys(ids)))

    def retire_missing(self, seen_ids: Iterable[str]) -> int:
        """Retire every active product whose id is not among `seen_ids`; returns how many."""
        seen = set(seen_ids)
        with writing(self.engine) as connection:
            lock_state(connection)
            active = connection.execute(
                select(products.c.id).where(products.c.retired.is_(False))
            ).scalars()
            return _retire(connection, [id_ for id_ in active if id_ not in seen])

    def facets(self) -> Facets:
        """Which categories, brands, attributes and prices the active products have.

        Counted anew after a change (a second or two for 20,000 products), then kept. Where
        only offers changed, the counts are as they were.
        """
        with self._facets_lock:
            known = self._facets
            revision = self.revision()
            if known is None:
                known = self._counted(revision)
            elif known.revision != revision:
                known = self._with_new_prices(known, revision) or self._counted(revision)
            self._facets = known
            return known.facets

    def _counted(self, revision: int) -> _Counted:
        fingerprints = self.fingerprints()
        shapes: dict[str, int] = {}

        def records() -> Iterator[dict[str, Any]]:
            for id_, record in self._records():
                shapes[id_] = shape_of(record)
                yield record

        return _Counted(revision, fingerprints, shapes, count_facets(records()))

    def _with_new_prices(self, known: _Counted, revision: int) -> _Counted | None:
        """What was counted, with the prices of now; None where anything else has changed."""
        now = self.fingerprints()
        if now.keys() != known.shapes.keys():
            return None
        changed = [id_ for id_, content in now.items() if known.fingerprints.get(id_) != content]
        if any(known.shapes[id_] != shape_of(record) for id_, record in self._records(changed)):
            return None
        price = func.coalesce(products.c.sale_price, products.c.price)
        query = select(func.min(price), func.max(price)).where(
            products.c.retired.is_(False), products.c.currency == known.facets.currency
        )
        with reading(self.engine) as connection:
            low, high = connection.execute(query).one()
        facets = replace(known.facets, price_min=low, price_max=high)
        return _Counted(revision, now, known.shapes, facets)

    def _records(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """The active products, or some, as plain JSON: for counting, models only cost time."""
        query = select(products.c.id, products.c.record).where(products.c.retired.is_(False))
        with reading(self.engine) as connection:
            for chunk in [None] if ids is None else _chunks(ids):
                some = query if chunk is None else query.where(products.c.id.in_(chunk))
                rows = connection.execution_options(yield_per=_CHUNK).execute(some)
                for id_, record in rows:
                    yield id_, json.loads(record)


def lock_state(connection: Connection) -> None:
    """Make other writers of the catalogue wait (SQLite's write lock does it already)."""
    connection.execute(select(catalog_state.c.key).with_for_update())


def _raise_revision(connection: Connection) -> None:
    connection.execute(update(catalog_state).values(revision=catalog_state.c.revision + 1))


def _row(product: Product) -> dict[str, Any]:
    # Stable however the source orders the attributes, so that "unchanged" stays unchanged.
    content = product.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return {
        "id": product.id,
        "group_id": product.group_id,
        "title": product.title,
        "brand": product.brand,
        "category": " > ".join(product.category) or None,
        "price": product.price,
        "sale_price": product.sale_price,
        "currency": product.currency,
        "availability": product.availability.value,
        "rating": product.rating,
        "rating_count": product.rating_count,
        "language": product.language,
        "retired": False,
        "content_hash": hashlib.sha256(canonical.encode()).hexdigest(),
        "record": product.model_dump_json(exclude_defaults=True, exclude={"reviews"}),
        "reviews": product.reviews,
    }


def _stored(connection: Connection, ids: Sequence[str]) -> dict[str, _Stored]:
    columns = (products.c.key, products.c.content_hash, products.c.retired)
    found: dict[str, _Stored] = {}
    for chunk in _chunks(ids):
        for row in connection.execute(
            select(products.c.id, *columns).where(products.c.id.in_(chunk))
        ):
            found[row[0]] = _Stored(*row[1:])
    return found


def _update(connection: Connection, changed: Sequence[dict[str, Any]]) -> None:
    columns = [column.name for column in products.columns if column.name not in {"key", "id"}]
    connection.execute(
        update(products)
        .where(products.c.key == bindparam("stored_key"))
        .values({name: bindparam(name) for name in columns}),
        [{name: row[name] for name in ("stored_key", *columns)} for row in changed],
    )


def _write_reviews(
    connection: Connection, new: Sequence[dict[str, Any]], changed: Sequence[dict[str, Any]]
) -> None:
    if changed:
        connection.execute(
            delete(reviews).where(reviews.c.product_key == bindparam("stored_key")),
            [{"stored_key": row["stored_key"]} for row in changed],
        )
    reviewed = [row for row in (*new, *changed) if row["reviews"]]
    stored = _stored(connection, [row["id"] for row in reviewed])
    rows = [
        {
            "product_key": stored[row["id"]].key,
            "position": position,
            "text": review.text,
            "title": review.title,
            "rating": review.rating,
            "language": review.language,
        }
        for row in reviewed
        for position, review in enumerate(row["reviews"])
    ]
    if rows:
        connection.execute(insert(reviews), rows)


def _retire(connection: Connection, ids: Sequence[str]) -> int:
    retired = 0
    for chunk in _chunks(ids):
        retired += connection.execute(
            update(products)
            .where(products.c.id.in_(chunk), products.c.retired.is_(False))
            .values(retired=True)
        ).rowcount
    if retired:
        _raise_revision(connection)
    return retired


def _read(connection: Connection, rows: Sequence[_Record]) -> list[Product]:
    """Rows (key, record) as products, their reviews put back."""
    by_key: dict[int, list[Review]] = {}
    for chunk in _chunks([row.key for row in rows]):
        found = connection.execute(
            select(reviews)
            .where(reviews.c.product_key.in_(chunk))
            .order_by(reviews.c.product_key, reviews.c.position)
        )
        for row in found:
            by_key.setdefault(row.product_key, []).append(
                Review(text=row.text, title=row.title, rating=row.rating, language=row.language)
            )
    read: list[Product] = []
    for row in rows:
        product = Product.model_validate_json(row.record)
        if row.key in by_key:
            product = product.model_copy(update={"reviews": tuple(by_key[row.key])})
        read.append(product)
    return read


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Short enough for one statement's parameters."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
