"""Shopify, Google Merchant Center, Magento and schema.org."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from retrieval.errors import CatalogError
from retrieval.fieldmap import FieldMap
from retrieval.product import Availability, Product
from retrieval.sources import BadRow, GoodRow, Row, open_source
from retrieval.sources.magento import split_pairs


def read(path: Path, content: str, format: str = "auto", **defaults: str) -> list[Row]:
    path.write_text(content, encoding="utf-8")
    field_map = FieldMap(defaults=dict(defaults)) if defaults else None
    return list(open_source(path, format, field_map))


def good(found: list[Row]) -> list[Product]:
    assert not [row for row in found if isinstance(row, BadRow)]
    return [row.product for row in found if isinstance(row, GoodRow)]


def bad(found: list[Row]) -> list[BadRow]:
    return [row for row in found if isinstance(row, BadRow)]


# Shopify

SHOPIFY_COLUMNS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,"
    "Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,"
    "Image Src,Image Position,Variant Image,Status,Color (product.metafields.shopify.color)\n"
)


def test_shopify_rows_of_one_handle_are_variants_and_images(tmp_path: Path) -> None:
    text = SHOPIFY_COLUMNS + (
        "tee,Tee,<p>Soft.</p>,Nordwind,Apparel > Shirts,T-Shirts,\"summer, cotton\",true,Size,S,"
        "Color,Red,TEE-S,shopify,3,deny,20.00,25.00,https://i/2.png,2,https://i/s.png,active,red\n"
        "tee,,,,,,,,,M,,Red,TEE-M,shopify,0,deny,20.00,,https://i/1.png,1,,,\n"
        "tee,,,,,,,,,L,,Red,,shopify,0,continue,22.00,,,,,,\n"
        "tee,,,,,,,,,,,,,,,,,,https://i/3.png,3,,,\n"
        "cap,Cap,,Nordwind,,Hats,,true,Title,Default Title,,,,,,deny,9.00,,,,,active,\n"
    )  # fmt: skip
    small, medium, large, cap = good(read(tmp_path / "a.csv", text, currency="USD"))
    assert [p.id for p in (small, medium, large, cap)] == ["TEE-S", "TEE-M", "tee:L/Red", "cap"]
    assert {small.group_id, medium.group_id, large.group_id} == {"tee"}
    assert cap.group_id is None
    assert small.title == large.title == "Tee"
    assert large.description == "Soft."
    assert small.category == ("Apparel", "Shirts", "T-Shirts")
    assert (small.price, small.sale_price) == (Decimal("25.00"), Decimal("20.00"))
    assert (large.price, large.sale_price, large.currency) == (Decimal("22.00"), None, "USD")
    assert [small.availability, medium.availability, large.availability] == [
        Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.BACKORDER,
    ]  # fmt: skip
    assert small.image_urls == (
        "https://i/s.png", "https://i/1.png", "https://i/2.png", "https://i/3.png",
    )  # fmt: skip
    assert large.attributes == {"size": "L", "color": "Red", "tags": "summer, cotton"}
    assert cap.attributes == {}


def test_shopify_drafts_are_named_not_sold(tmp_path: Path) -> None:
    text = SHOPIFY_COLUMNS + "tee,Tee,,,,,,true,,,,,T1,,,,20.00,,,,,draft,\n"
    (row,) = bad(read(tmp_path / "a.csv", text))
    assert (row.line, row.reason) == (2, "Status: draft, so not for sale")


def test_shopify_a_bad_variant_does_not_cost_the_others(tmp_path: Path) -> None:
    text = SHOPIFY_COLUMNS + (
        "tee,Tee,,,,,,true,Size,S,,,T-S,,,,free,,,,,active,\n"
        "tee,,,,,,,,,M,,,T-M,,,,20.00,,,,,,\n"
        ",,,,,,,,,L,,,T-L,,,,20.00,,,,,,\n"
    )
    found = read(tmp_path / "a.csv", text)
    assert {(row.line, row.reason) for row in bad(found)} == {
        (2, "variant price: 'free' has no amount"), (4, "Handle: missing"),
    }  # fmt: skip
    assert [row.product.id for row in found if isinstance(row, GoodRow)] == ["T-M"]


def test_shopify_newer_column_names(tmp_path: Path) -> None:
    text = (
        "Title,URL handle,Description,Vendor,SKU,Option1 name,Option1 value,Price,"
        "Compare-at price,Inventory quantity,Product image URL,Status\n"
        "Tee,tee,Soft.,Nordwind,T-S,Size,S,20,25,1,https://i/1.png,Active\n"
    )
    (product,) = good(read(tmp_path / "a.csv", text))
    assert (product.id, product.price, product.sale_price) == ("T-S", Decimal(25), Decimal(20))


# Google Merchant Center

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>1</g:id><title>Rain jacket</title><description>&lt;p&gt;Dry.&lt;/p&gt;</description>
<link>https://shop.example/1</link><g:image_link>https://i/1.png</g:image_link>
<g:additional_image_link>https://i/2.png</g:additional_image_link>
<g:additional_image_link>https://i/3.png</g:additional_image_link>
<g:price>89.10 EUR</g:price><g:sale_price>79.00 EUR</g:sale_price>
<g:availability>in stock</g:availability><g:brand>Nordwind</g:brand>
<g:product_type>Clothing &gt; Jackets</g:product_type><g:item_group_id>j</g:item_group_id>
<g:color>blue</g:color>
<g:product_detail><g:section_name>General</g:section_name>
<g:attribute_name>Water column</g:attribute_name><g:attribute_value>10,000 mm</g:attribute_value>
</g:product_detail>
<g:shipping><g:country>US</g:country><g:price>5 USD</g:price></g:shipping></item>
<item><g:id>2</g:id><title>Hat</title><g:price>-5 EUR</g:price></item>
</channel></rss>"""


