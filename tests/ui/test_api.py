"""The HTTP API over the real guide: conversations, search, catalogue, keys, limits, errors."""

from __future__ import annotations

import base64
import io
import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import update
from visiting import FOREIGN_ORIGIN, RealSite

from assistant.cart import CartView
from assistant.reply import Reply
from retrieval.database import writing
from ui.api.bodies import CatalogReport, History, Results
from ui.api.documenting import ProblemDetails
from ui.api.examples import EXAMPLES
from ui.api.keys import Scope
from ui.api.reference import reference
from ui.api.tables import requests
from ui.consent_api import ConsentBody
from ui.events_api import EventBody
from ui.widget.routes import WidgetShop

WISH = "a waterproof jacket under $100"


@pytest.fixture
def http(real_site: RealSite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=real_site.address, timeout=30) as client:
        yield client


def begin(http: httpx.Client) -> tuple[str, dict[str, str]]:
    """A conversation's address, and the header that opens it."""
    started = http.post("/v1/conversations").json()
    path = f"/v1/conversations/{started['conversation_id']}"
    return path, {"X-Conversation-Token": started["token"]}


def events_of(answer: httpx.Response) -> list[tuple[str, Any]]:
    """Server-sent events as (name, data); comments are none."""
    found: list[tuple[str, Any]] = []
    for block in answer.text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line[:1] != ":")
        if "data" in fields:
            found.append((fields.get("event", "message"), json.loads(fields["data"])))
    return found


def is_problem(answer: httpx.Response, status: int) -> bool:
    document = answer.json()
    return (
        answer.status_code == status
        and answer.headers["content-type"] == "application/problem+json"
        and document["status"] == status
        and bool(document["detail"])
    )


def test_a_customer_talks_without_a_key(http: httpx.Client) -> None:
    path, token = begin(http)
    answer = http.post(f"{path}/messages", json={"message": WISH}, headers=token)
    assert answer.status_code == 200
    reply = Reply.model_validate(answer.json())
    assert reply.turn == 1
    assert reply.conversation_id == path.rpartition("/")[2]
    assert {card.product_id for card in reply.products} <= {f"jacket-{n}" for n in range(1, 6)}
    assert reply.products
    assert all(float(card.price or 0) <= 100 for card in reply.products)

    history = http.get(path, headers=token).json()
    assert [turn["message"] for turn in history["turns"]] == [WISH]
    assert history["turns"][0]["reply"]["text"] == reply.text
    assert any(chip["path"].startswith("price") for chip in history["wanted"])
    assert history["more"] is False


def test_events_bring_the_products_first_and_the_whole_reply_last(http: httpx.Client) -> None:
    path, token = begin(http)
    headers = token | {"Accept": "text/event-stream"}
    answer = http.post(f"{path}/messages", json={"message": WISH}, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer)
    names = [name for name, _ in events]
    assert names[0] == "products"
    assert names[-2:] == ["wanted", "reply"]
    assert set(names[1:-2]) == {"text"}
    reply = events[-1][1]
    assert "".join(data["text"] for name, data in events if name == "text") == reply["text"]
    assert events[0][1]["products"] == reply["products"]


def test_a_condition_is_removed_and_the_cart_changed(http: httpx.Client) -> None:
    path, token = begin(http)
    http.post(f"{path}/messages", json={"message": WISH}, headers=token)
    wider = http.post(f"{path}/removals", json={"condition": "price.max"}, headers=token).json()
    assert "price" not in wider["constraints"]
    assert http.get(f"{path}/cart", headers=token).json()["lines"] == []
    added = http.post(
        f"{path}/cart", json={"product_id": "jacket-1", "quantity": 2}, headers=token
    ).json()
    assert added["intent"] == "cart"
    cart = http.get(f"{path}/cart", headers=token).json()
    assert [(line["product_id"], line["quantity"]) for line in cart["lines"]] == [("jacket-1", 2)]
    assert cart["totals"] == {"USD": "178.00"}
    acts = [turn["act"] for turn in http.get(path, headers=token).json()["turns"]]
    assert acts == [
        None,
        {"removed": "price.max"},
        {"cart": {"product_id": "jacket-1", "quantity": 2}},
    ]


