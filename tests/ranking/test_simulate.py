import random
from pathlib import Path

import pytest

from ranking.assortment import imagine_shop, read_kinds
from ranking.examples import read_examples
from ranking.simulate import (
    attraction,
    click_chance,
    demo_items,
    make_wish,
    propensity,
    write_examples,
)
from retrieval.embeddings import Embedder
from retrieval.product import Product, Translation


@pytest.fixture(scope="module")
def shop() -> list:
    return imagine_shop(random.Random(1), 0, kinds_sold=20)


def test_the_assortment_has_kinds_of_many_departments() -> None:
    kinds = read_kinds()
    assert len({one.department for one in kinds}) >= 8
    assert len({one.names[0] for one in kinds}) == len(kinds)
    assert all(one.accessories and one.traits for one in kinds)


def test_an_item_meets_a_wish_made_for_it(shop: list) -> None:
    dice = random.Random(2)
    for item in shop[:100]:
        wish = make_wish(dice, item)
        assert wish.query
        assert attraction(wish, item) >= 0.4


def test_what_is_made_for_a_thing_is_rarely_clicked_by_those_who_want_the_thing(
    shop: list,
) -> None:
    dice = random.Random(3)
    accessory = next(item for item in shop if item.made_for)
    main = next(item for item in shop if item.kind == accessory.made_for)
    wish = make_wish(dice, main)
    assert attraction(wish, accessory) < 0.1 < attraction(wish, main)


def test_rating_and_price_move_the_chance_of_a_click(shop: list) -> None:
    item = shop[0]
    wish = make_wish(random.Random(4), item)
    assert click_chance(wish, item, 1.0) > click_chance(wish, item, 0.0)
    assert propensity(1) == 1 > propensity(2) > propensity(20)


def test_chinese_customers_ask_in_chinese() -> None:
    product = Product(
        id="1",
        title="Rain jacket",
        category=("Clothing", "Jackets"),
        translations={"zh": Translation(title="雨衣", category=("服装", "夹克"))},
    )
    item = demo_items([product])[0]
    assert item.names[0] == "jacket"
    dice = random.Random(0)
    assert any("夹克" in make_wish(dice, item).query for _ in range(50))


def test_examples_are_marked_and_repeat_for_a_seed(tmp_path: Path, embedder: Embedder) -> None:
    first, second = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"
    count = write_examples(first, embedder, [], seed=7, queries=16)
    write_examples(second, embedder, [], seed=7, queries=16)
    assert first.read_bytes() == second.read_bytes()
    examples = read_examples([first])
    assert len(examples) == count
    assert all(one.simulated and one.position and one.propensity for one in examples)
    assert 0.02 < sum(one.clicked for one in examples) / count < 0.5
