"""Texts and amounts as shops write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retrieval.cleaning import one_line, plain_text
from retrieval.money import PriceText, exact_amount, parse_price


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>Warm.</p><ul><li>Two pockets<li>Hood</ul>", "Warm.\nTwo pockets\nHood"),
        ("Warm.<br />&bull; Hood. <br/>&bull; Pockets.", "Warm.\nHood.\nPockets."),
        ("one\nline <b>broken\nin</b> HTML", "one line broken in HTML"),
        ("<table><tr><td>Size</td><td>M</td></tr><tr><td>Fit</td><td>slim</td></tr></table>",
         "Size M\nFit slim"),
        ("<style>p{}</style><script>alert(1)</script>Soft<!-- not this -->", "Soft"),
        ("&lt;p&gt;Escaped&lt;/p&gt;&lt;p&gt;twice&lt;/p&gt;", "Escaped\ntwice"),
        ("Tone Band&trade; &amp; ball", "Tone Band™ & ball"),
        ("fits 5 < 6 and 7 > 3, I <3 it", "fits 5 < 6 and 7 > 3, I <3 it"),
        ("  much \t space \r\n\r\n\r\n here ", "much space\nhere"),
        ("bell\x07 null\x00 mark\ufeff turned\u202e", "bell null mark turned"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("棉质 <em>柔软</em>", "棉质 柔软"),
        ("-5 degrees", "-5 degrees"),
    ],
)  # fmt: skip
def test_html_becomes_plain_text(written: str, read: str) -> None:
    assert plain_text(written) == read


def test_a_title_is_one_line() -> None:
    assert one_line("Rain<br>jacket\n\nblue") == "Rain jacket blue"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("19.99", PriceText(Decimal("19.99"))),
        (5, PriceText(Decimal("5"))),
        ("$1,299.00", PriceText(Decimal("1299.00"), None, "USD")),
        ("1.299,00 €", PriceText(Decimal("1299.00"), None, "EUR")),
        ("15.00 USD", PriceText(Decimal("15.00"), None, "USD")),
        ("CHF 5.-", PriceText(Decimal("5"), None, "CHF")),
        ("100元", PriceText(Decimal("100"), None, "CNY")),
        ("12,99", PriceText(Decimal("12.99"))),
        ("$9.99 - $19.99", PriceText(Decimal("9.99"), Decimal("19.99"), "USD")),
        ("895.00 – 2,497.50", PriceText(Decimal("895.00"), Decimal("2497.50"))),
        ("$5 - $5", PriceText(Decimal("5"), None, "USD")),
        ("$6.94 $ 6 . 94", PriceText(Decimal("6.94"), None, "USD")),
        ("52.000000", PriceText(Decimal("52.00"))),
        ("", None),
        (None, None),
    ],
)
def test_prices_as_people_write_them(written: object, read: PriceText | None) -> None:
    assert parse_price(written) == read


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("-5.00", "negative"),
        ("$-5", "negative"),
        ("(5.00)", "negative"),
        ("free", "no amount"),
        ("NaN", "no amount"),
        ("1.23456", "more than 4 decimals"),
        ("$19 $39.95 save $20", "more than one amount"),
        ("$20 - $10", "from the higher to the lower"),
        (float("nan"), "not a finite"),
        (True, "not an amount"),
        (10**11, "too large"),
    ],
)
def test_amounts_that_cannot_be_trusted(written: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_price(written)


def test_a_bare_symbol_means_the_shops_currency() -> None:
    assert parse_price("$5", "CAD") == PriceText(Decimal("5"), None, "CAD")


def test_a_float_is_read_as_it_is_written() -> None:
    assert exact_amount(0.1) == Decimal("0.1")
