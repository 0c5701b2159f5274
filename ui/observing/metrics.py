"""Prometheus metrics: counts and times, and nothing that a customer said or is called."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assistant.turn import Guide
from assistant.watching import FinishedTurn
from ui.desk import TurnDesk

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16)
_CHANNELS = frozenset(
    [
        "web",
        "api",
        "widget",
        "openai",
        "mcp",
        "cli",
        "bench",
        "chatwoot",
        "slack",
        "telegram",
        "whatsapp",
        "webhook",
    ]
)
_OTHER = "other"


class Metrics:
    """The metrics of one server process; each has a registry of its own."""

    def __init__(self, guide: Guide, desk: TurnDesk) -> None:
        """Count every turn of `guide` from now on, and what `desk` holds whenever asked."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_OfNow(guide, desk))
        self._turns = self._counter(
            "turns", "Turns in the log.", "intent", "language", "channel", "writer"
        )
        self._seconds = self._histogram(
            "turn_seconds", "From a message to its whole reply.", "channel", "writer"
        )
        self._first = self._histogram("first_text_seconds", "From a message to the first text.")
        self._steps = self._histogram("step_seconds", "How long a step of a turn took.", "step")
        self._handoffs = self._counter("handoffs", "Turns that handed over to a person.")
        self._errors = self._counter("turn_errors", "Turns in which something failed.", "kind")
        self._sentences = self._counter(
            "llm_sentences", "Sentences of a language model by what became of them.", "fate"
        )
        self._requests = self._counter(
            "http_requests", "Requests answered.", "method", "route", "status"
        )
        self._request_seconds = self._histogram(
            "http_request_seconds", "From a request to the end of its answer.", "method", "route"
        )
        self.in_progress = Gauge(
            "shopguide_http_requests_in_progress",
            "Requests being answered now.",
            registry=self.registry,
        )
        guide.watch(self.count_turn)

    def count_turn(self, turn: FinishedTurn) -> None:
        """Count a turn that is in the log."""
        record, reply = turn.record, turn.record.reply
        # A name that a caller made up must not grow the number of series without bound.
        channel = turn.channel if turn.channel in _CHANNELS else _OTHER
        self._turns.labels(reply.intent.value, reply.language, channel, reply.writer).inc()
        self._seconds.labels(channel, reply.writer).observe(reply.latency_ms.total / 1000)
        if reply.latency_ms.first_text:
            self._first.observe(reply.latency_ms.first_text / 1000)
        for step in turn.steps:
            self._steps.labels(step.name).observe(step.seconds)
        if reply.handoff:
            self._handoffs.inc()
        if record.error is not None:
            kind = record.error.partition(":")[0]
            self._errors.labels(kind if kind.isidentifier() else "CustomerLeft").inc()
        if record.llm_sentences:
            self._sentences.labels("sent").inc(record.llm_accepted)
            self._sentences.labels("dropped").inc(record.llm_sentences - record.llm_accepted)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by the pattern of its address, never by the address."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics in the form that an Accept header asks for, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"shopguide_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(
            f"shopguide_{name}", told, labels, buckets=_SECONDS, registry=self.registry
        )


class _OfNow(Collector):
    """What is read off whenever somebody asks: the desk, and which models serve."""

    def __init__(self, guide: Guide, desk: TurnDesk) -> None:
        self._guide = guide
        self._desk = desk

    def collect(self) -> Iterable[Metric]:
        """The families, with the values of this moment."""
        desk = self._desk
        yield GaugeMetricFamily(
            "shopguide_desk_turns", "Turns computed or waiting.", value=desk.admitted
        )
        yield GaugeMetricFamily(
            "shopguide_desk_waiting",
            "Turns that wait for a thread.",
            value=max(0, desk.admitted - desk.at_once),
        )
        yield GaugeMetricFamily(
            "shopguide_desk_room", "Turns admitted before more are refused.", value=desk.most
        )
        yield CounterMetricFamily(
            "shopguide_desk_refused", "Turns refused for want of room.", value=desk.refused
        )
        served = GaugeMetricFamily("shopguide_model_info", "What serves.", labels=["part", "model"])
        for part, model in self._guide.models().items():
            served.add_metric([part, model or "none"], 1)
        yield served
        yield GaugeMetricFamily(
            "shopguide_catalog_revision",
            "The catalogue's revision that is searched.",
            value=self._guide.revision(),
        )
