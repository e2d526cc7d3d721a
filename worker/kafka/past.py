"""Reads dead letters and outcomes back as the messages that they were, so that they can be sent again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from schemas import dead_letter as dlq
from schemas.dead_letter import HEADER_SCHEMA, DeadLetterReason
from worker.kafka.envelopes import opened
from worker.kafka.messages import Headers, InboundMessage, replays
from worker.kafka.read import Record

_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class PastMessage:
    """The past result for a message.

    Attributes:
        record: The dead letter or outcome.
        verdict: The reason of a dead letter, or the disposition of an outcome.
        edits: The edits that found something.
        message: The message as it came in; its value is empty where it was not kept.
        replays: How often it has been replayed.
        is_kept: Whether value, key and headers are all there, so that it can be sent again.
        said: Our own headers.
    """

    record: Record
    verdict: str
    edits: frozenset[str]
    message: InboundMessage
    replays: int
    is_kept: bool
    said: Mapping[str, str]

    @property
    def place(self) -> str:
        """Return where the record is, as `partition/offset`."""
        return f"{self.record.partition}/{self.record.offset}"

    @property
    def first(self) -> str | None:
        """Return where its claim was seen first, as a replay has it in a header; None when the record has none."""
        if dlq.HEADER_FIRST in self.said:
            return self.said[dlq.HEADER_FIRST]
        names = (dlq.HEADER_TOPIC, dlq.HEADER_PARTITION, dlq.HEADER_OFFSET)
        if not all(name in self.said for name in names):
            return None
        part = [self.said[dlq.HEADER_PART]] if dlq.HEADER_PART in self.said else []
        return "/".join([*(self.said[name] for name in names), *part])

    @property
    def at(self) -> datetime:
        """Return when the record was written."""
        return datetime.fromtimestamp(self.record.timestamp_ms / 1000, UTC)


def read_dead_letter(record: Record) -> PastMessage | None:
    """Return the message behind a dead letter; None when the record is not from this worker."""
    names = [name for name, _ in record.headers]
    if HEADER_SCHEMA not in names:
        return None
    # Everything from our first header on is ours; see `worker.stream.records`.
    cut = names.index(HEADER_SCHEMA)
    said = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers[cut:]}
    try:
        message = InboundMessage(
            topic=said[dlq.HEADER_ORIG_TOPIC],
            partition=int(said[dlq.HEADER_ORIG_PARTITION]),
            offset=int(said[dlq.HEADER_ORIG_OFFSET]),
            timestamp_ms=int(said[dlq.HEADER_ORIG_TIMESTAMP_MS]),
            key=record.key,
            value=record.value,
            headers=record.headers[:cut],
        )
        reason = DeadLetterReason(said[dlq.HEADER_REASON])
    except (KeyError, ValueError):
        return None
    parts = (dlq.HEADER_VALUE, dlq.HEADER_KEY, dlq.HEADER_HEADERS)
    is_kept = all(said.get(part) == "copied" for part in parts)
    return PastMessage(record, reason.value, frozenset(), message, replays(record.headers[cut:]), is_kept, said)


def read_outcome(record: Record, inbound: str) -> PastMessage | None:
    """Return the message behind an outcome; None when the record is not from this worker.

    Args:
        record: The record of an outcome topic.
        inbound: The topic that its claim came from.
    """
    text = (record.content or b"").decode("utf-8", "replace")
    try:
        spans = _members(text)
        outcome = {name: text[slice(*spans[name])] for name in ("disposition", "claim", "findings")}
        findings = json.loads(outcome["findings"])
        disposition = str(json.loads(outcome["disposition"]))
        # Where the claim was corrected, the one that came in is beside it.
        claim = text[slice(*spans.get("original", spans["claim"]))]
        edits = frozenset(str(finding["edit"]) for finding in findings)
    except (KeyError, TypeError, ValueError):
        return None
    said = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    received = _milliseconds(said.get("ce_time"))
    # The outcome keeps neither the offset nor the headers of its message; no edit looks at either.
    message = InboundMessage(inbound, record.partition, -1, received, record.key, claim.encode(), ())
    return PastMessage(
        record, disposition, edits, message, replays(record.headers), is_kept=True, said=MappingProxyType(said)
    )


def _members(text: str) -> dict[str, tuple[int, int]]:
    """Return where the value of each member of a JSON object is, so that it can be taken byte for byte."""
    spans: dict[str, tuple[int, int]] = {}
    place = 1
    while text[place : place + 1] == '"':
        name, place = _DECODER.raw_decode(text, place)
        start = place + 1
        _, place = _DECODER.raw_decode(text, start)
        spans[name] = (start, place)
        place += 1
    return spans


def _milliseconds(text: str | None) -> int | None:
    """Return a time in milliseconds since 1970; None when there is none, or the text is not a time."""
    try:
        return None if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return None


def payer_of(past: PastMessage) -> str | None:
    """Return the payer that a message names; None when it is not a claim."""
    try:
        claim: Any = json.loads(opened(past.message.value)[1] or b"")  # any JSON value
    except ValueError:
        return None
    payer = claim.get("tradingPartnerServiceId") if isinstance(claim, dict) else None
    return payer if isinstance(payer, str) else None


def again(past: PastMessage) -> Headers:
    """Return the headers of a replay: those of the message, how often it was replayed, when it came in, and where."""
    ours = {
        dlq.HEADER_REPLAYS: past.replays + 1,
        dlq.HEADER_RECEIVED_MS: received_ms(past),
        dlq.HEADER_FIRST: past.first,
    }
    return (
        *past.message.headers,
        *((name, str(value).encode()) for name, value in ours.items() if value is not None),
    )


def received_ms(past: PastMessage) -> int | None:
    """Return when a message came in for the first time, in milliseconds since 1970; None when that is not known."""
    if past.replays and "ce_time" in past.said:
        return _milliseconds(past.said["ce_time"])
    timestamp_ms = past.message.timestamp_ms
    return timestamp_ms if timestamp_ms is not None and timestamp_ms > 0 else None
