"""Splits what Faust hands over into batches: one input partition each, bounded by count and bytes."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from faust.types import TP

from schemas.dead_letter import HEADER_DECISION, HEADER_DOCUMENT, HEADER_FORGET
from worker.kafka.envelopes import opened
from worker.kafka.messages import InboundMessage, without_marks
from worker.stream.routing import as_it_came


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """One message with the partition and the generation of the group in which it was fetched."""

    tp: TP
    generation: int
    message: InboundMessage
    """The message; of a routed claim the one that it came from."""
    routed_at: int | None = None
    """The offset of a routed claim in its partition; None of a message that was not routed."""
    forgets: bytes | None = None
    """The person of whom nothing is to be remembered any more; None of any other message."""
    is_decision: bool = False
    """Whether it is a payer's decision that was routed."""
    is_document: bool = False
    """Whether it is late documentation, and no claim."""

    @property
    def offset(self) -> int:
        """Return the offset in the partition."""
        return self.message.offset if self.routed_at is None else self.routed_at


def taken(event: Any) -> FetchedMessage:  # Any: Faust's event, whose message type says less than it holds
    """Return what we need of a Faust event."""
    message = event.message
    # Faust turned the milliseconds into a float of seconds; rounding gives them back.
    headers, mark = without_marks(_headers(message.headers))
    timestamp_ms = None if message.timestamp is None else round(message.timestamp * 1000)
    envelope, value = opened(message.value)
    inbound = InboundMessage(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=timestamp_ms,
        key=message.key,
        value=value,
        headers=headers,
        mark=mark,
        envelope=envelope,
    )
    return FetchedMessage(TP(message.topic, message.partition), message.generation_id, inbound)


def judged(fetched: FetchedMessage, *, is_routed: bool) -> FetchedMessage:
    """Return a message of a partition with a memory.

    That is a claim, as it came where it was routed, a decision or document as it came, or what asks to forget a person.
    """
    message = fetched.message
    names = {name for name, _ in message.headers} if message.mark is None else set()
    if HEADER_FORGET in names:
        return replace(fetched, forgets=message.key or b"")
    if HEADER_DECISION in names:
        return replace(fetched, message=as_it_came(message), routed_at=message.offset, is_decision=True)
    if HEADER_DOCUMENT in names:
        return replace(fetched, message=as_it_came(message), routed_at=message.offset, is_document=True)
    return replace(fetched, message=as_it_came(message), routed_at=message.offset) if is_routed else fetched


def _headers(headers: Any) -> tuple[tuple[str, bytes], ...]:  # Any: a list of pairs, a mapping or nothing
    if not headers:
        return ()
    return tuple(headers.items() if hasattr(headers, "items") else headers)


def by_partition(messages: Iterable[FetchedMessage]) -> dict[tuple[TP, int], list[FetchedMessage]]:
    """Group messages by partition and generation, in order."""
    groups: dict[tuple[TP, int], list[FetchedMessage]] = {}
    for each in messages:
        groups.setdefault((each.tp, each.generation), []).append(each)
    return groups


def take_batch(waiting: deque[FetchedMessage], max_claims: int, max_bytes: int) -> list[FetchedMessage]:
    """Take a batch from the messages that wait; one above the bound in bytes is a batch of its own."""
    batch: list[FetchedMessage] = []
    size = 0
    while waiting and len(batch) < max_claims:
        message = waiting[0].message
        size += len(message.value or b"") + len(message.key or b"") + message.header_bytes
        if batch and size > max_bytes:
            break
        batch.append(waiting.popleft())
    return batch
