"""Simulated customers: queries, what they are shown, and what they click.

    python -m ranking.simulate --out simulated-examples.jsonl.gz [--seed 0] [--queries 900]

Nothing here was said or done by anyone. Customers wish for a kind of product in the demo shop or
in an imagined one (see `assortment.py`), with a trait, a colour, a brand or a price in mind, and
write it as customers do: short, with synonyms, in any order, with spelling mistakes, some in
Chinese. They are shown products in random order: those that search finds, others of the same
kind, and things made for what they want (the usual mistake of a search: a bag for "laptop").
They look at a position with a chance that falls with it, and click what they look at with a
chance that grows with the wishes it meets, with its rating, and with a low price (the
position-based click model of Craswell et al., 2008).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ranking.assortment import COLOURS, Item, imagine_shop
from ranking.candidates import SEARCH_NUMBERS, behaviour_numbers, product_candidate
from ranking.files import write_atomically
from ranking.words import is_chinese, stems
from retrieval.product import Product
from retrieval.texts import product_text

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder

SHOWN = 24
SHOPS = 6
THRIFT = 0.8
_LEADS = ("i need a ", "looking for ", "best ", "show me ", "cheap ", "do you have a ")
# Chance of a click, when looked at, on an average product that is …
WANTED, HALF_WANTED, ACCESSORY, SAME_WORD, SAME_DEPARTMENT, UNRELATED = (
    0.88, 0.45, 0.03, 0.05, 0.02, 0.005,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants, and the words it is said in."""

    query: str
    kind: str
    names: frozenset[str]
    department: str
    traits: frozenset[str] = frozenset()
    colour: str | None = None
    brand: str | None = None
    price_max: float | None = None


def demo_items(products: Iterable[Product]) -> list[Item]:
    """Products of a real catalogue as simulated customers know them, one of each variant group.

    What a product is, its categories say, the most special one first; names in Chinese come
    from their translation. Its traits are its attributes.
    """
    items: dict[str, Item] = {}
    for product in products:
        leaf = product.category[-1] if product.category else product.title
        chinese = product.translations.get("zh")
        values = [
            (name if value is True else str(value)).replace("_", " ").lower()
            for name, value in product.attributes.items()
            if value is True or (isinstance(value, str) and len(value) < 20 and name != "size")
        ]
        colour = next((one for one in values if one in COLOURS), None)
        items.setdefault(
            product.variant_group,
            Item(
                product=product,
                kind=leaf,
                names=(_singular(leaf.lower()), leaf.lower()),
                department=product.category[0] if product.category else "",
                traits=frozenset(values) - {colour},
                colour=colour,
                wider_kinds=product.category[1:-1],
                chinese_names=chinese.category[-1:] if chinese else (),
            ),
        )
    return list(items.values())


def make_wish(dice: random.Random, item: Item) -> Wish:
    """A wish that the item meets, and a query for it."""
    kind, names = item.kind, item.names
    if item.wider_kinds and dice.random() < 0.3:
        kind = dice.choice(item.wider_kinds)
        names = (_singular(kind.lower()), kind.lower())
    name = dice.choice(names)
    chinese = kind == item.kind and bool(item.chinese_names) and dice.random() < 0.3
    traits: frozenset[str] = frozenset()
    colour = brand = price_max = None
    chance = dice.random()
    words = name
    if chinese:
        words = dice.choice(item.chinese_names)
        words = f"{words} {name}" if dice.random() < 0.5 else words
    elif chance < 0.30 or (item.made_for and chance < 0.75):
        if item.made_for and dice.random() < 0.25:
            host, thing = _host_and_thing(item, name)
            words = f"{thing} for {host}"
    elif chance < 0.60 and item.traits:
        trait = dice.choice(sorted(item.traits))
        traits = frozenset((trait,))
        words = f"{trait} {name}" if dice.random() < 0.8 else f"{name} {trait}"
    elif chance < 0.75 and item.colour:
        colour, words = item.colour, f"{item.colour} {name}"
    elif chance < 0.85 and item.product.brand:
        brand, words = item.product.brand, f"{item.product.brand} {name}"
    elif item.product.price is not None:
        price_max = float(math.ceil(float(item.product.price) * dice.uniform(1.0, 1.6) / 5) * 5)
        words = f"{name} under ${price_max:.0f}"
    return Wish(
        query=words if is_chinese(words) else _as_written(dice, words),
        kind=kind,
        names=frozenset(names),
        department=item.department,
        traits=traits,
        colour=colour,
        brand=brand,
        price_max=price_max,
    )


