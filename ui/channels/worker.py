"""Answers what is in the queue and sends the replies, until it is stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

import httpx

from assistant.pictures import MARK, OUT_OF_REACH
from assistant.reply import Intent, Reply
from assistant.takeover.timeline import StaffMessage
from assistant.turn import Guide
from retrieval.errors import ShopGuideError
from ui.api.answering import last_of
from ui.api.ledger import Ledger
from ui.channels.adapter import Adapter, Call, HopelessError, Json, TryLaterError
from ui.channels.queue import Job, JobQueue

logger = logging.getLogger(__name__)

WORKERS = 2
PAUSE_SECONDS = 1.0
"""How soon a message is seen that another server has put into the queue."""
MOST_ATTEMPTS = 12
LONGEST_WAIT = 300.0
"""With twelve attempts, a platform may be away for half an hour."""


class Worker:
    """Threads that work on the queue."""

    def __init__(
        self,
        queue: JobQueue,
        guide: Guide,
        ledger: Ledger,
        adapters: Mapping[str, Adapter],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`transport` carries the calls to the platforms; None for the network."""
        self._queue = queue
        self._guide = guide
        self._ledger = ledger
        self._adapters = adapters
        self._client = httpx.Client(timeout=20, transport=transport)
        for name in ("httpx", "httpcore"):  # they log addresses, and Telegram's hold the token
            logging.getLogger(name).setLevel(logging.WARNING)
        self._stopped = threading.Event()
        self._called = threading.Semaphore(0)
        self._threads = [
            threading.Thread(target=self._run, name=f"channels-{place}", daemon=True)
            for place in range(WORKERS)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There is something in the queue."""
        self._called.release()

    def stop(self) -> None:
        """End after the jobs under way; the others stay in the queue."""
        self._stopped.set()
        for _ in self._threads:
            self._called.release()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(10)
        self._client.close()

    def work(self) -> bool:
        """Do one job, if there is one."""
        self._queue.take_outgoing(self._adapters, self._staff_calls)
        job = self._queue.take()
        if job is None:
            return False
        adapter = self._adapters.get(job.channel)
        if adapter is None:
            logger.error("the channel %s is not set up any more", job.channel)
            self._queue.finish(job, done=False)
            return True
        try:
            self._send(job, adapter)
            self._queue.finish(job, done=True)
        except TryLaterError as error:
            self._again(job, str(error), error.seconds)
        except (httpx.TransportError, ShopGuideError) as error:
            self._again(job, f"{type(error).__name__}: {error}", None)
        except HopelessError as error:
            logger.error("a reply by %s was refused: %s", job.channel, error)
            self._queue.finish(job, done=False)
        return True

    def _send(self, job: Job, adapter: Adapter) -> None:
        calls = job.calls
        if calls is None:
            reply = self._reply(job)
            if reply.agent is not None and not reply.text:
                calls = tuple(adapter.silent_calls(job.target))
            else:
                calls = tuple(adapter.calls(job.target, reply))
            self._queue.answered(job, calls)
        for place in range(job.calls_sent, len(calls)):
            adapter.judge(self._client.send(adapter.request(calls[place], f"{job.id}-{place}")))
            self._queue.sent(job, place + 1)

    def _staff_calls(
        self, channel: str, target: Json, conversation_id: str, message: StaffMessage
    ) -> list[Call]:
        """A colleague's message in the platform's form."""
        reply = Reply(
            conversation_id=conversation_id,
            turn=message.after_turn,
            language=message.language,
            text=message.text,
            products=message.products,
            intent=Intent.HANDOFF,
            agent=message.name,
            writer="composer",
        )
        return self._adapters[channel].staff_calls(target, message, reply)

    def _reply(self, job: Job) -> Reply:
        """The reply to a message; one that a server made before it died is taken from the log."""
        conversation = self._queue.conversation(job.channel, job.sender, job.target)
        claim = self._ledger.claim(conversation, job.event_id, "")
        if claim.state == "running":
            raise TryLaterError("the message is still being answered", 5)
        if claim.turn is not None:
            history = self._guide.history(conversation)
            known = next((each.reply for each in history if each.turn == claim.turn), None)
            if known is None:
                raise HopelessError("the conversation has been deleted")
            return known
        try:
            has_picture = job.message.startswith(MARK)
            reply = last_of(
                self._guide.answer(
                    job.message.removeprefix(MARK).strip(),
                    conversation_id=conversation,
                    customer_id=job.customer_id,
                    channel=job.channel,
                    picture=OUT_OF_REACH if has_picture else None,
                )
            )
        except Exception:
            self._ledger.abandon(conversation, job.event_id)
            raise
        self._ledger.finish(conversation, job.event_id, reply.turn)
        return reply

    def _again(self, job: Job, why: str, seconds: float | None) -> None:
        if job.attempts >= MOST_ATTEMPTS:
            logger.error("a reply by %s could not be sent: %s", job.channel, why)
            self._queue.finish(job, done=False)
            return
        wait = min(LONGEST_WAIT, 2.0 ** (job.attempts - 1) if seconds is None else seconds)
        logger.warning("a reply by %s waits %.0f s: %s", job.channel, wait, why)
        self._queue.later(job, wait)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                if self.work():
                    continue
            except Exception:
                # The job's lease ends and it is taken again; a broken database may mend.
                logger.exception("a job of the channels failed")
            self._called.acquire(timeout=PAUSE_SECONDS)