def test_a_reply_is_judged(http: httpx.Client) -> None:
    path, token = begin(http)
    http.post(f"{path}/messages", json={"message": WISH}, headers=token)
    for helpful in (False, True):
        body = {"turn": 1, "helpful": helpful, "comment": "too dear"}
        assert http.post(f"{path}/feedback", json=body, headers=token).status_code == 204
        assert http.get(path, headers=token).json()["turns"][0]["helpful"] is helpful
    wrong = http.post(f"{path}/feedback", json={"turn": 9, "helpful": True}, headers=token)
    assert is_problem(wrong, 404)


def test_nobody_else_reads_or_writes_a_conversation(
    http: httpx.Client, real_site: RealSite
) -> None:
    path, token = begin(http)
    http.post(f"{path}/messages", json={"message": WISH}, headers=token)
    _, other = begin(http)
    chat, all_of_them = real_site.key(Scope.CHAT), real_site.key(Scope.CONVERSATIONS)
    for headers, status in (({}, 401), (other, 403), (chat, 401), (chat | other, 403)):
        for method, at, body in (
            ("GET", path, None),
            ("GET", f"{path}/cart", None),
            ("POST", f"{path}/messages", {"message": "hello"}),
            ("POST", f"{path}/cart", {"product_id": "jacket-1"}),
            ("POST", f"{path}/removals", {"condition": "price.max"}),
            ("POST", f"{path}/feedback", {"turn": 1, "helpful": True}),
        ):
            answer = http.request(method, at, json=body, headers=headers)
            assert is_problem(answer, status), (headers, at)
    assert len(http.get(path, headers=all_of_them).json()["turns"]) == 1
    assert len(http.get(path, headers=chat | token).json()["turns"]) == 1


def test_only_the_shops_own_server_names_customers(http: httpx.Client, real_site: RealSite) -> None:
    path, token = begin(http)
    body = {"message": WISH, "customer_id": "anna"}
    assert is_problem(http.post(f"{path}/messages", json=body, headers=token), 403)
    key = real_site.key(Scope.CONVERSATIONS)
    assert http.post(f"{path}/messages", json=body, headers=key).status_code == 200


def test_a_page_tells_the_group_its_customer_belongs_to(
    http: httpx.Client, real_site: RealSite
) -> None:
    path, token = begin(http)
    for unknown in ("anna@example.com", "gold"):
        body = {"message": WISH, "segment": unknown}
        assert is_problem(http.post(f"{path}/messages", json=body, headers=token), 422), unknown
    body = {"message": WISH, "segment": "trade"}
    assert http.post(f"{path}/messages", json=body, headers=token).status_code == 200
    log = real_site.guide.parts.log
    assert log.begin("and gloves", conversation_id=path.rpartition("/")[2]).segment == "trade"


def test_a_message_sent_twice_is_answered_once(http: httpx.Client) -> None:
    path, token = begin(http)
    headers = token | {"Idempotency-Key": "m1"}
    with ThreadPoolExecutor(3) as pool:
        answers = list(
            pool.map(
                lambda _: http.post(f"{path}/messages", json={"message": WISH}, headers=headers),
                range(3),
            )
        )
    assert {answer.json()["turn"] for answer in answers} == {1}
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 2
    again = http.post(
        f"{path}/messages",
        json={"message": WISH},
        headers=headers | {"Accept": "text/event-stream"},
    )
    assert events_of(again)[-1][1] == answers[0].json()
    assert len(http.get(path, headers=token).json()["turns"]) == 1
    other = http.post(f"{path}/messages", json={"message": "a tent"}, headers=headers)
    assert is_problem(other, 422)


