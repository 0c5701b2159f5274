"""What operators see: metrics, logs, traces; and what they must not: customers' words, secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import httpx
import pytest
from fake_guide import PRODUCTS, FakeGuide
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from structlog.contextvars import bound_contextvars
from visiting import RealSite

from retrieval.errors import ShopGuideError
from ui.observing.logs import formatter, without_secrets
from ui.observing.routes import may_read
from ui.observing.tracing import Tracing, open_tracing
from ui.settings import Settings

WISH = "a waterproof jacket under $100"


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Values of a scrape by name and values of labels, those in the order of their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def http(real_site: RealSite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=real_site.address, timeout=60) as client:
        yield client


def say(http: httpx.Client, message: str) -> httpx.Response:
    started = http.post("/v1/conversations").json()
    return http.post(
        f"/v1/conversations/{started['conversation_id']}/messages",
        json={"message": message},
        headers={"X-Conversation-Token": started["token"]},
    )


def test_turns_and_requests_are_counted_and_timed(http: httpx.Client) -> None:
    before = samples(http.get("/metrics").text)
    reply = say(http, WISH).json()
    say(http, "推荐一件防水夹克")
    after = samples(http.get("/metrics").text)

    def rise(*key: str) -> float:
        return after[key] - before.get(key, 0.0)

    assert rise("shopguide_turns_total", "api", "recommend", "en", "composer") == 1
    assert rise("shopguide_turns_total", "api", "recommend", "zh", "composer") == 1
    assert rise("shopguide_turn_seconds_count", "api", "composer") == 2
    for step in ("understand", "retrieve", "rerank", "log"):
        assert rise("shopguide_step_seconds_count", step) == 2
    route = "/v1/conversations/{conversation_id}/messages"
    assert rise("shopguide_http_requests_total", "POST", route, "200") == 2
    assert after["shopguide_model_info", reply["models"]["clicks"], "clicks"] == 1
    assert after["shopguide_desk_turns",] == 0
    assert after["shopguide_desk_room",] > 0
    assert "shopguide_desk_refused_total" in {key[0] for key in after}
    assert after["process_resident_memory_bytes",] > 0


def test_metrics_hold_nothing_of_customers(http: httpx.Client) -> None:
    reply = say(http, WISH).json()
    http.get("/v1/no/such/page-of-anna@shop.example")
    text = http.get("/metrics").text
    for private in ("jacket", "anna@", reply["conversation_id"], PRODUCTS[0].id):
        assert private not in text


def request(headers: dict[str, str], client: str | None = "127.0.0.1") -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "client": client and (client, 1)})


@pytest.mark.parametrize(
    ("token", "headers", "client", "open_"),
    [
        (None, {}, "127.0.0.1", True),
        (None, {}, "::1", True),
        (None, {}, "10.0.0.9", False),
        (None, {}, None, False),
        (None, {"x-forwarded-for": "203.0.113.9"}, "127.0.0.1", False),
        ("t0ken", {}, "127.0.0.1", False),
        ("t0ken", {"authorization": "Bearer wrong"}, "127.0.0.1", False),
        ("t0ken", {"authorization": "Bearer t0ken"}, "10.0.0.9", True),
    ],
)
def test_metrics_are_for_this_machine_or_for_their_token(
    token: str | None, headers: dict[str, str], client: str | None, open_: bool
) -> None:
    assert may_read(request(headers, client), Settings(metrics_token=token)) is open_


def test_readiness_tells_of_each_part(http: httpx.Client, real_site: RealSite) -> None:
    ready = http.get("/readyz").json()
    assert ready == {
        "status": "ready",
        "products": ready["products"],
        "database": "ok",
        "vector_store": "ok",
        "click_model": real_site.guide.models()["clicks"],
    }


def test_a_server_about_to_stop_is_not_ready_but_answers(
    http: httpx.Client, real_site: RealSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real_site.api.desk, "leaving", True)
    assert http.get("/readyz").status_code == 503
    assert http.get("/healthz").status_code == 200
    assert say(http, WISH).status_code == 200
    monkeypatch.setattr(real_site.api.desk, "stopping", True)
    refused = say(http, WISH)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


@pytest.mark.faults
def test_a_vector_store_that_is_away_does_not_turn_customers_away(
    http: httpx.Client, real_site: RealSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise ShopGuideError("no Chroma server answers")

    monkeypatch.setattr(real_site.guide, "check_vectors", away)
    ready = http.get("/readyz")
    assert (ready.status_code, ready.json()["vector_store"]) == (
        200,
        "away: no Chroma server answers",
    )


# Logs.


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[str], list[str]]:
    """What was logged so far, in one of the forms."""
    caplog.set_level(logging.INFO)

    def lines(form: str) -> list[str]:
        form_of = formatter("json" if form == "json" else "text")
        ours = [each for each in caplog.records if each.name.startswith(("ui.", "assistant."))]
        return [form_of.format(record) for record in ours]

    return lines


def test_a_line_of_json_names_request_and_conversation(
    logged: Callable[[str], list[str]],
) -> None:
    with bound_contextvars(request_id="r-1", conversation_id="c-1"):
        logging.getLogger("ui.test").warning("it took %s s", 3)
        (line,) = logged("json")
        (text,) = logged("text")
    document = json.loads(line)
    assert document["message"] == "it took 3 s"
    assert (document["level"], document["logger"]) == ("warning", "ui.test")
    assert (document["request_id"], document["conversation_id"]) == ("r-1", "c-1")
    assert document["timestamp"].endswith("Z")
    assert text.endswith("WARNING ui.test: it took 3 s [request=r-1 conversation=c-1]")


def test_a_failure_is_one_line_of_json_with_its_trace(logged: Callable[[str], list[str]]) -> None:
    try:
        raise RuntimeError("POST failed with Bearer sg_0123456789abcdef")
    except RuntimeError:
        logging.getLogger("ui.test").exception("a turn failed")
    (line,) = logged("json")
    assert "\n" not in line
    document = json.loads(line)
    assert "RuntimeError: POST failed with Bearer ***" in document["exception"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("postgresql://shop:hunter2@db/shop", "postgresql://shop:***@db/shop"),
        ("POST /bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ/send", "POST /bot***/send"),
        ("xoxb-1234567890-abc", "***"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "***"),
        ('{"password": "hunter2"}', '{"password": "***"}'),
        ("token=abc&lang=en", "token=***&lang=en"),
        ("no server at http://127.0.0.1:8000/api", "no server at http://127.0.0.1:8000/api"),
        ("3 tokens were dropped", "3 tokens were dropped"),
    ],
)
def test_secrets_are_masked(text: str, masked: str) -> None:
    assert without_secrets(text) == masked


def test_a_turn_says_nothing_of_what_was_said(
    http: httpx.Client, logged: Callable[[str], list[str]]
) -> None:
    say(http, "a jacket for my secret wedding")
    http.get("/staff/links/a-very-secret-token")
    everything = "\n".join(logged("json"))
    assert "/v1/conversations/{conversation_id}/messages" in everything
    assert "wedding" not in everything
    assert "a-very-secret-token" not in everything


# Traces.


def test_a_turn_is_a_span_with_its_steps_below() -> None:
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    from turn_watching import finished_turn

    exporter = memory.InMemorySpanExporter()
    tracing = open_tracing(None, exporter)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with tracing.request("POST", {"traceparent": parent}):
        tracing.turn(finished_turn())
        tracing.answered("POST /v1/chat", 200)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    request_span, turn = spans["POST /v1/chat"], spans["turn"]
    assert format(request_span.context.trace_id, "032x") == "0af7651916cd43dd8448eb211c80319c"
    assert turn.parent.span_id == request_span.context.span_id
    assert spans["rerank"].parent.span_id == turn.context.span_id
    assert spans["rerank"].end_time - spans["rerank"].start_time == 50_000_000
    assert turn.attributes["shopguide.intent"] == "recommend"
    assert "jacket" not in str([dict(span.attributes) for span in spans.values()])


def test_without_an_endpoint_there_are_no_traces() -> None:
    tracing = open_tracing(None)
    with tracing.request("GET", {}):
        tracing.answered("GET /", 200)
    assert isinstance(tracing, Tracing)
    tracing.close()


def test_the_fake_guide_has_what_is_observed() -> None:
    assert FakeGuide().models().keys() == {"clicks", "embedder", "llm"}
