"""The cart is handed to the shop by a signed request, and said to be so only when it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from turn_guide import small_guide

from assistant.cart_webhook import deliverer
from assistant.reply import Reply
from assistant.settings import AssistantSettings
from assistant.turn import Guide

SECRET = "whsec_c2VjcmV0LW9mLXRoZS1zaG9w"


class Shop(BaseHTTPRequestHandler):
    """The shop's server; its path says how it answers."""

    received: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).received.append((dict(self.headers), body))
        self.send_response(500 if "broken" in self.path else 200)
        self.end_headers()
        if "page" in self.path:
            self.wfile.write(b'{"url": "https://shop.example/checkout/77"}')
        if "odd" in self.path:
            self.wfile.write(b'{"url": "javascript:alert(1)"}')

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    Shop.received = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def check_out(folder: Path, webhook: str) -> Reply:
    guide: Guide = small_guide(folder)
    guide.parts.settings.cart_webhook = webhook
    guide.parts.settings.cart_webhook_secret = AssistantSettings(
        cart_webhook_secret=SECRET  # type: ignore[arg-type]
    ).cart_webhook_secret
    conversation = None
    for message in ("a waterproof jacket", "add the first one to my cart", "check out"):
        *_, reply = guide.answer(message, conversation_id=conversation, channel="cli")
        assert isinstance(reply, Reply)
        conversation = reply.conversation_id
    guide.close()
    return reply


def test_the_shop_gets_the_cart_with_its_signature(shop: str, tmp_path: Path) -> None:
    reply = check_out(tmp_path, f"{shop}/page")
    headers, body = Shop.received[-1]
    sent = Webhook(SECRET).verify(body, {name.lower(): value for name, value in headers.items()})
    assert reply.cart is not None
    assert sent["type"] == "cart"
    assert sent["conversation_id"] == reply.conversation_id
    assert sent["cart"]["totals"] == reply.cart.totals
    assert [line["product_id"] for line in sent["cart"]["lines"]] == [
        line.product_id for line in reply.cart.lines
    ]
    assert reply.cart.url == "https://shop.example/checkout/77"
    assert "handed your cart to the shop" in reply.text
    assert "nothing is ordered yet" in reply.text


@pytest.mark.parametrize("path", ["", "odd"])
def test_a_shop_that_names_no_page_has_the_cart_all_the_same(
    shop: str, tmp_path: Path, path: str
) -> None:
    reply = check_out(tmp_path, f"{shop}/{path}")
    assert "handed your cart" in reply.text
    assert reply.cart is not None
    assert reply.cart.url is None


def test_what_the_shop_did_not_take_is_not_claimed(shop: str, tmp_path: Path) -> None:
    reply = check_out(tmp_path, f"{shop}/broken")
    assert "handed" not in reply.text
    assert "your cart is kept" in reply.text
    assert reply.cart is not None
    assert len(reply.cart.lines) == 1
    assert len(Shop.received) == 1


def test_a_shop_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    assert "could not reach" in check_out(tmp_path, "http://127.0.0.1:1/").text


def test_without_a_secret_there_is_no_webhook() -> None:
    assert deliverer(AssistantSettings(cart_webhook="https://shop.example/cart")) is None