def test_a_client_that_leaves_finds_the_reply_when_it_comes_back(http: httpx.Client) -> None:
    path, token = begin(http)
    headers = token | {"Idempotency-Key": "left", "Accept": "text/event-stream"}
    with http.stream("POST", f"{path}/messages", json={"message": WISH}, headers=headers) as gone:
        assert gone.status_code == 200
    again = http.post(f"{path}/messages", json={"message": WISH}, headers=headers)
    assert events_of(again)[-1][1]["turn"] == 1
    assert len(http.get(path, headers=token).json()["turns"]) == 1


def test_a_request_of_a_server_that_died_is_taken_over(
    http: httpx.Client, real_site: RealSite
) -> None:
    path, token = begin(http)
    conversation = path.rpartition("/")[2]
    headers = token | {"Idempotency-Key": "died"}
    http.post(f"{path}/messages", json={"message": WISH}, headers=headers)
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    with writing(real_site.api.engine) as connection:
        connection.execute(
            update(requests)
            .where(requests.c.conversation_id == conversation)
            .values(turn=None, started_at=long_ago, renewed_at=long_ago)
        )
    again = http.post(f"{path}/messages", json={"message": WISH}, headers=headers)
    assert again.json()["turn"] == 1
    assert again.headers["idempotency-replayed"] == "true"


def test_search_finds_what_passes(http: httpx.Client, real_site: RealSite) -> None:
    assert is_problem(http.get("/v1/search?q=jacket"), 401)
    assert is_problem(http.get("/v1/search?q=jacket", headers=real_site.key(Scope.CHAT)), 403)
    key = real_site.key(Scope.SEARCH)
    params = {"q": "rain jacket", "filter": ["price<=80", "category=Jackets"], "limit": 3}
    results = http.get("/v1/search", params=params, headers=key).json()["results"]
    assert results
    assert all(float(each["price"]) <= 80 for each in results)
    assert [each["rank"] for each in results] == list(range(1, len(results) + 1))
    assert results[0]["url"].startswith("http")
    wrong = http.get("/v1/search", params={"q": "x", "filter": "price~80"}, headers=key)
    assert is_problem(wrong, 422)


def test_a_product_is_read(http: httpx.Client, real_site: RealSite) -> None:
    key = real_site.key(Scope.SEARCH)
    record = http.get("/v1/products/jacket-1", headers=key).json()
    assert record["title"] == "Ridgeline Rain Jacket"
    assert record["sale_price"] == "89.00"
    assert is_problem(http.get("/v1/products/unknown", headers=key), 404)


def test_the_catalogue_changes_within_a_second(http: httpx.Client, real_site: RealSite) -> None:
    key, search = real_site.key(Scope.CATALOG), real_site.key(Scope.SEARCH)
    umbrella = {"id": "umb/1", "title": "Folding umbrella", "category": ["Outdoor", "Umbrellas"],
                "price": "19.00", "currency": "USD"}  # fmt: skip
    wrong = {"id": "umb/2", "title": "", "price": "cheap"}

    def found() -> list[tuple[str, str]]:
        params = {"q": "folding umbrella", "filter": "category=Umbrellas"}
        results = http.get("/v1/search", params=params, headers=search).json()["results"]
        return [(each["product_id"], each["price"]) for each in results]

    assert found() == []
    body = {"products": [umbrella, wrong]}
    report = http.post("/v1/catalog/upsert", json=body, headers=key).json()
    assert found() == [("umb/1", "19.00")]
    assert (report["added"], report["searchable"]) == (1, True)
    assert [(each["index"], each["id"]) for each in report["rejected"]] == [(1, "umb/2")]
    assert "title" in report["rejected"][0]["reason"]

    changes = {"changes": [{"id": "umb/1", "price": "17.50"}, {"id": "none", "price": "1"}]}
    report = http.post("/v1/catalog/changes", json=changes, headers=key).json()
    assert found() == [("umb/1", "17.50")]
    assert (report["updated"], len(report["rejected"])) == (1, 1)

    body = {"ids": ["umb/1", "unknown"]}
    assert http.post("/v1/catalog/retire", json=body, headers=key).json()["retired"] == 1
    assert found() == []
    assert is_problem(http.post("/v1/catalog/retire", json=body, headers=search), 403)


