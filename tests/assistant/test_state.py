"""Stories over several turns: what the guide believes after each."""

from __future__ import annotations

from decimal import Decimal

import pytest
from shop_facets import FACETS, SHOWN, TITLES, Talk
from turn_parts import jacket

from assistant.constraints import Constraints
from assistant.state import DialogueState
from assistant.understanding.understander import Understander


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(FACETS)


@pytest.fixture
def talk(understander: Understander) -> Talk:
    return Talk(understander)


def test_a_wish_is_refined_turn_by_turn(talk: Talk) -> None:
    talk.say("a waterproof jacket for hiking", "under $100", "not black", "size M")
    assert talk.belief == {
        "category": ["jackets"],
        "price": {"max": "100"},
        "attributes": {"waterproof": True, "size": "M"},
        "exclude": ["black"],
        "occasion": ["hiking"],
    }


def test_the_query_stands_alone_after_refinements(talk: Talk) -> None:
    understood = talk.say("I need a waterproof jacket for hiking", "under $100", "in blue please")
    assert understood.query == "waterproof jacket hiking blue"


def test_a_colour_replaces_the_colour_before(talk: Talk) -> None:
    assert talk.say("a red dress", "in blue instead").query == "dress blue"
    assert talk.belief["attributes"] == {"color": "blue"}


def test_a_colour_is_added_on_request(talk: Talk) -> None:
    talk.say("a red dress", "or in grey")
    assert talk.belief["attributes"] == {"color": ["red", "grey"]}


def test_wanting_what_was_excluded_lifts_the_exclusion(talk: Talk) -> None:
    talk.say("a jacket, not black", "ok, black is fine, in black then")
    assert "exclude" not in talk.belief
    assert talk.belief["attributes"] == {"color": "black"}


def test_excluding_what_was_wanted_drops_it(talk: Talk) -> None:
    talk.say("a red or grey jacket", "no red please")
    assert talk.belief["attributes"] == {"color": "grey"}
    assert talk.belief["exclude"] == ["red"]


def test_cheaper_means_under_the_median_of_what_was_shown(talk: Talk) -> None:
    understood = talk.say("a jacket", "something cheaper")
    assert talk.belief["price"] == {"max": "59.99"}
    assert understood.changed == ("price",)
    assert understood.query == "jacket"


def test_cheaper_than_the_second_one_means_under_its_price(talk: Talk) -> None:
    talk.say("a jacket", "cheaper than the first one")
    assert talk.belief["price"] == {"max": "89.99"}


def test_cheaper_before_anything_was_shown_is_a_preference(understander: Understander) -> None:
    state = understander.understand("a jacket", DialogueState(), {}).state
    after = understander.understand("cheaper", state, {}).state
    assert after.constraints.prefer == "cheap"


def test_better_quality_raises_the_floor(talk: Talk) -> None:
    talk.say("a jacket", "something more expensive")
    assert talk.belief["price"] == {"min": "60.01"}


def test_a_bigger_size_is_the_next_letter(talk: Talk) -> None:
    talk.say("a jacket size M", "a bigger one")
    assert talk.belief["attributes"] == {"size": "L"}


def test_bigger_without_a_size_is_a_word_of_the_query(talk: Talk) -> None:
    assert talk.say("a tent", "a bigger one").query == "tent large"


def test_other_brands(talk: Talk) -> None:
    talk.say("a northfell jacket", "other brands")
    assert "brand" not in talk.belief
    assert talk.belief["exclude"] == ["Northfell"]


def test_another_colour(talk: Talk) -> None:
    talk.say("a red dress", "another colour")
    assert talk.belief["exclude"] == ["red"]
    assert "attributes" not in talk.belief


