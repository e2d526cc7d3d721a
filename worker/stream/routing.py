"""Sends each claim, and each decision on one, to the partition of the patient, and reads it as the message that it was.

What is routed keeps the headers that it came with, and has one with the place where it was first, so that its outcome
is the same as if it had not been routed: place, key, time of receipt, and partition.
"""

from dataclasses import replace
from typing import Final

from schemas import dead_letter as dlq
from worker.history.key import partition_of
from worker.kafka.messages import JSON_CONTENT_TYPE, Headers, InboundMessage
from worker.stream.history.changelog import claim_id
from worker.stream.records import OutgoingRecord
from worker.stream.scrubber import ReadMessage

_CONTENT_TYPE: Final = "content-type"
_OURS: Final = frozenset(
    {dlq.HEADER_ORIGIN, dlq.HEADER_ROUTED_KEY, dlq.HEADER_FORGET, dlq.HEADER_DECISION, dlq.HEADER_DOCUMENT}
)
_A_DECISION: Final[Headers] = ((dlq.HEADER_DECISION, b"1"),)
_A_DOCUMENT: Final[Headers] = ((dlq.HEADER_DOCUMENT, b"1"),)
_WHOLE: Final = -1
_FIELDS: Final = 6


class Placement:
    """Which partition holds the claims of a patient."""

    def __init__(self, topic: str, partitions: int) -> None:
        """`topic` is where claims are judged, in so many partitions."""
        self._topic, self._partitions = topic, partitions

    def routed(self, message: InboundMessage, value: bytes, read: ReadMessage) -> OutgoingRecord:
        """Return a claim of a message as the record to judge; of a message without a part, the message itself."""
        # A claim of nobody is spread as those of patients are.
        key = read.person or claim_id(message.place)
        partition = partition_of(key, self._partitions)
        marked = _A_DECISION if read.is_decision else _A_DOCUMENT if read.is_document else ()
        if message.part is None:
            # What turns out not to be a claim is a dead letter as it came.
            value = message.envelope + value
        return OutgoingRecord(self._topic, partition, key, value, (*_handed_on(message), *_origin(message), *marked))


def _handed_on(message: InboundMessage) -> Headers:
    kept = [each for each in message.headers if each[0].lower() not in _OURS]
    if message.part is None:
        return tuple(kept)
    # A part of an interchange or a Bundle was written as JSON.
    return (*(each for each in kept if each[0].lower() != _CONTENT_TYPE), (_CONTENT_TYPE, JSON_CONTENT_TYPE))


def _origin(message: InboundMessage) -> Headers:
    part = _WHOLE if message.part is None else message.part
    moment = -1 if message.timestamp_ms is None else message.timestamp_ms
    origin = f"{message.topic}/{message.partition}/{message.offset}/{moment}/{part}/{int(message.is_of_interchange)}"
    key = () if message.key is None else ((dlq.HEADER_ROUTED_KEY, message.key),)
    return ((dlq.HEADER_ORIGIN, origin.encode()), *key)


def as_it_came(message: InboundMessage) -> InboundMessage:
    """Return the message behind a routed claim; one that nobody routed stays what it is."""
    found = {name: value for name, value in message.headers if name in _OURS}
    fields = found.get(dlq.HEADER_ORIGIN, b"").split(b"/")
    if len(fields) != _FIELDS or not all(each.removeprefix(b"-").isdigit() for each in fields[1:]):
        return message
    partition, offset, moment, part, is_of_interchange = map(int, fields[1:])
    return replace(
        message,
        topic=fields[0].decode("utf-8", "replace"),
        partition=partition,
        offset=offset,
        timestamp_ms=None if moment < 0 else moment,
        key=found.get(dlq.HEADER_ROUTED_KEY),
        headers=tuple(each for each in message.headers if each[0] not in _OURS),
        part=None if part < 0 else part,
        is_of_interchange=bool(is_of_interchange),
    )
