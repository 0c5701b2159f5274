"""What colleagues write, told by the API: at once, as a stream, and with the history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from visiting import RealSite

from assistant.takeover.desk import Agent, Desk
from ui.api import access
from ui.api.keys import Scope

MIA = Agent("mia", "mia@shop.example", "Mia")


@pytest.fixture
def http(real_site: RealSite) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=real_site.address, timeout=60) as client:
        yield client


@pytest.fixture
def desk(real_site: RealSite) -> Desk:
    return Desk(real_site.api.engine)


def begin(http: httpx.Client, *messages: str) -> tuple[str, dict[str, str]]:
    """The address of a new conversation in which these messages were answered, and its token."""
    begun = http.post("/v1/conversations").json()
    token = {"X-Conversation-Token": begun["token"]}
    address = f"/v1/conversations/{begun['conversation_id']}"
    for message in messages:
        answer = http.post(f"{address}/messages", json={"message": message}, headers=token)
        assert answer.status_code == 200
    return address, token


def test_news_come_when_asked_for(http: httpx.Client, desk: Desk) -> None:
    address, token = begin(http, "a waterproof jacket")
    quiet = http.get(f"{address}/news", headers=token).json()
    assert quiet == {
        "standing": {"state": "guide", "agent": None, "staffed": False, "typing": False},
        "messages": [],
    }
    conversation = address.rpartition("/")[2]
    desk.take(MIA, conversation)
    said = desk.say(MIA, conversation, "Good morning!")
    news = http.get(f"{address}/news", params={"after": 1}, headers=token).json()
    assert (news["standing"]["state"], news["standing"]["agent"]) == ("agent", "Mia")
    assert [each["text"] for each in news["messages"]] == ["Good morning!"]

    # A message goes to her: the reply says whose it is, and nothing else; twice is once.
    sent = {
        "json": {"message": "where is my parcel?"},
        "headers": {**token, "Idempotency-Key": "k"},
    }
    first = http.post(f"{address}/messages", **sent).json()
    assert (first["agent"], first["text"], first["products"]) == ("Mia", "", [])
    assert http.post(f"{address}/messages", **sent).json()["turn"] == first["turn"]

    history = http.get(address, headers=token).json()
    assert [each["turn"] for each in history["turns"]] == [1, 2]
    assert [(each["kind"], each["after_turn"]) for each in history["messages"]] == [
        ("joined", 1),
        ("said", said.after_turn),
    ]
    assert history["standing"]["agent"] == "Mia"
    part = http.get(address, params={"limit": 1}, headers=token).json()
    assert part["messages"] == []  # those belong to turns that were not asked for


def test_news_come_as_a_stream(http: httpx.Client, desk: Desk, real_site: RealSite) -> None:
    address, token = begin(http, "a waterproof jacket")
    conversation = address.rpartition("/")[2]
    events: list[tuple[str, dict[str, Any]]] = []
    stream = {**token, "Accept": "text/event-stream"}
    with http.stream("GET", f"{address}/news", headers=stream) as answer:
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                events.append((name, json.loads(line[6:])))
                if len(events) == 1:
                    desk.take(MIA, conversation)
                    desk.say(MIA, conversation, "Good morning!")
                if len(events) == 4:
                    break
    assert [name for name, _ in events] == ["standing", "message", "message", "standing"]
    assert events[0][1]["state"] == "guide"
    assert events[2][1]["text"] == "Good morning!"
    assert events[3][1]["agent"] == "Mia"


def test_news_are_for_who_has_the_conversation(http: httpx.Client, real_site: RealSite) -> None:
    address, token = begin(http, "a waterproof jacket")
    other, _ = begin(http, "a parka")
    assert http.get(f"{other}/news", headers=token).status_code == 403
    assert http.get(f"{other}/news").status_code == 401
    assert (
        http.get(f"{address}/news", headers=real_site.key(Scope.CONVERSATIONS)).status_code == 200
    )
    assert http.get(f"{address}/news", headers=real_site.key(Scope.CHAT)).status_code == 401


def test_one_page_cannot_ask_without_end(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "NEWS_PER_MINUTE", 3)
    address, token = begin(http, "a waterproof jacket")
    statuses = [http.get(f"{address}/news", headers=token).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
