"""A customer and an agent in two browsers: asked for, taken, answered, handed back, erased."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from visiting import RealSite, Visitor

from assistant.takeover.canned import CannedAnswers
from assistant.takeover.desk import Desk
from ui.staff.accounts import Accounts
from ui.staff.roles import Role

PASSWORD = "seven quiet harbours"
WISH = "a waterproof jacket under $100"


@pytest.fixture
def customer(browser: Browser, fresh_site: RealSite) -> Iterator[Visitor]:
    visitor = Visitor(browser, fresh_site.address)
    yield visitor
    visitor.close()


@pytest.fixture
def agent(browser: Browser, fresh_site: RealSite) -> Iterator[Visitor]:
    visitor = Visitor(browser, fresh_site.address)
    yield visitor
    visitor.close()


def sign_in(agent: Visitor, email: str) -> Page:
    page = agent.open("/staff/sign-in?next=/staff/queue")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def test_a_person_takes_over_from_the_guide(
    customer: Visitor, agent: Visitor, fresh_site: RealSite
) -> None:
    engine = fresh_site.app.state.staff.engine
    Accounts(engine).add("mia@story.example", "Mia", Role.LEAD, password=PASSWORD)
    CannedAnswers(engine).keep("lead", "Hello", "Hello, this is {agent} of {shop}.", "")

    # Nobody is there: the customer is told so, and served all the same.
    shop = customer.open()
    customer.say(WISH)
    customer.say("can I talk to a human?", turns=2)
    expect(shop.locator(".sg-turn").last).to_contain_text("None of them is here at the moment")
    expect(shop.locator(".sg-standing")).to_contain_text("Nobody of the shop is here")

    # Mia signs in, sees who waits, and takes it.
    desk = sign_in(agent, "mia@story.example")
    expect(desk.locator(".st-queue-row")).to_contain_text("can I talk to a human?")
    expect(shop.locator(".sg-standing")).to_contain_text("A colleague has been told")
    desk.get_by_role("button", name="Take over").click()
    expect(shop.locator(".sg-notice")).to_have_text("Mia has joined and will answer you here.")
    expect(shop.locator(".sg-standing")).to_contain_text("You are talking with Mia.")

    # The customer writes; the guide says nothing, and Mia reads it without loading the page.
    shop.fill("#sg-message", "where is my parcel?")
    shop.press("#sg-message", "Enter")
    expect(desk.locator(".st-turn").last).to_contain_text("where is my parcel?")
    silent = shop.locator(".sg-turn-silent", has_text="where is my parcel?")
    expect(silent.locator(".sg-answer")).to_be_hidden()

    # She types, which is seen, and sends a canned answer and a card.
    desk.fill("#case-text", "/hel")
    expect(shop.locator(".sg-standing")).to_contain_text("Mia is writing")
    desk.press("#case-text", "Enter")
    hello = f"Hello, this is Mia of {fresh_site.settings.shop_name}."
    expect(desk.locator("#case-text")).to_have_value(hello)
    desk.locator("[data-products] summary").click()
    desk.fill("#product-words", "anorak")
    desk.locator("[data-found] button", has_text="Drizzle Anorak").click()
    desk.get_by_role("button", name="Send").click()
    said = shop.locator(".sg-staff")
    expect(said).to_contain_text("Hello, this is Mia of")
    expect(said.locator(".sg-card")).to_contain_text("Drizzle Anorak")
    expect(said.locator(".sg-price")).to_contain_text("$59.00")
    expect(desk.locator(".st-turn-staff").last).to_contain_text("Drizzle Anorak")

    # The same after loading the page anew, in the same order.
    shop.reload()
    shop.wait_for_selector(".sg[data-ready]")
    order = shop.locator(".sg-turn").evaluate_all(
        "all => all.map(each => each.dataset.message ? 'staff' : 'turn').join(' ')"
    )
    assert order.endswith("turn staff turn staff")

    # She hands back, and the guide answers again and knows what she showed.
    desk.get_by_role("button", name="Hand back to the guide").click()
    expect(shop.locator(".sg-notice").last).to_contain_text("The guide answers you again.")
    expect(shop.locator(".sg-standing")).to_be_hidden()
    shop.fill("#sg-message", "add it to my cart")
    shop.press("#sg-message", "Enter")
    expect(shop.locator(".sg-turn").last.locator(".sg-text")).to_contain_text("Drizzle Anorak")

    # And all of it is erased.
    conversation = shop.evaluate("localStorage.getItem('shopguide.conversation')")
    desk.goto(f"{fresh_site.address}/staff/privacy")
    desk.fill("#erase-customer", conversation)
    desk.fill("#erase-again", conversation)
    desk.locator("form[action='/staff/privacy/erase'] button").click()
    expect(desk.locator(".st-note")).to_be_visible()
    assert Desk(engine).news(conversation).messages == []
    desk.get_by_role("button", name="Sign out").click()
