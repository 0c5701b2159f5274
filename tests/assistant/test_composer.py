"""The composer: short, true, in good English and Chinese, without a model."""

from __future__ import annotations

import pytest
from turn_parts import ANORAK, PARKA, SHELL, VEST

from assistant.comparing import advantages
from assistant.language import Language
from assistant.naming import Naming
from assistant.reasons import Reason
from assistant.reply import Comparison, ComparisonRow
from assistant.verify import Verifier
from assistant.writing.composer import composer_for
from assistant.writing.plan import Advantage, Condition, Pick, Plan, Range
from assistant.writing.sentences import split_sentences, stream_sentences
from retrieval.facets import Facets
from retrieval.product import Product

REASONS = (
    Reason("condition", "under $100"),
    Reason("condition", "waterproof"),
    Reason("rating", "4.6 stars from 212 reviews"),
)


def plan(*products: Product, language: Language = "en", seed: int = 0, **fields: object) -> Plan:
    picks = tuple(
        Pick(
            product,
            product.translations["zh"].title
            if language == "zh" and product.translations
            else product.title,
            REASONS if product is SHELL else (),
        )
        for product in products
    )
    return Plan(language=language, seed=seed, picks=picks, **fields)  # type: ignore[arg-type]


def text(plan: Plan) -> str:
    composer = composer_for(plan.language)
    said = [composer.opening(plan), *(said.text for said in composer.body(plan))]
    return composer.joint.join(said)


WATERPROOF = Condition("attributes.waterproof", "waterproof")
UNDER_100 = Condition("price", "under $100")
NOT_BLACK = Condition("exclude.black", "not black")


def test_a_recommendation_in_english_says_nothing_twice() -> None:
    met = (WATERPROOF, UNDER_100, NOT_BLACK)
    assert text(plan(SHELL, PARKA, VEST, noun="jackets", met=met)) == (
        "Here are three waterproof jackets under $100, none of them black. "
        "My first suggestion is Storm Shell Jacket ($89.00, down from $120.00): "
        "4.6 stars from 212 reviews. "
        "If you want to spend less, Ember Vest ($39.00) is the cheapest of these."
    )


def test_a_recommendation_in_chinese() -> None:
    met = (Condition("attributes.waterproof", "防水"), Condition("price", "US$100以内"))
    assert text(plan(SHELL, PARKA, noun="夹克", met=met, language="zh")).startswith(
        "为您找到两款US$100以内的防水夹克。"
    )


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ((Condition("attributes.color", "blue"),), "blue jackets"),
        ((Condition("attributes.size", "size M"),), "jackets in size M"),
        ((Condition("attributes.hood", "hood"),), "jackets with hood"),
        ((Condition("brand", "Norvane"),), "jackets by Norvane"),
        ((Condition("price", "$5–$10"),), "jackets for $5–$10"),
        ((Condition("rating", "4 stars and up"),), "jackets rated 4 stars and up"),
        ((Condition("exclude.Norvane", "not Norvane"),), "jackets, leaving out Norvane"),
    ],
)
def test_each_condition_stands_where_english_wants_it(
    met: tuple[Condition, ...], said: str
) -> None:
    assert text(plan(SHELL, PARKA, noun="jackets", met=met)).startswith(f"Here are two {said}.")


def test_the_cheapest_of_all_is_said_with_how_many_there_are() -> None:
    best = plan(VEST, PARKA, noun="jackets", best="cheapest", range=Range(12))
    assert text(best).startswith("The cheapest of our 12 jackets is Ember Vest ($39.00).")
    zh = plan(VEST, PARKA, noun="夹克", best="cheapest", range=Range(12), language="zh")
    assert text(zh).startswith("店里12 款夹克中最便宜的是Ember Vest（US$39.00）。")


def test_beside_the_most_expensive_nothing_is_called_the_cheapest() -> None:
    dearest = plan(SHELL, VEST, noun="jackets", best="dearest", range=Range(4))
    assert "cheapest" not in text(dearest)


def test_a_price_that_nothing_has_is_said_with_the_real_one() -> None:
    limit = Condition("price.max", "up to $20")
    said = text(plan(VEST, PARKA, noun="jackets", too_little=limit))
    assert said.startswith(
        "We have no jackets for $20 or less. The cheapest is Ember Vest ($39.00)."
    )


def test_cheaper_is_said_of_what_was_seen_and_not_as_an_odd_limit() -> None:
    moved = plan(VEST, PARKA, noun="jackets", move="cheaper", is_most=True)
    assert text(moved).startswith(
        "These two jackets cost less than most of what you have seen: from $39.00 to $59.90."
    )
    stuck = plan(VEST, noun="jackets", move="cheaper", is_stuck=True, too_little=UNDER_100)
    assert text(stuck) == "Ember Vest ($39.00) is already the cheapest of our jackets."


def test_the_phrasing_varies_from_turn_to_turn_and_never_within_one() -> None:
    openings = {text(plan(SHELL, PARKA, noun="jackets", seed=seed)) for seed in range(3)}
    assert len(openings) == 3
    assert text(plan(SHELL, PARKA, seed=7)) == text(plan(SHELL, PARKA, seed=7))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_text_has_two_to_four_sentences(language: Language, count: int) -> None:
    products = (SHELL, PARKA, ANORAK, VEST)[:count]
    said = text(plan(*products, language=language, noun="jackets", partly=("wool",)))
    assert 2 <= len(split_sentences(said)) <= 4


