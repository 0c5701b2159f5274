"""Two servers on one PostgreSQL and one Chroma server: what one does counts at the other.

And where one is killed, the database is cut off or Chroma goes away, nothing that a customer
was given is lost.
"""

from __future__ import annotations

import json
import shutil
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from fake_guide import PRODUCTS
from sqlalchemy import Engine, create_engine, select, text
from two_servers import CHROMA_TOKEN, METRICS_TOKEN, ServerProcess, forwarding
from visiting import RealSite

from assistant.log import ConversationLog
from assistant.tables import turns
from ranking.registry import Registry
from retrieval.database import open_database, reading
from ui.api.keys import ApiKeys, Scope
from ui.load.stores import ChromaServer, make_database

pytestmark = pytest.mark.faults

WISHES = ("a waterproof jacket", "in blue", "cheaper ones", "under 100 dollars")
PATIENCE = 60.0
CUSTOMERS = 4


@dataclass
class Pair:
    """The two servers, the balancer before them, and what they share."""

    first: ServerProcess
    second: ServerProcess
    address: str
    chroma: ChromaServer
    engine: Engine
    models: Path
    key: dict[str, str]


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: str, real_site: RealSite
) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    url = make_database(postgres_server, "pair")
    chroma = ChromaServer(folder / "chroma")
    models = folder / "models"
    shutil.copytree(real_site.settings.models_dir, models)  # merged and exported already
    with forwarding([chroma.address], CHROMA_TOKEN) as guarded:
        environment = {
            "SHOPGUIDE_DATABASE_URL": url,
            "SHOPGUIDE_CHROMA_URL": guarded,
            "SHOPGUIDE_CHROMA_TOKEN": CHROMA_TOKEN,
            "SHOPGUIDE_METRICS_TOKEN": METRICS_TOKEN,
            "SHOPGUIDE_WRITER": "composer",
            "SHOPGUIDE_OTHER_LANGUAGES": "off",
            "SHOPGUIDE_ADDRESS_RATE_PER_MINUTE": "100000",
            "SHOPGUIDE_LOG_FORMAT": "json",
            "SHOPGUIDE_LOG_LEVEL": "info",
        }
        servers = [ServerProcess(folder / name, models, environment) for name in ("one", "two")]
        try:
            for server in servers:
                server.wait()
            engine = open_database(url)
            secret = ApiKeys(engine).add("test", [Scope.CATALOG, Scope.SEARCH])[1]
            key = {"Authorization": f"Bearer {secret}"}
            with forwarding([server.address for server in servers]) as address:
                yield Pair(*servers, address, chroma, engine, models, key)
            engine.dispose()
        finally:
            for server in servers:
                server.end()
            chroma.stop()


@dataclass
class Given:
    """A reply that a customer was given."""

    conversation: str
    turn: int
    message: str
    text: str


def talk(address: str, wishes: tuple[str, ...], given: list[Given]) -> None:
    """One customer, who sends again what was not answered, as the widget does."""
    with httpx.Client(base_url=address, timeout=60) as http:
        started = insist(lambda: http.post("/v1/conversations")).json()
        headers = {"X-Conversation-Token": started["token"]}
        path = f"/v1/conversations/{started['conversation_id']}/messages"
        for wish in wishes:
            named = headers | {"Idempotency-Key": uuid.uuid4().hex}
            answer = insist(lambda h=named, w=wish: http.post(path, json={"message": w}, headers=h))
            reply = answer.json()
            given.append(Given(reply["conversation_id"], reply["turn"], wish, reply["text"]))


def insist(ask: Callable[[], httpx.Response]) -> httpx.Response:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            answer = ask()
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.status_code < 300:
            return answer
        assert answer.status_code in (409, 429, 502, 503), answer.text
        time.sleep(0.2)
    pytest.fail("a customer was not answered")


