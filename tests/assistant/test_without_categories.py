"""A catalogue without categories: what a thing is stands in its title, among its properties."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from turn_guide import say, small_guide

from assistant.matching import is_one
from assistant.turn import Guide
from retrieval.product import Product


def thing(title: str, price: str = "20", **more: object) -> Product:
    return Product.model_validate(
        {"id": title, "title": title, "price": Decimal(price), "currency": "EUR", **more}
    )


PRODUCTS = (
    thing("Ostrel M5 mouse USB Optical Black", "15", attributes={"product_colour": "Black"}),
    thing("Ostrel M7 mouse Bluetooth", "25", attributes={"product_colour": "Black,Red"}),
    thing("Halm mouse pad Red", "9", attributes={"product_colour": "Red"}),
    thing("Norvane Folio 14 Notebook PC", "640"),
    thing("Norvane Folio 15 Notebook PC (ENERGY STAR)", "820"),
    thing("Halm Laptop Sleeve", "12", brand="Halm"),
    thing("Halm 90W adapter for most Norvane laptops", "31", brand="Halm"),
)


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    opened = small_guide(tmp_path, products=PRODUCTS)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Ostrel M5 mouse USB Optical Black", "mouse"),
        ("Norvane Bluetooth Laser mouse", "mouse"),
        ("Ostrel Wireless (Red) mouse RF Wireless 1250 DPI", "mouse"),
        ("Norvane Folio 14 Notebook PC (ENERGY STAR)", "notebook pc"),
        ("Halm H2 Headphones, white", "headphones"),
        ("Halm Carrier Laptop Bag Black", "laptop bag"),
        ("Halm H2 headphones/headset", "headphones"),
        ("Norvane Folio 14 Notebook PC 35.8 cm Silver", "notebook pc"),
    ],
)
def test_what_a_title_is_of_may_be_followed_by_properties(title: str, name: str) -> None:
    assert is_one(thing(title), name)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Halm mouse pad Black", "mouse"),
        ("Halm Laptop Sleeve 15.6", "laptop"),
        ("Halm Laptop USB Hub", "laptop"),
        ("Halm Laptop / Notebook Power Cord", "laptop"),
        ("Halm 90W adapter for most Norvane laptops", "laptop"),
        ("Norvane Rack Appliance with Camera", "camera"),
        ("Norvane RL1 printer/scanner spare part", "printer"),
        ("Halm PS/2 keyboard, PS/2 mouse & VGA cable", "mouse"),
        ("Halm printer cable 3 m", "printer"),
        ("Halm numeric keypad PS/2 Notebook/PC Gray", "notebook pc"),
        ("Halm screen protector Mobile phone/Smartphone 1 pc(s)", "smartphone"),
        ("Halm screen protector Mobile phone/Smartphone 1 pc(s)", "phone"),
        ("Halm Laptop 12-24V Car Adapter", "laptop"),
        ("Halm label printer kit", "printer"),
    ],
)
def test_what_is_for_a_thing_or_has_it_is_none(title: str, name: str) -> None:
    assert not is_one(thing(title), name)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("how many mice do you have?", "By their titles, we have two mice, from €15.00 to €25.00."),
        (
            "how many laptops do you have?",
            "By their titles, we have two laptops, from €640.00 to €820.",
        ),
        (
            "your cheapest laptop",
            "By their titles, the cheapest of our two laptops is Norvane Folio 14",
        ),
        (
            "the most expensive mouse",
            "By their titles, the most expensive of our two mice is Ostrel M7",
        ),
    ],
)
def test_kinds_are_counted_and_compared_by_their_titles(
    guide: Guide, message: str, said: str
) -> None:
    assert say(guide, message).text.startswith(said)


def test_a_thing_is_found_under_its_other_names(guide: Guide) -> None:
    """The sleeve has the customer's word in its title, the laptops have another one."""
    reply = say(guide, "a laptop")
    assert {card.title for card in reply.products} == {
        "Norvane Folio 14 Notebook PC",
        "Norvane Folio 15 Notebook PC (ENERGY STAR)",
    }
    assert "laptops" in reply.text


def test_a_colour_needs_no_name_of_its_field(guide: Guide) -> None:
    reply = say(guide, "a mouse in red")
    assert reply.products[0].title == "Ostrel M7 mouse Bluetooth"
    assert "product colour" not in reply.text


def test_a_shop_without_departments_tells_its_brands(guide: Guide) -> None:
    reply = say(guide, "what do you sell?")
    assert reply.text == "We have 7 products. We carry Halm. What are you looking for?"
