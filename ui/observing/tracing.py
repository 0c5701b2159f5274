"""OpenTelemetry traces, where an endpoint is set: requests, their turns, the turns' steps."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from assistant.watching import FinishedTurn
from retrieval.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_NANO = 1_000_000_000


class Tracing:
    """Makes spans, or nothing where tracing is off."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """Give the spans to `provider`; without one there are none."""
        self._provider = provider
        self._tracer = None if provider is None else provider.get_tracer("shopguide")

    def request(self, method: str, headers: Mapping[str, str]) -> AbstractContextManager[object]:
        """A span for a request, below the caller's own where its headers name one (W3C)."""
        if self._tracer is None:
            return nullcontext()
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        above = TraceContextTextMapPropagator().extract(dict(headers))
        return self._tracer.start_as_current_span(
            method, context=above, kind=trace.SpanKind.SERVER, record_exception=False
        )

    def answered(self, name: str, status: int) -> None:
        """Name the request's span, now that its route is known."""
        if self._tracer is None:
            return
        from opentelemetry import trace

        span = trace.get_current_span()
        span.update_name(name)
        span.set_attribute("http.response.status_code", status)
        if status >= 500:
            span.set_status(trace.StatusCode.ERROR)

    def turn(self, turn: FinishedTurn) -> None:
        """Spans of a turn that is in the log, and of its steps, below the request's."""
        if self._tracer is None:
            return
        from opentelemetry import trace

        reply = turn.record.reply
        began = round(turn.began * _NANO)
        total = max([reply.latency_ms.total / 1000, *(s.at + s.seconds for s in turn.steps)])
        span = self._tracer.start_span(
            "turn",
            start_time=began,
            attributes={
                "shopguide.conversation_id": reply.conversation_id,
                "shopguide.turn": reply.turn,
                "shopguide.intent": reply.intent.value,
                "shopguide.language": reply.language,
                "shopguide.channel": turn.channel,
                "shopguide.writer": reply.writer,
                "shopguide.products": len(reply.products),
            },
        )
        if turn.record.error is not None:
            span.set_status(trace.StatusCode.ERROR, turn.record.error.partition(":")[0])
        within = trace.set_span_in_context(span)
        for step in turn.steps:
            at = began + round(step.at * _NANO)
            self._tracer.start_span(step.name, within, start_time=at).end(
                at + round(step.seconds * _NANO)
            )
        span.end(began + round(total * _NANO))

    def close(self) -> None:
        """Send what has not been sent."""
        if self._provider is not None:
            self._provider.shutdown()


def open_tracing(endpoint: str | None, exporter: SpanExporter | None = None) -> Tracing:
    """Tracing to an OTLP endpoint (gRPC), or to an exporter of one's own; off without either.

    Raises:
        SettingsError: the extra for it is not installed.
    """
    if endpoint is None and exporter is None:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    except ModuleNotFoundError as error:
        raise SettingsError(
            "otlp_endpoint: traces need the extra 'telemetry': pip install 'shopguide[telemetry]'"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "shopguide"}))
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        sender = OTLPSpanExporter(endpoint, insecure=str(endpoint).startswith("http://"))
        provider.add_span_processor(BatchSpanProcessor(sender))
    return Tracing(provider)
