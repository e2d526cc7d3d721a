"""Spans as OpenTelemetry has them, sent over OTLP; needs the extra `traces`.

A batch holds messages of many traces, so a span is linked to the sender's and is not a child of it.
"""

from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.util.types import AttributeValue

from worker.observe.traces import TracedMessage

_EXPORT_TIMEOUT_S: Final = 5.0


class OpenTelemetrySpans:
    """Makes spans and hands them to an exporter on a thread; a full queue drops them."""

    def __init__(self, exporter: SpanExporter, *, group: str, version: str, instance: str | None) -> None:
        told = {"service.name": "claimscrub", "service.version": version, "service.instance.id": instance}
        # Resource.create would add what the environment says.
        resource = Resource({name: value for name, value in told.items() if value is not None})
        self._provider = TracerProvider(resource=resource, sampler=ALWAYS_ON, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("claimscrub", version)
        self._group = group

    def note(self, message: TracedMessage, started_ns: int, ended_ns: int) -> None:
        """Make the span of a message; see `worker.observe.traces.Spans`."""
        span = self._tracer.start_span(
            f"process {message.topic}",
            context=Context(),
            kind=SpanKind.CONSUMER,
            attributes=self._attributes(message),
            links=[Link(_sender(message.traceparent))],
            start_time=started_ns,
        )
        if message.error is not None:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended_ns)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _attributes(self, message: TracedMessage) -> dict[str, AttributeValue]:
        attributes: dict[str, AttributeValue] = {
            # https://opentelemetry.io/docs/specs/semconv/messaging/kafka/, without messaging.kafka.message.key
            "messaging.system": "kafka",
            "messaging.operation.name": "process",
            "messaging.operation.type": "process",
            "messaging.destination.name": message.topic,
            "messaging.destination.partition.id": str(message.partition),
            "messaging.kafka.offset": message.offset,
            "messaging.consumer.group.name": self._group,
            "claimscrub.outcome": message.outcome,
            "claimscrub.findings": message.findings,
        }
        if message.error is not None:
            attributes["error.type"] = message.error
        for stage, seconds in message.stage_seconds.items():
            attributes[f"claimscrub.{stage}_seconds"] = seconds
        return attributes


def _sender(traceparent: str) -> SpanContext:
    _, trace, span, flags = traceparent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))


def spans_over_otlp(endpoint: str, *, group: str, version: str, instance: str | None) -> OpenTelemetrySpans:
    """Return spans that go to an OTLP/HTTP address."""
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_TIMEOUT_S)
    return OpenTelemetrySpans(exporter, group=group, version=version, instance=instance)
