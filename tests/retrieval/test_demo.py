"""The demo shop: enough products to talk about, true to their words, the same at every build."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from retrieval.demo import demo_catalog_path, demo_documents, demo_images_dir
from retrieval.demo.build import build
from retrieval.demo.families import CONTENT, expand, glossary, read_families
from retrieval.demo.pictures import draw
from retrieval.demo.pictures.shapes import KINDS
from retrieval.documents import split_passages
from retrieval.errors import ShopGuideError
from retrieval.product import Availability, Product

TOPICS = ("contact", "delivery", "payment", "returns", "sizes", "warranty")
HAN = re.compile(r"[\u3400-\u9fff]")

# What a description calls an attribute. A word set off by "not" or "no" denies it.
WORDS = {
    "blackout": "blackout",
    "dimmable": "dimmable",
    "foldable": "foldable|folds flat",
    "hood": "hooded|hood",
    "hypoallergenic": "hypoallergenic",
    "leakproof": "leakproof",
    "machine_washable": "machine[- ]washable",
    "noise_cancelling": "noise[- ]cancell?ing",
    "rechargeable": "rechargeable",
    "reversible": "reversible",
    "water_resistant": "water-resistant",
    "waterproof": "waterproof",
    "windproof": "windproof",
    "wireless": "wireless(?! charging)",
    "wireless_charging": "wireless charging",
}
DENIED = r"(?:\bnot?\b|\bwithout\b|\bnever\b|\brather than\b|\bfar from\b|\bthick for\b|\bway of\b)"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    text = gzip.decompress(demo_catalog_path().read_bytes()).decode()
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def products(rows: list[dict[str, object]]) -> list[Product]:
    return [Product.model_validate(row) for row in rows]


@pytest.fixture(scope="module")
def families(products: list[Product]) -> dict[str, list[Product]]:
    grouped: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        grouped[product.variant_group].append(product)
    return grouped


def test_the_shop_is_wide_enough(families: dict[str, list[Product]]) -> None:
    departments = Counter(variants[0].category[0] for variants in families.values())
    assert len(families) >= 240
    assert len(departments) >= 8
    assert min(departments.values()) >= 10
    assert len({variants[0].brand for variants in families.values()}) >= 20


def test_many_products_speak_chinese(families: dict[str, list[Product]]) -> None:
    chinese = [variants[0] for variants in families.values() if variants[0].translations]
    assert len(chinese) >= 60
    for product in chinese:
        words = product.translations["zh"]
        assert HAN.search(words.title), product.id
        assert HAN.search(words.description), product.id
        assert len(words.category) == len(product.category), product.id
        assert words.attributes.keys() == product.attributes.keys(), product.id
    departments = Counter(product.category[0] for product in chinese)
    assert min(departments.values()) >= 3


def test_ids_are_unique_and_readable(products: list[Product]) -> None:
    ids = [product.id for product in products]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in ids)
    assert all(product.url == f"/product/{product.id}" for product in products)


def test_variants_of_a_family_differ_in_color_or_size(families: dict[str, list[Product]]) -> None:
    for name, variants in families.items():
        looks = {(product.title, product.attributes.get("size")) for product in variants}
        assert len(looks) == len(variants), name
        assert len({product.brand for product in variants}) == 1, name
        assert len({product.category for product in variants}) == 1, name


def test_prices_are_dollars_and_a_sale_is_cheaper(products: list[Product]) -> None:
    for product in products:
        assert product.currency == "USD"
        assert product.price is not None and product.price > 0, product.id
        if product.sale_price is not None:
            assert product.sale_price < product.price, product.id
    assert any(product.sale_price is not None for product in products)


def test_not_everything_is_in_stock_or_rated(products: list[Product]) -> None:
    stock = Counter(product.availability for product in products)
    assert stock[Availability.OUT_OF_STOCK] >= 5
    assert stock[Availability.PREORDER] >= 2
    assert any(product.rating is None for product in products)
    assert any(product.reviews for product in products)


def test_no_two_families_share_a_title_or_a_description(
    families: dict[str, list[Product]],
) -> None:
    described = Counter(variants[0].description for variants in families.values())
    titled = Counter(variants[0].title for variants in families.values())
    assert [text for text, times in described.items() if times > 1] == []
    assert [text for text, times in titled.items() if times > 1] == []
    assert min(len(text) for text in described) >= 60


def test_attributes_keep_one_type(products: list[Product]) -> None:
    types: dict[str, set[str]] = defaultdict(set)
    for product in products:
        for name, value in product.attributes.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            types[name].add("number" if number else type(value).__name__)
    assert {name: found for name, found in types.items() if len(found) > 1} == {}


def test_descriptions_do_not_contradict_the_attributes(
    families: dict[str, list[Product]],
) -> None:
    contradictions: list[str] = []
    for name, variants in families.items():
        for attribute, words in WORDS.items():
            said = _said(words, variants[0].description)
            value = variants[0].attributes.get(attribute)
            if isinstance(value, bool) and said is not None and said is not value:
                contradictions.append(f"{name}: {attribute} is {value}")
    assert contradictions == []


def test_weights_in_grams_agree_with_the_attributes(families: dict[str, list[Product]]) -> None:
    wrong: list[str] = []
    for name, variants in families.items():
        stated = {int(grams) for grams in re.findall(r"\b(\d+) g\b", variants[0].description)}
        weights = {product.attributes.get("weight_g") for product in variants} - {None}
        if stated and weights and not stated & weights:
            wrong.append(f"{name}: text {stated}, attribute {weights}")
    assert wrong == []


@pytest.mark.parametrize("beyond", [False, True])
def test_the_standard_question_has_answers_and_near_misses(
    products: list[Product], beyond: bool
) -> None:
    hiking = [p for p in products if "Jackets" in p.category and "hiking" in p.attributes.values()]
    fits = {
        product.variant_group
        for product in hiking
        if product.attributes.get("waterproof") is True
        and product.attributes.get("color") != "black"
        and (product.current_price or Decimal(0)) <= 100
    }
    misses = {product.variant_group for product in hiking} - fits
    assert len(misses if beyond else fits) >= 4


def test_every_picture_is_there_and_valid(products: list[Product]) -> None:
    shown = {url.rsplit("/", 1)[1] for product in products for url in product.image_urls}
    drawn = {path.name: path for path in demo_images_dir().glob("*.svg")}
    assert all(len(product.image_urls) == 1 for product in products)
    assert shown == drawn.keys()
    for path in drawn.values():
        root = ElementTree.fromstring(path.read_text("utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.attrib["viewBox"] == "0 0 240 240"
        assert path.stat().st_size < 8_000, path.name


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_drawn_in_every_color(kind: str) -> None:
    for look, shade in enumerate(glossary().shades.values()):
        ElementTree.fromstring(draw(kind, shade.hex, look, "Salt & <Pepper>"))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ShopGuideError, match="unicycle"):
        draw("unicycle", "#336699", 0, "Unicycle")


def test_a_build_gives_the_committed_catalogue_and_pictures_again(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        build(tmp_path / name / "catalog.jsonl.gz", tmp_path / name / "images")
    first, second = (tmp_path / name / "catalog.jsonl.gz" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()
    # Another zlib may pack the same lines otherwise.
    committed = gzip.decompress(demo_catalog_path().read_bytes())
    assert gzip.decompress(first.read_bytes()) == committed
    built = {path.name: path.read_bytes() for path in (tmp_path / "first" / "images").iterdir()}
    assert built == {path.name: path.read_bytes() for path in demo_images_dir().iterdir()}


def test_a_wrong_content_file_is_refused_by_name(tmp_path: Path) -> None:
    text = (CONTENT / "outerwear.toml").read_text("utf-8")
    wrong = tmp_path / "outerwear.toml"
    wrong.write_text(text.replace('price = "89.00"', 'price = "cheap"', 1), "utf-8")
    with pytest.raises(ShopGuideError, match=r"outerwear\.toml: jkt-stormline: .*\nprice"):
        read_families(tmp_path)
    wrong.write_text(text.replace('out = "black/XL"', 'out = "plaid/XL"', 1), "utf-8")
    with pytest.raises(ShopGuideError, match="jkt-stormline: no variant is called 'plaid/XL'"):
        [list(expand(family)) for family in read_families(tmp_path)]


def test_the_shop_has_its_documents_in_both_languages() -> None:
    names = [path.name for path in demo_documents()]
    assert names == sorted(f"{topic}.{code}.md" for topic in TOPICS for code in ("en", "zh"))
    for topic in TOPICS:
        english, chinese = (
            (demo_documents()[0].parent / f"{topic}.{code}.md").read_text("utf-8")
            for code in ("en", "zh")
        )
        assert len(re.findall(r"^## ", english, re.M)) == len(re.findall(r"^## ", chinese, re.M))
        assert len(re.findall(r"^## ", english, re.M)) >= 5
        assert HAN.search(chinese) and not HAN.search(english)


def test_document_passages_are_short_enough_to_quote() -> None:
    for path in demo_documents():
        for heading, text in split_passages(path.read_text("utf-8")):
            assert 20 <= len(text) <= 700, f"{path.name}: {heading}"


def _said(words: str, description: str) -> bool | None:
    """Whether a description affirms the words, denies them, or says nothing of them."""
    found: bool | None = None
    for sentence in re.split(r"(?<=[.:;!?])\s+", description.lower()):
        for match in re.finditer(rf"\b(?:{words})\b", sentence):
            before = sentence[: match.start()]
            denied = re.search(rf"{DENIED}(?:(?! and | but ).){{0,28}}$", before)
            found = denied is None if found is None else found and denied is None
    return found
