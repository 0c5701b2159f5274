"""A lead's day in a browser: sign in, find, read, label, answer better, look, export, erase."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from visiting import RealSite, Visitor

from assistant.audit_log import read_audit
from assistant.export import export_log
from assistant.reply import Reply
from ui.staff.guard import StaffConsole
from ui.staff.roles import Role

PASSWORD = "seven quiet harbours"
LEAD = "lea@story.example"


def axe_faults(visitor: Visitor) -> list[str]:
    """What axe-core finds wrong with the page for people who use it differently."""
    found = Axe().run(visitor.page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


@pytest.fixture(scope="module")
def talk(fresh_site: RealSite) -> str:
    """The conversation of a customer who also wanted what the shop lacks."""
    *_, reply = fresh_site.guide.answer("a waterproof jacket under $100", customer_id="c-story")
    assert isinstance(reply, Reply)
    conversation_id = reply.conversation_id
    list(fresh_site.guide.answer("rather in blue", conversation_id=conversation_id))
    list(fresh_site.guide.answer("防水夹克", customer_id="c-other"))
    return conversation_id


def signed_in(browser: Browser, site: RealSite, **options: object) -> Visitor:
    visitor = Visitor(browser, site.address, **options)
    page = visitor.open("/staff")
    page.get_by_label("E-mail address").fill(LEAD)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{site.address}/staff")
    return visitor


def test_a_leads_day(browser: Browser, fresh_site: RealSite, talk: str, tmp_path: Path) -> None:
    console: StaffConsole = fresh_site.app.state.staff
    console.accounts.add(LEAD, "Lea", Role.LEAD, password=PASSWORD)
    lead = signed_in(browser, fresh_site)
    page = lead.page

    # She filters and searches the inbox, and reads.
    page.get_by_text("More filters").click()
    page.get_by_label("Language").select_option("en")
    page.get_by_label("Search what was said").fill("jacket")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".st-row")).to_have_count(1)
    assert axe_faults(lead) == []
    page.locator(".st-row-link").click()
    expect(page.locator(".st-turn")).to_have_count(2)
    page.get_by_text("How this came about").first.click()
    expect(page.get_by_role("table", name="Retrieved").first).to_be_visible()
    assert axe_faults(lead) == []

    # She labels it, writes a note, and says what the answer should have been.
    page.get_by_placeholder("New label").fill("rain gear")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".st-labels")).to_contain_text("rain gear")
    page.get_by_placeholder("Note for colleagues").fill("Asks again next week")
    page.get_by_role("button", name="Write").click()
    expect(page.locator("#notes")).to_contain_text("Asks again next week")
    turn = page.locator("#turn-1")
    turn.get_by_text("Verdict").first.click()
    turn.get_by_label("Bad").check()
    turn.get_by_label("Why").fill("too long")
    turn.get_by_label("A better answer").fill("The Moorland Shell costs $74.50.")
    turn.get_by_role("button", name="Keep the verdict").click()
    expect(page.locator("#turn-1 .st-badge-label")).to_have_text("Bad")
    page.goto(f"{fresh_site.address}/staff?label=rain+gear")
    expect(page.locator(".st-row")).to_have_count(1)

    # What she wrote trains the writer.
    out = tmp_path / "chat.jsonl"
    assert export_log(console.engine, "chat", labels=("approved",), out=out) == 1
    said = json.loads(out.read_text("utf-8"))["messages"]
    assert said[1] == {"role": "assistant", "content": "The Moorland Shell costs $74.50."}

    # The figures: pictures, their tables, the wishes, a file.
    page.get_by_role("link", name="Figures").click()
    expect(page.locator(".st-chart svg")).to_have_count(8, timeout=60_000)
    expect(page.get_by_role("heading", name="Asked for most")).to_be_visible(timeout=60_000)
    page.locator("#picture-conversations").hover()
    expect(page.locator(".st-tip")).to_contain_text("Conversations: ")
    assert axe_faults(lead) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert "click_through" in Path(download.value.path()).read_text("utf-8-sig")
    page.get_by_role("link", name="Fairness report").click()
    expect(page.get_by_role("heading", name="Brands")).to_be_visible()
    assert axe_faults(lead) == []

    # A customer asks what is stored, and then that it be erased.
    page.get_by_role("link", name="Privacy").click()
    page.locator("#export-customer").fill("c-story")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    told = Path(download.value.path()).read_text("utf-8")
    assert "waterproof jacket" in told
    assert "Asks again next week" in told
    page.locator("#erase-customer").fill("c-story")
    page.locator("#erase-again").fill("c-story")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_contain_text("1 conversations erased")
    page.get_by_role("link", name="Inbox").click()
    expect(page.locator(".st-row")).not_to_have_count(0)
    assert talk not in page.content()
    actions = {entry.action for entry in read_audit(console.engine, who=LEAD)}
    assert {"sign-in", "read", "label", "note", "verdict", "export figures",
            "export customer", "erase customer"} <= actions  # fmt: skip
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{fresh_site.address}/staff/sign-in")
    lead.close()


def test_the_console_on_a_phone_in_the_dark(browser: Browser, fresh_site: RealSite) -> None:
    phone = signed_in(
        browser, fresh_site, viewport={"width": 390, "height": 844}, is_mobile=True,
        has_touch=True, color_scheme="dark",
    )  # fmt: skip
    for path in ("/staff", "/staff/figures", "/staff/figures/fairness", "/staff/controls"):
        page = phone.open(path)
        if path == "/staff/figures":
            expect(page.locator(".st-chart svg")).to_have_count(8, timeout=60_000)
        width = page.locator("html").evaluate("element => element.scrollWidth")
        assert width == 390, path
        assert axe_faults(phone) == [], path
    phone.close()