@pytest.mark.parametrize("message", ["anything else?", "show me more", "还有别的吗"])
def test_anything_else_passes_over_what_was_shown(talk: Talk, message: str) -> None:
    understood = talk.say("a jacket", message)
    assert understood.state.rejected == ("p1", "p2", "p3")
    assert understood.state.to_filters(FACETS).exclude_groups == ("p1", "p2", "p3")
    assert talk.belief == {"category": ["jackets"]}


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("never mind the colour", {"price": {"max": "50"}, "brand": ["Northfell"]}),
        ("any color", {"price": {"max": "50"}, "brand": ["Northfell"]}),
        ("the price doesn't matter", {"attributes": {"color": "red"}, "brand": ["Northfell"]}),
        ("don't care about the brand", {"attributes": {"color": "red"}, "price": {"max": "50"}}),
        ("颜色无所谓", {"price": {"max": "50"}, "brand": ["Northfell"]}),
        ("什么颜色都行", {"price": {"max": "50"}, "brand": ["Northfell"]}),
        ("价格不限", {"attributes": {"color": "red"}, "brand": ["Northfell"]}),
    ],
)
def test_a_condition_is_called_off(talk: Talk, message: str, left: dict[str, object]) -> None:
    talk.say("a red northfell jacket under 50", message)
    assert talk.belief == {"category": ["jackets"], **left}


def test_it_need_not_be_waterproof(talk: Talk) -> None:
    talk.say("a waterproof jacket", "it doesn't have to be waterproof")
    assert talk.belief == {"category": ["jackets"]}


def test_start_over_forgets_the_wish(talk: Talk) -> None:
    talk.say("a red jacket under 50", "start over")
    assert talk.belief == {}
    talk.say("a tent")
    assert talk.belief == {"category": ["tents"]}


def test_another_subject_keeps_only_what_is_said_of_the_customer(talk: Talk) -> None:
    talk.say("a waterproof red jacket under 50 for my wife for hiking, not leather", "a backpack")
    assert talk.belief == {
        "category": ["backpacks"],
        "occasion": ["hiking"],
        "for_whom": "women",
    }


def test_an_unknown_subject_is_a_subject_too(talk: Talk) -> None:
    understood = talk.say("a red jacket under 50", "I need a garlic press")
    assert understood.query == "garlic press"
    assert talk.belief == {}


def test_a_narrower_thing_is_no_new_subject(talk: Talk) -> None:
    talk.say("shoes under 80", "hiking boots")
    assert talk.belief == {"category": ["hiking boots"], "price": {"max": "80"}}


def test_conditions_before_the_thing_stay(talk: Talk) -> None:
    talk.say("something under 50", "a tent")
    assert talk.belief == {"category": ["tents"], "price": {"max": "50"}}


def test_going_back_takes_up_the_wish_before(talk: Talk) -> None:
    talk.say("a red jacket", "a tent", "go back to the previous search")
    assert talk.belief == {"category": ["jackets"], "attributes": {"color": "red"}}


def test_questions_leave_the_wish_alone(talk: Talk) -> None:
    talk.say("a red jacket", "is the second one waterproof?", "how long does delivery take?")
    assert talk.belief == {"category": ["jackets"], "attributes": {"color": "red"}}


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("is the second one waterproof?", ("p2",)),
        ("tell me about number 3", ("p3",)),
        ("does the last one have a hood?", ("p3",)),
        ("how heavy is the Storm Shell?", ("p1",)),
        ("what about the ridge parka, is it warm?", ("p2",)),
        ("compare the first and the third", ("p1", "p3")),
        ("compare the first two", ("p1", "p2")),
        ("Storm Shell vs Ridge Parka", ("p1", "p2")),
        ("are they all waterproof?", ("p1",)),
        ("is the cheapest one warm?", ("p3",)),
        ("第二个防水吗？", ("p2",)),
        ("第一个和第三个有什么区别", ("p1", "p3")),
        ("最后一个多少钱", ("p3",)),
        ("how long does delivery take?", ()),
    ],
)
def test_referents(talk: Talk, message: str, meant: tuple[str, ...]) -> None:
    understood = talk.say("a jacket", message)
    if message.startswith("are they all"):
        assert understood.referents in (("p1",), ("p1", "p2", "p3"), ())
    else:
        assert understood.referents == meant