def test_a_key_is_counted_and_can_be_revoked(http: httpx.Client, real_site: RealSite) -> None:
    key = real_site.key(Scope.SEARCH, rate=3)
    statuses = [http.get("/v1/products/jacket-1", headers=key).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = http.get("/v1/products/jacket-1", headers=key)
    assert is_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    real_site.api.keys.revoke(real_site.api.keys.all()[-1].id)
    assert is_problem(http.get("/v1/products/jacket-1", headers=key), 401)
    for wrong in ("Bearer sg_wrong", "Basic c2c6eA==", "sg_wrong"):
        answer = http.get("/v1/products/jacket-1", headers={"Authorization": wrong})
        assert is_problem(answer, 401), wrong


def test_more_than_can_be_done_is_refused_at_the_door(
    http: httpx.Client, real_site: RealSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, go = real_site.api.desk, threading.Event()
    monkeypatch.setattr(desk, "most", 2)
    path, token = begin(http)
    real = real_site.guide.answer

    def slow(*args: Any, **named: Any) -> Any:
        go.wait(20)
        return real(*args, **named)

    monkeypatch.setattr(real_site.guide, "answer", slow)
    with ThreadPoolExecutor(2) as pool:
        first = [
            pool.submit(http.post, f"{path}/messages", json={"message": WISH}, headers=token)
            for _ in range(2)
        ]
        while desk.admitted < 2:
            time.sleep(0.01)
        headers = token | {"Idempotency-Key": "again"}
        for accept in ("application/json", "text/event-stream"):
            refused = http.post(
                f"{path}/messages", json={"message": WISH}, headers=headers | {"Accept": accept}
            )
            assert is_problem(refused, 429)
            assert int(refused.headers["retry-after"]) >= 1
        assert http.get("/healthz").status_code == 200  # the event loop is free
        go.set()
        assert [each.result().status_code for each in first] == [200, 200]
    answer = http.post(f"{path}/messages", json={"message": WISH}, headers=headers)
    assert "idempotency-replayed" not in answer.headers


def test_a_failure_inside_is_told_without_its_secrets(
    http: httpx.Client, real_site: RealSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(real_site.guide, "answer", broken)
    path, token = begin(http)
    plain = http.post(f"{path}/messages", json={"message": WISH}, headers=token)
    assert is_problem(plain, 500)
    streamed = http.post(
        f"{path}/messages", json={"message": WISH}, headers=token | {"Accept": "text/event-stream"}
    )
    assert "hunter2" not in plain.text + streamed.text
    assert is_problem(streamed, 500)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 404), ("DELETE", "/v1/search", 405), ("PUT", "/v1/conversations", 405)],
)
def test_what_is_not_there_is_told_as_a_problem(
    http: httpx.Client, method: str, path: str, status: int
) -> None:
    assert is_problem(http.request(method, path), status)


