"""The server without a browser: health, events, pictures, product pages, headers, limits."""

from __future__ import annotations

import json

import httpx
import pytest
from fake_guide import PRODUCTS
from visiting import Site

from assistant.reply import Reply
from retrieval.demo import demo_images_dir
from retrieval.errors import ShopGuideError
from retrieval.product import Product
from ui.api import access
from ui.chat.document import mended, policy_for
from ui.security import MAX_BODY_BYTES


def conversation(site: Site) -> str:
    """A conversation with one answered turn."""
    reply = list(site.guide.answer("a jacket"))[-1]
    assert isinstance(reply, Reply)
    return reply.conversation_id


def post_event(client: httpx.Client, conversation_id: str, **body: object) -> httpx.Response:
    return client.post(f"/v1/conversations/{conversation_id}/events", json=body)


def test_health_and_readiness(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert (ready["status"], ready["products"]) == ("ready", len(PRODUCTS))
    assert (ready["database"], ready["vector_store"]) == ("ok", "ok")
    assert ready["click_model"] == "v1"


def test_an_event_is_recorded(client: httpx.Client, site: Site) -> None:
    known = conversation(site)
    answer = post_event(client, known, kind="click", turn=1, product_id="jacket-2", position=2)
    assert (answer.status_code, answer.content) == (204, b"")
    assert site.guide.events[-1].product_id == "jacket-2"


@pytest.mark.parametrize(
    "body",
    [{"kind": "click", "turn": 2, "product_id": "jacket-2"},
     {"kind": "click", "turn": 1, "product_id": "never-shown"}],
)  # fmt: skip
def test_an_event_about_what_was_not_shown_is_refused(
    client: httpx.Client, site: Site, body: dict[str, object]
) -> None:
    answer = post_event(client, conversation(site), **body)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_one_conversation_cannot_fill_the_log(
    client: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "REPORTS_PER_MINUTE", 3)
    known, other = conversation(site), conversation(site)
    consent = {"purpose": "training", "given": True}
    assert client.post(f"/v1/conversations/{known}/consent", json=consent).status_code == 204
    answers = [post_event(client, known, kind="feedback", turn=1, value="up") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert post_event(client, other, kind="feedback", turn=1, value="up").status_code == 204


def test_conversations_cannot_be_guessed_without_end(
    client: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = site.app.state.api.settings.model_copy(update={"address_rate_per_minute": 2})
    monkeypatch.setattr(site.app.state.api, "settings", settings)
    guesses = [
        post_event(client, f"guess-{n}", kind="feedback", turn=1, value="up") for n in range(3)
    ]
    assert guesses[-1].status_code == 429
    known = conversation(site)
    assert post_event(client, known, kind="feedback", turn=1, value="up").status_code == 204


def test_an_event_of_an_unknown_conversation_is_refused(client: httpx.Client) -> None:
    assert post_event(client, "unknown", kind="feedback", turn=1, value="up").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"kind": "click", "turn": 1}, {"kind": "wink", "turn": 1}, {"kind": "click", "turn": 0},
     {"kind": "feedback", "turn": 1, "value": "x" * 3000}, {"turn": 1},
     {"kind": "feedback", "turn": 1, "value": "up", "extra": 1}],
)  # fmt: skip
def test_an_event_without_sense_is_refused_with_the_fields_named(
    client: httpx.Client, site: Site, body: dict[str, object]
) -> None:
    answer = post_event(client, conversation(site), **body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"].startswith("body")


def test_consent_is_recorded_and_can_be_taken_back(client: httpx.Client, site: Site) -> None:
    known = conversation(site)
    for given in (True, False):
        body = {"purpose": "training", "given": given}
        answer = client.post(f"/v1/conversations/{known}/consent", json=body)
        assert answer.status_code == 204
        assert site.guide.consents[known] is given
    wrong = client.post(
        f"/v1/conversations/{known}/consent", json={"purpose": "ads", "given": True}
    )
    assert wrong.status_code == 422
    body = {"purpose": "training", "given": True}
    assert client.post("/v1/conversations/unknown/consent", json=body).status_code == 404


def test_a_large_body_is_refused_declared_or_not(client: httpx.Client) -> None:
    path = "/v1/conversations/x/events"
    large = b" " * (MAX_BODY_BYTES + 1)
    assert client.post(path, content=large).status_code == 413

    def pieces():
        for _ in range(20):
            yield b" " * (MAX_BODY_BYTES // 10)

    assert client.post(path, content=pieces()).status_code in (400, 413, 422)
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/product/jacket-1", "/images/none.svg", "/nowhere"]
)
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[-1].split(";")[0] or path == "/"


def test_the_chat_page_runs_only_the_inline_scripts_it_came_with(client: httpx.Client) -> None:
    page = client.get("/")
    scripts = page.headers["content-security-policy"].split("script-src ")[1].split(";")[0]
    assert "'unsafe-inline'" not in scripts
    assert scripts.count("sha256-") >= 1
    assert page.headers["content-security-policy"] == policy_for(page.text)


def test_the_document_is_ours() -> None:
    gradio = '<head><meta property="og:image" content="https://foreign.example/x"/>\n</head>'
    document = mended(gradio, 'A & B "shop"')
    assert "foreign.example" not in document
    assert "<title>A &amp; B &quot;shop&quot;</title>" in document


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/file=/etc/passwd", "/gradio_api/upload", "/gradio_api/proxy=https://x.example",
     "/monitoring", "/monitoring/summary", "/gradio_api/info", "/gradio_api/openapi.json",
     "/gradio_api/runs", "/gradio_api/vibe-code", "/gradio_api/component_server",
     "/gradio_api/mcp/",
     "/gradio_api/deep_link", "/gradio_api/api/say", "/gradio_api/call/say", "/login", "/docs"],
)  # fmt: skip
def test_what_the_page_does_not_need_is_closed(client: httpx.Client, path: str) -> None:
    for method in ("GET", "POST"):
        assert client.request(method, path).status_code in (404, 405), method


