"""Builds the records that leave the worker: outcomes with CloudEvents headers, dead letters unchanged.

A record is a pure function of the message and the versions in force, so that a message scrubbed
twice gives the same bytes twice.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from schemas import dead_letter as dlq
from schemas.contract import schema_id
from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from schemas.topics import TopicNames
from worker.kafka.envelopes import NO_STAMP, SchemaStamp, schema_number
from worker.kafka.messages import (
    FHIR_CONTENT_TYPE,
    HEADER_NAMES,
    JSON_CONTENT_TYPE,
    UNREADABLE,
    X12_CONTENT_TYPE,
    Headers,
    InboundMessage,
    first_place,
    number_in,
    replays,
)
from worker.kafka.writers import OutgoingMessage
from worker.pipeline.forms import says_resource
from worker.stream.budget import OverBudgetError
from worker.stream.scrubber import ClaimVerdict, Form
from worker.x12.read.segments import is_x12

MAX_KEY_BYTES: Final = 1024
_HEADER_OVERHEAD_BYTES: Final = 2048
_SCHEMA: Final = schema_id("outcome").encode()
_OUTCOMES: Final = ("scrubbed", "rejected", "pended")
_DEAD_LETTER_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:claimscrub:dead-letter")
_TRACEPARENT: Final = re.compile(rb"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_TRACEPARENT_HEADER: Final = "traceparent"
_CONTENT_TYPE_HEADER: Final = "content-type"
_OF_EVENTS: Final = MappingProxyType({"ce_id": "ce_causationid", "ce_correlationid": "ce_correlationid"})
"""What the results of a message that is a CloudEvent have of it, and under which name."""
_ESCAPED: Final = "escaped"
_REASON_OF: Final = MappingProxyType(
    {UNREADABLE: DeadLetterReason.UNREADABLE, HEADER_NAMES: DeadLetterReason.HEADER_NOT_UTF8}
)
_FLAWS_SHARE: Final = 8
"""The sentences on what is wrong may take this part of a record: the message itself goes first."""


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """One record to send."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin that every record carries."""

    topics: TopicNames
    app_version: str
    record_limit: int
    forwarded_headers: frozenset[str] = frozenset()
    """Names, in lower case, of headers of a message that its results have too."""
    stamp: SchemaStamp = NO_STAMP
    """Where outcomes name their schema in a registry."""

    @property
    def source(self) -> str:
        """Return the CloudEvents source."""
        return f"/claimscrub/{self.topics.inbound}"


def received_on(message: InboundMessage, zone: ZoneInfo) -> date | None:
    """Return the day of the record's timestamp in a zone; None when it has no usable one."""
    moment = sent_at(message, zone)
    return None if moment is None else moment.date()


def sent_at(message: InboundMessage, zone: ZoneInfo) -> datetime | None:
    """Return the moment of the record's timestamp in a zone; None when it has no usable one."""
    moment = _moment(message)
    return None if moment is None else moment.astimezone(zone)


def _moment(message: InboundMessage) -> datetime | None:
    timestamp_ms = message.timestamp_ms
    if replays(message.headers):
        # A replay is a new record: kept under its old timestamp, the topic's retention could delete it unread.
        timestamp_ms = number_in(message.headers, dlq.HEADER_RECEIVED_MS) or timestamp_ms
    if timestamp_ms is None or timestamp_ms <= 0:
        return None
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def refusal(message: InboundMessage, max_message_bytes: int, *, accepts_envelopes: bool = False) -> DeadLetter | None:
    """Return why a message is not even looked into, or None when it is."""
    if message.mark is not None:
        return DeadLetter(_REASON_OF[message.mark], DeadLetterStage.FETCH)
    if message.value is None:
        return None
    if len(message.envelope) + len(message.value) + message.header_bytes > max_message_bytes:
        return DeadLetter(DeadLetterReason.TOO_LARGE, DeadLetterStage.SIZE)
    if message.key is not None and len(message.key) > MAX_KEY_BYTES:
        return DeadLetter(DeadLetterReason.KEY_INVALID, DeadLetterStage.SIZE)
    if message.envelope and not accepts_envelopes:
        number = schema_number(message.envelope)
        sentence = (
            f"It begins with five bytes, zero and a schema's number ({number}), as serializers of a schema registry "
            "write; CLAIMSCRUB_ACCEPT_ENVELOPES=true accepts them."
        )
        return DeadLetter(DeadLetterReason.SCHEMA_ENVELOPE, DeadLetterStage.DECODE, (sentence,))
    types = _content_types(message)
    if not (all(map(_is_json, types)) or all(map(_is_x12, types))):
        return DeadLetter(DeadLetterReason.UNSUPPORTED_CONTENT_TYPE, DeadLetterStage.FETCH)
    return None