def attraction(wish: Wish, item: Item) -> float:
    """Chance of a click on an item that is looked at, before rating and price."""
    kinds = (item.kind, *item.wider_kinds)
    if wish.kind in kinds or wish.names & frozenset(item.names):
        met = [trait in item.traits for trait in wish.traits]
        if wish.colour:
            met.append(item.colour == wish.colour)
        if wish.brand:
            met.append(item.product.brand == wish.brand)
        if wish.price_max is not None and item.product.current_price is not None:
            met.append(float(item.product.current_price) <= wish.price_max)
        return WANTED if all(met) else HALF_WANTED
    if item.made_for and item.made_for in wish.kind:
        return ACCESSORY
    if _last_words(wish.names) & _last_words(frozenset(item.names)):
        return SAME_WORD
    return SAME_DEPARTMENT if item.department == wish.department else UNRELATED


def click_chance(wish: Wish, item: Item, cheaper_than: float, thrift: float = THRIFT) -> float:
    """Chance of a click on an item that is looked at.

    `cheaper_than` is the share of the others it undercuts, `thrift` how much that counts.
    """
    chance = attraction(wish, item)
    logit = math.log(chance / (1 - chance)) + thrift * (cheaper_than - 0.5)
    product = item.product
    if product.rating is not None and product.rating_count:
        sure = product.rating_count / (product.rating_count + 10)
        logit += 1.2 * (product.rating - 4.0) * sure + 0.1 * math.log1p(product.rating_count) - 0.25
    if product.availability.value != "in_stock":
        logit -= 1.5
    return 1 / (1 + math.exp(-logit))


def propensity(position: int) -> float:
    """Chance that a position (1-based) is looked at."""
    return position**-0.08


def simulate(
    items: Sequence[Item],
    embedder: Embedder,
    dice: random.Random,
    queries: int,
    thrift: float = THRIFT,
) -> Iterator[dict[str, object]]:
    """Examples of one shop, as lines of an examples file; `thrift` is the customers'."""
    vectors = embedder.embed_array([product_text(one.product) for one in items])
    # Customers come for things more often than for what is made for them.
    weights = [0.4 if item.made_for else 1.0 for item in items]
    wishes = [make_wish(dice, one) for one in dice.choices(items, weights, k=queries)]
    similar = embedder.embed_array([wish.query for wish in wishes]) @ vectors.T
    for wish, row in zip(wishes, similar, strict=True):
        shown = _shown(dice, wish, items, row)
        prices = sorted(float(items[at].product.current_price or 0) for at in shown)
        for position, at in enumerate(shown, start=1):
            item = items[at]
            undercut = sum(one > float(item.product.current_price or 0) for one in prices)
            chance = click_chance(wish, item, undercut / len(prices), thrift) * propensity(position)
            candidate = product_candidate(wish.query, item.product)
            # The search's scores are computed when the examples are read.
            numbers = {
                name: value
                for name, value in behaviour_numbers(candidate).items()
                if name not in SEARCH_NUMBERS
            }
            yield {
                "query": wish.query,
                "product_id": item.product.id,
                "title": candidate.title,
                "description": candidate.details[:400],
                "kind": candidate.kind,
                "label": int(dice.random() < chance),
                "position": position,
                "propensity": round(propensity(position), 4),
                "features": {name: round(value, 5) for name, value in numbers.items()},
                "split_group": wish.kind.split("/")[0],
                "simulated": True,
            }