def test_it_means_the_product_last_spoken_of(talk: Talk) -> None:
    talk.say("a jacket", "tell me about the second one")
    assert talk.say("is it waterproof?").referents == ("p2",)


def test_a_chinese_story(talk: Talk) -> None:
    talk.say("我想买一件夹克", "要红色的", "便宜一点", "不要皮革的")
    assert talk.belief == {
        "category": ["jackets"],
        "price": {"max": "59.99"},
        "attributes": {"color": "red"},
        "exclude": ["leather"],
    }
    assert talk.say("换成蓝色").state.constraints.attributes == {"color": ("blue",)}
    assert talk.say("我想要一个帐篷").state.constraints.to_json() == {"category": ["tents"]}


def test_the_language_may_change_with_the_message(talk: Talk) -> None:
    assert talk.say("a jacket").language == "en"
    assert talk.say("要红色的").language == "zh"
    assert talk.say("50?").language == "zh"
    assert talk.belief["attributes"] == {"color": "red"}


def test_a_removed_chip_takes_its_words_with_it(talk: Talk) -> None:
    talk.say("a red waterproof jacket under 50")
    state = talk.state.without("attributes.color").without("price")
    assert state.constraints.to_json() == {
        "category": ["jackets"],
        "attributes": {"waterproof": True},
    }
    assert talk.understander.query(state) == "waterproof jacket"


def test_the_state_survives_json(talk: Talk) -> None:
    talk.say("a red waterproof jacket under 50, size M, not leather", "cheaper", "another colour")
    again = DialogueState.model_validate_json(talk.state.model_dump_json())
    assert again == talk.state
    assert again.constraints.price_max == talk.state.constraints.price_max


def test_what_was_shown_is_kept_by_turn() -> None:
    grouped = jacket("p1", "Storm Shell Jacket", "90", group_id="g1")
    state = DialogueState().with_shown(1, SHOWN, {"p1": grouped}).with_shown(2, SHOWN[:1])
    assert [turn.turn for turn in state.shown] == [1, 2]
    assert state.shown[0].products[0].group_id == "g1"
    assert state.rejecting_shown().rejected == ("g1", "p2", "p3", "p1")
    assert state.with_shown(3, []) == state


def test_three_failures_count_until_one_turn_helps() -> None:
    state = DialogueState().with_failure().with_failure().with_failure()
    assert state.failed_turns == 3
    assert state.with_success().failed_turns == 0


def test_price_to_beat_is_the_median_or_that_of_the_focus() -> None:
    state = DialogueState().with_shown(1, SHOWN)
    assert state.price_to_beat() == Decimal("60")
    assert state.model_copy(update={"focus": ("p1",)}).price_to_beat() == Decimal("90")
    assert DialogueState().price_to_beat() is None


def test_titles_of_earlier_turns_are_recognised(understander: Understander) -> None:
    understood = understander.understand("is the Ridge Parka warm?", DialogueState(), TITLES)
    assert understood.referents == ("p2",)


def test_changed_names_what_is_new_and_gone(talk: Talk) -> None:
    talk.say("a red jacket")
    changed = talk.say("under 50, any color").changed
    assert set(changed) == {"price", "attributes.color"}


def test_constraints_start_empty() -> None:
    assert not DialogueState().constraints
    assert Constraints().to_json() == {}


def test_going_back_to_a_thing_finds_the_wish_for_it(talk: Talk) -> None:
    talk.say("a red jacket under $80", "hiking boots", "a lamp", "back to the jackets")
    assert talk.belief == {
        "category": ["jackets"],
        "attributes": {"color": "red"},
        "price": {"max": "80"},
    }
    talk.say("go back")
    assert talk.belief["category"] == ["lamps"]
