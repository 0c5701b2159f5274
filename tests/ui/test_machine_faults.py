"""Faults of the machine below a server, as its customers see them over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import time_machine
from full_disk import full_disk
from limits import RateLimitItemPerMinute
from sqlalchemy import Engine
from visiting import RealSite

from assistant.log import ConversationLog
from ui.channels.adapter import Inbound
from ui.channels.queue import KEPT, JobQueue
from ui.limiting import Limiter
from ui.steady_clock import SteadyClock

pytestmark = pytest.mark.faults

WISH = "a waterproof jacket under $100"
TWO_YEARS = timedelta(days=730).total_seconds()


class Customer:
    """One conversation over HTTP, whose messages are named and may be sent again."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        started = http.post("/v1/conversations").json()
        self.path = f"/v1/conversations/{started['conversation_id']}"
        self.token = {"X-Conversation-Token": started["token"]}

    def say(self, message: str, name: str | None = None) -> httpx.Response:
        headers = self.token | {"Idempotency-Key": name or uuid4().hex}
        return self._http.post(f"{self.path}/messages", json={"message": message}, headers=headers)

    def history(self) -> list[tuple[str, str]]:
        turns = self._http.get(self.path, headers=self.token).json()["turns"]
        return [(turn["message"], turn["reply"]["text"]) for turn in turns if turn["reply"]]


@pytest.fixture
def customer(real_site: RealSite) -> Iterator[Customer]:
    with httpx.Client(base_url=real_site.address, timeout=60) as http:
        yield Customer(http)


def clock_set_by(seconds: float) -> time_machine.travel:
    """The wall clock of this process, set by so many seconds and put right again."""
    return time_machine.travel(time.time() + seconds)


def test_a_full_disk_refuses_messages_and_loses_none_that_was_answered(
    real_site: RealSite, customer: Customer
) -> None:
    given = [(WISH, customer.say(WISH).json()["text"])]
    with full_disk(real_site.api.engine, real_site.guide.parts.catalog.engine):
        for number in range(200):  # until the pages that the file has already are used up
            message, name = f"cheaper ones{', please' * 100}", f"message {number}"
            answer = customer.say(message, name)
            if not answer.is_success:
                break
            given.append((message, answer.json()["text"]))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "disk" not in answer.json()["detail"]  # that is for the log
        assert customer.history() == given  # what is there can be read
    # Room again: the widget's message, sent again, is answered, and nothing is missing.
    given.append((message, customer.say(message, name).json()["text"]))
    assert customer.history() == given


@pytest.mark.parametrize("seconds", [TWO_YEARS, -TWO_YEARS])
def test_a_clock_that_jumps_is_not_noticed_in_a_talk(customer: Customer, seconds: float) -> None:
    before = customer.say(WISH, "before").json()
    with clock_set_by(seconds):
        again = customer.say(WISH, "before")
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == before
        meanwhile = customer.say("cheaper ones", "meanwhile").json()
    again = customer.say("cheaper ones", "meanwhile")
    assert again.headers["idempotency-replayed"] == "true"
    after = customer.say("in blue").json()
    assert [one["turn"] for one in (before, meanwhile, again.json(), after)] == [1, 2, 2, 3]
    assert after["constraints"]["price"] == meanwhile["constraints"]["price"]
    assert [message for message, _ in customer.history()] == [WISH, "cheaper ones", "in blue"]


def test_a_clock_put_back_shuts_nobody_out() -> None:
    limiter, item = Limiter(), RateLimitItemPerMinute(3)
    with clock_set_by(TWO_YEARS):
        assert [limiter.hit(item, "shop").allowed for _ in range(4)] == [True, True, True, False]
    counts = [limiter.hit(item, "shop") for _ in range(4)]
    assert [count.allowed for count in counts] == [True, True, True, False]
    assert counts[-1].seconds <= 60


def inbound(event: str) -> Inbound:
    return Inbound(event, "mia", "a jacket", time.time(), {"sender": "mia"})


def test_a_clock_far_ahead_drops_no_message_that_waits(engine: Engine) -> None:
    ConversationLog(engine)  # brings the tables
    queue = JobQueue(engine)
    queue.add("webhook", inbound("one"))
    with clock_set_by(2 * KEPT.total_seconds()):
        queue.drop_old()
        queue.add("telegram", inbound("another"))
        taken = [queue.take(), queue.take()]
    assert {job.channel for job in taken if job is not None} == {"webhook", "telegram"}


def test_a_message_that_came_with_the_clock_ahead_does_not_wait_until_then(engine: Engine) -> None:
    queue = JobQueue(engine)
    with clock_set_by(TWO_YEARS):
        queue.add("webhook", inbound("one"))
    job = queue.take()
    assert job is not None
    assert queue.take() is None  # it is in work
    queue.finish(job, done=True)


def test_a_clock_that_was_set_is_noticed() -> None:
    clock = SteadyClock()
    assert clock.is_steady(60)
    with clock_set_by(TWO_YEARS):
        assert not clock.is_steady(60)
    assert not clock.is_steady(60)  # put right, which is setting it too
    assert clock.is_steady(0)
