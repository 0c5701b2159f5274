"""The widget in a browser, on a page of another origin with a strict policy."""

from __future__ import annotations

import base64
import gzip
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from visiting import FOREIGN_ORIGIN, RealSite

from assistant.seeing import Seen

WISH = "a waterproof jacket under $100"


class Shopper:
    """Somebody on a page of the shop; what goes wrong in the browser is a fault."""

    def __init__(
        self, browser: Browser, site: RealSite, script: str = "", lang: str = "en", **options: Any
    ) -> None:
        self.site = site
        self.faults: list[str] = []
        self.context: BrowserContext = browser.new_context(
            locale=f"{lang}-US", reduced_motion="reduce", **options
        )
        self.context.set_default_timeout(8_000)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.address = f"{FOREIGN_ORIGIN}/?{urlencode({'lang': lang, 'script': script})}"
        self.page: Page = self.context.new_page()

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and "net::ERR" not in message.text:
            self.faults.append(message.text)

    def visit(self, open_it: bool = True) -> None:
        self.page.goto(self.address)
        self.page.locator(".launcher").wait_for()
        if open_it:
            self.page.locator(".launcher").click()

    def say(self, text: str, turns: int = 1) -> None:
        self.page.locator("textarea").fill(text)
        self.page.locator("textarea").press("Enter")
        self.answered(turns)

    def answered(self, turns: int) -> None:
        expect(self.page.locator(".turn[aria-busy=false]")).to_have_count(turns)

    def logged(self) -> list[str]:
        """The messages of this page's conversation, as the log has them."""
        turn = self.page.locator(".turn").last
        turn.wait_for()
        conversation = self.conversations[-1]
        return [each.message for each in self.site.guide.history(conversation)]

    def watch(self) -> None:
        """Note which conversations are begun."""
        self.conversations: list[str] = []
        self.page.on("response", self._begun)

    def _begun(self, response: Any) -> None:
        if response.url.endswith("/v1/conversations") and response.status == 201:
            self.conversations.append(response.json()["conversation_id"])

    def axe(self) -> list[str]:
        code = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(code)
        found = self.page.evaluate("axe.run()")
        return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]

    def close(self) -> None:
        self.context.close()
        assert not self.faults, "\n".join(self.faults)


@pytest.fixture(scope="module", autouse=True)
def shop_pages(real_site: RealSite) -> Iterator[None]:
    """The pages of a careful shop, which lets no script write markup."""
    policy = (
        f"default-src 'none'; script-src {real_site.address}; connect-src {real_site.address}; "
        f"img-src {real_site.address} data:; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = dict(parse_qsl(urlsplit(self.path).query))
            page = (
                f"<!doctype html><html lang={asked.get('lang', 'en')}><title>A shop</title>"
                "<meta name=viewport content='width=device-width, initial-scale=1'>"
                "<link rel=icon href='data:,'><header>The shop</header>"
                "<main><h1>Our shop</h1></main>"
                f"<script src='{real_site.address}/widget.js' {asked.get('script', '')} async>"
                "</script></html>"
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", urlsplit(FOREIGN_ORIGIN).port or 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def shopper(browser: Browser, real_site: RealSite) -> Iterator[Shopper]:
    shopper = Shopper(browser, real_site)
    shopper.watch()
    yield shopper
    shopper.close()


def test_a_customer_is_served_on_the_shops_own_page(shopper: Shopper) -> None:
    page = shopper.page
    shopper.visit()
    expect(page.locator(".example").first).to_be_visible()
    shopper.say(WISH)
    cards = page.locator(".card")
    assert cards.count() >= 1
    link = cards.first.get_by_role("link")
    href = link.get_attribute("href") or ""
    assert href.startswith(f"{shopper.site.address}/product/jacket-")
    with shopper.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator("h1")).to_contain_text(cards.first.locator("a").inner_text()[:10])
    opened.value.close()

    expect(page.locator(".chip", has_text="$100")).to_be_visible()
    page.get_by_role("button", name="Remove “waterproof”").click()
    shopper.answered(2)
    page.locator(".turn").last.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    page.locator(".turn").last.locator(".add").first.click()
    shopper.answered(3)
    history = shopper.site.guide.history(shopper.conversations[-1])
    assert len(history) == 3
    assert history[1].helpful is True

    # Nothing is kept in the browser before the customer agrees.
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert shopper.context.cookies() == []


def test_the_conversation_is_remembered_once_the_customer_agrees(shopper: Shopper) -> None:
    page = shopper.page
    shopper.visit()
    shopper.say(WISH)
    page.get_by_label("Remember this conversation").check()
    shopper.visit()
    shopper.answered(1)
    expect(page.locator(".said")).to_contain_text(WISH)
    shopper.say("in red", turns=2)
    assert shopper.logged() == [WISH, "in red"]
    page.get_by_label("Remember this conversation").uncheck()
    assert page.evaluate("localStorage.length") == 0
    shopper.visit()
    expect(page.locator(".turn")).to_have_count(0)


@pytest.mark.faults
def test_a_message_sent_without_a_network_arrives_once(shopper: Shopper) -> None:
    page = shopper.page
    shopper.visit()
    shopper.say(WISH)
    shopper.context.set_offline(True)
    page.locator("textarea").fill("in blue")
    page.locator("textarea").press("Enter")
    expect(page.locator(".waiting").last).to_contain_text("The connection is lost")
    shopper.context.set_offline(False)
    shopper.answered(2)
    assert shopper.logged() == [WISH, "in blue"]


@pytest.mark.faults
def test_a_reply_that_is_lost_on_its_way_comes_again(shopper: Shopper) -> None:
    page = shopper.page
    lost: list[int] = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)  # the server has answered, and nobody hears it
            route.abort()
        else:
            route.continue_()

    page.route("**/messages?*", lose)
    shopper.visit()
    shopper.say(WISH)
    assert lost == [200, 200]
    assert shopper.logged() == [WISH]
    assert page.locator(".turn").count() == 1


