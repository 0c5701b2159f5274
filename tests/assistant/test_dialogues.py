"""Dialogues: the schema's errors, the checks, the judges, the customers, and a small play."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from dialogue_shops import DIALOGUES, build
from turn_guide import small_guide
from turn_parts import SHELL, SHOP
from typer.testing import CliRunner

from assistant.dialogues.checks import admits, asks, check_turn
from assistant.dialogues.customer import PATIENCE, Customer
from assistant.dialogues.exchange import Conversation, Exchange
from assistant.dialogues.judging import audited, quality_of, verdicts
from assistant.dialogues.playing import Player
from assistant.dialogues.records import meets
from assistant.dialogues.report import report_customers, report_scripts
from assistant.dialogues.script import Expected, ProductCondition, read_script
from assistant.dialogues.wants import Trait, Want, Wants
from assistant.reply import Intent, ProductCard, Reply
from assistant.turn import Guide
from retrieval.errors import ShopGuideError
from retrieval.product import Product
from ui.cli.app import app

SCRIPT = """\
shop: small
needs: [shell]
dialogues:
  - id: shell
    tags: [first]
    turns:
      - say: "a jacket under $100"
        expect:
          intent: recommend
          constraints: {price: {max: 100}}
          products: {min: 1, all: {price: {max: 100}}, first: {id: shell}}
          facts: [["Storm Shell", "Rain Cape"]]
      - remove: price.max
        expect: {unconstrained: price}