def under_load(pair: Pair, disturb: Callable[[], None]) -> list[Given]:
    """What several customers were given while something happened."""
    given: list[Given] = []
    with ThreadPoolExecutor(CUSTOMERS) as customers:
        talks = [customers.submit(talk, pair.address, WISHES * 3, given) for _ in range(CUSTOMERS)]
        wait_until(lambda: len(given) >= CUSTOMERS)
        disturb()
        for each in talks:
            each.result()
    return given


def assert_nothing_is_lost(pair: Pair, given: list[Given]) -> None:
    """What was given is in the log as it was given, and every message was answered once."""
    assert len(given) == CUSTOMERS * len(WISHES) * 3
    log = ConversationLog(pair.engine)
    logged = {
        (conversation, each.turn): each
        for conversation in {one.conversation for one in given}
        for each in log.history(conversation)
    }
    for one in given:
        kept = logged[one.conversation, one.turn]
        assert kept.reply is not None
        assert (kept.message, kept.reply.text) == (one.message, one.text)
    answered = Counter(key[0] for key, each in logged.items() if each.reply is not None)
    assert answered == Counter(one.conversation for one in given)


def wait_until(met: Callable[[], bool], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def prices(server: ServerProcess, pair: Pair) -> list[tuple[str, str]]:
    answer = httpx.get(f"{server.address}/v1/search?q=ridgeline+jacket", headers=pair.key)
    return [(each["product_id"], each["price"]) for each in answer.json()["results"]]


def test_what_one_puts_into_the_catalogue_is_found_by_the_other(pair: Pair) -> None:
    assert httpx.get(f"{pair.second.address}/readyz").status_code == 503  # nothing to sell yet
    products = [json.loads(each.model_dump_json(exclude_defaults=True)) for each in PRODUCTS]
    answer = httpx.post(
        f"{pair.first.address}/v1/catalog/upsert",
        json={"products": products},
        headers=pair.key,
        timeout=60,
    )
    assert answer.json()["added"] == len(PRODUCTS)
    wait_until(lambda: len(prices(pair.second, pair)) > 0)
    change = {"changes": [{"id": "jacket-1", "price": "77.00", "sale_price": None}]}
    answer = httpx.post(
        f"{pair.second.address}/v1/catalog/changes", json=change, headers=pair.key, timeout=60
    )
    assert answer.json()["updated"] == 1
    wait_until(lambda: ("jacket-1", "77.00") in prices(pair.first, pair))


def test_a_model_that_is_promoted_serves_at_both(pair: Pair) -> None:
    registry = Registry(pair.models)
    before = registry.manifest(registry.champion() or "")
    with registry.building() as folder:
        for name in before.files:
            shutil.copy(registry.path(before.version) / name, folder / name)
        details = asdict(before)
        for own in ("version", "files"):
            del details[own]
        made = registry.register(folder, details)
    registry.promote(made.version)
    for server in (pair.first, pair.second):
        wait_until(
            lambda s=server: httpx.get(f"{s.address}/readyz").json()["click_model"] == made.version
        )


def test_two_messages_of_one_conversation_at_two_servers_wait_for_each_other(pair: Pair) -> None:
    started = httpx.post(f"{pair.first.address}/v1/conversations").json()
    path = f"/v1/conversations/{started['conversation_id']}/messages"
    headers = {"X-Conversation-Token": started["token"]}

    def say(server: ServerProcess, message: str) -> int:
        answer = httpx.post(
            server.address + path, json={"message": message}, headers=headers, timeout=60
        )
        return answer.json()["turn"]

    with ThreadPoolExecutor(6) as pool:
        numbers = pool.map(say, [pair.first, pair.second] * 3, ["a jacket", "in blue"] * 3)
        assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    with reading(pair.engine) as connection:
        times = connection.execute(
            select(turns.c.created_at, turns.c.completed_at)
            .where(turns.c.conversation_id == started["conversation_id"])
            .order_by(turns.c.turn)
        ).all()
    # No message was begun before the one before it was answered: none missed what was wished.
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(times))