def test_a_page_left_in_the_middle_of_a_turn_goes_on_with_it(
    browser: Browser, real_site: RealSite
) -> None:
    shopper = Shopper(browser, real_site, 'data-consent="granted" data-segment="trade"')
    shopper.watch()
    shopper.visit()
    shopper.page.route("**/messages?*", lambda route: (route.fetch(), None)[1])
    shopper.page.locator("textarea").fill(WISH)
    shopper.page.locator("textarea").press("Enter")
    while not shopper.conversations or not real_site.guide.history(shopper.conversations[-1]):
        shopper.page.wait_for_timeout(50)
    shopper.page.unroute_all(behavior="ignoreErrors")
    shopper.visit()
    shopper.answered(1)
    assert shopper.logged() == [WISH]
    expect(shopper.page.locator(".turn")).to_have_count(1)
    log, talk = real_site.guide.parts.log, shopper.conversations[-1]
    assert log.begin("the shop's own words", conversation_id=talk).segment == "trade"
    shopper.close()


def test_a_picture_is_sent_where_a_model_sees(
    browser: Browser, real_site: RealSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    class Sees:
        ready, is_small, is_tuned, name = True, False, False, "sees"

        def fill(self, form: type, messages: list[Any], deadline: float) -> object:
            if form is not Seen:
                return None
            asked.append(messages[-1].content[1]["image_url"]["url"])
            return Seen(thing="jacket", colors=["red"])

        def stream(self, messages: list[Any], deadline: float) -> list[str]:
            return []

    monkeypatch.setattr(real_site.guide.parts.writer, "model", Sees())
    monkeypatch.setattr(real_site.settings, "reads_pictures", True)
    monkeypatch.setattr(real_site.guide.parts.settings, "reads_pictures", True)
    file = tmp_path / "mine.png"
    Image.new("RGB", (3000, 2000), "red").save(file)
    (tmp_path / "letter.png").write_text("Dear shop")
    shopper = Shopper(browser, real_site, 'data-consent="granted"')
    shopper.watch()
    shopper.visit()
    page = shopper.page
    expect(page.get_by_role("button", name="Send a picture")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "letter.png")
    expect(page.locator(".chosen")).to_contain_text("can’t be read")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".chosen").get_by_role("img", name="Your picture")).to_be_visible()
    assert shopper.axe() == []
    page.locator("textarea").press("Enter")  # a picture says enough
    shopper.answered(1)
    expect(page.locator(".text")).to_contain_text("I have looked at your picture.")
    expect(page.locator(".chip", has_text="red")).to_be_visible()
    expect(page.locator(".said").get_by_role("img", name="Your picture")).to_be_visible()
    assert len(asked) == 1
    sent = Image.open(io.BytesIO(base64.b64decode(asked[0].partition(",")[2])))
    assert max(sent.size) == 1024
    # Neither the browser nor the log keeps it.
    assert "data:image" not in page.evaluate("JSON.stringify(localStorage)")
    assert shopper.logged() == ["🖼"]
    shopper.close()


@pytest.mark.parametrize(
    ("lang", "options"),
    [
        ("en", {"viewport": {"width": 1280, "height": 800}}),
        ("en", {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}),
        ("zh", {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}),
    ],
)
def test_axe_finds_no_violation_in_the_widget(
    browser: Browser, real_site: RealSite, lang: str, options: dict[str, Any]
) -> None:
    shopper = Shopper(browser, real_site, lang=lang, **options)
    shopper.visit(open_it=False)
    assert shopper.axe() == []
    shopper.page.locator(".launcher").click()
    shopper.page.locator(".example").first.wait_for()
    assert shopper.axe() == []
    shopper.say("100美元以内的防水夹克" if lang == "zh" else WISH)
    assert shopper.axe() == []
    if lang == "zh":
        expect(shopper.page.locator(".card .add").first).to_contain_text("购物车")
        # The window is all there is to see: Tab stays in it, Escape closes it.
        box = shopper.page.locator(".window").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    shopper.page.keyboard.press("Escape")
    expect(shopper.page.locator(".window")).to_be_hidden()
    expect(shopper.page.locator(".launcher")).to_be_focused()
    shopper.close()


def test_the_script_is_small_and_comes_with_an_allowance(real_site: RealSite) -> None:
    answer = httpx.get(f"{real_site.address}/widget.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(gzip.compress(answer.content)) < 40_000
    assert "innerHTML" not in answer.text
    again = httpx.get(
        f"{real_site.address}/widget.js", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


def test_the_demo_shop_has_the_widget(browser: Browser, real_site: RealSite) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{real_site.address}/demo-shop")
    page.locator(".launcher").click()
    expect(page.locator(".window h2")).to_be_visible()
    expect(page.locator("main li").first).to_contain_text("US$")
    context.close()