def test_what_was_given_up_is_said() -> None:
    red = Condition("attributes.color", "red")
    said = text(plan(SHELL, set_aside=(red,), met=(WATERPROOF,), noun="jackets"))
    assert said.startswith("We have no waterproof red jackets. Without “red”, this comes closest.")
    both = text(plan(SHELL, set_aside=(red, UNDER_100), met=(WATERPROOF,), noun="jackets"))
    assert "“red” and “under $100”" in both
    assert "this comes closest: waterproof jackets" in both


def test_a_kind_of_product_given_up_is_no_quotation() -> None:
    toys = Condition("category", "toys & games")
    assert "Without toys & games" in text(plan(SHELL, set_aside=(toys,), seed=1))
    assert "toys & games" in text(plan(SHELL, set_aside=(toys,), seed=0))
    assert "“" not in text(plan(SHELL, set_aside=(toys,), language="zh"))


def test_what_the_shop_does_not_have_is_said() -> None:
    assert "“shower cap”" in text(plan(SHELL, PARKA, noun="jackets", unmatched="shower cap"))


def test_what_merely_was_found_is_not_recommended() -> None:
    assert text(plan(SHELL, PARKA, unmatched="submarine")) == (
        "I don’t see “submarine” in the shop. Perhaps one of these is close to it."
    )
    assert text(plan(SHELL, language="zh", unmatched="潜水艇")) == (
        "店里没有看到“潜水艇”，这款也许有些接近。"
    )


def test_what_is_out_of_stock_is_said() -> None:
    assert "Cloudline Anorak is out of stock at the moment." in text(plan(ANORAK, PARKA))


def test_what_the_records_do_not_confirm_is_said() -> None:
    said = text(plan(SHELL, PARKA, nowhere=("gluten free",), partly=("red",)))
    assert "None of the descriptions mentions “gluten free”, and only some say “red”." in said


def test_a_superlative_is_said_only_where_it_is_true() -> None:
    assert "The best rated of these is Cloudline Anorak ($74.50)" in text(plan(VEST, ANORAK, PARKA))
    twins = plan(SHELL, SHELL.model_copy(update={"id": "twin", "title": "Twin Jacket"}))
    assert "cheapest" not in text(twins)
    assert "best rated" not in text(twins)


@pytest.mark.parametrize("seed", range(4))
def test_the_sentences_on_products_pass_the_verifier(seed: int) -> None:
    """The verifier was written for a model's text; plain sentences of the composer hold too."""
    picks = plan(PARKA, VEST, ANORAK, seed=seed)
    verifier = Verifier([PARKA, VEST, ANORAK])
    for said in composer_for("en").body(picks)[:2]:
        assert verifier.check(said.text).reason == ""


TABLE = Comparison(
    product_ids=["shell", "parka"],
    titles=["Storm Shell Jacket", "Drizzle Parka"],
    rows=[ComparisonRow(name="price", values=["$89.00", "$59.90"])],
)


def test_a_comparison_has_a_line_for_each_difference_where_no_table_is_shown() -> None:
    lines = composer_for("en").comparison(TABLE, lines=True)
    assert lines[:2] == [
        "Storm Shell Jacket (A) and Drizzle Parka (B) differ in this:",
        "\n• price: A $89.00; B $59.90",
    ]
    assert composer_for("zh").comparison(TABLE, lines=False) == ["它们的区别如下。"]


def test_what_speaks_for_each_is_true_of_the_records() -> None:
    found = dict(advantages([SHELL, VEST], Naming(Facets(), "en")))
    assert found["Storm Shell Jacket"] == [
        Advantage("rating"),
        Advantage("feature", "waterproof"),
        Advantage("feature", "hood"),
    ]
    assert found["Ember Vest"] == [Advantage("price")]
    said = composer_for("en").advantages("Storm Shell Jacket", found["Storm Shell Jacket"], 2)
    assert said == "Storm Shell Jacket is rated higher, is waterproof and has a hood."


def test_silence_of_a_record_is_no_difference() -> None:
    silent = PARKA.model_copy(update={"attributes": {}, "id": "silent", "title": "Plain Parka"})
    found = dict(advantages([SHELL, silent], Naming(Facets(), "en")))
    assert all(each.kind != "feature" for each in found["Storm Shell Jacket"])


def test_numbers_and_abbreviations_do_not_end_a_sentence() -> None:
    assert split_sentences(
        "It has 4.6 stars. It weighs approx. 3 kg in U.S. size 4! 很好。真的"
    ) == [
        "It has 4.6 stars.",
        "It weighs approx. 3 kg in U.S. size 4!",
        "很好。",
        "真的",
    ]


def test_sentences_come_as_soon_as_they_are_whole() -> None:
    stream = stream_sentences(iter(["It is gre", "en. It ", "is light"]))
    assert list(stream) == ["It is green.", "It is light"]