def test_the_database_is_cut_off_under_load_and_nothing_is_lost(pair: Pair) -> None:
    url = pair.engine.url
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def restart() -> None:
        with admin.connect() as connection:
            connection.execute(text("ALTER DATABASE pair ALLOW_CONNECTIONS false"))
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pair'"
                )
            )
            assert httpx.get(f"{pair.first.address}/readyz").status_code == 503
            assert httpx.get(f"{pair.first.address}/healthz").status_code == 200
            time.sleep(0.5)
            connection.execute(text("ALTER DATABASE pair ALLOW_CONNECTIONS true"))

    given = under_load(pair, restart)
    admin.dispose()
    assert_nothing_is_lost(pair, given)


def test_without_chroma_customers_are_answered_and_changes_come_later(pair: Pair) -> None:
    pair.chroma.stop()
    ready = httpx.get(f"{pair.first.address}/readyz", timeout=30).json()
    assert ready["status"] == "ready"
    assert ready["vector_store"].startswith("away")
    given: list[Given] = []
    talk(pair.address, ("a waterproof jacket",), given)
    assert given[0].text

    def send(what: str, body: dict[str, object]) -> bool:
        url = f"{pair.first.address}/v1/catalog/{what}"
        return httpx.post(url, json=body, headers=pair.key, timeout=60).json()["searchable"]

    # A price is in no vector; new words are.
    assert send("changes", {"changes": [{"id": "jacket-1", "price": "66.00"}]})
    wait_until(lambda: ("jacket-1", "66.00") in prices(pair.second, pair))
    cape = {"id": "cape", "title": "Ridgeline rain jacket cape", "price": "9.00", "currency": "USD"}
    assert not send("upsert", {"products": [cape]})
    pair.chroma.start_again()
    for server in (pair.first, pair.second):
        wait_until(lambda s=server: ("cape", "9.00") in prices(s, pair))


def test_a_server_is_killed_under_load_and_nothing_is_lost(pair: Pair) -> None:
    given = under_load(pair, pair.first.end)
    assert_nothing_is_lost(pair, given)


def test_a_server_that_is_told_to_stop_finishes_its_turns_first(pair: Pair) -> None:
    """The only one that is left; readiness goes first, then what is under way is finished."""
    given: list[Given] = []
    stop = threading.Event()

    def customer() -> None:
        while not stop.is_set():
            talk(pair.second.address, ("a waterproof jacket",), given)

    statuses: list[int] = []
    talking = threading.Thread(target=customer, daemon=True)
    talking.start()
    wait_until(lambda: len(given) > 2)
    pair.second.process.send_signal(signal.SIGTERM)
    while pair.second.process.poll() is None:
        try:
            statuses.append(httpx.get(f"{pair.second.address}/readyz", timeout=5).status_code)
        except httpx.TransportError:
            break
    stop.set()
    assert pair.second.process.wait(30) == 0
    assert statuses[-1:] in ([503], [200], [])  # it may be too quick to be asked
    with reading(pair.engine) as connection:
        unfinished = select(turns.c.turn).where(
            turns.c.conversation_id.in_([one.conversation for one in given]),
            turns.c.completed_at.is_(None),
        )
        assert connection.execute(unfinished).all() == []
        newest = connection.execute(
            select(turns.c.completed_at).order_by(turns.c.created_at.desc()).limit(1)
        ).scalar_one()
    assert newest is not None  # the last message that arrived was answered


def test_the_logs_name_requests_and_conversations_and_no_words_of_customers(pair: Pair) -> None:
    lines = [
        json.loads(line)
        for server in (pair.first, pair.second)
        for line in server.log.read_text().splitlines()
        if line.startswith("{")
    ]
    requests = [line for line in lines if line["logger"] == "ui.observing.requests"]
    assert requests
    assert all(line["request_id"] for line in requests)
    everything = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    for private in ("waterproof jacket", CHROMA_TOKEN, METRICS_TOKEN, "shop@127.0.0.1"):
        assert private not in everything
