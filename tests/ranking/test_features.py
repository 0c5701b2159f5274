from decimal import Decimal

import numpy as np

from ranking.candidates import Candidate, behaviour_numbers, described_candidate, product_candidate
from ranking.features import FEATURES, feature_matrix
from ranking.words import name_stems, query_stems, stems
from retrieval.product import Availability, Product, Translation


def values(query: str, *candidates: Candidate, row: int = 0) -> dict[str, float]:
    return dict(zip(FEATURES, feature_matrix(query, candidates)[row].tolist(), strict=True))


def test_words_are_compared_by_stem_and_chinese_by_character() -> None:
    assert stems("Running SHOES 42") == ("run", "shoe", "42")
    assert stems("防水 jacket夹克") == ("防", "水", "jacket", "夹", "克")
    assert query_stems("I need a laptop") == ("laptop",)
    assert query_stems("for me") == ("for", "me")
    assert name_stems("Canvas bag for laptops, black") == ("canva", "bag")


def test_a_main_product_and_its_accessory_differ_in_where_the_word_stands() -> None:
    main = values("mouse", Candidate("Norvex optical mouse"))
    accessory = values("mouse", Candidate("Norvex mouse wrist rest"))
    assert main["title_share"] == accessory["title_share"] == 1
    assert main["last_ends_name"] == 1
    assert accessory["last_ends_name"] == 0
    assert main["last_place"] < accessory["last_place"]


def test_spelling_and_joined_words_are_forgiven() -> None:
    assert values("jakcet", Candidate("Rain jacket"))["spelling"] > 0.2
    assert values("head set", Candidate("Wireless headset"))["joined"] == 1


def test_what_is_not_known_is_neutral() -> None:
    neutral = values("lamp", Candidate("Lamp"), Candidate("Other lamp"))
    assert neutral["rating"] == neutral["price_place"] == neutral["discount"] == 0
    assert neutral["unavailable"] == 0


def test_a_rating_counts_by_how_many_gave_it() -> None:
    few = values("lamp", Candidate("Lamp", rating=5.0, rating_count=1))
    many = values("lamp", Candidate("Lamp", rating=5.0, rating_count=500))
    bad = values("lamp", Candidate("Lamp", rating=2.0, rating_count=500))
    assert 0 < few["rating"] < many["rating"]
    assert bad["rating"] < 0


def test_price_is_seen_against_the_other_candidates() -> None:
    shelf = [Candidate("a", price=10), Candidate("b", price=20), Candidate("c", price=90)]
    places = [values("x", *shelf, row=row)["price_place"] for row in range(3)]
    assert places[0] < places[1] == 0 < places[2]


def test_all_numbers_are_finite_for_odd_input() -> None:
    odd = [
        Candidate("?!", price=0.0, list_price=0.0),
        Candidate("…", details="\x00"),
        Candidate("a"),
    ]
    for query in ("", "!!", "a" * 1000, "夹克"):
        matrix = feature_matrix(query, odd)
        assert matrix.shape == (3, len(FEATURES))
        assert np.isfinite(matrix).all()
    assert feature_matrix("a", []).shape == (0, len(FEATURES))


def test_a_product_and_the_example_made_of_it_have_the_same_numbers() -> None:
    product = Product(
        id="1",
        title="Rain jacket",
        description="Light and dry",
        category=("Clothing", "Jackets"),
        price=Decimal("80"),
        sale_price=Decimal("60"),
        rating=4.5,
        rating_count=20,
        availability=Availability.OUT_OF_STOCK,
        attributes={"waterproof": True, "colour": "blue", "hood": False},
    )
    live = product_candidate("blue jacket", product, 0.6, 3.2)
    logged = described_candidate(
        live.title, live.details, behaviour_numbers(live), kind=live.kind, cosine=0, lexical=0
    )
    assert np.array_equal(
        feature_matrix("blue jacket", [live]), feature_matrix("blue jacket", [logged])
    )
    assert "waterproof" in live.details
    assert "hood" not in live.details


def test_a_chinese_query_sees_the_chinese_words() -> None:
    product = Product(
        id="1",
        title="Rain jacket",
        translations={"zh": Translation(title="防雨夹克", category=("服装", "夹克"))},
    )
    assert product_candidate("夹克", product, 0, 0).kind.strip() == "夹克"
    assert values("夹克", product_candidate("夹克", product, 0, 0))["title_share"] == 1
    assert "防" not in product_candidate("jacket", product, 0, 0).title