def _shown(
    dice: random.Random, wish: Wish, items: Sequence[Item], similar: np.ndarray
) -> list[int]:
    found = np.argsort(-similar, kind="stable")[: SHOWN - 8].tolist()
    same = [at for at, one in enumerate(items) if wish.kind in (one.kind, *one.wider_kinds)]
    near = [
        at
        for at, item in enumerate(items)
        if item.made_for is not None and item.made_for in wish.kind
    ]
    extra = dice.sample(same, min(3, len(same))) + dice.sample(near, min(3, len(near)))
    shown = list(dict.fromkeys(found + extra))
    while len(shown) < min(SHOWN, len(items)):
        at = dice.randrange(len(items))
        if at not in shown:
            shown.append(at)
    dice.shuffle(shown)
    return shown


def _as_written(dice: random.Random, words: str) -> str:
    if dice.random() < 0.2 and not words.endswith("s") and "$" not in words:
        words += "s"
    if dice.random() < 0.10:
        words = _misspelt(dice, words)
    if dice.random() < 0.06:
        words = re.sub(r"(\w{3,}) (\w+)$", r"\1\2", words)  # "head set" and "headset"
    if dice.random() < 0.10:
        words = dice.choice(_LEADS) + words
    return words


def _misspelt(dice: random.Random, words: str) -> str:
    parts = words.split()
    at = max(range(len(parts)), key=lambda place: len(parts[place]))
    word = parts[at]
    if len(word) < 5:
        return words
    spot, way = dice.randrange(1, len(word) - 1), dice.random()
    if way < 0.35:
        word = word[:spot] + word[spot + 1 :]
    elif way < 0.7:
        word = word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :]
    else:
        word = word[:spot] + word[spot] + word[spot:]
    parts[at] = word
    return " ".join(parts)


def _host_and_thing(item: Item, name: str) -> tuple[str, str]:
    thing = item.kind.split("/")[-1]
    return name.removesuffix(thing).strip(), thing


def _last_words(names: frozenset[str]) -> frozenset[str]:
    return frozenset(words[-1] for name in names if (words := stems(name)))


def _singular(words: str) -> str:
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    if words.endswith("ves"):
        return words
    if words.endswith(("sses", "shes", "ches", "xes")):
        return words[:-2]
    return words[:-1] if words.endswith("s") and not words.endswith("ss") else words


def write_examples(
    out: Path, embedder: Embedder, demo: Sequence[Product], *, seed: int, queries: int
) -> int:
    """Write simulated examples: a quarter from the demo shop, the rest from imagined shops."""
    dice = random.Random(seed)  # noqa: S311
    shops = [imagine_shop(dice, number) for number in range(SHOPS)]
    lines: list[dict[str, object]] = []
    if demo:
        lines += simulate(demo_items(demo), embedder, dice, queries // 4)
        queries -= queries // 4
    for shop in shops:
        lines += simulate(shop, embedder, dice, queries // len(shops))
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    write_atomically(out, gzip.compress(text, mtime=0) if out.suffix == ".gz" else text)
    return len(lines)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write simulated examples for `train clicks`.")
    parser.add_argument("--out", type=Path, default=Path("simulated-examples.jsonl.gz"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--queries", type=int, default=1800)
    arguments = parser.parse_args()

    from ranking.settings import RankingSettings
    from retrieval.demo import demo_catalog_path
    from retrieval.embeddings import open_embedder
    from retrieval.sources import GoodRow, open_source

    rows = open_source(demo_catalog_path())
    demo = [row.product for row in rows if isinstance(row, GoodRow)]
    embedder = open_embedder(RankingSettings())
    count = write_examples(
        arguments.out, embedder, demo, seed=arguments.seed, queries=arguments.queries
    )
    print(f"{count} simulated examples in {arguments.out}")


if __name__ == "__main__":
    main()