def test_google_rss(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xml", RSS)
    assert isinstance(found[0], GoodRow)
    product = found[0].product
    assert product.description == "Dry."
    assert product.category == ("Clothing", "Jackets")
    assert (product.price, product.sale_price, product.currency) == (
        Decimal("89.10"), Decimal("79.00"), "EUR",
    )  # fmt: skip
    assert product.image_urls == ("https://i/1.png", "https://i/2.png", "https://i/3.png")
    assert product.attributes == {"color": "blue", "water_column": "10,000 mm"}
    assert product.group_id == "j"
    (row,) = bad(found)
    assert (row.product_id, row.reason) == ("2", "price: '-5 EUR' is negative")


def test_google_atom(tmp_path: Path) -> None:
    text = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
    <entry><g:id>1</g:id><title>Hat</title><link href="https://shop.example/1"/>
    <summary>Warm.</summary><g:price>15.00 USD</g:price>
    <g:availability>out_of_stock</g:availability></entry></feed>"""
    (product,) = good(read(tmp_path / "a.xml", text))
    assert (product.url, product.description) == ("https://shop.example/1", "Warm.")
    assert product.availability is Availability.OUT_OF_STOCK


def test_google_tsv(tmp_path: Path) -> None:
    text = (
        "id\ttitle\tlink\timage link\tadditional image link\tprice\tavailability\t"
        "google product category\tproduct_detail\tsale price effective date\tsale price\n"
        "1\tHat\thttps://s/1\thttps://i/1.png\thttps://i/2.png,https://i/3.png\t15.00 USD\t"
        "preorder\tApparel > Hats\tGeneral:Fabric:Wool,Care:Wash at:30, by hand\t"
        "2020-01-01T00:00Z/2020-02-01T00:00Z\t10.00 USD\n"
    )
    (product,) = good(read(tmp_path / "a.txt", text))
    assert product.category == ("Apparel", "Hats")
    assert product.attributes == {"fabric": "Wool", "wash_at": "30, by hand"}
    assert len(product.image_urls) == 3
    assert product.sale_price is None, "the sale is over"


def test_google_entities_of_the_file_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s3cret")
    text = f"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{tmp_path}/secret.txt">]>
    <rss xmlns:g="http://base.google.com/ns/1.0"><channel>
    <item><g:id>1</g:id><title>Hat &x;</title></item>
    <item><g:id>2</g:id><title>Scarf</title></item></channel></rss>"""
    found = read(tmp_path / "a.xml", text)
    (row,) = bad(found)
    assert "entity" in row.reason
    assert "s3cret" not in str(found)
    assert len(found) == 2


def test_google_entities_that_grow_without_end(tmp_path: Path) -> None:
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(10)
    )
    text = (
        f"<!DOCTYPE rss [{levels}]><rss><channel><item><title>&l9;</title></item></channel></rss>"
    )
    with pytest.raises(CatalogError, match="entity amplification"):
        read(tmp_path / "a.xml", text)


def test_google_a_feed_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xml", RSS[: RSS.index("<item><g:id>2")] + "<item><g:id>2</g:i")
    assert isinstance(found[0], GoodRow)
    (row,) = bad(found)
    assert row.cut_short
    assert row.reason.startswith("not well-formed XML")