def test_a_picture_is_served_as_what_it_is(client: httpx.Client) -> None:
    picture = next(iter(sorted(demo_images_dir().glob("*.svg"))), None)
    if picture is None:
        pytest.skip("the demo shop's pictures are not built")
    answer = client.get(f"/images/{picture.name}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert client.head(f"/images/{picture.name}").status_code == 200


@pytest.mark.parametrize(
    "name",
    ["..%2F__init__.py", "..%2fbuild.py", "%2e%2e%2f__init__.py", "....//x.svg", "__init__.py",
     "%00.svg", ".svg", "..%5C..%5Cx.svg", "%2Fetc%2Fpasswd"],
)  # fmt: skip
def test_nothing_but_pictures_comes_out_of_the_pictures(client: httpx.Client, name: str) -> None:
    assert client.get(f"/images/{name}").status_code == 404


def test_a_product_page_tells_what_the_record_says(client: httpx.Client) -> None:
    page = client.get("/product/jacket-1", headers={"Accept-Language": "en"}).text
    for fact in ["Ridgeline Rain Jacket", "$89.00", "$120.00", "You save $31.00", "Fellmark",
                 "Outdoor / Jackets", "43 reviews", "Kept me dry for a week.", "In stock",
                 "/product/jacket-2", "Waterproof"]:  # fmt: skip
        assert fact in page, fact


def test_a_product_page_speaks_the_readers_language(client: httpx.Client) -> None:
    by_header = client.get("/product/jacket-1", headers={"Accept-Language": "zh-CN"}).text
    by_choice = client.get("/product/jacket-1?lang=zh", headers={"Accept-Language": "en"}).text
    for page in (by_header, by_choice):
        assert '<html lang="zh">' in page
        assert "山脊防雨夹克" in page
        assert "有货" in page
    assert "/product/jacket-2?lang=zh" in by_choice


def test_a_product_page_is_safe_whatever_the_record_holds(client: httpx.Client, site: Site) -> None:
    attack = "<script>alert(1)</script>"
    hostile = Product(
        id="a/b <i>", title=attack, description=attack, brand=attack, category=(attack,),
        attributes={attack: attack}, image_urls=("javascript:alert(1)",),
    )  # fmt: skip
    site.catalog.upsert([hostile])
    try:
        answer = client.get("/product/a%2Fb%20%3Ci%3E")
    finally:
        site.catalog.retire([hostile.id])
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "javascript:" not in answer.text


def test_a_product_that_is_not_there(client: httpx.Client) -> None:
    answer = client.get("/product/unknown")
    assert answer.status_code == 404
    assert "This page is not here" in answer.text


def test_a_broken_catalogue_is_not_ready(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise ShopGuideError("the disk is full")

    monkeypatch.setattr(site.catalog, "count", fails)
    answer = httpx.get(f"{site.address}/readyz", timeout=30)
    assert (answer.status_code, answer.json()["detail"]) == (503, "the disk is full")


def test_the_api_describes_itself(client: httpx.Client) -> None:
    document = client.get("/v1/openapi.json").json()
    assert "/v1/conversations/{conversation_id}/events" in document["paths"]
    assert "gradio" not in json.dumps(document)
