"""The typed conditions: their JSON, paths, relaxations, chips and filters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from shop_facets import FACETS

from assistant.constraints import Constraints
from assistant.understanding.filtering import soft_paths, to_filters
from assistant.understanding.labels import condition_chips

FULL = Constraints(
    category=("Jackets",),
    brand=("Northfell", "Tarn & Co"),
    price_min=Decimal("20.00"),
    price_max=Decimal("99.50"),
    attributes={"waterproof": (True,), "color": ("blue", "red"), "size": ("M",)},
    exclude=("down", "black"),
    rating_min=4.0,
    quantity=2,
    occasion=("hiking",),
    for_whom="women",
    prefer="cheap",
)


def test_json_is_the_contracts_shape() -> None:
    wish = Constraints(
        category=("Jackets",),
        price_max=Decimal(100),
        attributes={"waterproof": (True,)},
        exclude=("down",),
    )
    assert wish.to_json() == {
        "category": ["jackets"],
        "price": {"max": "100"},
        "attributes": {"waterproof": True},
        "exclude": ["down"],
    }


def test_several_values_are_a_list_and_money_is_decimal_text() -> None:
    written = FULL.to_json()
    assert written["attributes"] == {"waterproof": True, "color": ["blue", "red"], "size": "M"}
    assert written["price"] == {"min": "20", "max": "99.50"}


def test_every_path_can_be_removed() -> None:
    wish = FULL
    for path in FULL.paths():
        assert wish.without(path) != wish
        wish = wish.without(path)
    assert wish == Constraints()


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("brand.northfell", {"brand": ("Tarn & Co",)}),
        ("brand", {"brand": ()}),
        ("price.max", {"price_max": None}),
        ("price", {"price_min": None, "price_max": None}),
        (
            "attributes.color.red",
            {"attributes": {"waterproof": (True,), "color": ("blue",), "size": ("M",)}},
        ),
        ("attributes.color", {"attributes": {"waterproof": (True,), "size": ("M",)}}),
        ("attributes", {"attributes": {}}),
        ("exclude.down", {"exclude": ("black",)}),
        ("prefer", {"prefer": None}),
        ("nothing.such", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_without(path: str, gone: dict[str, object]) -> None:
    assert FULL.without(path) == FULL.model_copy(update=gone)


def test_the_least_important_is_relaxed_first_and_exclusions_last() -> None:
    assert [path for path, _ in FULL.relaxations()] == [
        "rating", "attributes.color", "attributes.waterproof", "attributes.size", "brand",
        "price", "category", "exclude.black", "exclude.down",
    ]  # fmt: skip
    path, relaxed = FULL.relaxations()[0]
    assert relaxed == FULL.without(path)


def test_chips_in_both_languages() -> None:
    assert [chip.label for chip in condition_chips(FULL, "en", "USD")] == [
        "Jackets", "Northfell", "Tarn & Co", "$20–$99.50", "waterproof", "color: blue",
        "color: red", "size M", "not down", "not black", "for hiking", "4 stars and up",
        "quantity 2", "for women", "good value",
    ]  # fmt: skip
    labels = [chip.label for chip in condition_chips(FULL, "zh", "CNY")]
    assert "防水" in labels
    assert "不要黑色" in labels
    assert "¥20–¥99.50" in labels
    assert [chip.path for chip in condition_chips(FULL, "en")] == list(FULL.paths())


@pytest.mark.parametrize(
    ("wish", "attributes"),
    [
        ({"color": ("blue",)}, {"color": ("Navy", "Sky Blue")}),
        ({"color": ("navy",)}, {"color": ("Navy",)}),
        ({"color": ("olive",)}, {"color": ("Forest Green",)}),
        ({"color": ("purple",)}, {"color": ("purple",)}),
        ({"material": ("leather",)}, {"material": ("Leather",)}),
        ({"material": ("cotton",)}, {"material": ("Organic Cotton",)}),
        ({"waterproof": (True,)}, {"waterproof": (True,)}),
        ({"noise cancelling": (True,)}, {}),
        ({"size": ("M",)}, {"size": ("M",)}),
        ({"size": ("EU 42",)}, {"size": ("42",)}),
        ({"pattern": ("Herringbone",)}, {"pattern": ("Herringbone",)}),
    ],
)
def test_attributes_are_filtered_in_the_catalogues_own_values(
    wish: dict[str, tuple[str | bool, ...]], attributes: dict[str, tuple[object, ...]]
) -> None:
    assert to_filters(Constraints(attributes=wish), FACETS).attributes == attributes


def test_an_attribute_few_products_state_is_a_soft_wish() -> None:
    sparse = replace(FACETS, products=20_000)
    wish = Constraints(attributes={"waterproof": (True,)})
    assert to_filters(wish, sparse).attributes == {}
    assert soft_paths(wish, sparse) == ("attributes.waterproof",)
    assert soft_paths(wish, FACETS) == ()


def test_excluding_a_colour_excludes_its_shades() -> None:
    filters = to_filters(Constraints(exclude=("blue", "hood", "Northfell")), FACETS)
    assert filters.exclude == ("blue", "Navy", "Sky Blue", "hood", "Northfell")


def test_for_whom_filters_where_the_catalogue_says_it() -> None:
    assert to_filters(Constraints(for_whom="women"), FACETS).attributes == {
        "gender": ("Women", "Unisex")
    }
    assert to_filters(Constraints(for_whom="dog"), FACETS).attributes == {}


def test_the_rest_is_passed_on() -> None:
    filters = to_filters(FULL, FACETS)
    assert filters.categories == ("Jackets",)
    assert filters.brands == ("Northfell", "Tarn & Co")
    assert (filters.price_min, filters.price_max) == (Decimal("20.00"), Decimal("99.50"))
    assert filters.rating_min == 4.0


def test_constraints_survive_json() -> None:
    again = Constraints.model_validate_json(FULL.model_dump_json())
    assert again == FULL
    assert again.attributes["waterproof"] == (True,)