def form_of(message: InboundMessage) -> Form:
    """Return in which form a message holds its claims.

    Its content type decides; without one, X12 is known by its ISA. FHIR is known by its resourceType as well.
    """
    types = [_media_type(each) for each in _content_types(message)]
    if all(each == X12_CONTENT_TYPE for each in types) if types else is_x12(message.value or b""):
        return Form.INTERCHANGE
    if FHIR_CONTENT_TYPE in types or says_resource(message.value or b""):
        return Form.RESOURCE
    return Form.CLAIM


def _content_types(message: InboundMessage) -> list[bytes | None]:
    return [value for name, value in message.headers if name.lower() == _CONTENT_TYPE_HEADER]


def _media_type(content_type: bytes | None) -> bytes:
    return (content_type or b"").split(b";")[0].strip().lower()


def _is_x12(content_type: bytes | None) -> bool:
    return _media_type(content_type) == X12_CONTENT_TYPE


def _is_json(content_type: bytes | None) -> bool:
    media_type = _media_type(content_type)
    # A CloudEvent in structured mode is an envelope around a claim, and no claim.
    if media_type.startswith(b"application/cloudevents"):
        return False
    return media_type == JSON_CONTENT_TYPE or media_type.endswith(b"+json")


def outgoing(
    message: InboundMessage, scrubbed: ClaimVerdict, provenance: Provenance
) -> tuple[OutgoingRecord | None, ClaimVerdict]:
    """Return the record for a verdict, and the verdict; it turns to a dead letter if the record is too large."""
    if scrubbed.disposition == "skipped":
        return None, scrubbed
    is_outcome = scrubbed.disposition in _OUTCOMES and scrubbed.dead_letter is None
    if is_outcome and scrubbed.value is not None and scrubbed.outcome_id is not None:
        record = _outcome(message, scrubbed, scrubbed.value, scrubbed.outcome_id, provenance)
        if size(record) <= provenance.record_limit:
            return record, scrubbed
        scrubbed = dead(DeadLetterReason.OUTPUT_TOO_LARGE, DeadLetterStage.PRODUCE, scrubbed.versions)
    verdict = scrubbed.dead_letter
    if verdict is None:
        # The scrubber must return a value. If it does not, dead-letter the claim rather than lose it.
        scrubbed = dead(DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.ENCODE, scrubbed.versions)
        verdict = DeadLetter(DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.ENCODE)
    return _dead_letter(message, verdict, scrubbed.versions, provenance), scrubbed


def dead(reason: DeadLetterReason, stage: DeadLetterStage, versions: Mapping[str, str], *flaws: str) -> ClaimVerdict:
    """Return the verdict of a dead letter, with sentences that explain it."""
    return ClaimVerdict("dead-lettered", dead_letter=DeadLetter(reason, stage, flaws), versions=versions)


def verdict_of_failure(versions: Mapping[str, str], error: Exception) -> ClaimVerdict:
    """Return the verdict on a message on which the scrubber raised; nothing of the error, which may quote the claim."""
    over = isinstance(error, OverBudgetError)
    reason = DeadLetterReason.OVER_BUDGET if over else DeadLetterReason.INTERNAL_ERROR
    return dead(reason, DeadLetterStage.EDIT, versions)


def size(record: OutgoingMessage) -> int:
    """Return an upper estimate of a record's bytes on the wire."""
    return (
        len(record.value or b"")
        + len(record.key or b"")
        + sum(len(name) * 4 + len(value or b"") + 10 for name, value in record.headers)
        + 64
    )


def _outcome(
    message: InboundMessage, scrubbed: ClaimVerdict, value: bytes, outcome_id: str, provenance: Provenance
) -> OutgoingRecord:
    topic = getattr(provenance.topics, scrubbed.disposition)
    headers = [*cloud_event(outcome_id, f"claim.{scrubbed.disposition}", message, provenance)]
    headers += [("ce_dataschema", _SCHEMA), (_CONTENT_TYPE_HEADER, JSON_CONTENT_TYPE)]
    headers += correlation(message, provenance)
    value, stamped = provenance.stamp.on(topic, value, tuple(headers))
    return OutgoingRecord(topic, message.partition, message.key, value, stamped)


def correlation(message: InboundMessage, provenance: Provenance) -> Headers:
    """Return the headers by which a result is traced to its message.

    They are the place of the message, its trace, the headers that the operator lets pass, how often it was replayed,
    and where it was seen first. Of a message that is a CloudEvent they are its correlation id, and its id as the cause,
    as in the correlation extension of CloudEvents.
    """
    headers = [
        (dlq.HEADER_TOPIC, message.topic.encode()),
        (dlq.HEADER_PARTITION, str(message.partition).encode()),
        (dlq.HEADER_OFFSET, str(message.offset).encode()),
    ]
    if message.part is not None:
        headers.append((dlq.HEADER_PART, str(message.part).encode()))
    trace = traceparent(message)
    if trace is not None:
        headers.append((_TRACEPARENT_HEADER, trace))
    for name, value in message.headers:
        low = name.lower()
        if low in _OF_EVENTS:
            headers.append((_OF_EVENTS[low], value))
        elif low in provenance.forwarded_headers:
            headers.append((name, value))
    if count := replays(message.headers):
        headers.append((dlq.HEADER_REPLAYS, str(count).encode()))
    if first := first_place(message.headers):
        headers.append((dlq.HEADER_FIRST, first.encode()))
    return tuple(headers)


