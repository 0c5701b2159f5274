"""The native JSONL and CSV, and foreign files through a field map."""

from __future__ import annotations

import gzip
import io
import json
import logging
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.errors import CatalogError
from retrieval.fieldmap import read_field_map
from retrieval.product import Availability, Product
from retrieval.sources import BadRow, GoodRow, open_source


def rows(path: Path, content: str | bytes, format: str = "auto", field_map: str | None = None):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    chosen = None
    if field_map is not None:
        (path.parent / "fields.toml").write_text(field_map)
        chosen = read_field_map(path.parent / "fields.toml")
    return list(open_source(path, format, chosen))


def products(*arguments: object, **options: object) -> list[Product]:
    found = rows(*arguments, **options)  # type: ignore[arg-type]
    assert not [row for row in found if isinstance(row, BadRow)]
    return [row.product for row in found if isinstance(row, GoodRow)]


NATIVE = {
    "id": "j1",
    "title": "Rain jacket",
    "description": "<p>Keeps dry.</p><ul><li>Hood</li></ul>",
    "brand": "Nordwind",
    "category": ["Clothing", "Jackets"],
    "price": 89.1,
    "sale_price": "79.00",
    "currency": "EUR",
    "availability": "preorder",
    "rating": 4.5,
    "rating_count": 12,
    "url": "https://shop.example/j1",
    "image_urls": ["/images/j1.png"],
    "attributes": {"waterproof": True, "weight_g": 310.5, "pockets": 4.0, "colour": "blue"},
    "group_id": "j",
    "language": "en",
    "updated_at": "2024-05-01T10:00:00Z",
}


def test_a_native_product(tmp_path: Path) -> None:
    (product,) = products(tmp_path / "a.jsonl", json.dumps(NATIVE))
    assert product.description == "Keeps dry.\nHood"
    assert (product.price, product.sale_price) == (Decimal("89.1"), Decimal("79.00"))
    assert product.availability is Availability.PREORDER
    assert product.category == ("Clothing", "Jackets")
    assert product.attributes == {
        "waterproof": True, "weight_g": 310.5, "pockets": 4, "colour": "blue",
    }  # fmt: skip
    assert product.updated_at is not None


def test_what_a_product_writes_of_itself_can_be_read_again(tmp_path: Path) -> None:
    (product,) = products(tmp_path / "a.jsonl", json.dumps(NATIVE))
    assert products(tmp_path / "b.jsonl", product.model_dump_json()) == [product]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "id: missing"),
        ({"id": " "}, "id: missing"),
        ({"id": "a\nb"}, "id: holds control characters"),
        ({"id": "x" * 501}, "id: 501 characters, at most 500"),
        ({"title": ""}, "title: missing"),
        ({"title": 5}, "title: should be a text"),
        ({"price": "-1"}, "price: -1 is negative"),
        ({"price": "NaN"}, "price: NaN is not a finite amount"),
        ({"price": "cheap"}, "price: 'cheap' is not an amount"),
        ({"price": "1.00001"}, "price: 1.00001 has more than 4 decimals"),
        ({"sale_price": "100"}, "sale_price: 100 is above the price 89.1"),
        ({"currency": "EURO"}, "currency: 'EURO' is not an ISO 4217 currency code"),
        ({"currency": "XYZ"}, "currency: 'XYZ'"),
        ({"availability": "soon"}, "availability: 'soon' is none of"),
        ({"rating": 5.1}, "rating: 5.1 is not between 0 and 5"),
        ({"rating": "nan"}, "rating: nan is not a finite number"),
        ({"rating_count": -1}, "rating_count: -1 is not a count"),
        ({"url": "javascript:alert(1)"}, "url: 'javascript:alert(1)' is not a web address"),
        ({"description": "x" * 200_001}, "description: 200,001 characters"),
        ({"attributes": {"size": {"eu": 38}}}, "attributes: size: should be a text"),
        ({"attributes": ["blue"]}, "attributes: should be an object"),
        ({"category": [1]}, "category: should hold texts only"),
        ({"updated_at": "yesterday"}, "updated_at: "),
        ({"reviews": [{"text": "good", "rating": 9}]}, "reviews.0.rating: "),
        ({"colour": "blue"}, "colour: not a field of a product; put it under attributes"),
        ({"title": "", "price": "x"}, "price: 'x' is not an amount; title: missing"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    good = json.dumps({**NATIVE, "id": "good"})
    bad, kept = rows(tmp_path / "a.jsonl", json.dumps({**NATIVE, **change}) + "\n" + good)
    assert isinstance(bad, BadRow)
    assert bad.line == 1
    assert bad.reason.startswith(reason)
    assert isinstance(kept, GoodRow)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a", "title"', "not valid JSON"),
        ('["a", "b"]x', "not valid JSON"),
        ('"a"', "not a JSON object"),
        ('{"id": "a", "title": "b", "price": NaN}', "not valid JSON: NaN is not a number"),
        ("{" * 5000, "not valid JSON"),
    ],
)
def test_a_broken_line_costs_only_itself(tmp_path: Path, line: str, reason: str) -> None:
    good = json.dumps(NATIVE)
    first, bad, last = rows(tmp_path / "a.jsonl", f"{good}\n{line}\n\n{good}\n", "jsonl")
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.raw) == (2, line[:4000])
    assert bad.reason.startswith(reason)
    assert (first.line, last.line) == (1, 4)


