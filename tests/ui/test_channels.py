"""The channels against fakes of their platforms, which retry, reorder, refuse and break."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import fake_guide
import httpx
import pytest
from channel_parts import (
    KEYS,
    MIA,
    SECRET,
    Desk,
    chatwoot,
    joined,
    open_desk,
    sha256,
    slack,
    slack_event,
    telegram,
    webhook,
    whatsapp,
)
from fake_guide import FakeGuide
from sqlalchemy import Engine, update
from standardwebhooks import Webhook
from strict_platforms import fault

from assistant.log import ConversationLog
from assistant.reply import Intent, ProductCard, Reply
from assistant.takeover.desk import Desk as StaffDesk
from retrieval.database import open_database
from retrieval.errors import SettingsError
from ui.channels.adapter import Inbound
from ui.channels.queue import JobQueue
from ui.channels.routes import open_adapters
from ui.channels.tables import jobs, talks
from ui.channels.telegram import Telegram
from ui.channels.whatsapp import WhatsApp
from ui.channels.worker import MOST_ATTEMPTS
from ui.settings import Settings


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(fake_guide, "SECONDS_TO_CARDS", 0)
    monkeypatch.setattr(fake_guide, "SECONDS_A_SENTENCE", 0)
    engine = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    with open_desk(engine, tmp_path, FakeGuide()) as desk:
        yield desk
    engine.dispose()


def test_telegram_shows_products_as_buttons(desk: Desk) -> None:
    assert telegram(desk, 1, "a waterproof jacket under $100").status_code == 200
    assert desk.platform.requests == []  # acknowledged before it is answered
    desk.work()
    (request,) = desk.platform.requests
    assert str(request.url) == "https://api.telegram.org/bot12:ab/sendMessage"
    (message,) = desk.platform.sent()
    assert message["chat_id"] == 7
    assert "I found five waterproof jackets" in message["text"]
    rows = message["reply_markup"]["inline_keyboard"]
    assert rows[0][0] == {
        "text": "Ridgeline Rain Jacket – $89.00",
        "url": "https://guide.example/product/jacket-1",
    }
    assert rows[-1][0] == {"text": "cheaper ones", "callback_data": "cheaper ones"}

    pressed = {
        "update_id": 2,
        "callback_query": {
            "id": "99", "from": {"id": 7}, "data": "cheaper ones",
            "message": {"message_id": 5, "chat": {"id": 7}, "date": 1_790_000_001},
        },
    }  # fmt: skip
    headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}
    assert desk.http.post("/channels/telegram", json=pressed, headers=headers).status_code == 200
    desk.platform.answers = [httpx.Response(400, json={"ok": False})]  # pressed long ago
    desk.work()
    assert desk.messages() == [["a waterproof jacket under $100", "cheaper ones"]]
    assert [request.url.path.rpartition("/")[2] for request in desk.platform.requests[1:]] == [
        "answerCallbackQuery",
        "sendMessage",
    ]


def test_slack_answers_in_block_kit(desk: Desk) -> None:
    challenge = slack(desk, json.dumps({"type": "url_verification", "challenge": "c1"}))
    assert challenge.json() == {"challenge": "c1"}
    slack(desk, slack_event("E1", "a jacket"))
    slack(desk, slack_event("E2", "I am the bot", bot_id="B1"))
    slack(desk, slack_event("E3", "in a channel", channel_type="channel"))
    desk.work()
    (message,) = desk.platform.sent()
    assert desk.platform.requests[0].headers["authorization"] == "Bearer xoxb-1"
    assert message["channel"] == "D1"
    first, *_, actions = message["blocks"]
    link = "<https://guide.example/product/jacket-1|Ridgeline Rain Jacket – $89.00>"
    assert link in first["text"]["text"]
    assert actions["elements"][0]["value"] == "cheaper ones"

    action = {"action_ts": "1790000009.1", "value": "cheaper ones"}
    pressed = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "channel": {"id": "D1"},
        "message": {},
        "actions": [action],
    }
    body = urlencode({"payload": json.dumps(pressed)})
    slack(desk, body, "application/x-www-form-urlencoded")
    desk.work()
    assert desk.messages() == [["a jacket", "cheaper ones"]]

    mention = slack_event("E4", "<@U99> a tent & more", type="app_mention", channel="C5",
                          channel_type="channel")  # fmt: skip
    slack(desk, mention)
    desk.work()
    assert desk.platform.sent()[-1]["thread_ts"] == "1790000000.000100"
    assert desk.messages()[-1] == ["a tent & more"]


def test_whatsapp_answers_with_links_and_reply_buttons(desk: Desk) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "wa-verify", "hub.challenge": "123"}
    assert desk.http.get("/channels/whatsapp", params=asked).text == "123"
    wrong = {**asked, "hub.verify_token": "wrong"}
    assert desk.http.get("/channels/whatsapp", params=wrong).status_code == 403
    whatsapp(desk, {"id": "wamid.1", "type": "text", "text": {"body": "a jacket"}})
    desk.work()
    (message,) = desk.platform.sent()
    assert desk.platform.requests[0].url.path == "/v23.0/1001/messages"
    assert message["to"] == "4915"
    text = message["interactive"]["body"]["text"]
    assert "1. Ridgeline Rain Jacket – $89.00\nhttps://guide.example/product/jacket-1" in text
    assert len(text) <= 1024
    chosen = {"type": "button_reply", "button_reply": {"id": "say-0", "title": "cheaper ones"}}
    whatsapp(desk, {"id": "wamid.2", "type": "interactive", "interactive": chosen})
    desk.work()
    assert desk.messages() == [["a jacket", "cheaper ones"]]


def test_chatwoot_shows_cards_and_hands_off(desk: Desk) -> None:
    chatwoot(desk, {"id": 1, "content": "a jacket"})
    chatwoot(desk, {"id": 2, "content": "answered by a person"}, status="open")
    chatwoot(desk, {"id": 3, "content": "a note", "private": True})
    chatwoot(desk, {"id": 4, "content": "our own", "message_type": "outgoing"})
    desk.work()
    cards, text, choice = desk.platform.sent()
    assert {str(request.url) for request in desk.platform.requests} == {
        "https://desk.example/api/v1/accounts/3/conversations/44/messages"
    }
    assert desk.platform.requests[0].headers["api_access_token"] == "cw-token"
    item = cards["content_attributes"]["items"][0]
    assert item["title"] == "Ridgeline Rain Jacket – $89.00"
    assert item["actions"][0]["uri"] == "https://guide.example/product/jacket-1"
    assert text["content"].startswith("I found five")
    assert choice["content_type"] == "input_select"

    chosen = {"submitted_values": [{"title": "cheaper ones", "value": "cheaper ones"}]}
    chatwoot(desk, {"event": "message_updated", "id": 5, "content_attributes": chosen})
    desk.work()
    assert desk.messages() == [["a jacket", "cheaper ones"]]

    adapter = open_adapters(Settings(**KEYS))["chatwoot"]
    reply = Reply(conversation_id="c", turn=1, language="en", text="A person will help.",
                  intent=Intent.HANDOFF, handoff=True, writer="composer")  # fmt: skip
    calls = adapter.calls({"account": 3, "conversation": 44}, reply)
    assert calls[-1].path.endswith("/toggle_status")
    assert calls[-1].body == {"status": "open"}


def test_the_generic_webhook_signs_what_it_sends(desk: Desk) -> None:
    assert webhook(desk, "e1", {"sender": "ann", "text": "a jacket"}).status_code == 200
    desk.work()
    (request,) = desk.platform.requests
    assert str(request.url) == "https://bot.example/replies"
    body = Webhook(SECRET).verify(request.content, dict(request.headers))
    assert (body["sender"], body["in_reply_to"]) == ("ann", "e1")
    assert Reply.model_validate(body["reply"]).products
    assert webhook(desk, "e2", {"sender": "", "text": "a jacket"}).status_code == 400


def test_pictures_are_answered_kindly_and_what_nobody_said_not_at_all(desk: Desk) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}

    def update(number: int, **message: Any) -> None:
        body = {"update_id": number, "message": {"chat": {"id": 7}, "date": 1, **message}}
        assert desk.http.post("/channels/telegram", json=body, headers=headers).status_code == 200

    update(1, new_chat_members=[{"id": 8}])
    update(2, photo=[{"file_id": "p"}], caption="a jacket like this")
    picture = {"type": "image", "image": {"id": "m1", "mime_type": "image/jpeg"}}
    whatsapp(desk, {"id": "wamid.1", **picture})
    whatsapp(desk, {"id": "wamid.2", "type": "reaction", "reaction": {"emoji": "x"}})
    files = [{"mimetype": "image/png"}]
    slack(desk, slack_event("E1", "this one", subtype="file_share", files=files))
    slack(desk, slack_event("E2", "", subtype="message_changed"))
    attached = [{"file_type": "image", "data_url": "https://desk.example/1.png"}]
    chatwoot(desk, {"id": 1, "content": None, "attachments": attached})
    desk.work()
    assert sorted(desk.messages()) == [["🖼"], ["🖼"], ["🖼 a jacket like this"], ["🖼 this one"]]


def test_what_is_not_signed_is_refused(desk: Desk) -> None:
    body = b'{"sender": "ann", "text": "a jacket"}'
    old = datetime.now(UTC) - timedelta(minutes=20)
    forged = {
        "webhook": [{}, {"webhook-id": "e", "webhook-timestamp": str(int(old.timestamp())),
                         "webhook-signature": Webhook(SECRET).sign("e", old, body.decode())},
                    {"webhook-id": "e", "webhook-timestamp": str(int(time.time())),
                     "webhook-signature": "nonsense"}],
        "telegram": [{}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}],
        "slack": [{}, {"X-Slack-Request-Timestamp": "x", "X-Slack-Signature": "v0=1"}],
        "whatsapp": [{}, {"X-Hub-Signature-256": sha256("guess", body)}],
        "chatwoot": [{}, {"X-Chatwoot-Timestamp": str(int(old.timestamp())),
                          "X-Chatwoot-Signature": sha256(
                              "cw-secret", str(int(old.timestamp())).encode() + b"." + body)}],
    }  # fmt: skip
    for name, attempts in forged.items():
        for headers in attempts:
            answer = desk.http.post(f"/channels/{name}", content=body, headers=headers)
            assert answer.status_code == 401, (name, headers)
    assert desk.http.post("/channels/unknown", content=body).status_code == 404
    assert desk.queue.waiting() == 0


def test_an_event_that_comes_again_is_answered_once(desk: Desk) -> None:
    for _ in range(3):
        assert telegram(desk, 1, "a jacket").status_code == 200
    desk.work()
    assert telegram(desk, 1, "a jacket").status_code == 200
    desk.work()
    assert desk.messages() == [["a jacket"]]
    assert len(desk.platform.requests) == 1
    assert desk.states() == [("done", "", "")]  # nobody's words stay behind


def test_messages_of_one_sender_keep_their_order(desk: Desk) -> None:
    telegram(desk, 12, "in blue")
    telegram(desk, 11, "a jacket")
    telegram(desk, 10, "a tent", chat=8)
    desk.platform.answers = [httpx.Response(503)]
    desk.work()
    assert sorted(desk.messages()) == [["a jacket", "in blue"], ["a tent"]]


def test_a_platform_in_trouble_gets_each_reply_once_it_is_back(desk: Desk) -> None:
    telegram(desk, 1, "a jacket")
    desk.platform.answers = [
        httpx.Response(500),
        httpx.ConnectTimeout("slow"),
        httpx.Response(429, json={"parameters": {"retry_after": 31}}),
    ]
    desk.worker.work()
    desk.worker.work()  # not yet its time
    assert len(desk.platform.requests) == 1
    desk.work()
    assert len(desk.platform.requests) == 4
    assert desk.messages() == [["a jacket"]]  # answered once, sent until it was taken
    assert len({json.dumps(each) for each in desk.platform.sent()}) == 1

    telegram(desk, 2, "a tent")
    desk.platform.answers = [httpx.Response(403)]
    desk.work()
    telegram(desk, 3, "a bag")
    desk.platform.answers = [httpx.Response(500)] * MOST_ATTEMPTS
    desk.work()
    assert [state for state, *_ in desk.states()] == ["done", "failed", "failed"]
    telegram(desk, 4, "still there")
    desk.work()
    assert desk.states()[-1][0] == "done"


def test_a_reply_in_several_calls_goes_on_where_it_stopped(desk: Desk) -> None:
    chatwoot(desk, {"id": 1, "content": "a jacket"})
    desk.platform.answers = [httpx.Response(200, json={}), httpx.Response(502)]
    desk.work()
    kinds = [each["content_type"] for each in desk.platform.sent()]
    assert kinds == ["cards", "text", "text", "input_select"]


def test_slack_says_no_with_a_200(desk: Desk) -> None:
    slack(desk, slack_event("E1", "a jacket"))
    desk.platform.answers = [
        httpx.Response(200, json={"ok": False, "error": "ratelimited"}),
        httpx.Response(200, json={"ok": False, "error": "channel_not_found"}),
    ]
    desk.work()
    assert len(desk.platform.requests) == 2
    assert [state for state, *_ in desk.states()] == ["failed"]


def test_a_job_of_a_server_that_died_is_taken_up(engine: Engine) -> None:
    ConversationLog(engine)
    queue = JobQueue(engine)
    assert queue.add("telegram", Inbound("1", "7", "a jacket", 1.0, {"chat_id": 7}))
    first = queue.take()
    assert first is not None
    assert queue.take() is None
    with engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        connection.execute(update(jobs).values(not_before=past))
    again = queue.take()
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)
    assert queue.conversation("telegram", "7", {}) == queue.conversation("telegram", "7", {})
    assert queue.conversation("telegram", "7", {}) != queue.conversation("slack", "7", {})


def test_a_colleagues_words_go_out_through_the_queue_once(desk: Desk) -> None:
    telegram(desk, 1, "a jacket")
    desk.work()
    conversation = joined(desk)
    StaffDesk(desk.engine).say(MIA, conversation, "Good morning!", key="k1")
    StaffDesk(desk.engine).say(MIA, conversation, "Good morning!", key="k1")
    desk.platform.answers = [httpx.Response(200, json={}), httpx.ConnectTimeout("slow")]
    desk.work()
    desk.work()
    texts = [each["text"] for each in desk.platform.sent()]
    assert texts == [
        "Mia has joined and will answer you here.",
        "Mia: Good morning!",  # lost on the way, and sent again
        "Mia: Good morning!",
    ]
    assert {each["chat_id"] for each in desk.platform.sent()} == {7}
    assert all(state == "done" and not sender for state, _, sender in desk.states())


@pytest.mark.parametrize("platform", ["slack", "whatsapp", "chatwoot", "webhook"])
def test_every_platform_takes_a_colleagues_words_and_cards(desk: Desk, platform: str) -> None:
    {
        "slack": lambda: slack(desk, slack_event("E1", "a jacket")),
        "whatsapp": lambda: whatsapp(
            desk, {"id": "m1", "type": "text", "text": {"body": "a jacket"}}
        ),
        "chatwoot": lambda: chatwoot(desk, {"id": 1, "content": "a jacket"}),
        "webhook": lambda: webhook(desk, "e1", {"sender": "7", "text": "a jacket"}),
    }[platform]()
    desk.work()
    conversation = joined(desk)
    card = fake_guide.card_of(fake_guide.PRODUCTS[0], "en")
    StaffDesk(desk.engine).say(MIA, conversation, "This one.", [card])
    desk.work()
    told = "\n".join(request.content.decode() for request in desk.platform.requests)
    assert "Mia has joined" in told
    assert "Ridgeline Rain Jacket" in told
    assert "This one." in told
    assert ("Mia: This one." in told) == (platform != "webhook")
    if platform == "chatwoot":  # it comes to the bot again, not to Chatwoot's own staff
        assert '"status": "pending"' in told or '"status":"pending"' in told


def test_the_guide_says_nothing_while_a_colleague_has_the_talk(desk: Desk) -> None:
    reply = Reply(conversation_id="c", turn=1, language="en", text="", intent=Intent.HANDOFF,
                  agent="Mia", writer="composer")  # fmt: skip
    desk.guide.answer = lambda *_, **__: iter([reply])  # type: ignore[method-assign]
    telegram(desk, 1, "are you there?")
    desk.work()
    assert desk.platform.requests == []
    assert [state for state, *_ in desk.states()] == ["done"]


def test_who_waits_for_a_person_stays_in_the_conversation(engine: Engine) -> None:
    log, queue = ConversationLog(engine), JobQueue(engine)
    conversation = queue.conversation("telegram", "7", {"chat_id": 7})
    log.begin("a person, please", conversation_id=conversation, channel="telegram")
    StaffDesk(engine).take(MIA, conversation)
    with engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=2)
        connection.execute(update(talks).values(updated_at=long_ago))
    assert queue.conversation("telegram", "7", {"chat_id": 7}) == conversation
    StaffDesk(engine).close(MIA, conversation)
    with engine.begin() as connection:
        connection.execute(update(talks).values(updated_at=long_ago))
    assert queue.conversation("telegram", "7", {"chat_id": 7}) != conversation


def nasty_card(place: int) -> ProductCard:
    title = f"<b>Tent & | \u202e{place}</b> *_~ [x](y) " + "very long " * 60
    return ProductCard(product_id=f"a/{place}?&", title=title, price="10.00", currency="USD",
                       url=["javascript:alert(1)", None, "https://a.example/|x"][place % 3],
                       image_url=[None, "/images/a.svg", "https://a.example/a.png"][place % 3],
                       click_probability=0.1, reasons=["<script>", "$100 & more"])  # fmt: skip


@pytest.mark.parametrize("products", [0, 1, 20])
@pytest.mark.parametrize("text", ["A tent.", "", "<&>" * 3000, "帐篷。" * 2000])
@pytest.mark.parametrize("said", [[], ["cheaper ones"], ["x" * 300, "same", "same", "", "🏕" * 30]])
def test_no_reply_is_such_that_a_platform_refuses_it(
    products: int, text: str, said: list[str]
) -> None:
    reply = Reply(conversation_id="c", turn=1, language="en", text=text, intent=Intent.RECOMMEND,
                  products=[nasty_card(place) for place in range(products)], suggestions=said,
                  handoff=not products, writer="composer")  # fmt: skip
    targets: dict[str, dict[str, Any]] = {
        "telegram": {"chat_id": 7, "pressed": "99"},
        "slack": {"channel": "D1"},
        "whatsapp": {"to": "4915", "number": "1001"},
        "chatwoot": {"account": 3, "conversation": 44},
        "webhook": {"sender": "ann", "in_reply_to": "e1"},
    }
    for name, adapter in open_adapters(
        Settings(public_url="https://guide.example", **KEYS)
    ).items():
        for call in adapter.calls(targets[name], reply):
            assert fault(adapter.request(call, "job-1")) is None, (name, call)


def test_platforms_that_misbehave_get_every_reply_of_messages_answered_once(
    desk: Desk,
) -> None:
    """Events come double and shuffled; the platforms are busy, broken, slow and forgetful."""
    chance = random.Random(3)
    wishes = ["a jacket", "under $100", "waterproof", "not black"]
    deliveries: list[Callable[[], httpx.Response]] = []
    for chat in (7, 8):
        deliveries += [
            partial(telegram, desk, 10 * chat + place, wish, chat)
            for place, wish in enumerate(wishes)
        ]
    deliveries += [
        partial(chatwoot, desk, {"id": place + 1, "content": wish})
        for place, wish in enumerate(wishes)
    ]
    deliveries += deliveries  # each again, as after an answer that was lost
    chance.shuffle(deliveries)
    taken: list[bytes] = []

    def moody(request: httpx.Request) -> httpx.Response:
        mood = chance.random()
        if mood < 0.15:
            return httpx.Response(429, headers={"Retry-After": "3"}, json={})
        if mood < 0.3:
            return httpx.Response(chance.choice([500, 502, 503]), text="<html>broken</html>")
        if mood < 0.4:
            raise httpx.ConnectTimeout("slow")
        taken.append(request.content)
        if mood < 0.45:
            raise httpx.ReadTimeout("it was taken, and nobody heard it")
        return httpx.Response(200, json={"ok": True})

    for deliver in deliveries:
        assert deliver().status_code == 200
    desk.platform.mood = moody
    desk.work()
    assert desk.messages() == [wishes] * 3
    assert {state for state, *_ in desk.states()} == {"done"}
    chats = Counter(json.loads(each).get("chat_id") for each in taken)
    assert min(chats[7], chats[8]) >= len(wishes)
    assert all(deliver().status_code == 200 for deliver in deliveries)
    desk.work()
    assert desk.messages() == [wishes] * 3  # what comes after the answer is known too


def test_what_a_catalogue_says_is_no_markup() -> None:
    card = ProductCard(product_id="1", title="<b>Tent</b>", price="10.00", currency="USD",
                       url="http://a.example/t", image_url=None, click_probability=0.1)  # fmt: skip
    reply = Reply(conversation_id="c", turn=1, language="en", text="A <b> & c", products=[card],
                  intent=Intent.RECOMMEND, writer="composer", suggestions=["x" * 30])  # fmt: skip
    (call,) = Telegram("http://localhost", "t", "s", "https://t.example").calls(
        {"chat_id": 1}, reply
    )
    assert "&lt;b&gt;Tent" in call.body["text"]
    assert "A &lt;b&gt; &amp; c" in call.body["text"]
    assert call.body["reply_markup"]["inline_keyboard"] == [
        [{"text": "x" * 30, "callback_data": "x" * 30}]
    ]
    (call,) = WhatsApp("https://g.example", "t", "s", "https://w.example").calls(
        {"to": "1", "number": "2"}, reply
    )
    assert call.body["type"] == "text"  # a suggestion too long for a button


def test_a_channel_set_up_by_half_is_told() -> None:
    with pytest.raises(SettingsError, match="telegram_secret"):
        open_adapters(Settings(telegram_token="12:ab"))
    with pytest.raises(SettingsError, match="webhook_secret"):
        open_adapters(Settings(webhook_secret="whsec_", webhook_reply_url="https://x.example"))
    assert open_adapters(Settings()) == {}