@pytest.mark.parametrize("text", ["<rss><channel></channel></rss>", "<rss><broken"])
def test_google_a_feed_without_products(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogError, match="XML"):
        read(tmp_path / "a.xml", text)


# Magento

MAGENTO_COLUMNS = (
    "sku,store_view_code,product_type,categories,name,description,product_online,price,"
    "special_price,special_price_to_date,base_image,additional_attributes,qty,allow_backorders,"
    "manage_stock,is_in_stock,configurable_variations,additional_images\n"
)
MAGENTO = MAGENTO_COLUMNS + (
    'H-S-Red,,simple,"Default Category/Men/Tops, Light/Hoodies,Default Category/Sale",'
    'Hoodie-S-Red,,1,52.000000,40,,/h/red.jpg,"has_options=0,size=S,color=Red",5,0,1,1,,\n'
    "H-M-Red,,simple,,Hoodie-M-Red,,1,58,40,2001-01-01 00:00:00,no_selection,"
    '"size=M,color=Red,new=No",0,1,1,1,,\n'
    'H,,configurable,"Default Category/Men/Tops, Light/Hoodies",Hoodie,<p>Warm.</p>,1,,,,'
    '/h/main.jpg,"material=Wool|Cotton,new=Yes,care=""Cold, by hand"",note=a, b",0,0,0,1,'
    '"sku=H-S-Red,size=S,color=Red|sku=H-M-Red,size=M,color=Red",/h/back.jpg\n'
    "H,zh_CN,configurable,,连帽衫,,,,,,,,,,,,,\n"
    "OLD,,simple,,Old,,2,5,,,,,,,,,,\n"
    "OUT,,simple,,Out,,1,5,,,,,0,0,1,0,,\n"
    "BAD,,simple,,,,1,five,,,,,,,,,,\n"
)