def test_a_line_without_end_is_not_taken_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.sources.native._LINE_LIMIT", 1000)
    good = json.dumps(NATIVE)
    bad, kept = rows(tmp_path / "a.jsonl", '{"id": "' + "x" * 10_000 + f'"}}\n{good}', "jsonl")
    assert isinstance(bad, BadRow)
    assert bad.reason == "longer than 1,000 characters"
    assert isinstance(kept, GoodRow)


def test_odd_characters_are_mended_in_texts(tmp_path: Path) -> None:
    text = json.dumps({"id": "a", "title": "Rain\x00 jacket \ud800"})
    (product,) = products(tmp_path / "a.jsonl", text)
    assert product.title == "Rain jacket \ufffd"


def test_a_json_array_is_read_too(tmp_path: Path) -> None:
    text = json.dumps([NATIVE, {**NATIVE, "id": "j2"}], indent=1)
    assert [product.id for product in products(tmp_path / "a.json", text)] == ["j1", "j2"]


def test_gzip_and_a_byte_order_mark(tmp_path: Path) -> None:
    packed = gzip.compress(b"\xef\xbb\xbf" + json.dumps(NATIVE).encode())
    assert len(products(tmp_path / "a.jsonl.gz", packed)) == 1


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(gzip.compress(json.dumps(NATIVE).encode()))

    monkeypatch.setattr("sys.stdin", Input)
    (row,) = open_source(Path("-"))
    assert isinstance(row, GoodRow)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (gzip.compress(b"x" * 10_000, mtime=0)[:-20], "the gzip file is damaged or cut off"),
        (b"\x00\x01\x02\x03" * 100, "is a binary file"),
        (b"PK\x03\x04rest", "is a binary file"),
        (b"just some words\nand more", "neither JSON, XML nor a table"),
        (b"<note>hello</note>", "XML, but neither"),
        (b"name,cost\nx,1\n", "no column 'id'; the columns are name, cost"),
    ],
)
def test_a_file_that_is_no_catalogue(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        rows(tmp_path / "a.dat", content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"none\.csv: No such file"):
        list(open_source(tmp_path / "none.csv"))
    with pytest.raises(CatalogError, match="is a folder"):
        list(open_source(tmp_path))


@pytest.mark.parametrize(
    ("encoding", "title"), [("cp1252", "Jäckchen für Größe 38"), ("gb18030", "防水外套 蓝色 轻便")]
)
def test_another_encoding_is_read_with_a_notice(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, encoding: str, title: str
) -> None:
    with caplog.at_level(logging.WARNING):
        (product,) = products(tmp_path / "a.csv", f"id,title\n1,{title}\n".encode(encoding))
    assert product.title == title
    assert f"not UTF-8; read as {encoding}" in caplog.text


def test_utf_16_as_spreadsheets_save_it(tmp_path: Path) -> None:
    (product,) = products(tmp_path / "a.txt", "id\ttitle\n1\t雨衣\n".encode("utf-16"))
    assert product.title == "雨衣"


def test_one_line_of_bad_bytes_does_not_spoil_the_others(tmp_path: Path) -> None:
    text = "id,title\n1,Größe\n2,".encode() + b"Gr\xf6\xdfe" + "\n3,雨衣\n".encode()
    first, bad, last = rows(tmp_path / "a.csv", text)
    assert isinstance(first, GoodRow)
    assert first.product.title == "Größe"
    assert isinstance(last, GoodRow)
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.reason) == (3, "title: not valid UTF-8")


def test_flat_csv_under_the_own_names(tmp_path: Path) -> None:
    text = (
        "id;title;category;price;image_urls;attributes.waterproof;colour\n"
        '1;"Rain\njacket";Clothing > Jackets;89.10;/a.png|/b.png;yes;blue\n'
        "2;Hat;;;;;\n"
    )
    jacket, hat = products(tmp_path / "a.csv", text)
    assert jacket.title == "Rain jacket"
    assert jacket.category == ("Clothing", "Jackets")
    assert jacket.price == Decimal("89.10")
    assert jacket.image_urls == ("/a.png", "/b.png")
    assert jacket.attributes == {"waterproof": True, "colour": "blue"}
    assert (hat.price, hat.attributes) == (None, {})


