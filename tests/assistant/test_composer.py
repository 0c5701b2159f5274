"""The composer: short, true, in good English and Chinese, without a model."""

from __future__ import annotations

import pytest
from turn_parts import ANORAK, PARKA, SHELL, VEST

from assistant.language import Language
from assistant.reasons import Reason
from assistant.verify import Verifier
from assistant.writing.composer import composer_for
from assistant.writing.plan import Difference, Pick, Plan
from assistant.writing.sentences import split_sentences, stream_sentences
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


def test_a_recommendation_in_english() -> None:
    met = ("waterproof", "under $100", "not black")
    assert text(plan(SHELL, PARKA, VEST, noun="jackets", met=met)) == (
        "Here are three jackets that fit: waterproof, under $100 and not black. "
        "My first suggestion is Storm Shell Jacket ($89.00): under $100, waterproof and "
        "4.6 stars from 212 reviews. "
        "If you want to spend less, Ember Vest ($39.00) is the cheapest of these."
    )


def test_a_recommendation_in_chinese() -> None:
    assert text(plan(SHELL, noun="夹克", met=("防水",), language="zh")).startswith(
        "店里有一款符合：防水。就是风暴硬壳夹克（US$89.00）："
    )


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
    said = text(plan(SHELL, set_aside=("under $20",), met=("waterproof",), noun="jackets"))
    assert "“under $20”" in said
    assert "these come closest (jackets, waterproof)" in said


def test_what_the_shop_does_not_have_is_said() -> None:
    assert "“shower cap”" in text(plan(SHELL, PARKA, unmatched="shower cap"))


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


def test_a_comparison_has_a_line_for_each_difference() -> None:
    lines = composer_for("en").comparison(
        ["Storm Shell Jacket", "Drizzle Parka"], [Difference("price", ("$89.00", "$59.90"))]
    )
    assert lines == [
        "Storm Shell Jacket (A) and Drizzle Parka (B) differ in this:",
        "\n• price: A $89.00; B $59.90",
    ]


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