"""


def reply(text: str = "", products: tuple[Product, ...] = (), **fields: object) -> Reply:
    cards = [
        ProductCard(
            product_id=product.id,
            title=product.title,
            price=str(product.current_price),
            currency=product.currency,
            url=None,
            image_url=None,
            click_probability=0.5,
        )
        for product in products
    ]
    values = {"intent": Intent.RECOMMEND, "language": "en", "writer": "composer", **fields}
    return Reply.model_validate(
        {"conversation_id": "c", "turn": 1, "text": text, "products": cards, **values}
    )


def exchange(given: Reply, shown: tuple[Product, ...] = (), message: str = "hello") -> Exchange:
    return Exchange(message, given, shown, [message], [])


def jacket(id: str, price: str, **fields: object) -> Product:
    values = {"id": id, "title": f"{id} jacket", "price": price, "currency": "USD", **fields}
    return Product.model_validate(values)


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("intent: recommend", "intent: recomend", 9, "dialogues.0.turns.0.expect.intent.0"),
        ("min: 1", "least: 1", 11, "dialogues.0.turns.0.expect.products.least"),
        ("max: 100}}", "max: cheap}}", 10, "expect.constraints.price.max"),
        ("- remove: price.max", "- remov: price.max", 13, "dialogues.0.turns.1"),
        ("shop: small", "shops: small", 1, "shop"),
        ('"a jacket under $100"', "[", 8, ""),
    ],
)
def test_fault_is_told_with_file_line_and_field(
    tmp_path: Path, old: str, new: str, line: int, field: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(SCRIPT.replace(old, new), encoding="utf-8")
    with pytest.raises(ShopGuideError) as raised:
        read_script(path)
    told = str(raised.value)
    assert f"{path}, line {line}" in told or field == ""
    assert field in told


def test_file_with_code_in_it_or_ids_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("shop: !!python/object/apply:os.system [ls]", encoding="utf-8")
    with pytest.raises(ShopGuideError, match="line 1"):
        read_script(path)
    twice = SCRIPT + SCRIPT.partition("dialogues:\n")[2]
    path.write_text(twice, encoding="utf-8")
    with pytest.raises(ShopGuideError, match="'shell' is used twice"):
        read_script(path)
    with pytest.raises(ShopGuideError, match="cannot be read"):
        read_script(tmp_path / "absent.yaml")


def test_own_dialogue_files_are_whole() -> None:
    files = sorted(DIALOGUES.glob("*.yaml"))
    scripts = [read_script(path) for path in files]
    assert {path.stem for path in files} == {script.shop for script in scripts}
    for script in scripts:
        for dialogue in script.dialogues:
            checked = [turn.expect != Expected() for turn in dialogue.turns]
            assert any(checked), f"{script.shop} {dialogue.id} expects nothing"


def test_condition_reads_every_part_of_a_record() -> None:
    product = jacket(
        "a", "120", sale_price="80", brand="Acme", category=("Clothing", "Jackets"),
        attributes={"color": "navy blue", "hood": True, "weight_g": 300},
        description="Keeps you dry, no zipper.", rating=4.5, group_id="g",
    )  # fmt: skip
    good = [
        {"id": "g"}, {"category": "jackets"}, {"brand": ["x", "acme"]},
        {"price": {"min": 80, "max": 80}}, {"attributes": {"colour|color": ["red", "blue"]}},
        {"attributes": {"weight_g": 300.0, "hood": True}}, {"words": "zippers"},
        {"without": "zipper"}, {"rating_min": 4.5}, {"availability": "in_stock"},
    ]  # fmt: skip
    bad = [
        {"id": "b"}, {"category": "boots"}, {"brand": "x"}, {"price": {"max": 79}},
        {"attributes": {"color": "red"}}, {"attributes": {"hood": False}}, {"words": "button"},
        {"without": "navy"}, {"rating_min": 4.6}, {"availability": "preorder"},
    ]  # fmt: skip
    for parts in good:
        assert meets(product, ProductCondition.model_validate(parts)), parts
    for parts in bad:
        assert not meets(product, ProductCondition.model_validate(parts)), parts


def test_every_kind_of_expectation_can_hold_and_fail() -> None:
    cheap, dear = jacket("a", "20", rating=4.0), jacket("b", "90", rating=4.8)
    given = reply(
        "Two jackets. Only one is red. Which size?",
        (cheap, dear),
        constraints={
            "category": ["jackets"], "price": {"max": "100"}, "exclude": ["black"],
            "attributes": {"color": "red", "size": ["S", "M"]}, "prefer": "cheap", "quantity": 2,
        },
        suggestions=["cheaper"],
    )  # fmt: skip
    good = {
        "intent": ["refine", "recommend"], "language": "en", "asks": True, "admits": True,
        "handoff": False, "suggestions": 1, "facts": [["two  jackets", "three"]],
        "no_facts": "blue", "unconstrained": ["price.min", "brand", "attributes.hood"],
        "constraints": {
            "category": "Jackets", "price": {"max": "100.00"}, "exclude": "noir|black",
            "attributes": {"colour|color": ["blue", "red"], "size": "M"}, "prefer": "cheap",
            "quantity": 2,
        },
        "products": {
            "min": 2, "max": 2, "all": {"words": "jacket"}, "some": {"id": "b"},
            "none": {"id": "c"}, "first": {"id": "a"}, "cheapest_of": {}, "new": True,
        },
    }  # fmt: skip
    bad = {
        "intent": "refine", "language": "zh", "asks": False, "admits": False, "handoff": True,
        "suggestions": 2, "facts": ["green"], "no_facts": ["red"],
        "unconstrained": ["price", "exclude.black", "attributes.size"],
        "constraints": {
            "category": "Boots", "price": {"min": 1}, "exclude": "white", "brand": "x",
            "attributes": {"size": "L"}, "prefer": "dearest", "quantity": 3, "rating_min": 4,
            "for_whom": "men", "occasion": "hiking",
        },
        "products": {
            "min": 3, "max": 1, "all": {"id": "a"}, "some": {"id": "c"}, "none": {"id": "b"},
            "first": {"id": "b"}, "cheapest_of": {"price": {"max": 10}}, "dearest_of": {},
            "best_rated_of": {}, "new": False,
        },
    }  # fmt: skip
    turn = exchange(given, (cheap, dear))
    held = check_turn(Expected.model_validate(good), turn, (cheap, dear))
    assert len(held) == 26
    assert [check for check in held if not check.held] == []
    failed = check_turn(Expected.model_validate(bad), turn, (cheap, dear))
    assert len(failed) == 31
    assert [check for check in failed if check.held] == []


def test_admission_and_question_are_told_from_mere_words() -> None:
    met = {"constraints": {"exclude": ["black"]}}
    assert not admits(reply("Five jackets that fit: under $100 and not black.", **met))
    assert admits(reply("It is not waterproof.", **met))
    assert admits(reply("Nothing in the shop is all of that."))
    assert admits(reply("店里没有完全符合的商品。"))
    assert not admits(reply("为您找到五款夹克：不要黑色。"))
    assert asks("Which size?")
    assert not asks("A review says “who needs more?” and so on.")


def test_verdicts_tell_met_unmet_and_unknown() -> None:
    navy = jacket("a", "80", attributes={"color": "navy"}, category=("Jackets",), rating=4.1)
    told = verdicts(
        navy,
        {
            "price": {"max": "80"}, "category": ["jackets"], "brand": ["Acme"],
            "exclude": ["black"], "rating": {"min": 4.5},
            "attributes": {"color": "blue", "size": "M", "waterproof": True},
        },
    )  # fmt: skip
    assert told == {
        "price": "met", "category": "met", "brand": "unmet", "exclude black": "met",
        "rating": "unmet", "color": "met", "size": "unknown", "waterproof": "unknown",
    }  # fmt: skip
    assert verdicts(navy, {"exclude": ["navy"], "price": {"min": "90"}}) == {
        "exclude navy": "unmet",
        "price": "unmet",
    }


def test_products_that_break_the_wish_count_as_silent_unless_it_is_said() -> None:
    dear = jacket("a", "80")
    limit = {"constraints": {"price": {"max": "50"}}}
    silent = exchange(reply("Here is a jacket.", (dear,), **limit), (dear,))
    said = exchange(reply("Nothing costs so little.", (dear,), **limit), (dear,))

    class Nothing:
        def audit(self, *_: object) -> list[object]:
            return []

    quality = quality_of([[silent], [said]], Nothing())  # pyright: ignore[reportArgumentType]
    assert (quality.satisfaction.silent, quality.satisfaction.admitted) == (1, 1)
    assert quality.satisfaction.share == 0.5


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    opened = small_guide(tmp_path)
    yield opened
    opened.close()


def test_script_is_played_checked_and_reported(tmp_path: Path, guide: Guide) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SCRIPT, encoding="utf-8")
    player = Player(guide)
    played = player.play(read_script(path))
    report = report_scripts(played, player.auditor(), guide.parts.search)
    assert report.turns == 2
    assert report.checks.of == 7
    assert report.failures == []
    assert report.quality.groundedness.unverified == ()
    told = json.loads(json.dumps(report.to_json()))
    assert told["checks"] == {"held": 7, "of": 7, "share": 1.0}
    assert player.play(read_script(path), "other") == []
    path.write_text(SCRIPT.replace("max: 100}}, first", "max: 10}}, first"), encoding="utf-8")
    failed = report_scripts(player.play(read_script(path)), player.auditor(), guide.parts.search)
    assert [failure.check for failure in failed.failures] == ["products.all"]
    assert failed.passed == 0
    path.write_text(SCRIPT.replace("[shell]", "[nowhere]"), encoding="utf-8")
    with pytest.raises(ShopGuideError, match="need another catalogue"):
        player.play(read_script(path))


def test_invented_price_is_found_by_the_auditor(guide: Guide) -> None:
    auditor = Player(guide).auditor()
    conversation = Conversation(guide, {product.id: product for product in SHOP})
    real = conversation.say("a jacket under $100")
    assert all(finding.on_record for finding in audited(real, auditor))
    text = f"{SHELL.title} costs $12.34."
    lie = exchange(real.reply.model_copy(update={"text": text}), (SHELL,))
    assert [each.said for each in audited(lie, auditor) if not each.on_record] == ["12.34"]


class ShowsInOrder:
    """Shows one product a turn."""

    def __init__(self, *products: Product) -> None:
        self.products = list(products)
        self.heard: list[str] = []

    def answer(self, message: str) -> tuple[list[Product], str]:
        self.heard.append(message)
        return [self.products.pop(0)] if self.products else [], "Which brand do you prefer?"


def test_customer_asks_answers_takes_the_target_and_gives_up() -> None:
    target = jacket("target", "80", brand="Acme")
    other = jacket("other", "200", brand="Nope")
    traits = [
        Trait("price", "price", Decimal(90), "under $90"),
        Trait("brand", "brand", "Acme", "from Acme"),
    ]
    want = Want(target, "en", ["jacket"], traits)
    taken = ShowsInOrder(other, target)
    visit = Customer(want, 1).visit(taken)
    assert visit.success
    assert visit.turns == 2
    assert "jacket" in visit.messages[0]
    said = {trait.name for trait in visit.said}
    assert "brand" in said, "asked for the brand, the customer names it"
    again = Customer(want, 1).visit(ShowsInOrder(other, target))
    assert again.messages == visit.messages
    patient = ShowsInOrder(*[other] * 9)
    left = Customer(want, 1).visit(patient)
    assert not left.success
    assert len(patient.heard) == PATIENCE


def test_variant_counts_only_with_what_was_said() -> None:
    red = jacket("red", "80", group_id="g", attributes={"color": "red"})
    blue = jacket("blue", "80", group_id="g", attributes={"color": "blue"})
    colour = Trait("attribute", "color", "red", "in red")
    want = Want(red, "en", ["jacket"], [colour, colour])
    assert not Customer(want, 0).visit(ShowsInOrder(*[blue] * 5)).success
    assert Customer(want, 0).visit(ShowsInOrder(blue, red)).turns == 2


def test_wants_are_said_as_people_say_them() -> None:
    product = jacket(
        "a", "84", brand="Acme", category=("Clothing", "Jackets", "Rain jackets"),
        attributes={
            "color": "Blue", "size": "M", "waterproof": True, "hood": True, "vegan": False,
            "package_weight": 300, "material": "nylon",
        },
    )  # fmt: skip
    want = Wants([product]).want(product, "en")
    assert want is not None
    assert list(want.nouns) == ["rain jacket", "jacket"]
    said = [trait.said for trait in want.traits]
    assert said == [
        "under $90", "from Acme", "in blue", "in size M", "waterproof", "with hood", "nylon",
    ]  # fmt: skip
    assert all(trait.holds(product) for trait in want.traits)
    assert Wants([product]).want(product, "zh") is None


def test_customers_of_guide_and_peer_are_the_same_people(guide: Guide) -> None:
    player = Player(guide)
    visits = player.customers(3, 7, "en")
    assert visits.guide
    pairs = zip(visits.guide, visits.peer, strict=True)
    assert all(ours.messages[0] == theirs.messages[0] for ours, theirs in pairs)
    report = report_customers(visits, "en", player.auditor())
    assert report.guide.of == len(visits.guide)
    assert [share.held for share in report.guide_by_turn] == sorted(
        share.held for share in report.guide_by_turn
    )
    assert report.guide_by_turn[-1].held == report.guide.held
    assert json.dumps(report.to_json())


def test_smoke_dialogues_hold_in_the_demo_shop(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("demo")
    build("demo", folder)
    monkeypatch.setenv("SHOPGUIDE_DATA_DIR", str(folder))
    monkeypatch.setenv("SHOPGUIDE_WRITER", "composer")
    monkeypatch.chdir(folder)
    script = str(DIALOGUES / "demo.yaml")
    options = ["--tag", "smoke", "--customers", "5", "--seed", "3", "--json"]
    result = CliRunner().invoke(app, ["evaluate", "dialogues", script, *options])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["writer"] == "composer"
    assert told["scripted"]["dialogues"] >= 4
    assert told["scripted"]["failures"] == []
    assert [each["language"] for each in told["customers"]] == ["en", "zh"]
    for part in (told["scripted"], *told["customers"]):
        assert part["groundedness"]["unverified"] == []
        assert part["constraint_satisfaction"]["silent"] == 0
        assert part["latency_ms"]["total"]["p50"] > 0
    for part in told["customers"]:
        success = part["success_within_5"]
        assert success["guide"]["held"] >= max(4, success["peer"]["held"])
