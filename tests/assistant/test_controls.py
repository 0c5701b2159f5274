"""The lead's rules: what is blocked is not shown, what is pinned comes first, bans are kept."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from turn_guide import small_guide
from turn_parts import SHOP

from assistant.audit_log import read_audit
from assistant.controls import ControlError, Controls, Kind, Rules, says
from assistant.log import ConversationLog
from assistant.reply import Reply
from assistant.sponsoring import MOST_LIFTED, with_sponsored
from assistant.turn import Guide
from ranking.rerank import RankedHit
from retrieval.filter_index import FilterIndex
from retrieval.filters import Filters
from retrieval.product import Product
from retrieval.search import SearchHit

WHO = "lea@shop.example"


@pytest.fixture
def guide(tmp_path: Path) -> Iterator[Guide]:
    guide = small_guide(tmp_path)
    yield guide
    guide.close()


@pytest.fixture
def controls(guide: Guide) -> Controls:
    assert guide.parts.controls
    return guide.parts.controls


def ask(guide: Guide, message: str, conversation: str | None = None) -> Reply:
    reply = list(guide.answer(message, conversation_id=conversation))[-1]
    assert isinstance(reply, Reply)
    return reply


def ids(reply: Reply) -> list[str]:
    return [card.product_id for card in reply.products]


def test_a_blocked_product_is_gone_from_the_next_message_on(
    guide: Guide, controls: Controls
) -> None:
    first = ask(guide, "a waterproof jacket")
    blocked = first.products[0]
    rule = controls.add(WHO, Kind.BLOCK, product_id=blocked.product_id)
    again = ask(guide, "a waterproof jacket")
    assert blocked.product_id not in ids(again)
    assert again.products
    assert blocked.title not in again.text
    # Nor is it spoken of in the conversation that showed it.
    about = ask(guide, f"is the {blocked.title} any good?", first.conversation_id)
    assert blocked.product_id not in ids(about)
    controls.remove(WHO, rule.id)
    assert ids(ask(guide, "a waterproof jacket")) == ids(first)


def test_a_pinned_product_comes_first_where_it_meets_the_wish(
    guide: Guide, controls: Controls
) -> None:
    before = ask(guide, "a waterproof jacket")
    pinned = before.products[-1]
    assert len(before.products) > 1
    controls.add(WHO, Kind.PIN, product_id=pinned.product_id, phrase="Waterproof jackets")
    after = ask(guide, "a waterproof jacket")
    assert ids(after)[0] == pinned.product_id
    assert after.products[0].reasons[0] == "picked by the shop"
    assert len(set(ids(after))) == len(ids(after)) <= len(before.products)
    # The customer's conditions stand above it, and other wishes know nothing of it.
    price = min(float(card.price or 0) for card in before.products)
    cheap = ask(guide, f"a waterproof jacket under ${price - 1:.0f}")
    if float(pinned.price or 0) >= price - 1 and "price" in cheap.constraints:
        assert pinned.product_id not in ids(cheap)[:1]
    other = ask(guide, "something red")
    assert all("picked by the shop" not in card.reasons for card in other.products)


def test_a_banned_phrase_is_not_sent(guide: Guide, controls: Controls) -> None:
    first = ask(guide, "a waterproof jacket")
    reason = first.products[0].reasons[0]
    word = first.text.split()[0].strip(",.")
    controls.add(WHO, Kind.BAN, phrase=word)
    controls.add(WHO, Kind.BAN, phrase=reason)
    again = ask(guide, "a waterproof jacket")
    assert ids(again) == ids(first)
    assert word not in again.text.split()
    assert all(reason not in card.reasons for card in again.products)


@pytest.mark.parametrize(
    ("phrase", "sentence", "allowed"),
    [("best price", "The best prices in town.", False), ("best price", "The best of all.", True),
     ("cheap", "A cheaper one.", True), ("100%", "It costs $100.", True),
     ("100%", "100% safe", False), ("safe", "ＳＡＦＥ now", False),
     ("最好", "这是最好的夹克。", False), ("最好", "很好。", True)],
)  # fmt: skip
def test_phrases_are_compared_by_words(phrase: str, sentence: str, allowed: bool) -> None:
    assert Rules(banned=(phrase,)).allows(sentence) is allowed


def test_the_longest_phrase_counts_first_and_blocks_win() -> None:
    rules = Rules(blocked=("c",), pins=(("tent", "a"), ("family tent", "b"), ("tent", "c")))
    assert rules.pinned_for("a family tent, please") == ["b", "a"]
    assert rules.pinned_for("a lamp") == []


def test_rules_are_kept_and_each_change_is_in_the_audit_log(engine: Engine) -> None:
    ConversationLog(engine)
    controls = Controls(engine)
    rule = controls.add(WHO, Kind.PIN, product_id=" p1 ", phrase="  rain   jacket ")
    assert (rule.product_id, rule.phrase) == ("p1", "rain jacket")
    controls.add(WHO, Kind.BAN, phrase="guaranteed")
    for kind, product_id, phrase, key in (
        (Kind.PIN, "p1", "rain jacket", "control.twice"),
        (Kind.PIN, "p1", "?!", "control.phrase"),
        (Kind.BLOCK, " ", "", "control.product"),
        (Kind.BAN, "", "x" * 101, "control.long"),
    ):
        with pytest.raises(ControlError) as refused:
            controls.add(WHO, kind, product_id=product_id, phrase=phrase)
        assert refused.value.key == key
    assert Controls(engine).rules() == Rules(pins=(("rain jacket", "p1"),), banned=("guaranteed",))
    controls.remove(WHO, rule.id)
    controls.remove(WHO, rule.id)
    assert controls.rules() == Rules(banned=("guaranteed",))
    actions = [(entry.action, entry.what) for entry in read_audit(engine)]
    assert actions == [("pin removed", "p1"), ("ban added", "guaranteed"), ("pin added", "p1")]


def test_the_search_leaves_out_what_it_is_told_to() -> None:
    index = FilterIndex(SHOP)
    first, *others = [product.id for product in SHOP]
    mask = index.mask(Filters(exclude_ids=(first, "unknown")))
    assert [product.id for product, passes in zip(SHOP, mask, strict=True) if passes] == others


def test_a_product_called_what_may_not_be_said_is_not_shown(
    guide: Guide, controls: Controls
) -> None:
    first = ask(guide, "a waterproof jacket")
    word = first.products[0].title.split()[0]
    controls.add(WHO, Kind.BAN, phrase=word)
    again = ask(guide, "a waterproof jacket")
    assert again.products
    assert all(word not in card.title for card in again.products)
    assert word not in again.text


def test_when_all_may_not_be_said_the_guide_says_so_and_stays_usable(
    guide: Guide, controls: Controls
) -> None:
    for phrase in ("the", "a", "hi", "hello", "i", "welcome"):
        controls.add(WHO, Kind.BAN, phrase=phrase)
    reply = ask(guide, "hello")
    assert "welcome" not in reply.text.casefold()
    assert not says(reply.text, "a")
    again = ask(guide, "a waterproof jacket")
    assert not says(again.text, "the")


def test_sponsored_products_are_labelled_and_stay_near_their_relevance(
    guide: Guide, controls: Controls
) -> None:
    before = ask(guide, "a waterproof jacket")
    paid = before.products[-1]
    controls.add(WHO, Kind.SPONSOR, product_id=paid.product_id, bid="2.50")
    after = ask(guide, "a waterproof jacket")
    card = next(card for card in after.products if card.product_id == paid.product_id)
    assert card.sponsored
    assert card.reasons[0] == "sponsored"
    assert [each.product_id for each in after.products if each.sponsored] == [paid.product_id]
    place = ids(after).index(paid.product_id)
    bound = guide.parts.settings.sponsored_bound
    for passed in after.products[place + 1 :]:
        unpaid = ids(before).index(passed.product_id) if passed.product_id in ids(before) else 99
        if unpaid < ids(before).index(paid.product_id):
            assert paid.click_probability >= (1 - bound) * passed.click_probability
    zh = ask(guide, "防水夹克")
    assert all(card.reasons[0] == "广告" for card in zh.products if card.sponsored)


def ranked(probability: float, name: str) -> RankedHit:
    product = Product(id=name, title=name)
    return RankedHit(SearchHit(product, 1.0, 1, 1, 1.0, 0.5), probability, {})


@given(
    st.lists(st.floats(0.01, 1), min_size=1, max_size=12),
    st.dictionaries(st.integers(0, 11), st.decimals("0.01", "50", places=2), max_size=6),
    st.lists(st.integers(0, 1), min_size=12, max_size=12),
    st.sampled_from([0.0, 0.1, 0.3]),
)
def test_what_is_paid_for_is_bounded(
    probabilities: list[float], bids: dict[int, Decimal], classes: list[int], bound: float
) -> None:
    hits = [ranked(p, str(number)) for number, p in enumerate(probabilities)]
    standing = {str(number): (each,) for number, each in enumerate(classes)}
    hits.sort(key=lambda hit: (standing[hit.hit.product.id], -hit.click_probability))
    unpaid = hits[:5]
    paid = {str(number): bid for number, bid in bids.items()}
    shown = with_sponsored(unpaid, hits, paid, bound, lambda hit: standing[hit.hit.product.id])
    assert len(shown) == len({hit.hit.product.id for hit in shown}) == len(unpaid)
    order = [hit.hit.product.id for hit in hits]
    places = {hit.hit.product.id: place for place, hit in enumerate(shown)}
    lifted: set[str] = set()
    for low in hits:
        for high in hits[: order.index(low.hit.product.id)]:
            name, other = low.hit.product.id, high.hit.product.id
            if name in places and places[name] < places.get(other, 99):
                lifted.add(name)
                assert name in paid
                assert low.click_probability >= (1 - bound) * high.click_probability
                assert standing[name] <= standing[other]
    assert len(lifted) <= MOST_LIFTED
    if not paid:
        assert shown == unpaid


def test_the_higher_expected_value_comes_first() -> None:
    hits = [ranked(0.50, "a"), ranked(0.49, "b"), ranked(0.48, "c"), ranked(0.2, "d")]
    bids = {"b": Decimal(1), "c": Decimal(2), "d": Decimal(100)}
    shown = with_sponsored(hits[:3], hits, bids, 0.1, lambda _hit: (0,))
    assert [hit.hit.product.id for hit in shown] == ["c", "b", "a"]


def test_bids_are_amounts(engine: Engine) -> None:
    ConversationLog(engine)
    controls = Controls(engine)
    for bid in ("", "two", "0", "-1", "NaN", "1e9", "Infinity"):
        with pytest.raises(ControlError) as refused:
            controls.add(WHO, Kind.SPONSOR, product_id="p", bid=bid)
        assert refused.value.key == "control.bid"
    assert controls.add(WHO, Kind.SPONSOR, product_id="p", bid=" 1.250 ").bid == Decimal("1.25")
    assert controls.rules().bids == {"p": Decimal("1.25")}
