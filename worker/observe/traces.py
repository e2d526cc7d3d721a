"""What a span holds about a message: its place, its outcome, how long it took; no key and no claim.

The telemetry library is loaded by `worker.observe.spans`, and only where spans are wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

_SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class TracedMessage:
    """One message whose outcome is durable.

    Attributes:
        topic: The topic that it was read from.
        partition: Its partition there.
        offset: Its offset there.
        traceparent: The W3C trace context that it came with, which is well formed.
        outcome: What became of it.
        findings: How many findings its outcome has.
        error: The reason and the stage of a dead letter; None for an outcome.
        stage_seconds: Seconds spent in each stage of the pipeline.
    """

    topic: str
    partition: int
    offset: int
    traceparent: str
    outcome: str
    findings: int = 0
    error: str | None = None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)


class Spans(Protocol):
    """Where spans go."""

    def note(self, message: TracedMessage, started_ns: int, ended_ns: int) -> None:
        """Make the span of a message, between two moments in nanoseconds since 1970; never wait for anything."""
        ...

    def close(self) -> None:
        """Send what is left, which may take seconds."""
        ...


def is_sampled(traceparent: bytes) -> bool:
    """Return whether the sender of a well-formed trace context records the trace: only then do we."""
    return bool(int(traceparent[-2:], 16) & _SAMPLED)
