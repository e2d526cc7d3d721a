"""Spans, as an exporter in memory gets them."""

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from worker.observe.spans import OpenTelemetrySpans
from worker.observe.traces import TracedMessage, is_sampled

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CONTEXT = f"00-{TRACE}-00f067aa0ba902b7-01"


def spans_of(*messages: TracedMessage, instance: str | None = "claimscrub-0") -> tuple[ReadableSpan, ...]:
    """The spans of some messages, each from the first to the third second."""
    exporter = InMemorySpanExporter()
    spans = OpenTelemetrySpans(exporter, group="claimscrub", version="1.2.3", instance=instance)
    for message in messages:
        spans.note(message, 1_000_000_000, 3_000_000_000)
    spans.close()
    return exporter.get_finished_spans()


def message(**more: object) -> TracedMessage:
    """A traced message at a place of its own."""
    return TracedMessage("claims.inbound.v1", 3, 42, CONTEXT, **({"outcome": "pended"} | more))  # type: ignore[arg-type]  # any field


def test_a_span_tells_where_the_message_stood_and_what_became_of_it() -> None:
    """These attributes and no other: there is no room for a key or for a word of a claim."""
    (span,) = spans_of(message(findings=2, stage_seconds={"check": 0.25}))

    assert (span.name, span.kind, span.start_time, span.end_time) == (
        "process claims.inbound.v1",
        SpanKind.CONSUMER,
        1_000_000_000,
        3_000_000_000,
    )
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "claims.inbound.v1",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 42,
        "messaging.consumer.group.name": "claimscrub",
        "claimscrub.outcome": "pended",
        "claimscrub.findings": 2,
        "claimscrub.check_seconds": 0.25,
    }
    assert dict(span.resource.attributes) == {
        "service.name": "claimscrub",
        "service.version": "1.2.3",
        "service.instance.id": "claimscrub-0",
    }


def test_a_span_is_linked_to_its_sender_and_no_child_of_it() -> None:
    """A batch holds messages of many traces, so each span begins a trace of its own."""
    first, second = spans_of(message(), message(), instance=None)

    (link,) = first.links
    assert (f"{link.context.trace_id:032x}", f"{link.context.span_id:016x}") == (TRACE, "00f067aa0ba902b7")
    assert link.context.is_remote
    assert first.parent is None
    assert first.context.trace_id not in {second.context.trace_id, link.context.trace_id}
    assert "service.instance.id" not in first.resource.attributes


def test_a_dead_letter_is_an_error_by_its_reason() -> None:
    """Reason and stage are closed sets."""
    good, bad = spans_of(message(), message(outcome="dead-lettered", error="not-json in decode"))

    assert good.status.is_unset
    assert not bad.status.is_ok
    assert (bad.attributes or {})["error.type"] == "not-json in decode"


@pytest.mark.parametrize(
    ("flags", "expected"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)]
)
def test_the_senders_flag_says_whether_a_trace_is_recorded(flags: str, *, expected: bool) -> None:
    """The lowest bit, as W3C Trace Context has it."""
    assert is_sampled(CONTEXT[:-2].encode() + flags.encode()) == expected
