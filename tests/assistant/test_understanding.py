"""What single messages are taken to mean: message -> constraints, both languages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shop_facets import FACETS, TITLES, Talk

from assistant.state import DialogueState
from assistant.understanding.understander import Understander


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(FACETS)


def believed(understander: Understander, message: str) -> dict[str, object]:
    return understander.understand(message, DialogueState(), {}).state.constraints.to_json()


# message, constraints in the contract's shape
MESSAGES: list[tuple[str, dict[str, Any]]] = [
    (
        "waterproof jacket for hiking under $100, not black",
        {
            "category": ["jackets"],
            "price": {"max": "100"},
            "attributes": {"waterproof": True},
            "exclude": ["black"],
            "occasion": ["hiking"],
        },
    ),
    # the kind of thing, its synonyms and its typos
    ("jackets", {"category": ["jackets"]}),
    ("I'm looking for a coat", {"category": ["jackets"]}),
    ("do you have raincoats?", {"category": ["jackets"]}),
    ("a couch", {"category": ["sofas & couches"]}),
    ("settee for the living room", {"category": ["sofas & couches"], "occasion": ["living room"]}),
    ("trainers", {"category": ["trail running shoes"]}),
    ("runing shoes", {"category": ["trail running shoes"]}),
    ("trousers or jackets", {"category": ["trousers", "jackets"]}),
    ("pants", {"category": ["trousers"]}),
    ("a tshirt", {"category": ["t-shirts"]}),
    ("tee", {"category": ["t-shirts"]}),
    ("cell phone", {"category": ["phones"]}),
    ("smartphone", {"category": ["phones"]}),
    ("headphnes", {"category": ["headphones"]}),
    ("a rucksack", {"category": ["backpacks"]}),
    ("shoes", {"category": ["footwear"]}),
    ("a mug", {"category": ["mugs"]}),
    # a noun that only belongs to another is no wish for it
    ("a phone stand", {}),
    ("laptop sleeve", {}),
    ("something for my phone", {}),
    ("garlic press", {}),
    ("boats", {}),
    # brands
    ("northfell jackets", {"category": ["jackets"], "brand": ["Northfell"]}),
    ("a lamp by lumen", {"category": ["lamps"], "brand": ["Lumen"]}),
    ("what should I buy next", {}),
    ("a dress from next", {"category": ["dresses"], "brand": ["Next"]}),
    ("something from tarn & co", {"brand": ["Tarn & Co"]}),
    # colours
    ("red dress", {"category": ["dresses"], "attributes": {"color": "red"}}),
    ("a navy blue jacket", {"category": ["jackets"], "attributes": {"color": "navy"}}),
    ("gray t-shirts", {"category": ["t-shirts"], "attributes": {"color": "grey"}}),
    ("jacket in red or grey", {"category": ["jackets"], "attributes": {"color": ["red", "grey"]}}),
    ("a tent in cream", {"category": ["tents"], "attributes": {"color": "beige"}}),
    ("an ivory colored lamp", {"category": ["lamps"], "attributes": {"color": "beige"}}),
    ("face cream", {}),
    ("gold plated earrings", {}),
    ("black tea", {}),
    # sizes
    ("jacket size M", {"category": ["jackets"], "attributes": {"size": "M"}}),
    ("a large t-shirt", {"category": ["t-shirts"], "attributes": {"size": "L"}}),
    ("x-large jacket", {"category": ["jackets"], "attributes": {"size": "XL"}}),
    ("hiking boots size 42", {"category": ["hiking boots"], "attributes": {"size": "42"}}),
    ("trousers 32x30", {"category": ["trousers"], "attributes": {"size": "32x30"}}),
    ("a large tent", {"category": ["tents"]}),
    # materials and properties
    ("leather boots", {"category": ["hiking boots"], "attributes": {"material": "leather"}}),
    ("cotton t-shirts", {"category": ["t-shirts"], "attributes": {"material": "cotton"}}),
    (
        "vegan leather backpack",
        {"category": ["backpacks"], "attributes": {"material": "faux leather"}},
    ),
    ("bluetooth headphones", {"category": ["headphones"], "attributes": {"bluetooth": True}}),
    ("jacket with a hood", {"category": ["jackets"], "attributes": {"hood": True}}),
    ("herringbone trousers", {"category": ["trousers"], "attributes": {"pattern": "Herringbone"}}),
    (
        "noise canceling headphones",
        {"category": ["headphones"], "attributes": {"noise cancelling": True}},
    ),
    # exclusions and how far they reach
    ("jackets not black or red", {"category": ["jackets"], "exclude": ["black", "red"]}),
    ("a jacket without a hood", {"category": ["jackets"], "exclude": ["hood"]}),
    (
        "boots, no leather please, brown is fine",
        {"category": ["hiking boots"], "exclude": ["leather"], "attributes": {"color": "brown"}},
    ),
    ("anything but northfell", {"exclude": ["Northfell"]}),
    ("a jacket, no down", {"category": ["jackets"], "exclude": ["down"]}),
    ("no black jackets", {"category": ["jackets"], "exclude": ["black"]}),
    ("I don't want leather", {"exclude": ["leather"]}),
    ("tents other than green", {"category": ["tents"], "exclude": ["green"]}),
    (
        "jacket not black but waterproof",
        {"category": ["jackets"], "exclude": ["black"], "attributes": {"waterproof": True}},
    ),
    (
        "jacket without hood and under 50",
        {"category": ["jackets"], "exclude": ["hood"], "price": {"max": "50"}},
    ),
    ("a jacket, not too expensive", {"category": ["jackets"], "prefer": "cheap"}),
    ("a lamp with no glass", {"category": ["lamps"], "exclude": ["glass"]}),
    ("snacks with no artificial flavors", {"exclude": ["artificial flavors"]}),
    ("not sure, maybe a tent", {"category": ["tents"]}),
    ("no, a tent", {"category": ["tents"]}),
    # price words, rating, quantity, use, person
    ("cheap tents", {"category": ["tents"], "prefer": "cheap"}),
    ("your cheapest laptop", {"category": ["laptops"], "prefer": "cheapest"}),
    ("most expensive lamp", {"category": ["lamps"], "prefer": "dearest"}),
    ("best rated headphones", {"category": ["headphones"], "prefer": "best_rated"}),
    ("headphones with at least 4 stars", {"category": ["headphones"], "rating": {"min": 4.0}}),
    ("tents rated over 4.5", {"category": ["tents"], "rating": {"min": 4.5}}),
    ("two sleeping bags", {"category": ["sleeping bags"], "quantity": 2}),
    ("a gift for my dad under 40", {"price": {"max": "40"}, "for_whom": "men"}),
    ("a jacket for women", {"category": ["jackets"], "for_whom": "women"}),
    ("running shoes for kids", {"category": ["trail running shoes"], "for_whom": "kids"}),
    ("a backpack for travel", {"category": ["backpacks"], "occasion": ["travel"]}),
    # Chinese
    (
        "防水登山夹克，不要黑色，500元以内",
        {
            "category": ["jackets"],
            "attributes": {"waterproof": True},
            "exclude": ["black"],
            "price": {"max": "500"},
            "occasion": ["hiking"],
        },
    ),
    ("我想买一双跑鞋", {"category": ["trail running shoes"]}),
    ("有没有红色的连衣裙", {"category": ["dresses"], "attributes": {"color": "red"}}),
    ("藏青色外套", {"category": ["jackets"], "attributes": {"color": "navy"}}),
    ("推荐一款蓝牙耳机", {"category": ["headphones"], "attributes": {"bluetooth": True}}),
    ("M码的夹克", {"category": ["jackets"], "attributes": {"size": "M"}}),
    ("真皮登山鞋", {"category": ["hiking boots"], "attributes": {"material": "leather"}}),
    ("除了黑色都可以", {"exclude": ["black"]}),
    ("不要黑色和红色的夹克", {"category": ["jackets"], "exclude": ["black", "red"]}),
    ("不要太贵的帐篷", {"category": ["tents"], "prefer": "cheap"}),
    ("最便宜的手机", {"category": ["phones"], "prefer": "cheapest"}),
    ("四星以上的耳机", {"category": ["headphones"], "rating": {"min": 4.0}}),
    ("评分4.5以上的帐篷", {"category": ["tents"], "rating": {"min": 4.5}}),
    ("送爸爸的夹克", {"category": ["jackets"], "for_whom": "men"}),
    ("露营用的帐篷", {"category": ["tents"], "occasion": ["camping"]}),
    ("两个睡袋", {"category": ["sleeping bags"], "quantity": 2}),
    ("手机支架", {}),
    ("一百到两百元的双肩包", {"category": ["backpacks"], "price": {"min": "100", "max": "200"}}),
    ("我想要 Northfell 的夹克", {"category": ["jackets"], "brand": ["Northfell"]}),
    ("森林绿的帐篷", {"category": ["tents"], "attributes": {"color": "forest green"}}),
]


@pytest.mark.parametrize(("message", "constraints"), MESSAGES)
def test_constraints_of_a_message(
    understander: Understander, message: str, constraints: dict[str, Any]
) -> None:
    assert believed(understander, message) == constraints


@pytest.mark.parametrize(
    ("message", "query"),
    [
        ("I'm looking for a waterproof jacket for hiking under $100, not black",
         "waterproof jacket hiking"),
        ("can you show me some red dresses please", "red dresses"),
        ("do you have a garlic press?", "garlic press"),
        ("cheap tents", "tents"),
        ("two sleeping bags under 300 together", "sleeping bags"),
        ("我想买一双红色的跑鞋，300元以内", "红色 red 跑鞋 running shoes"),
        ("帮我找一款黑色的帐篷", "黑色 black 帐篷 tent"),
    ],
)  # fmt: skip
def test_the_query_keeps_the_words_worth_searching(
    understander: Understander, message: str, query: str
) -> None:
    assert understander.understand(message, DialogueState(), {}).query == query


def test_over_a_catalogue_without_chinese_only_english_words_are_searched() -> None:
    from dataclasses import replace

    english = Understander(replace(FACETS, translations={}))
    assert english.understand("红色的跑鞋", DialogueState(), {}).query == "red running shoes"


def test_an_english_wish_finds_chinese_products() -> None:
    from retrieval.facets import Facets

    shop = Facets(
        products=20,
        categories={"服饰": 10, "外套": 6, "床品件套": 4},
        attributes={"材质": {"纯棉": 8, "羊毛": 4}, "颜色": {"黑色": 6, "藏青色": 4}},
        currency="CNY",
    )
    understood = Understander(shop).understand("a navy wool jacket", DialogueState(), {})
    assert understood.state.constraints.to_json() == {
        "category": ["外套"],
        "attributes": {"颜色": "navy", "材质": "wool"},
    }
    filters = understood.state.to_filters(shop)
    assert filters.categories == ("外套",)
    assert filters.attributes == {"颜色": ("藏青色",), "材质": ("羊毛",)}
    assert understood.query == "藏青 羊毛 夹克"


HARD = [
    "",
    " ",
    "?",
    "🙂",
    "\x00\x01",
    "\ud800",
    "a" * 5000,
    "不" * 3000,
    "$",
    "¥¥¥",
    "((((",
    "[a-z]+",
    "not",
    "no",
    "without",
    "除了",
    "不要",
    "第",
    "under",
    "under $",
    "x" * 10 + "不要" * 50,
    "1" * 400,
    "万" * 50,
    "一" * 200,
    "<b>jacket</b>",
    "नमस्ते",
    "الحذاء",
    "ジャケット",
    "null",
    "None",
    "price:max",
    "-- -- --",
    "not not not black",
    "or or or",
    "0元",
    "九九九九万万万亿",
    "½",
    "①②③",
]


@pytest.mark.parametrize("message", HARD)
def test_no_message_raises(understander: Understander, message: str) -> None:
    talk = Talk(understander)
    talk.say("a jacket", message, message)
    json.dumps(talk.belief)
    assert DialogueState.model_validate_json(talk.state.model_dump_json()) == talk.state


def test_real_wishes_are_understood_without_an_error(
    understander: Understander, shared_data: Any
) -> None:
    import gzip

    with gzip.open(shared_data / "webshop-goals" / "goals.jsonl.gz", "rt") as lines:
        messages = [json.loads(line)["message"] for line in lines][::4]
    intents = [understander.understand(m, DialogueState(), TITLES).intent for m in messages]
    declined = sum(intent.value in ("out_of_scope", "unsafe", "handoff") for intent in intents)
    assert declined / len(messages) <= 0.02


def test_real_chinese_queries_are_understood_without_an_error(
    understander: Understander, shared_data: Any
) -> None:
    import gzip

    with gzip.open(shared_data / "queries-zh" / "queries.jsonl.gz", "rt") as lines:
        messages = [json.loads(line)["query"] for line in lines][::50]
    intents = [understander.understand(m, DialogueState(), {}).intent for m in messages]
    declined = sum(intent.value in ("out_of_scope", "unsafe", "handoff") for intent in intents)
    assert declined / len(messages) <= 0.02
