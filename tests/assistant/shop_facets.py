"""The facets of a made-up shop that the tests of understanding share."""

from __future__ import annotations

from decimal import Decimal

from assistant.state import DialogueState
from assistant.understanding.understander import Understander, Understood
from retrieval.facets import Facets

FACETS = Facets(
    products=240,
    categories={
        "Clothing": 90, "Jackets": 30, "Trousers": 20, "T-Shirts": 20, "Dresses": 15,
        "Footwear": 40, "Trail Running Shoes": 12, "Hiking Boots": 10, "Sandals": 8,
        "Camping": 40, "Tents": 10, "Sleeping Bags": 8, "Backpacks": 12,
        "Home": 30, "Sofas & Couches": 6, "Lamps": 8, "Mugs": 6,
        "Electronics": 40, "Headphones": 10, "Laptops": 8, "Phones": 8,
    },
    category_paths={
        ("Clothing", "Jackets"): 30, ("Clothing", "Trousers"): 20, ("Clothing", "T-Shirts"): 20,
        ("Clothing", "Dresses"): 15, ("Footwear", "Trail Running Shoes"): 12,
        ("Footwear", "Hiking Boots"): 10, ("Footwear", "Sandals"): 8, ("Camping", "Tents"): 10,
        ("Camping", "Sleeping Bags"): 8, ("Camping", "Backpacks"): 12,
        ("Home", "Sofas & Couches"): 6, ("Home", "Lamps"): 8, ("Home", "Mugs"): 6,
        ("Electronics", "Headphones"): 10, ("Electronics", "Laptops"): 8,
        ("Electronics", "Phones"): 8,
    },
    brands={"Northfell": 40, "Tarn & Co": 30, "Lumen": 20, "Next": 6},
    attributes={
        "color": {"Black": 40, "Navy": 20, "Sky Blue": 10, "Red": 20, "Forest Green": 9, "Grey": 9},
        "size": {"S": 20, "M": 20, "L": 20, "XL": 20, "42": 5, "43": 5},
        "material": {"Leather": 10, "Faux Leather": 4, "Organic Cotton": 20, "Down": 6, "Wool": 9},
        "waterproof": {True: 40, False: 40},
        "bluetooth": {True: 12, False: 6},
        "hood": {True: 20, False: 10},
        "pattern": {"Herringbone": 8, "Solid": 12},
        "gender": {"Men": 30, "Women": 30, "Unisex": 20},
    },
    price_min=Decimal(5),
    price_max=Decimal(900),
    currency="USD",
    translations={
        "zh": {"夹克": "Jackets", "帐篷": "Tents", "黑色": "Black", "森林绿": "Forest Green"}
    },
)  # fmt: skip

TITLES = {"p1": "Storm Shell Jacket", "p2": "Ridge Parka", "p3": "Fell Light Coat"}
SHOWN = [
    ("p1", "Storm Shell Jacket", Decimal("90")),
    ("p2", "Ridge Parka", Decimal("60")),
    ("p3", "Fell Light Coat", Decimal("30")),
]


class Talk:
    """A conversation in a test: say things, have three products shown after each wish."""

    def __init__(self, understander: Understander) -> None:
        self.understander = understander
        self.state = DialogueState()

    def say(self, *messages: str) -> Understood:
        """Say the messages one after the other; what the last was taken to mean."""
        understood = None
        for message in messages:
            understood = self.understander.understand(message, self.state, TITLES)
            self.state = understood.state
            if understood.intent.value in ("recommend", "refine"):
                self.state = self.state.with_shown(self.state.turn, SHOWN)
        assert understood is not None
        return understood

    @property
    def belief(self) -> dict[str, object]:
        """The constraints in the contract's shape."""
        return self.state.constraints.to_json()
