"""The whole story in a browser: the demo shop, the real guide, the real log."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select
from visiting import Visitor

from assistant.tables import events, feedback, impressions, turns
from assistant.turn import Guide
from retrieval.database import open_database
from retrieval.demo import demo_catalog_path
from retrieval.errors import MissingWeightsError
from retrieval.shop import load_demo_shop, open_shop
from ui.load.ports import free_port
from ui.server import create_app
from ui.settings import Settings

WISH = "waterproof jacket for hiking under $100, not black"


@dataclass
class DemoSite:
    """The demo shop being served, and the database behind it."""

    address: str
    engine: Engine


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    if not demo_catalog_path().exists():
        pytest.skip("the demo catalogue is not built")
    folder = tmp_path_factory.mktemp("demo")
    settings = Settings(data_dir=folder, port=free_port(), writer="composer")
    with open_shop(settings) as shop:
        load_demo_shop(shop, progress=lambda *_: None)
    try:
        guide = Guide.open(settings)
    except MissingWeightsError as error:
        pytest.skip(str(error))
    config = uvicorn.Config(
        create_app(settings, guide),
        port=settings.port,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.05)
    engine = open_database(settings.resolved_database_url)
    yield DemoSite(f"http://127.0.0.1:{settings.port}", engine)
    engine.dispose()
    server.should_exit = True
    thread.join(10)
    guide.close()


@pytest.fixture
def customer(browser: Browser, demo: DemoSite) -> Iterator[Visitor]:
    visitor = Visitor(browser, demo.address)
    yield visitor
    visitor.close()


def test_a_customer_is_served(customer: Visitor, demo: DemoSite) -> None:
    page = customer.open()

    # She says what she wants and reads an honest recommendation.
    customer.say(WISH)
    cards = page.locator(".sg-card")
    assert 1 <= cards.count() <= 5
    for card in cards.all():
        price = re.search(r"Price:\s*\$([\d.]+)", card.inner_text().replace("\n", " "))
        assert price is not None
        assert float(price[1]) <= 100
        assert not re.search(r"\bblack\b", card.locator("h3").inner_text(), re.IGNORECASE)
    assert page.locator(".sg-text").inner_text()
    expect(page.locator(".sg-chip", has_text="$100")).to_be_visible()
    assert page.evaluate(
        "[...document.querySelectorAll('.sg-picture img')].every(i => i.complete && i.naturalWidth)"
    )

    # She opens a product and finds the card's facts there.
    link = cards.nth(1).get_by_role("link")
    product_id = link.get_attribute("data-product")
    price = cards.nth(1).locator(".sg-price strong").inner_text()
    with customer.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator(".pp-price strong")).to_have_text(price)
    opened.value.close()

    # She refines the wish: by a suggestion, by a message, by taking a condition back.
    page.locator(".sg-suggestion").first.click()
    customer.answered(2)
    customer.say("rather in blue", turns=3)
    page.get_by_role("button", name="Remove “not black”").click()
    customer.answered(4)
    page.locator(".sg-turn").last.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()

    # Everything is in the log.
    conversation = page.evaluate("localStorage.getItem('shopguide.conversation')")
    with demo.engine.connect() as connection:
        logged = connection.execute(
            select(turns.c.message, turns.c.completed_at)
            .where(turns.c.conversation_id == conversation)
            .order_by(turns.c.turn)
        ).all()
        shown = connection.execute(
            select(impressions.c.product_id)
            .where(impressions.c.conversation_id == conversation, impressions.c.turn == 1)
            .order_by(impressions.c.position)
        ).scalars()
        clicked = connection.execute(
            select(events.c.product_id, events.c.position, events.c.turn).where(
                events.c.conversation_id == conversation, events.c.kind == "click"
            )
        ).all()
        verdicts = connection.execute(
            select(feedback.c.turn, feedback.c.helpful).where(
                feedback.c.conversation_id == conversation
            )
        ).all()
        assert len(logged) == 4
        assert logged[0].message == WISH
        assert all(row.completed_at for row in logged)
        assert list(shown)[1] == product_id
        assert [tuple(row) for row in clicked] == [(product_id, 2, 1)]
        assert [tuple(row) for row in verdicts] == [(4, True)]

    # Tomorrow it is all still there.
    texts = page.locator(".sg-text").all_inner_texts()
    page.reload()
    expect(page.locator(".sg-turn")).to_have_count(4)
    assert page.locator(".sg-text").all_inner_texts() == texts


def test_every_example_wish_leads_to_products_in_both_languages(
    browser: Browser, demo: DemoSite
) -> None:
    for locale in ("en-US", "zh-CN"):
        visitor = Visitor(browser, demo.address, locale=locale)
        page = visitor.open()
        for number in range(page.locator(".sg-examples button").count()):
            wish = page.locator(".sg-examples button").nth(number)
            said = wish.inner_text()
            wish.click()
            visitor.answered(1)
            assert page.locator(".sg-card").count() > 0, said
            page.locator("[data-do=new]").click()
        visitor.close()


def test_a_customer_fills_a_cart(customer: Visitor, demo: DemoSite) -> None:
    page = customer.open()
    customer.say(WISH)
    page.get_by_role("button", name="Add Fellmarrow").first.click()
    customer.answered(2)
    expect(page.locator(".sg-turn").last.locator(".sg-text")).to_contain_text("Which size")

    page.locator(".sg-suggestion", has_text=re.compile("^M$")).click()
    customer.answered(3)
    cart = page.locator(".sg-turn").last.get_by_role("region", name="Your cart")
    expect(cart).to_contain_text("blue, M")
    expect(cart.locator(".sg-cart-total")).to_contain_text("$89.00")
    page.get_by_role("button", name="One more of").click()
    customer.answered(4)
    expect(page.locator(".sg-cart-total").last).to_contain_text("$178.00")

    # The cart is still there after a reload, and its button shows it.
    page.reload()
    button = page.get_by_role("button", name="Cart, 2 items")
    expect(button).to_be_visible()
    button.click()
    customer.answered(5)
    expect(page.locator(".sg-cart-total").last).to_contain_text("$178.00")
    page.locator(".sg-turn").last.get_by_role("button", name="Remove Fellmarrow").click()
    customer.answered(6)
    expect(page.locator(".sg-turn").last.locator(".sg-text")).to_contain_text("cart is empty")
    expect(page.get_by_role("button", name="Cart,")).to_have_count(0)

    conversation = page.evaluate("localStorage.getItem('shopguide.conversation')")
    with demo.engine.connect() as connection:
        added = connection.execute(
            select(events.c.turn, events.c.product_id).where(
                events.c.conversation_id == conversation, events.c.kind == "add_to_cart"
            )
        ).all()
    assert [turn for turn, _ in added] == [1]