def test_magento_variants_take_over_what_their_parent_says(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", MAGENTO, currency="USD")
    small, medium, parent, out = [row.product for row in found if isinstance(row, GoodRow)]
    assert [p.group_id for p in (small, medium, parent, out)] == ["H", "H", "H", None]
    assert small.title == "Hoodie-S-Red"
    assert small.description == medium.description == parent.description == "Warm."
    assert small.category == medium.category == ("Men", "Tops, Light", "Hoodies")
    assert small.attributes == {
        "material": "Wool, Cotton", "new": True, "care": "Cold, by hand", "note": "a, b",
        "size": "S", "color": "Red", "also_in": "Sale",
    }  # fmt: skip
    assert medium.attributes["new"] is False
    assert small.image_urls == ("/h/red.jpg",)
    assert medium.image_urls == ("/h/main.jpg", "/h/back.jpg")


def test_magento_prices_and_stock(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", MAGENTO, currency="USD")
    small, medium, parent, out = [row.product for row in found if isinstance(row, GoodRow)]
    assert (small.price, small.sale_price) == (Decimal("52.00"), Decimal("40"))
    assert medium.sale_price is None, "the special price is over"
    assert (parent.price, parent.price_upper) == (Decimal("52.00"), Decimal("58"))
    assert small.currency == "USD"
    assert [p.availability for p in (small, medium, parent, out)] == [
        Availability.IN_STOCK, Availability.BACKORDER, Availability.IN_STOCK,
        Availability.OUT_OF_STOCK,
    ]  # fmt: skip


def test_magento_rows_that_are_no_products_are_named(tmp_path: Path) -> None:
    assert [(row.line, row.reason) for row in bad(read(tmp_path / "a.csv", MAGENTO))] == [
        (5, "store_view_code: 'zh_CN', only the default is read"),
        (6, "product_online: disabled, so not for sale"),
        (8, "price: 'five' has no amount"),
    ]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=1,b=x|y", [("a", "1"), ("b", "x|y")]),
        ('a="x, y",b=2', [("a", "x, y"), ("b", "2")]),
        ('"a=x, y","b=say ""hi"""', [("a", "x, y"), ("b", 'say "hi"')]),
        ("a=Big, bold,b=5=5", [("a", "Big, bold"), ("b", "5=5")]),
        ("", []),
    ],
)
def test_magento_additional_attributes(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(split_pairs(text)) == pairs


# schema.org


def test_schema_org_offers_ratings_and_reviews(tmp_path: Path) -> None:
    node = {
        "@context": "https://schema.org", "@type": "Product", "sku": "J1", "name": "Rain jacket",
        "description": "Dry.", "brand": {"@type": "Brand", "name": "Nordwind"},
        "category": "Clothing > Jackets", "color": "blue",
        "image": [{"@type": "ImageObject", "url": "https://i/1.png"}, "https://i/2.png"],
        "offers": {
            "@type": "Offer", "price": 79.9, "priceCurrency": "EUR", "url": "https://s/1",
            "availability": "https://schema.org/InStock",
            "priceSpecification": {"priceType": "https://schema.org/ListPrice", "price": "89.90"},
        },
        "aggregateRating": {"ratingValue": "9", "bestRating": "10", "reviewCount": 12},
        "review": {"reviewBody": "Light", "name": "Good", "reviewRating": {"ratingValue": 4}},
        "additionalProperty": [
            {"name": "waterproof", "value": True},
            {"name": "weight", "value": 310, "unitText": "g"},
        ],
    }  # fmt: skip
    (product,) = good(read(tmp_path / "a.json", json.dumps(node, indent=2)))
    assert (product.id, product.brand) == ("J1", "Nordwind")
    assert (product.price, product.sale_price) == (Decimal("89.90"), Decimal("79.9"))
    assert product.url == "https://s/1"
    assert product.image_urls == ("https://i/1.png", "https://i/2.png")
    assert (product.rating, product.rating_count) == (4.5, 12)
    assert product.reviews[0].text == "Light"
    assert product.attributes == {"color": "blue", "waterproof": True, "weight": "310 g"}


def test_schema_org_a_group_and_its_variants(tmp_path: Path) -> None:
    node = {
        "@context": "https://schema.org", "@graph": [
            {"@type": "WebPage", "name": "not this"},
            {"@type": "ProductGroup", "productGroupID": "tee", "name": "Tee", "material": "Cotton",
             "brand": "Nordwind", "hasVariant": [
                 {"@type": "Product", "sku": "t-s", "size": "S",
                  "offers": {"price": "20", "priceCurrency": "USD"}},
                 {"@type": "Product", "sku": "t-m", "name": "Tee M", "size": "M",
                  "offers": {"lowPrice": 20, "highPrice": 25, "priceCurrency": "USD"}},
             ]},
        ],
    }  # fmt: skip
    small, medium = good(read(tmp_path / "a.json", json.dumps(node)))
    assert (small.title, medium.title) == ("Tee", "Tee M")
    assert {small.group_id, medium.group_id} == {"tee"}
    assert small.attributes == {"material": "Cotton", "size": "S"}
    assert (medium.price, medium.price_upper) == (Decimal("20"), Decimal("25"))


def test_schema_org_arrays_and_one_a_line(tmp_path: Path) -> None:
    nodes = [{"@type": "Product", "sku": str(n), "name": f"Hat {n}"} for n in range(3)]
    assert len(good(read(tmp_path / "a.json", json.dumps(nodes)))) == 3
    lines = "\n".join(json.dumps(node) for node in nodes)
    assert len(good(read(tmp_path / "a.jsonl", lines))) == 3


def test_schema_org_in_a_web_page(tmp_path: Path) -> None:
    node = {"@context": "https://schema.org/", "@type": "Product", "sku": "1", "name": "Hat"}
    page = f"""<!DOCTYPE html><html><head><title>Hat</title>
    <script type="application/ld+json">{json.dumps(node)}</script></head>
    <body><p>Hat</p></body></html>"""
    assert [product.id for product in good(read(tmp_path / "a.html", page))] == ["1"]


def test_schema_org_microdata(tmp_path: Path) -> None:
    page = """<html><body><div itemscope itemtype="https://schema.org/Product">
    <span itemprop="sku">1</span><h1 itemprop="name">Hat</h1>
    <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
    <span itemprop="price" content="9.50">$9.50</span>
    <meta itemprop="priceCurrency" content="USD"/></div></div></body></html>"""
    (product,) = good(read(tmp_path / "a.html", page))
    assert (product.id, product.price, product.currency) == ("1", Decimal("9.50"), "USD")


def test_schema_org_a_bad_product_is_named(tmp_path: Path) -> None:
    nodes = [
        {"@type": "Product", "sku": "1", "offers": {"price": "-3"}},
        {"@type": "Product", "sku": "2", "name": "Hat"},
    ]
    found = read(tmp_path / "a.json", json.dumps(nodes))
    (row,) = bad(found)
    assert (row.line, row.product_id) == (1, "1")
    assert row.reason == "offers.price: '-3' is negative"


def test_schema_org_without_a_product(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no schema"):
        read(tmp_path / "a.json", '{"@context": "https://schema.org", "@type": "Recipe"}')