def test_table_rows_with_missing_or_extra_cells(tmp_path: Path) -> None:
    text = 'id,title,price\n1,"two\nlines",5\n2,short\n3,long,5,6,7\n4,fine,5,,\n5,Hat,5\n'
    found = rows(tmp_path / "a.csv", text)
    assert [(row.line, isinstance(row, GoodRow)) for row in found] == [
        (2, True), (4, False), (5, False), (6, True), (7, True),
    ]  # fmt: skip
    assert isinstance(found[1], BadRow)
    assert found[1].reason == "2 cells where the header names 3 columns"


def test_an_enormous_cell(tmp_path: Path) -> None:
    text = f"id,title\n1,{'x' * 5_000_000}\n2,Hat\n"
    bad, good = rows(tmp_path / "a.csv", text)
    assert isinstance(bad, BadRow)
    assert "field larger than field limit" in bad.reason
    assert isinstance(good, GoodRow)


MAP = """
price_unit = "cents"
attribute_prefixes = ["t_", "n_"]
category_separator = "|"
[fields]
id = "Key"
title = ["Maker", "Name"]
description = ["Short", "Long"]
category = "Path"
price = "Cost"
availability = "Stock"
[attributes]
fabric = "Stoff"
[defaults]
currency = "EUR"
language = "de"
brand = "Hausmarke"
"""


def test_a_field_map_over_jsonl(tmp_path: Path) -> None:
    row = {
        "Key": 7, "Maker": "Nordwind", "Name": "Jacke", "Short": "Dicht.", "Long": "<p>Leicht.",
        "Path": "Kleidung | Jacken", "Cost": 8910, "Stock": 0, "Stoff": "Nylon",
        "t_color": "blau", "n_height": 3.0, "t_height": "hoch", "ignored": {"a": 1},
    }  # fmt: skip
    (product,) = products(tmp_path / "a.jsonl", json.dumps(row), field_map=MAP)
    assert product.model_dump(exclude_defaults=True) == {
        "id": "7",
        "title": "Nordwind Jacke",
        "description": "Dicht.\nLeicht.",
        "brand": "Hausmarke",
        "category": ("Kleidung", "Jacken"),
        "price": Decimal("89.10"),
        "currency": "EUR",
        "availability": Availability.OUT_OF_STOCK,
        "attributes": {"fabric": "Nylon", "color": "blau", "height": 3, "height_2": "hoch"},
        "language": "de",
    }


def test_a_field_map_over_csv(tmp_path: Path) -> None:
    text = (
        "Key,Maker,Name,Short,Long,Path,Cost,Stock,Stoff,t_color\n"
        "7,,Jacke,,,Kleidung|Jacken,8910,in stock,Nylon,blau\n"
        "8,,Hose,,,,gratis,12,,\n"
    )
    jacket, bad = rows(tmp_path / "a.csv", text, field_map=MAP)
    assert isinstance(jacket, GoodRow)
    assert jacket.product.price == Decimal("89.10")
    assert jacket.product.category == ("Kleidung", "Jacken")
    assert jacket.product.attributes == {"fabric": "Nylon", "color": "blau"}
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.product_id) == (3, "8")
    assert bad.reason == "price: 'gratis' has no amount"


def test_levels_of_a_category_in_columns_of_their_own(tmp_path: Path) -> None:
    map_ = '[fields]\nid = "n"\ntitle = "n"\ncategory = ["a", "b"]\n'
    (product,) = products(tmp_path / "a.csv", "n,a,b\nHat,Clothes,Hats > Caps\n", field_map=map_)
    assert product.category == ("Clothes", "Hats > Caps")


def test_a_price_range_keeps_the_lower_bound_and_says_so(tmp_path: Path) -> None:
    map_ = '[fields]\nid = "n"\ntitle = "n"\nprice = "p"\n'
    (product,) = products(tmp_path / "a.csv", "n,p\nHat,$9.99 - $19.99\n", field_map=map_)
    assert (product.price, product.price_upper) == (Decimal("9.99"), Decimal("19.99"))
    assert product.currency == "USD"


@pytest.mark.parametrize(
    ("map_", "message"),
    [
        ('[fields]\nid = "nope"\ntitle = "n"', r"names 'nope' \(\[fields\] id\)"),
        ('[fields]\nprize = "p"', r"\[fields\] prize: not a field of a product"),
        ("price_unit = 'pence'", "price_unit: Input should be"),
        ("fields = 5", "fields: "),
        ("[fields", "not valid TOML"),
        ("surprise = 1", "surprise: Extra inputs"),
    ],
)
def test_a_field_map_that_does_not_fit(tmp_path: Path, map_: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        rows(tmp_path / "a.csv", "n,p\nHat,5\n", field_map=map_)


def test_an_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="format 'xls': there are auto, jsonl"):
        rows(tmp_path / "a.csv", "id,title\n1,Hat\n", "xls")
