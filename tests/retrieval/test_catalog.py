"""The catalogue of record, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from retrieval.catalog import Catalog, UpsertCounts
from retrieval.facets import Facets
from retrieval.product import Availability, Product, Review, Translation


def jacket(id: str = "j1", **changes: object) -> Product:
    fields: dict[str, object] = {
        "id": id,
        "title": "Rain jacket",
        "description": "Keeps dry.\nPacks small.",
        "brand": "Nordwind",
        "category": ("Clothing", "Jackets"),
        "price": Decimal("89.10"),
        "sale_price": Decimal("79.00"),
        "currency": "EUR",
        "attributes": {"waterproof": True, "colour": "blue", "weight_g": 310.5, "pockets": 4},
        "group_id": "j",
        "language": "en",
        "translations": {
            "zh": Translation(
                title="雨衣", category=("服装", "夹克"), attributes={"colour": "蓝色"}
            )
        },
        "reviews": (Review(text="Very light", rating=4.5), Review(text="合身", language="zh")),
    }
    return Product.model_validate({**fields, **changes})


def test_a_new_catalogue_is_empty(catalog: Catalog) -> None:
    assert (catalog.count(), catalog.revision()) == (0, 0)
    assert catalog.get(["j1"]) == {}
    assert list(catalog.products()) == []
    assert catalog.facets() == Facets()


def test_what_is_stored_comes_back_as_it_was(catalog: Catalog) -> None:
    catalog.upsert([jacket()])
    assert catalog.get(["j1", "unknown", "j1"]) == {"j1": jacket()}
    assert list(catalog.products()) == [jacket()]


def test_a_product_of_every_kind_of_text(catalog: Catalog) -> None:
    odd = jacket(id="5\" näil's; DROP TABLE", title="金属 👍 \U0001f9e5", attributes={"a": "\n\\"})
    catalog.upsert([odd])
    assert catalog.get([odd.id])[odd.id] == odd


def test_counts_say_what_was_new_changed_or_the_same(catalog: Catalog) -> None:
    assert catalog.upsert([jacket("a"), jacket("b")]) == UpsertCounts(added=2)
    batch = [jacket("a"), jacket("b", title="Rain coat"), jacket("c")]
    assert catalog.upsert(batch) == UpsertCounts(added=1, updated=1, unchanged=1)
    assert catalog.get(["b"])["b"].title == "Rain coat"
    assert catalog.count() == 3


def test_the_order_of_attributes_is_no_change(catalog: Catalog) -> None:
    catalog.upsert([jacket(attributes={"colour": "blue", "pockets": 4})])
    turned = jacket(attributes={"pockets": 4, "colour": "blue"})
    assert catalog.upsert([turned]) == UpsertCounts(unchanged=1)


def test_of_two_with_one_id_in_a_batch_the_last_counts(catalog: Catalog) -> None:
    assert catalog.upsert([jacket(), jacket(title="Other")]) == UpsertCounts(added=1)
    assert catalog.get(["j1"])["j1"].title == "Other"


def test_reviews_are_part_of_the_product(catalog: Catalog) -> None:
    catalog.upsert([jacket()])
    fewer = jacket(reviews=(Review(text="Changed my mind", rating=2),))
    assert catalog.upsert([fewer]) == UpsertCounts(updated=1)
    assert catalog.get(["j1"])["j1"].reviews == fewer.reviews


def test_every_change_raises_the_revision_once(catalog: Catalog) -> None:
    revisions = [catalog.revision()]
    for change in (
        lambda: catalog.upsert([jacket("a"), jacket("b")]),
        lambda: catalog.upsert([jacket("a", title="New")]),
        lambda: catalog.retire(["a"]),
        lambda: catalog.retire_missing([]),
    ):
        change()
        revisions.append(catalog.revision())
    assert revisions == [0, 1, 2, 3, 4]


def test_what_changes_nothing_leaves_the_revision(catalog: Catalog) -> None:
    catalog.upsert([jacket()])
    before = catalog.revision()
    catalog.upsert([jacket()])
    catalog.upsert([])
    catalog.retire(["unknown"])
    catalog.retire_missing(["j1"])
    assert catalog.revision() == before


def test_retired_products_are_out_of_the_shop_but_not_forgotten(catalog: Catalog) -> None:
    catalog.upsert([jacket("a"), jacket("b"), jacket("c")])
    assert catalog.retire_missing(["b", "elsewhere"]) == 2
    assert catalog.retire(["a"]) == 0
    assert [product.id for product in catalog.products()] == ["b"]
    assert catalog.count() == catalog.facets().products == 1
    assert set(catalog.get(["a", "b", "c"])) == {"b"}
    assert set(catalog.get(["a", "b", "c"], include_retired=True)) == {"a", "b", "c"}


def test_a_retired_product_comes_back(catalog: Catalog) -> None:
    catalog.upsert([jacket()])
    catalog.retire(["j1"])
    assert catalog.upsert([jacket()]) == UpsertCounts(updated=1)
    assert set(catalog.get(["j1"])) == {"j1"}


@pytest.mark.parametrize("amount", ["0.10", "0.0001", "9999999999.9999", "1E+3", "19.990"])
def test_money_stays_exact(catalog: Catalog, amount: str) -> None:
    catalog.upsert([jacket(price=amount, sale_price=None)])
    assert catalog.get(["j1"])["j1"].price == Decimal(amount)
    with catalog.engine.connect() as connection:
        stored = connection.execute(text("SELECT price FROM products")).scalar_one()
    if catalog.engine.dialect.name == "sqlite":
        assert isinstance(stored, int)
        assert stored == Decimal(amount) * 10_000
    else:
        assert isinstance(stored, Decimal)
        assert stored == Decimal(amount)


def test_a_batch_is_stored_whole_or_not_at_all(catalog: Catalog) -> None:
    def broken_off() -> Iterator[Product]:
        yield jacket("a")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        catalog.upsert(broken_off())
    assert (catalog.count(), catalog.revision()) == (0, 0)


def test_threads_write_without_losing_anything(catalog: Catalog) -> None:
    def write(thread: int) -> None:
        for start in range(5):
            catalog.upsert([jacket(f"{thread}-{start}-{n}") for n in range(10)])
            catalog.upsert([jacket("shared", title=f"{thread}-{start}")])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert catalog.count() == 4 * 5 * 10 + 1
    assert catalog.revision() == 4 * 5 * 2


def test_products_can_be_read_while_others_write(catalog: Catalog) -> None:
    catalog.upsert([jacket(f"{n}") for n in range(2500)])
    seen = []
    for product in catalog.products():
        seen.append(product.id)
        if len(seen) == 10:
            catalog.upsert([jacket("late")])
    assert seen[:2500] == [str(n) for n in range(2500)]


def test_facets_count_what_the_shop_has(catalog: Catalog) -> None:
    catalog.upsert(
        [
            jacket("a"),
            jacket("b", brand="Fjell", price="120", sale_price=None),
            jacket("c", category=("Clothing", "Trousers"), attributes={"colour": "black"}),
            jacket("d", currency="USD", price="1.00", sale_price=None),
            jacket("e", price=None, sale_price=None, brand=None, category=(), attributes={}),
        ]
    )
    facets = catalog.facets()
    assert facets.products == 5
    assert facets.categories == {"Clothing": 4, "Jackets": 3, "Trousers": 1}
    assert facets.category_paths == {("Clothing", "Jackets"): 3, ("Clothing", "Trousers"): 1}
    assert facets.brands == {"Nordwind": 3, "Fjell": 1}
    assert facets.attributes["colour"] == {"blue": 3, "black": 1}
    assert facets.attributes["waterproof"] == {True: 3}
    assert (facets.price_min, facets.price_max) == (Decimal("79.00"), Decimal("120"))
    assert facets.currency == "EUR"


def test_facets_gather_what_translations_call_things(catalog: Catalog) -> None:
    catalog.upsert([jacket()])
    assert catalog.facets().translations == {
        "zh": {"服装": "Clothing", "夹克": "Jackets", "蓝色": "blue"}
    }


def test_facets_are_kept_until_something_changes(catalog: Catalog) -> None:
    catalog.upsert([jacket("a")])
    first = catalog.facets()
    assert catalog.facets() is first
    Catalog(catalog.engine).upsert([jacket("b", brand="Fjell")])
    assert catalog.facets().brands == {"Nordwind": 1, "Fjell": 1}


def test_facets_of_new_prices_and_stock_are_not_counted_anew(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog.upsert([jacket("a"), jacket("b", price="120", sale_price=None)])
    before = catalog.facets()

    def no_counting(*_: object) -> Facets:
        raise AssertionError("everything is counted anew")

    with monkeypatch.context() as patched:
        patched.setattr("retrieval.catalog.count_facets", no_counting)
        away = Availability.OUT_OF_STOCK
        catalog.upsert([jacket("a", price="99.50", sale_price=None, availability=away)])
        catalog.upsert([jacket("b", price="200", sale_price="150")])
        facets = catalog.facets()
    assert (facets.price_min, facets.price_max) == (Decimal("99.50"), Decimal("150"))
    assert facets == Catalog(catalog.engine).facets()
    assert facets.brands is before.brands
    catalog.upsert([jacket("a", brand="Fjell")])
    assert catalog.facets().brands == {"Nordwind": 1, "Fjell": 1}
    catalog.retire(["a"])
    assert catalog.facets().brands == {"Nordwind": 1}


def test_columns_repeat_what_is_asked_for_in_sql(catalog: Catalog) -> None:
    catalog.upsert([jacket(availability=Availability.PREORDER, rating=4.5, rating_count=12)])
    columns = "id, group_id, title, brand, category, currency, availability, rating, rating_count"
    with catalog.engine.connect() as connection:
        row = connection.execute(text(f"SELECT {columns} FROM products")).one()
    assert tuple(row) == (
        *("j1", "j", "Rain jacket", "Nordwind", "Clothing > Jackets", "EUR", "preorder", 4.5, 12),
    )
