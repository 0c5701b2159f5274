"""Price limits as people write them, and what only looks like a price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from assistant.understanding.numbers import parse_chinese_number, parse_number
from assistant.understanding.prices import find_prices
from assistant.understanding.text import clean

# message, lowest price, highest price
LIMITS = [
    ("under $50", None, "50"),
    ("a jacket below 80 dollars", None, "80"),
    ("less than 120 dollars please", None, "120"),
    ("price lower than 40.00 dollars", None, "40"),
    ("priced under 100.00", None, "100"),
    ("at most $1,200", None, "1200"),
    ("no more than 75", None, "75"),
    ("up to 30 bucks", None, "30"),
    ("50 dollars max", None, "50"),
    ("my budget is 200", None, "200"),
    ("i have 60 dollars", None, "60"),
    ("i can spend up to 90", None, "90"),
    ("fifty bucks", None, "50"),
    ("less than a hundred dollars", None, "100"),
    ("a laptop under 1.5k", None, "1500"),
    ("$25 or less", None, "25"),
    ("USD 40", None, "40"),
    ("cheaper than $30", None, "30"),
    ("tents under 300, not green", None, "300"),
    ("pack of 3 under 20", None, "20"),
    ("over $100", "100", None),
    ("at least 80 dollars", "80", None),
    ("$150 and up", "150", None),
    ("more than $20 but less than $50", "20", "50"),
    ("between $20 and $40", "20", "40"),
    ("between 100 and 200", "100", "200"),
    ("from 20 to 40 dollars", "20", "40"),
    ("30-50$", "30", "50"),
    ("for $5 to $10", "5", "10"),
    ("around 60", "48", "72"),
    ("about $100", "80", "120"),
    ("$40 or so", "32", "48"),
    ("100元以下", None, "100"),
    ("200以内", None, "200"),
    ("不超过300块", None, "300"),
    ("不要超过三百", None, "300"),
    ("百元以内", None, "100"),
    ("一百五以内", None, "150"),
    ("1.5万以下的电脑", None, "15000"),
    ("预算500", None, "500"),
    ("最多两千", None, "2000"),
    ("三百块", None, "300"),
    ("五百以上", "500", None),
    ("至少100元", "100", None),
    ("一百到两百元", "100", "200"),
    ("一到两百块", "100", "200"),
    ("100-200元的背包", "100", "200"),
    ("三四百块", "300", "400"),
    ("200块左右", "160", "240"),
    ("大概100元", "80", "120"),
    ("两百多块", "200", "300"),
]

NO_PRICES = [
    "at least 4 stars",
    "over 30 inches",
    "size under 8",
    "at least 16 gb ram",
    "a 65 watt charger",
    "up to 65 watts",
    "5 pound bag",
    "kids ages 6 to 12",
    "iphone 12 case",
    "pack of 12",
    "32 x 30 jeans",
    "about 50 by 80 inches",
    "shoes from 8 to 9",
    "within 30 days",
    "100 percent cotton",
    "at least 20 hours of battery",
    "50% off",
    "2米长的数据线",
    "40码以上",
    "50寸电视",
    "100w充电器",
    "3-5岁",
    "20斤以内",
    "20000毫安充电宝",
    "三元催化",
    "2022元旦装饰",
    "第一百",
]


@pytest.mark.parametrize(("message", "low", "high"), LIMITS)
def test_a_price_limit_is_found(message: str, low: str | None, high: str | None) -> None:
    limits = find_prices(clean(message), "USD")
    lows = [limit.minimum for limit in limits if limit.minimum is not None]
    highs = [limit.maximum for limit in limits if limit.maximum is not None]
    assert lows == ([Decimal(low)] if low else [])
    assert highs == ([Decimal(high)] if high else [])


@pytest.mark.parametrize("message", NO_PRICES)
def test_a_measure_is_no_price(message: str) -> None:
    assert find_prices(clean(message), "USD") == []


@pytest.mark.parametrize(
    ("message", "shop", "currency"),
    [
        ("under $50", "USD", None),
        ("under $50", "CAD", None),
        ("under €50", "USD", "EUR"),
        ("80 euros", "EUR", None),
        ("£20", "EUR", "GBP"),
        ("under ¥300", "CNY", None),
        ("under ¥300", "JPY", None),
        ("under ¥300", "USD", "CNY"),
        ("300元以内", "USD", None),
        ("100美元以内", "CNY", "USD"),
        ("20 pounds", "GBP", None),
    ],
)
def test_only_a_foreign_currency_is_noted(message: str, shop: str, currency: str | None) -> None:
    (limit,) = find_prices(clean(message), shop)
    assert limit.currency == currency


def test_pounds_are_a_weight_where_the_shop_has_another_currency() -> None:
    assert find_prices(clean("a bag of 20 pounds"), "USD") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一百五", "150"),
        ("一百零五", "105"),
        ("两千五", "2500"),
        ("三万二", "32000"),
        ("两百五十", "250"),
        ("二十五", "25"),
        ("十", "10"),
        ("1.5万", "15000"),
        ("3千", "3000"),
        ("三五", None),
    ],
)
def test_chinese_numbers(text: str, value: str | None) -> None:
    assert parse_chinese_number(text) == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,200.50", "1200.50"), ("1.5k", "1500"), ("twenty-five", "25"), ("a hundred", "100"),
     ("two hundred and fifty", "250"), ("three thousand", "3000"), ("cheap", None)],
)  # fmt: skip
def test_english_numbers(text: str, value: str | None) -> None:
    assert parse_number(text) == (Decimal(value) if value else None)