def traceparent(message: InboundMessage) -> bytes | None:
    """Return the W3C trace context that a message came with; None when it has none, a malformed one or several."""
    found = [each for name, each in message.headers if name.lower() == _TRACEPARENT_HEADER]
    return found[0] if len(found) == 1 and _TRACEPARENT.match(found[0] or b"") else None


def trace_id(message: InboundMessage) -> str | None:
    """Return the id of the trace that a message belongs to, 32 hexadecimal digits."""
    context = traceparent(message)
    return None if context is None else context.split(b"-")[1].decode()


def cloud_event(event_id: str, kind: str, message: InboundMessage, provenance: Provenance) -> Headers:
    """Return the CloudEvents headers of a record made from a message."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", provenance.source.encode()),
        ("ce_type", f"claimscrub.{kind}.v1".encode()),
    ]
    moment = _moment(message)
    if moment is not None:
        time = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        headers.append(("ce_time", time.encode()))
    return tuple(headers)


def dead_letter_id(place: str) -> str:
    """Return the id of the dead letter of a message at a place, the same each time the message is read."""
    return str(uuid.uuid5(_DEAD_LETTER_IDS, place))


def _dead_letter(
    message: InboundMessage, verdict: DeadLetter, versions: Mapping[str, str], provenance: Provenance
) -> OutgoingRecord:
    """Return the message unchanged, its headers first and then ours.

    Everything from `claimscrub-dlq-schema` on is ours: whoever sends the message again cuts there.
    Incoming headers in our namespace are forged or left over from an earlier try.
    """
    value = message.whole_value
    headers = tuple((name, each) for name, each in message.headers if not name.lower().startswith(dlq.HEADER_NAMESPACE))
    key = message.key
    flaws = _in_words(verdict, provenance.record_limit // _FLAWS_SHARE)
    room = provenance.record_limit - _HEADER_OVERHEAD_BYTES - len(flaws)
    key_fits = len(key or b"") <= room // 4
    headers_fit = sum(len(name) * 4 + len(each or b"") + 10 for name, each in headers) <= room // 4
    value_fits = len(value) <= room // 2
    is_read = message.mark is not UNREADABLE
    are_escaped = message.mark is HEADER_NAMES and headers_fit
    ours: dict[str, str] = {
        dlq.HEADER_SCHEMA: dlq.SCHEMA_VERSION,
        dlq.HEADER_REASON: verdict.reason,
        dlq.HEADER_STAGE: verdict.stage,
        dlq.HEADER_ORIG_TOPIC: message.topic,
        dlq.HEADER_ORIG_PARTITION: str(message.partition),
        dlq.HEADER_ORIG_OFFSET: str(message.offset),
        dlq.HEADER_ORIG_TIMESTAMP_MS: str(-1 if message.timestamp_ms is None else message.timestamp_ms),
        dlq.HEADER_VALUE: _copied(is_copied=value_fits and is_read),
        dlq.HEADER_VALUE_SHA256: sha256(value).hexdigest(),
        dlq.HEADER_VALUE_BYTES: str(len(value)),
        dlq.HEADER_KEY: _copied(is_copied=key_fits and is_read),
        dlq.HEADER_HEADERS: _ESCAPED if are_escaped else _copied(is_copied=headers_fit and is_read),
        dlq.HEADER_APP_VERSION: provenance.app_version,
        dlq.HEADER_RULESET: versions.get("ruleset", ""),
        dlq.HEADER_REFERENCE: versions.get("reference", ""),
        dlq.HEADER_PROFILE: versions.get("profile", ""),
        dlq.HEADER_REPLAYS: str(replays(message.headers)),
    }
    if not is_read:
        # A digest of nothing would mean that the message was empty.
        del ours[dlq.HEADER_VALUE_SHA256], ours[dlq.HEADER_VALUE_BYTES]
    if flaws:
        ours[dlq.HEADER_FLAWS] = flaws
    if first := first_place(message.headers):
        ours[dlq.HEADER_FIRST] = first
    event_id = dead_letter_id(message.place)
    return OutgoingRecord(
        provenance.topics.dead_letter,
        message.partition,
        key if key_fits else None,
        value if value_fits else b"",
        (
            *(headers if headers_fit else ()),
            *((name, each.encode()) for name, each in ours.items()),
            *cloud_event(event_id, "claim.dead-lettered", message, provenance),
        ),
    )


def _in_words(verdict: DeadLetter, most: int) -> str:
    if not verdict.flaws:
        return ""
    flaws = json.dumps(verdict.first_flaws)
    return flaws if len(flaws) <= most else json.dumps([f"{len(verdict.flaws)} flaws, too long to be listed here."])


def _copied(*, is_copied: bool) -> str:
    return "copied" if is_copied else "omitted"