def test_requests_are_named(http: httpx.Client) -> None:
    assert (
        http.get("/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    )
    for hostile in ("a b", "x" * 200, 'a"b'):
        named = http.get("/healthz", headers={"X-Request-Id": hostile}).headers["x-request-id"]
        assert named != hostile
        assert len(named) == 36


def test_only_allowed_origins_may_call(http: httpx.Client) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-conversation-token,idempotency-key",
    }
    allowed = http.options("/v1/conversations", headers=asked | {"Origin": FOREIGN_ORIGIN})
    assert allowed.headers["access-control-allow-origin"] == FOREIGN_ORIGIN
    assert "access-control-allow-credentials" not in allowed.headers
    other = http.options("/v1/conversations", headers=asked | {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    for path in ("/staff/sign-in", "/v1/staff/nothing", "/"):
        answer = http.get(path, headers={"Origin": FOREIGN_ORIGIN})
        assert "access-control-allow-origin" not in answer.headers, path


def test_large_requests_are_refused_except_for_catalogues(
    http: httpx.Client, real_site: RealSite
) -> None:
    path, token = begin(http)
    large = {"turn": 1, "helpful": True, "comment": "x" * 70_000}
    assert is_problem(http.post(f"{path}/feedback", json=large, headers=token), 413)
    picture = {"image": "A" * 9_000_000}  # a message may have one, of five megabytes
    assert is_problem(http.post(f"{path}/messages", json=picture, headers=token), 413)
    products = {"products": [{"id": "big", "title": "", "description": "x" * 70_000}]}
    key = real_site.key(Scope.CATALOG)
    assert http.post("/v1/catalog/upsert", json=products, headers=key).status_code == 200


def test_where_no_model_sees_a_picture_is_answered_kindly(http: httpx.Client) -> None:
    path, token = begin(http)
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(drawn, "PNG")
    image = base64.b64encode(drawn.getvalue()).decode()
    assert http.get("/v1/widget").json()["pictures"] is False
    alone = http.post(
        f"{path}/messages", json={"image": image, "language": "zh"}, headers=token
    ).json()
    assert alone["text"] == "我在这里看不了图片，能用文字说说您想要什么吗？"
    both = {"message": "a waterproof jacket", "image": f"data:image/png;base64,{image}"}
    told = http.post(f"{path}/messages", json=both, headers=token).json()
    assert told["text"].startswith("I can’t look at pictures here, so I go by your words. ")
    assert told["products"]
    messages = [each["message"] for each in http.get(path, headers=token).json()["turns"]]
    assert messages == ["🖼", "🖼 a waterproof jacket"]
    for wrong in ({"image": "not Base64!"}, {"image": "AAAA"}, {"message": " "}, {}):
        assert is_problem(http.post(f"{path}/messages", json=wrong, headers=token), 422), wrong


def test_the_document_tells_of_keys_and_gives_examples(http: httpx.Client) -> None:
    document = http.get("/v1/openapi.json").json()
    say = document["paths"]["/v1/conversations/{conversation_id}/messages"]["post"]
    assert {"text/event-stream", "application/json"} <= set(say["responses"]["200"]["content"])
    assert set(document["components"]["securitySchemes"]) == {"key", "conversation"}
    assert document["components"]["schemas"]["Said"]["examples"][0]["message"]


def test_answers_tell_how_many_requests_are_left(http: httpx.Client, real_site: RealSite) -> None:
    key = real_site.key(Scope.SEARCH, rate=2)
    answers = [http.get("/v1/search", params={"q": "jacket"}, headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"2"}
    assert 1 <= int(answers[2].headers["ratelimit-reset"]) <= 60
    assert answers[2].headers["retry-after"] == answers[2].headers["ratelimit-reset"]


def test_the_examples_are_true_and_the_manual_is_current(http: httpx.Client) -> None:
    document = http.get("/v1/openapi.json").json()
    models = {
        "Reply": Reply, "History": History, "CartView": CartView, "Results": Results,
        "CatalogReport": CatalogReport, "WidgetShop": WidgetShop, "EventBody": EventBody,
        "ConsentBody": ConsentBody, "ProblemDetails": ProblemDetails,
    }  # fmt: skip
    assert set(models) == set(EXAMPLES)
    for name, example in EXAMPLES.items():
        models[name].model_validate(example)
        assert document["components"]["schemas"][name]["examples"] == [example]
    manual = Path(__file__).parents[2] / "docs" / "api.md"
    if os.environ.get("SHOPGUIDE_WRITE_MANUAL"):
        manual.write_text(reference(document), encoding="utf-8")
    assert manual.read_text(encoding="utf-8") == reference(document), (
        "run this test with SHOPGUIDE_WRITE_MANUAL=1"
    )
